using System.Runtime.InteropServices;
using System.Text;
using LeakScan.Fingerprints;
using LeakScan.Indexing;
using LeakScan.Matching;
using LeakScan.Primitives;
using LeakScan.Simd;
using LeakScan.Text;

namespace LeakScan;

/// <summary>Scans texts against an index.</summary>
/// <remarks>
/// One a thread: a scanner owns the buffers of a scan. They grow with the longest text, its candidates and its stretches; once they are large
/// enough it allocates nothing, on text that matches and on text that does not. It keeps them: up to about 6 bytes a byte of the longest text with matches (2 for
/// usual code), 3 bytes a <see cref="char"/> of the longest UTF-16 text, and about 100 bytes a token of what was aligned to find changed code. The result does not
/// depend on the machine's instructions. A call while another thread's is under way throws <see cref="InvalidOperationException"/>; one after the index is
/// disposed of <see cref="ObjectDisposedException"/>.
/// </remarks>
/// <example><code>
/// Scanner scanner = new(index);
/// List&lt;Match&gt; matches = [];
/// ScanResult result = scanner.Scan(prompt, matches);
/// if (result.Verdict == Verdict.Block)
///     Console.WriteLine($"{result.Label}: {index.GetDocument(matches[0].DocumentId).Path}:{matches[0].SourceStartLine}");
/// </code></example>
public sealed partial class Scanner
{
    /// <summary>Longest text in bytes.</summary>
    public const int MaxTextBytes = 1 << 30;

    readonly ScanOptions _options;
    readonly Fingerprinter _fingerprinter;
    readonly StructureMatcher? _structure;
    readonly StretchBuilder _stretches = new();
    readonly DocumentRanking _ranking = new();
    readonly LineCounter _lines = new();
    readonly double[] _rarity = new double[Posting.MaxDocuments + 1]; // bits of a character, by document frequency
    readonly long _documents; // of all layers
    readonly ulong[] _asked = new ulong[Fingerprinter.MaxTileFingerprints];
    readonly int[] _indices = new int[Fingerprinter.MaxTileFingerprints];
    readonly int[] _askedEnds = new int[Fingerprinter.MaxTileFingerprints];
    readonly List<(int Layer, ulong Fingerprint, int Position)> _survivors = [];
    readonly List<(int Position, int Margin)> _hits = [];
    readonly List<int> _lineFeeds = [];
    readonly PrefetchQueue _ahead = new();
    readonly bool _isAsking; // the scalar canonicalizer, which is no faster for it, does not
    int _askedCount;
    int _askedStart;
    (int Start, int End) _judged; // the last stretch whose share of news was counted
    double _judgedNews, _judgedShare;
    readonly OtherNames _otherNames;
    readonly double[] _placements; // bits, by layer: of the text at hand
    readonly byte[] _around = new byte[Novelty.Before + Novelty.MostCharacters + Novelty.Behind];
    readonly OffsetMap _offsets;
    byte[] _utf8 = [];
    bool[] _reported = [];
    Match[] _matches = new Match[8];
    (int Byte, int Number)[] _bounds = []; // of matches
    int _matchCount;
    int _runningThread; // its number while a call is under way; else 0

    /// <summary>Makes a scanner for an index.</summary>
    /// <param name="index">Must stay open as long as the scanner is used.</param>
    /// <param name="options">Settings; default ones if null.</param>
    /// <exception cref="ArgumentNullException">No index; or the options have no policy, or the policy no rules.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such depth, verdict or kind, a rule wants less than 0 characters or bits, or <see cref="ScanOptions.MaxMatches"/> is not from 1 to 4096.</exception>
    /// <exception cref="ArgumentException">A rule of the policy is null, or has no label or no destination.</exception>
    /// <exception cref="ObjectDisposedException">The index is closed.</exception>
    public Scanner(FingerprintIndex index, ScanOptions? options = null) : this(index, options, SimdTiers.Current)
    {
    }

    internal Scanner(FingerprintIndex index, ScanOptions? options, SimdTier tier)
    {
        ArgumentNullException.ThrowIfNull(index);
        Index = index;
        _otherNames = new OtherNames(index, tier);
        _placements = new double[index.Layers.Length];
        _options = options ?? new();
        _options.Check();
        index.Register(this);
        _fingerprinter = new Fingerprinter(index.Keys, tier);
        _isAsking = PrefetchQueue.IsSupported && tier != SimdTier.Scalar;
        if (_isAsking) _fingerprinter.Canonicalizer.Ahead = _ahead;
        _offsets = new OffsetMap(tier);
        if (_options.Structure) _structure = new StructureMatcher(index, tier);
        foreach (MappedIndex layer in index.Layers) _documents += layer.Documents;
        for (int documents = 0; documents < _rarity.Length; documents++) _rarity[documents] = Evidence.BitsPerCharacter * Evidence.Rarity(documents, _documents);
    }

    /// <summary>The index that is scanned against.</summary>
    public FingerprintIndex Index { get; }

    /// <summary>Names the instructions in use, for logs.</summary>
    /// <returns><c>scalar</c>, <c>v128</c>, <c>avx2</c> or <c>avx512</c>.</returns>
    public static string Describe() => SimdTiers.NameOf(SimdTiers.Current);

    /// <summary>Scans UTF-8 text.</summary>
    /// <param name="utf8">The text; damaged bytes are scanned around.</param>
    /// <param name="matches">Cleared, then filled with the matches: those of the gravest verdict first, and of equal ones the document with most evidence. Up to <see cref="ScanOptions.MaxMatches"/>.</param>
    /// <returns>The verdict on the text, and how much of it matches.</returns>
    /// <exception cref="ArgumentNullException">No list.</exception>
    /// <inheritdoc cref="Scan(ReadOnlySpan{byte}, Span{Match})" path="/exception"/>
    public ScanResult Scan(ReadOnlySpan<byte> utf8, List<Match> matches)
    {
        ArgumentNullException.ThrowIfNull(matches);
        using Turn turn = new(this);
        matches.Clear();
        ScanResult result = Run(utf8);
        matches.AddRange(_matches.AsSpan(0, _matchCount));
        return result;
    }

    /// <summary>Scans UTF-8 text into a caller's span.</summary>
    /// <param name="utf8">The text; damaged bytes are scanned around.</param>
    /// <param name="matches">Receives the best matches, as many as it holds; <see cref="ScanResult.Matches"/> tells how many there are. The rest of it is left as it is.</param>
    /// <returns>The verdict on the text, and how much of it matches.</returns>
    /// <exception cref="ArgumentException">The text is longer than <see cref="MaxTextBytes"/>.</exception>
    /// <exception cref="ObjectDisposedException">The index is closed.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the scanner, or the sink of its own scan.</exception>
    public ScanResult Scan(ReadOnlySpan<byte> utf8, Span<Match> matches)
    {
        using Turn turn = new(this);
        ScanResult result = Run(utf8);
        _matches.AsSpan(0, Math.Min(_matchCount, matches.Length)).CopyTo(matches);
        return result;
    }

    /// <summary>Scans UTF-8 text into a sink.</summary>
    /// <remarks>The sink is called when all of the text has been scanned. An exception of the sink's passes through, and the scanner stays usable.</remarks>
    /// <typeparam name="TSink">A struct, so that no call is virtual and nothing is boxed.</typeparam>
    /// <param name="utf8">The text; damaged bytes are scanned around.</param>
    /// <param name="sink">Receives the matches, in the order in which a list has them. May use the index, but not this scanner, and may not dispose of the index.</param>
    /// <returns>The verdict on the text, and how much of it matches.</returns>
    /// <inheritdoc cref="Scan(ReadOnlySpan{byte}, Span{Match})" path="/exception"/>
    public ScanResult Scan<TSink>(ReadOnlySpan<byte> utf8, ref TSink sink) where TSink : struct, IMatchSink, allows ref struct
    {
        using Turn turn = new(this);
        ScanResult result = Run(utf8);
        for (int i = 0; i < _matchCount; i++) sink.OnMatch(in _matches[i]);
        return result;
    }

    /// <summary>Scans UTF-16 text; offsets in matches count <see cref="char"/>s. The result is that of the same text in UTF-8.</summary>
    /// <param name="text">The text, up to <see cref="MaxTextBytes"/> in UTF-8; half of a surrogate pair is scanned around.</param>
    /// <param name="matches">Cleared, then filled with the matches, in the order in which UTF-8 text has them.</param>
    /// <returns>The verdict on the text, and how much of it matches.</returns>
    /// <inheritdoc cref="Scan(ReadOnlySpan{byte}, List{Match})" path="/exception"/>
    public ScanResult Scan(ReadOnlySpan<char> text, List<Match> matches)
    {
        ArgumentNullException.ThrowIfNull(matches);
        using Turn turn = new(this);
        matches.Clear();
        if (text.Length > MaxTextBytes / MaxBytesOfChar) CheckLength(Encoding.UTF8.GetByteCount(text));
        int room = text.Length <= MaxTextBytes / MaxBytesOfChar ? Encoding.UTF8.GetMaxByteCount(text.Length) : MaxTextBytes;
        if (_utf8.Length < room) _utf8 = new byte[room];
        int length = Encoding.UTF8.GetBytes(text, _utf8);
        ScanResult result = Run(_utf8.AsSpan(0, length));
        CountInChars();
        matches.AddRange(_matches.AsSpan(0, _matchCount));
        return result;
    }

    /// <summary>Makes offsets of bytes in the matches those of <see cref="char"/>s. One pass over the text, however many there are.</summary>
    void CountInChars()
    {
        Span<Match> matches = _matches.AsSpan(0, _matchCount);
        if (_bounds.Length < 2 * matches.Length) _bounds = new (int Byte, int Number)[2 * _matches.Length];
        Span<(int Byte, int Number)> bounds = _bounds.AsSpan(0, 2 * matches.Length);
        for (int i = 0; i < matches.Length; i++) (bounds[2 * i], bounds[2 * i + 1]) = ((matches[i].Start, 2 * i), (matches[i].Start + matches[i].Length, 2 * i + 1));
        bounds.Sort();
        int at = 0, chars = 0;
        foreach ((int end, int number) in bounds)
        {
            chars += Encoding.UTF8.GetCharCount(_utf8.AsSpan(at..end));
            at = end;
            ref Match match = ref matches[number / 2];
            // The end of a match, which comes after its start, takes that from it; of an empty one the order of their numbers is that, too.
            match = number % 2 == 0 ? match with { Start = chars } : match with { Length = chars - match.Start };
        }
    }

    /// <summary>Whether a text shares anything with the index, at the finest depth: if not, no <see cref="Scan(ReadOnlySpan{byte}, List{Match})"/> of it finds anything.</summary>
    /// <remarks>
    /// For text in a container, such as a record of JSON, before it is parsed: canonical text looks through escapes, so that only
    /// the few containers in which this finds something need to be taken apart. Only without <see cref="ScanOptions.Structure"/>, though:
    /// structure is told by what stands next to what, and the strings of a container stand apart.
    /// </remarks>
    /// <param name="utf8">The text; damaged bytes are scanned around.</param>
    /// <returns>False if no scan finds anything; true if one may, which need not be enough to tell of.</returns>
    /// <inheritdoc cref="Scan(ReadOnlySpan{byte}, Span{Match})" path="/exception"/>
    public bool MayMatch(ReadOnlySpan<byte> utf8)
    {
        CheckLength(utf8.Length);
        using Turn turn = new(this);
        return MayMatchNow(utf8);
    }

    bool MayMatchNow(ReadOnlySpan<byte> utf8)
    {
        return !Probe(utf8, GramParameters.FineWindow, out _) || _structure?.MayMatch(utf8) == true;
    }

    /// <summary>Which of many lines of JSON may hold something that <see cref="Scan(ReadOnlySpan{byte}, List{Match})"/> of their strings would tell of.</summary>
    /// <remarks>
    /// Without <see cref="ScanOptions.Structure"/> almost always stricter than <see cref="MayMatch(ReadOnlySpan{byte})"/> of each, and faster if they are short. A line with a
    /// single fingerprint that the index knows, so far within a string that there is too little evidence whatever else the string holds, is left out. Now and then
    /// one is told of that <see cref="MayMatch(ReadOnlySpan{byte})"/> of it is not: windows reach over the line feed, so near a line's ends more is selected than in the line alone.
    /// No line is missed if a scan of it, or of one of its strings, finds something verbatim.
    /// What two lines share between them, the end of one and the beginning of the next, is in neither.
    /// With <see cref="ScanOptions.Structure"/> the same as <see cref="MayMatch(ReadOnlySpan{byte})"/> of each.
    /// </remarks>
    /// <param name="utf8">Lines, such as records of a log, up to <see cref="MaxTextBytes"/> together; only line feeds end them.</param>
    /// <param name="matching">Cleared, then filled with the lines that may match, counted from 0, rising.</param>
    /// <exception cref="ArgumentNullException">No list.</exception>
    /// <inheritdoc cref="Scan(ReadOnlySpan{byte}, Span{Match})" path="/exception"/>
    public void MayMatch(ReadOnlySpan<byte> utf8, List<int> matching)
    {
        ArgumentNullException.ThrowIfNull(matching);
        CheckLength(utf8.Length);
        using Turn turn = new(this);
        matching.Clear();
        if (_structure is not null)
        {
            int number = 0;
            foreach (Range line in utf8.Split((byte)'\n'))
            {
                if (MayMatchNow(utf8[line])) matching.Add(number);
                number++;
            }
            return;
        }

        _hits.Clear();
        _lineFeeds.Clear();
        _fingerprinter.Canonicalizer.LineFeeds = _lineFeeds;
        int length = (int)LookUp(utf8, GramParameters.FineWindow, Wanted.Positions, out _);
        _fingerprinter.Canonicalizer.LineFeeds = null;
        _hits.Sort(); // layers take turns
        _lineFeeds.Add(length);
        int at = 0, rawStart = 0;
        for (int from = 0, to; from < _hits.Count; from = to)
        {
            while (_lineFeeds[at] <= _hits[from].Position && at < _lineFeeds.Count - 1)
            {
                at++;
                rawStart += utf8[rawStart..].IndexOf((byte)'\n') + 1;
            }
            (int start, int end) = (at == 0 ? 0 : _lineFeeds[at - 1], _lineFeeds[at]);
            for (to = from + 1; to < _hits.Count && _hits[to].Position < end;) to++;
            int inLine = to;
            while (inLine > from && _hits[inLine - 1].Position + GramParameters.GramLength > end) inLine--;
            if (inLine == from) continue;
            if (_hits[inLine - 1].Position == _hits[from].Position)
            {
                ReadOnlySpan<byte> line = utf8[rawStart..];
                if (line.IndexOf((byte)'\n') is >= 0 and int lineEnd) line = line[..lineEnd];
                if (IsUntold(line, end - start, _hits[from].Position - start, _hits[inLine - 1].Margin)) continue;
            }
            matching.Add(at);
        }
    }

    /// <summary>Canonical characters that a string must have on both sides of a fingerprint of so many bits for it to be no evidence by itself.</summary>
    /// <returns>At least so many that what is selected near it does not depend on what is beyond them.</returns>
    static int MarginOf(double bits, MappedIndex layer)
    {
        // Twice as many characters cost two bits more.
        double excess = bits - Evidence.StretchBits - Evidence.PlacementBits(layer.Positions, 2);
        double characters = 2 * Math.Pow(2, Math.Clamp(excess / 2, 0, 24));
        return Math.Max(GramParameters.FineWindow, (int)Math.Ceiling((characters - GramParameters.GramLength) / 2));
    }

    /// <summary>Whether the only fingerprint of a line stands within one string, with a margin on both sides.</summary>
    bool IsUntold(ReadOnlySpan<byte> line, int length, int position, int margin)
    {
        (int first, int last) = (position - margin, position + GramParameters.GramLength + margin - 1);
        if (first < 0 || last >= length) return false;
        _offsets.Clear();
        int end = _offsets.OffsetOf(line, last);
        for (int i = _offsets.OffsetOf(line, first); i < end; i++)
        {
            int quote = line[i..end].IndexOf((byte)'"');
            if (quote < 0) return true;
            i += quote;
            ReadOnlySpan<byte> before = line[..i];
            if ((before.Length - before.TrimEnd((byte)'\\').Length) % 2 == 0) return false;
        }
        return true;
    }

    const int MaxBytesOfChar = 3;

    static void CheckLength(int bytes)
    {
        if (bytes > MaxTextBytes) throw new ArgumentException($"{bytes} bytes; a text has up to {MaxTextBytes}: scan it in parts.");
    }

    /// <summary>Whether a call is under way.</summary>
    internal bool IsRunning => Volatile.Read(ref _runningThread) != 0;

    /// <summary>Whether a call is under way on this thread, so that it is its sink that asks.</summary>
    internal bool IsRunningHere => Volatile.Read(ref _runningThread) == Environment.CurrentManagedThreadId;

    /// <summary>The time in which a scanner uses its buffers and the index: one call at a time, and none once the index is gone.</summary>
    // Whoever disposes of the index says so first, and then waits for the scanners that are running; a scanner says first that it runs, and then asks.
    readonly ref struct Turn
    {
        readonly Scanner _scanner;

        internal Turn(Scanner scanner)
        {
            if (Interlocked.CompareExchange(ref scanner._runningThread, Environment.CurrentManagedThreadId, 0) != 0) throw new InvalidOperationException("The scanner is in use; make one for each thread, and none may be used by the sink of its own scan.");
            _scanner = scanner;
            if (!scanner.Index.IsDisposed) return;
            Dispose();
            scanner.Index.ThrowIfDisposed();
        }

        public void Dispose() => Volatile.Write(ref _scanner._runningThread, 0);
    }

    /// <summary>True if none of the text's fingerprints is in the index.</summary>
    bool Probe(ReadOnlySpan<byte> text, int window, out long characters)
    {
        characters = LookUp(text, window, Wanted.Any, out bool found);
        return !found;
    }

    /// <summary>What is done with fingerprints that are found.</summary>
    enum Wanted
    {
        /// <summary>One is enough: the search ends soon after it.</summary>
        Any,

        /// <summary>Where they stand in the text.</summary>
        Positions,

        /// <summary>Their postings go to the stretches.</summary>
        Stretches,
    }

    /// <summary>Looks the text's fingerprints up.</summary>
    /// <returns>Canonical characters; less than none if it did not come to the end.</returns>
    long LookUp(ReadOnlySpan<byte> text, int window, Wanted wanted, out bool found)
    {
        _survivors.Clear();
        _askedCount = 0;
        _ahead.Clear();
        LookUpSink sink = new(this, wanted);
        long characters = _fingerprinter.Run(text, window, ref sink);
        found = characters < 0 || sink.Finish();
        _ahead.Clear();
        return characters;
    }

    ScanResult Run(ReadOnlySpan<byte> text)
    {
        CheckLength(text.Length);
        _matchCount = 0;
        _offsets.Clear();
        _stretches.Clear();
        _judged = default;

        // Most texts match nothing, or too little to tell of: that is decided without offsets, and of a long text from its coarse fingerprints.
        bool fine = _options.Depth == ScanDepth.Fine || (_options.Depth == ScanDepth.Auto && text.Length <= _options.FineUpToBytes);
        if (fine || !Probe(text, GramParameters.CoarseWindow, out long characters)) characters = LookUp(text, GramParameters.FineWindow, Wanted.Stretches, out _);
        int length = (int)characters;
        DiscountRepetitions(text, length);
        _ranking.Rank(_stretches.Stretches, Index.Layers, length);
        Report report = default;
        _lines.Reset();
        if (_ranking.Documents is [RankedDocument best, ..] && best.Evidence >= Evidence.ReportBits) ReportVerbatim(text, length, ref report);
        if (_structure is not null && FindUnexplained(text.Length, report.Verdict)
            && _structure.Match(text, length, FindVerbatimRuns(text), CollectionsMarshal.AsSpan(_unexplained)) is Aligner aligner) ReportStructure(text, aligner, ref report);
        return new(report.Verdict, report.Label, Evidence.Score(report.Evidence), report.Evidence, Math.Min(report.MatchedCharacters, length), length, _matchCount);
    }

    /// <summary>What has been told so far.</summary>
    struct Report
    {
        internal Verdict Verdict;
        internal string? Label;

        /// <summary>Of the document that the verdict is about.</summary>
        internal double Evidence;

        internal int MatchedCharacters;
    }

    /// <summary>Takes from what stretches say what the text repeats, what its letters say less than those of ASCII, and what addresses say, if any may be told.</summary>
    void DiscountRepetitions(ReadOnlySpan<byte> text, int length)
    {
        Span<Stretch> stretches = _stretches.Stretches;
        if (stretches.IsEmpty) return;
        for (int layer = 0; layer < _placements.Length; layer++) _placements[layer] = Evidence.PlacementBits(Index.Layers[layer].Positions, length);
        bool mayTell = false;
        foreach (ref readonly Stretch stretch in stretches) mayTell |= stretch.Bits - _placements[stretch.Layer] >= Evidence.StretchBits;
        if (!mayTell) return;
        foreach (ref Stretch stretch in stretches)
        {
            if (stretch.Bits - Math.Min(Evidence.ContinuationBits, _placements[stretch.Layer]) >= Evidence.StretchBits) DiscountRepetitions(text, ref stretch);
        }
    }

    void DiscountRepetitions(ReadOnlySpan<byte> text, ref Stretch stretch)
    {
        if (stretch.News > 0) return;
        // What stands in several documents is judged once.
        if ((stretch.Start, stretch.End) != _judged)
        {
            _judged = (stretch.Start, stretch.End);
            (_judgedNews, _judgedShare) = NewsOf(text, stretch);
        }
        stretch.News = _judgedNews;
        if (_judgedShare < 1 && IsOfCode(stretch)) stretch.News *= _judgedShare;
        stretch.Bits *= stretch.News;
    }

    bool IsOfCode(in Stretch stretch)
    {
        MappedIndex layer = Index.Layers[stretch.Layer];
        return layer.FindDocument(stretch.Diagonal + stretch.Start) is >= 0 and int document && layer.GetDocument(document).IsCode;
    }

    /// <summary>The share of a stretch's bits that is news, and the share of those that it has as code, where names of others say less.</summary>
    (double News, double OfCode) NewsOf(ReadOnlySpan<byte> text, in Stretch stretch)
    {
        Span<byte> around = _around.AsSpan(0, Novelty.Before + Math.Min(stretch.End - stretch.Start, Novelty.MostCharacters) + Novelty.Behind);
        around = around[.._offsets.CopyCanonical(text, stretch.Start - Novelty.Before, around)];
        int count = Math.Min(stretch.End - stretch.Start, Math.Min(around.Length - Novelty.Before, Novelty.MostCharacters));
        double news = (double)Novelty.CountNew(around, count) / count;
        (int first, int end) = (_offsets.OffsetOf(text, stretch.Start), _offsets.OffsetOf(text, stretch.End - 1) + 1);
        return ((news + Evidence.RepeatedShare * (1 - news)) * CharacterWeight.OfLetters(around.Slice(Novelty.Before, count)) * CharacterWeight.OfAddresses(text, first, end),
            _otherNames.ShareOf(text, first, end, stretch.End - stretch.Start));
    }

    /// <summary>Looks fingerprints up, tile by tile; <see cref="Finish"/> does the last ones.</summary>
    // Memory is slow, so nothing waits for it. The filter is asked for a tile's cache lines while the next tile is canonicalised, and looked at
    // when that is done. Of text that is not in the index it lets one fingerprint in 200 through; those are gathered over
    // several tiles, so that their misses in the table happen side by side.
    readonly ref struct LookUpSink(Scanner scanner, Wanted wanted) : IFingerprintSink
    {
        const int BatchSize = 32;

        public bool Take(ReadOnlySpan<ulong> fingerprints, ReadOnlySpan<int> ends, long tileStart)
        {
            AskFilters();
            scanner._ahead.Clear();
            foreach (MappedIndex layer in scanner.Index.Layers) layer.FindFilterBlocks(fingerprints, scanner._ahead.Add(fingerprints.Length));
            fingerprints.CopyTo(scanner._asked);
            if (wanted != Wanted.Any) ends.CopyTo(scanner._askedEnds);
            scanner._askedStart = (int)tileStart - (GramParameters.GramLength - 1);
            scanner._askedCount = fingerprints.Length;
            return scanner._survivors.Count < BatchSize || !AskTables() || wanted != Wanted.Any;
        }

        /// <summary>True if one of the last was found.</summary>
        internal bool Finish()
        {
            if (scanner._isAsking)
            {
                foreach (nint address in scanner._ahead.Waiting) PrefetchQueue.Ask(address);
            }
            AskFilters();
            return AskTables();
        }

        void AskFilters()
        {
            ReadOnlySpan<ulong> asked = scanner._asked.AsSpan(0, scanner._askedCount);
            ReadOnlySpan<MappedIndex> layers = scanner.Index.Layers;
            for (int layer = 0; layer < layers.Length; layer++)
            {
                int survivors = layers[layer].Filtered(asked, scanner._ahead.All.Slice(layer * asked.Length, asked.Length), scanner._indices);
                foreach (int i in scanner._indices.AsSpan(0, survivors))
                {
                    layers[layer].PrefetchDirectory(asked[i]);
                    scanner._survivors.Add((layer, asked[i], scanner._askedStart + (wanted == Wanted.Any ? 0 : scanner._askedEnds[i])));
                }
            }
            scanner._askedCount = 0;
        }

        bool AskTables()
        {
            List<(int Layer, ulong Fingerprint, int Position)> survivors = scanner._survivors;
            ReadOnlySpan<MappedIndex> layers = scanner.Index.Layers;
            foreach ((int layer, ulong fingerprint, _) in survivors) layers[layer].PrefetchPostings(fingerprint);
            bool found = false;
            foreach ((int layer, ulong fingerprint, int position) in survivors)
            {
                int count = layers[layer].Find(fingerprint, out long first);
                if (count == 0) continue;
                found = true;
                if (wanted == Wanted.Stretches) scanner.AddHits(layer, first, count, position);
                else if (wanted == Wanted.Positions) scanner.AddHit(layer, first, count, position);
            }
            survivors.Clear();
            return found;
        }
    }

    /// <summary>Hands the postings of a fingerprint to the stretches.</summary>
    void AddHits(int number, long first, int count, int position)
    {
        double bits = TakeBits(number, ref first, ref count);
        if (bits <= 0) return;
        MappedIndex layer = Index.Layers[number];
        for (int p = 0; p < count; p++) _stretches.Add(number, layer, layer.GetPosting(first + p).Value, position, bits);
    }

    /// <summary>Notes where a fingerprint is, if it says anything.</summary>
    void AddHit(int number, long first, int count, int position)
    {
        double bits = TakeBits(number, ref first, ref count);
        if (bits > 0) _hits.Add((position, MarginOf(bits * GramParameters.GramLength, Index.Layers[number])));
    }

    /// <summary>What each character of a fingerprint with these postings says; the first of them is taken off if it is the number of its documents.</summary>
    double TakeBits(int number, ref long first, ref int count)
    {
        MappedIndex layer = Index.Layers[number];
        Posting posting = layer.GetPosting(first);
        if ((posting.Value & Posting.CountFlag) == 0) return _rarity[Math.Min(layer.CountDocuments(first, count), Posting.MaxDocuments)];
        first++;
        count--;
        return Evidence.BitsPerCharacter * Evidence.Rarity(posting.Value & (Posting.CountFlag - 1), _documents);
    }

    void ReportVerbatim(ReadOnlySpan<byte> text, int length, ref Report report)
    {
        if (_reported.Length < length) _reported = new bool[Math.Max(length, 2 * _reported.Length)];
        Span<bool> reported = _reported.AsSpan(0, length);
        reported.Clear();
        foreach (ref RankedDocument document in _ranking.Documents)
        {
            if (document.Evidence >= Evidence.ReportBits)
                document.Verdict = _options.Policy.Decide(Index.LabelOf(document.Layer, document.Document), _options.Destination, MatchKind.Verbatim, document.Matched, document.Evidence);
        }
        // So neither room nor a document that may be sent, and has the same text, hides one that may not.
        _ranking.Sort();
        foreach (ref RankedDocument document in _ranking.Documents)
        {
            // The first document is always told, so that scores can be compared; others only if they would be told by themselves.
            if (document.Evidence < (report.Label is null ? Evidence.ReportBits : Evidence.WarnBits)) continue;
            if (_matchCount >= _options.MaxMatches) break;
            MappedIndex layer = Index.Layers[document.Layer];
            ReadOnlySpan<Stretch> stretches = _stretches.Stretches.Slice(document.First, document.Count);
            double fresh = 0;
            foreach (ref readonly Stretch stretch in stretches)
            {
                if (stretch.Evidence <= 0) continue;
                int free = reported[stretch.Start..Math.Min(length, stretch.End)].Count(false);
                fresh += stretch.Evidence * free / (stretch.End - stretch.Start);
            }
            // A copy of what a document before it explains says nothing new.
            if (fresh < Math.Max(Evidence.ReportBits, document.Evidence / 2)) continue;

            if (report.Label is null) (report.Verdict, report.Label, report.Evidence) = (document.Verdict, Index.LabelOf(document.Layer, document.Document), document.Evidence);
            AddMatches(text, document, layer, stretches);
            foreach (ref readonly Stretch stretch in stretches)
            {
                if (stretch.Evidence <= 0) continue;
                Span<bool> covered = reported[stretch.Start..Math.Min(length, stretch.End)];
                report.MatchedCharacters += covered.Count(false);
                covered.Fill(true);
            }
        }
    }

    void AddMatches(ReadOnlySpan<byte> text, in RankedDocument document, MappedIndex layer, ReadOnlySpan<Stretch> stretches)
    {
        DocumentRecord record = layer.GetDocument(document.Document);
        for (int from = 0; from < stretches.Length && _matchCount < _options.MaxMatches;)
        {
            if (stretches[from].Evidence <= 0)
            {
                from++;
                continue;
            }
            // Stretches that go on close by in the text and in the document are one match.
            int last = from;
            int matched = stretches[from].Matched;
            double evidence = stretches[from].Evidence;
            int to = from + 1;
            for (; to < stretches.Length; to++)
            {
                if (stretches[to].Evidence <= 0) continue;
                long textGap = stretches[to].Start - stretches[last].End;
                long sourceGap = stretches[to].Diagonal + stretches[to].Start - (stretches[last].Diagonal + stretches[last].End);
                if (textGap > MaxJoinGap || sourceGap is < -MaxJoinGap or > MaxJoinGap) break;
                last = to;
                matched += stretches[to].Matched;
                evidence += stretches[to].Evidence;
            }

            ref readonly Stretch head = ref stretches[from];
            ref readonly Stretch tail = ref stretches[last];
            int start = CharacterStart(text, _offsets.OffsetOf(text, head.Start));
            int end = _offsets.OffsetOf(text, tail.End - 1) + 1;
            int sourceStart = layer.GetLine(record, Math.Max(0, head.Diagonal + head.Start - record.Start));
            int sourceEnd = layer.GetLine(record, Math.Clamp(tail.Diagonal + tail.End - 1 - record.Start, 0, record.Length));
            if (_matchCount == _matches.Length) Array.Resize(ref _matches, 2 * _matchCount);
            _matches[_matchCount++] = new(
                MatchKind.Verbatim, Index.DocumentIdOf(document.Layer, document.Document), Math.Min(sourceStart, sourceEnd), Math.Max(sourceStart, sourceEnd),
                start, end - start, _lines.LineOf(text, start), _lines.LineOf(text, end - 1), Math.Min(matched, tail.End - head.Start), 1.0, evidence);
            from = to;
        }
    }

    const int MaxJoinGap = 256;

    /// <summary>The first byte of the character whose last byte is at an offset.</summary>
    static int CharacterStart(ReadOnlySpan<byte> text, int offset)
    {
        int limit = Math.Max(0, offset - 3);
        while (offset > limit && (text[offset] & 0xC0) == 0x80) offset--;
        return offset;
    }
}
