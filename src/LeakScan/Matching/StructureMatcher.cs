using System.Runtime.InteropServices;
using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Sketches;
using LeakScan.Tokens;

namespace LeakScan.Matching;

/// <summary>Finds code that was changed: the second tier. One a thread; grows with the most that one text had to look at.</summary>
// Three steps, each for the little that the one before lets through:
//
//   1. Of every text, half of the shingles are looked up in the index's table, which tells the numbers, modulo 256, of the sketches that hold
//      them. Where a few are found close together, all of one number or the next, the text is hot; in a small index one is enough that stands nowhere else.
//   2. Hot blocks of 32 tokens get sketches; windows of some lengths, minima of their last blocks, are compared with the sketches of
//      those numbers. Those that share a few lanes are candidates.
//   3. The tokens of a candidate and those about it are aligned with the text's (Aligner), which decides; of a long text with those about
//      verbatim runs and what is hot by a candidate's sketches. Nine texts of ten that are hot have no candidate and end before it.
sealed class StructureMatcher
{
    /// <summary>Tokens of a block.</summary>
    internal const int BlockTokens = 32;

    /// <summary>A text of no more tokens is looked at as a whole.</summary>
    const int WholeTokens = 4096;

    /// <summary>Tokens of a longer text before and behind what is aligned that are aligned too: some hundred lines.</summary>
    const int MarginTokens = 1024;

    /// <summary>Tokens before and behind what is wanted that are aligned too, if not all is: some lines, for a stretch that goes on.</summary>
    const int WantedMarginTokens = 64;

    /// <summary>Tokens within which sampled shingles of one sketch or the next make text hot.</summary>
    const int HotTokens = 96;

    /// <summary>Tokens, a megabyte of text, within which regions are found: what is hot at the end of one does not go on in the next.</summary>
    internal const int SegmentTokens = 1 << 18;

    /// <summary>Lanes that make a sketch a candidate: by chance one in 10,000 has so many.</summary>
    const int CandidateLanes = 5;

    /// <summary>Candidates that are aligned at most, those with most lanes.</summary>
    const int MaxCandidates = 64;

    const int QueriesAPass = 16;

    /// <summary>From so many sketches on, some 20 MB of code, chance finds three shingles of one number in a row in more than a third of all texts.</summary>
    const int ManySketches = 1 << 14;

    /// <summary>Sketches that are gathered for one comparison.</summary>
    const int GatheredSketches = 1024;

    /// <summary>Sketches that are asked for before one is read: they lie far apart.</summary>
    const int SketchesAhead = 16;

    /// <summary>Hits that are remembered; no more fall within <see cref="HotTokens"/> but in text made for it.</summary>
    const int RecentHits = 256;

    /// <summary>Lengths of windows in blocks: about 8, 20 and 60 lines.</summary>
    static readonly int[] s_windows = [2, 5, 15];

    readonly FingerprintIndex _index;
    readonly TokenKeys _keys;
    readonly SimdTier _tier;
    readonly ShingleReader _reader;
    readonly RollingSketch _rolling;
    readonly ulong[] _keyed = new ulong[ShingleReader.PieceTokens];
    readonly ulong[] _sampled = new ulong[ShingleReader.PieceTokens];
    readonly int[] _places = new int[ShingleReader.PieceTokens];
    readonly nint[] _addresses = new nint[ShingleReader.PieceTokens];
    readonly int[] _foundNumbers = new int[ShingleReader.PieceTokens];
    readonly uint[] _foundEntries = new uint[ShingleReader.PieceTokens];
    readonly List<(int Number, int Layer, uint Entries)> _found = [];
    readonly uint[] _minima = new uint[SketchParameters.Bins];
    readonly byte[] _queries = new byte[QueriesAPass * SketchParameters.SketchBytes];
    readonly Dictionary<(int Layer, int Sketch), int> _candidates = [];
    readonly List<(int Layer, int Sketch, int Lanes)> _ranked = [];
    readonly Hit[] _recent = new Hit[RecentHits];
    readonly List<HotRegion> _regions = [];
    readonly List<Piece> _pieces = [];
    readonly List<(int First, int End)> _runTokens = [];
    readonly List<TokenRange> _ranges = [];
    readonly List<TokenRange> _wanted = [];
    readonly List<TokenRange> _rangesBefore = [];
    readonly int[] _lastRegions;
    readonly byte[] _gathered = new byte[GatheredSketches * SketchParameters.SketchBytes];
    ulong[] _shingles = new ulong[ShingleReader.PieceTokens]; // of the segment
    int _shingleCount;
    int _firstOfSegment;
    int _firstRegion;
    long _hits;
    int _queryCount;
    int _textTokens;
    Aligner? _aligner; // made for the first text that has a candidate: what is clean, as most of a hook's is, needs none

    /// <summary>Where a piece begins: its first token, and what reads it again.</summary>
    readonly record struct Piece(int Token, int At, bool AtLineStart);

    /// <summary>Tokens that are looked at.</summary>
    struct TokenRange
    {
        internal int First, End;
    }

    /// <summary>A sampled shingle of the text, and a sketch, modulo 256, that may hold it.</summary>
    readonly record struct Hit(ulong Hash, int Place, int Layer, byte Tag);

    /// <summary>What shingles of one sketch or the next tell together; taken from the last to the first.</summary>
    // Neighbours share most of their tokens: that the second is known too says little once the first is.
    struct HotScore(int place)
    {
        /// <summary>From which on text is hot: one shingle that stands in one place of the index, else three in a row; where many sketches share a number, two such pairs or three apart.</summary>
        internal const int OfOne = 3, OfFew = 5, OfMany = 8;

        const int Apart = 3, Near = 1;

        /// <summary>Tokens between two that are near.</summary>
        const int NearTokens = 4;

        int _place = place;

        internal int Value { get; private set; } = Apart;

        internal void Add(int place)
        {
            if (place == _place) return;
            Value += _place - place <= NearTokens ? Near : Apart;
            _place = place;
        }
    }

    /// <summary>Blocks of the text about shingles of sketches with a number, modulo 256, or the next.</summary>
    record struct HotRegion(int Layer, byte Tag, int FirstBlock, int LastBlock);

    internal StructureMatcher(FingerprintIndex index, SimdTier tier)
    {
        (_index, _tier) = (index, tier);
        _keys = index.TokenKeys;
        _reader = new ShingleReader(_keys, tier);
        _rolling = new RollingSketch(tier, s_windows);
        _lastRegions = new int[index.Layers.Length << 8];
    }

    /// <summary>Whether a text has anything to look at.</summary>
    internal bool MayMatch(ReadOnlySpan<byte> text)
    {
        _reader.Reset();
        _hits = 0;
        for (int first = 0; _reader.Next(text); first += _reader.Codes.Length)
        {
            Span<ulong> shingles = _shingles.AsSpan(0, _reader.Codes.Length);
            _reader.ReadShingles(shingles);
            if (FindHot(shingles, first, stop: true, [(0, text.Length)])) return true;
        }
        return false;
    }

    /// <summary>Finds the documents that the text's structure comes from: best first in <see cref="Aligner.Documents"/>. Null if there is no candidate.</summary>
    /// <param name="text">The text.</param>
    /// <param name="characters">Its canonical characters.</param>
    /// <param name="runs">What was found of it word for word: documents in which to look too.</param>
    /// <param name="wanted">Where to look, in bytes, in order; the rest is only looked at about what is found there.</param>
    internal Aligner? Match(ReadOnlySpan<byte> text, long characters, ReadOnlySpan<VerbatimRun> runs, ReadOnlySpan<(int Start, int End)> wanted)
    {
        FindRegions(text, runs, wanted);
        RankCandidates();
        if (_ranked.Count == 0 && runs.IsEmpty) return null;
        _aligner ??= new Aligner(_index, _tier);
        _aligner.Begin();
        FindRanges();
        ReadRanges(text, _aligner);
        foreach ((int layer, int sketch, _) in _ranked) _aligner.AddCandidate(layer, sketch);
        foreach (ref readonly VerbatimRun run in runs) _aligner.AddRun(run);
        _aligner.Align(text, _textTokens, characters);
        return _aligner;
    }

    /// <summary>Finds what is hot, the candidates, and of which tokens verbatim runs are.</summary>
    void FindRegions(ReadOnlySpan<byte> text, ReadOnlySpan<VerbatimRun> runs, ReadOnlySpan<(int Start, int End)> wanted)
    {
        _hits = 0;
        _regions.Clear();
        _candidates.Clear();
        _pieces.Clear();
        (_firstOfSegment, _firstRegion, _shingleCount) = (0, 0, 0);
        _lastRegions.AsSpan().Fill(-1);
        _runTokens.Clear();
        foreach (ref readonly VerbatimRun _ in runs) _runTokens.Add((0, 0));
        _wanted.Clear();
        _reader.Reset();
        int first = 0, open = 0; // of wanted: the first that has not ended
        int openToken = 0;
        bool isOpen = false;
        while (true)
        {
            (int at, bool atLineStart) = _reader.Position;
            if (!_reader.Next(text)) break;
            _pieces.Add(new Piece(first, at, atLineStart));
            if (_shingleCount + _reader.Codes.Length > SegmentTokens) EndSegment();
            if (_shingles.Length < _shingleCount + ShingleReader.PieceTokens) Array.Resize(ref _shingles, 2 * _shingles.Length);
            Span<ulong> shingles = _shingles.AsSpan(_shingleCount, _reader.Codes.Length);
            _reader.ReadShingles(shingles);
            _shingleCount += shingles.Length;
            _ = FindHot(shingles, first, stop: false, wanted);
            for (int i = 0; i < runs.Length; i++)
            {
                (int from, int to) = _runTokens[i];
                _runTokens[i] = (from + CountBefore(_reader.Starts, runs[i].Start), to + CountBefore(_reader.Starts, runs[i].End));
            }
            for (int behind = _reader.Position.At; open < wanted.Length && (isOpen ? wanted[open].End : wanted[open].Start) < behind;)
            {
                int token = first + CountBefore(_reader.Starts, isOpen ? wanted[open].End : wanted[open].Start);
                if (isOpen) _wanted.Add(new TokenRange { First = openToken, End = token });
                else openToken = token;
                if (isOpen) open++;
                isOpen = !isOpen;
            }
            first += _reader.Codes.Length;
        }
        if (isOpen) _wanted.Add(new TokenRange { First = openToken, End = first });
        _textTokens = first;
        FindCandidates();
    }

    void FindCandidates()
    {
        foreach (ref readonly HotRegion region in CollectionsMarshal.AsSpan(_regions)[_firstRegion..]) FindCandidates(region);
    }

    /// <summary>Finds the candidates of the segment's regions; what is left of its last block begins the next.</summary>
    void EndSegment()
    {
        FindCandidates();
        int kept = _shingleCount % BlockTokens;
        _shingles.AsSpan(_shingleCount - kept, kept).CopyTo(_shingles);
        _firstOfSegment += _shingleCount - kept;
        _shingleCount = kept;
        _firstRegion = _regions.Count;
        _lastRegions.AsSpan().Fill(-1);
    }

    static int CountBefore(ReadOnlySpan<int> starts, int offset) => starts.BinarySearch(offset) is var place && place < 0 ? ~place : place;

    /// <summary>Decides which tokens are aligned: of a short text all, of a longer one those about verbatim runs and what is hot by a candidate; in both those about what is wanted.</summary>
    void FindRanges()
    {
        _ranges.Clear();
        if (_textTokens <= WholeTokens) _ranges.Add(new TokenRange { End = _textTokens });
        else FindRangesOfLongText();
        if (_wanted is not [{ First: 0 } all] || all.End < _textTokens) KeepWanted();
    }

    void KeepWanted()
    {
        _rangesBefore.Clear();
        _rangesBefore.AddRange(_ranges);
        _ranges.Clear();
        foreach (TokenRange range in _rangesBefore)
        {
            foreach (TokenRange wanted in _wanted)
            {
                int first = Math.Max(range.First, (wanted.First - WantedMarginTokens) / BlockTokens * BlockTokens), end = Math.Min(range.End, wanted.End + WantedMarginTokens);
                if (first < end) _ranges.Add(new TokenRange { First = first, End = end });
            }
        }
        JoinRanges(0);
    }

    /// <summary>Makes one of ranges, in order, between which there are no more tokens than so many.</summary>
    void JoinRanges(int gap)
    {
        int kept = 0;
        Span<TokenRange> ranges = CollectionsMarshal.AsSpan(_ranges);
        foreach (TokenRange range in ranges)
        {
            if (kept > 0 && range.First <= ranges[kept - 1].End + gap) ranges[kept - 1].End = Math.Max(ranges[kept - 1].End, range.End);
            else ranges[kept++] = range;
        }
        CollectionsMarshal.SetCount(_ranges, kept);
    }

    void FindRangesOfLongText()
    {
        foreach (ref readonly HotRegion region in CollectionsMarshal.AsSpan(_regions))
        {
            if (IsOfCandidate(region)) AddRange(region.FirstBlock * BlockTokens, (region.LastBlock + 1) * BlockTokens);
        }
        foreach ((int first, int end) in _runTokens) AddRange(first, end);
        _ranges.Sort((a, b) => a.First.CompareTo(b.First));
        JoinRanges(MarginTokens);

        void AddRange(int first, int end) => _ranges.Add(new TokenRange { First = Math.Max(0, first - MarginTokens) / BlockTokens * BlockTokens, End = (int)Math.Min(_textTokens, (long)end + MarginTokens) });
    }

    /// <summary>Whether what is hot may lie in the tokens about a candidate.</summary>
    bool IsOfCandidate(in HotRegion region)
    {
        const int Near = 2; // half a sketch on both sides of it is aligned, and a region's hits are of its number or the next
        foreach ((int layer, int sketch, _) in CollectionsMarshal.AsSpan(_ranked))
        {
            if (layer == region.Layer && (byte)(region.Tag - (byte)sketch + Near) <= 2 * Near) return true;
        }
        return false;
    }

    /// <summary>Gives the aligner the tokens that are looked at.</summary>
    void ReadRanges(ReadOnlySpan<byte> text, Aligner aligner)
    {
        if (_pieces.Count == 1 && _ranges is [{ First: 0 } all] && all.End == _textTokens)
        {
            aligner.Append(_reader.Tokens, _reader.Starts, _reader.Codes, _shingles.AsSpan(0, _shingleCount));
            return;
        }
        foreach (TokenRange range in _ranges)
        {
            if (range.First != _ranges[0].First) aligner.AppendGap();
            // What a token's code and shingle are depends on those shortly before it.
            int piece = _pieces.Count - 1;
            while (piece > 0 && _pieces[piece].Token > range.First - BlockTokens) piece--;
            _reader.Reset(_pieces[piece].At, _pieces[piece].AtLineStart);
            for (int token = _pieces[piece].Token; token < range.End && _reader.Next(text); token += _reader.Codes.Length)
            {
                Span<ulong> shingles = _shingles.AsSpan(0, _reader.Codes.Length);
                _reader.ReadShingles(shingles);
                // A shingle that began before the range is none of it.
                int cut = range.First == 0 ? 0 : Math.Clamp(range.First + TokenParameters.ShingleLength - 1 - token, 0, shingles.Length);
                shingles[..cut].Clear();
                Range taken = Math.Clamp(range.First - token, 0, shingles.Length)..Math.Min(shingles.Length, range.End - token);
                aligner.Append(_reader.Tokens[taken], _reader.Starts[taken], _reader.Codes[taken], shingles[taken]);
            }
        }
    }

    /// <summary>Asks the tables about a piece's sampled shingles.</summary>
    /// <param name="shingles">Rolling hashes; kept.</param>
    /// <param name="first">Place of the first in the text.</param>
    /// <param name="stop">At the first hot place; else blocks about hot places are noted.</param>
    /// <param name="wanted">Where a shingle must end, in bytes.</param>
    bool FindHot(ReadOnlySpan<ulong> shingles, int first, bool stop, ReadOnlySpan<(int Start, int End)> wanted)
    {
        Span<ulong> keyed = _keyed.AsSpan(0, shingles.Length);
        _reader.Key(shingles, keyed);
        ReadOnlySpan<ulong> hashes = _sampled.AsSpan(0, ShingleSampler.Sample(shingles, keyed, _sampled, _places, _tier));
        ReadOnlySpan<MappedIndex> layers = _index.Layers;
        _found.Clear();
        for (int layer = 0; layer < layers.Length; layer++)
        {
            int found = layers[layer].FindShingles(hashes, _addresses, _foundNumbers, _foundEntries);
            for (int i = 0; i < found; i++) _found.Add((_foundNumbers[i], layer, _foundEntries[i]));
        }
        if (layers.Length > 1) _found.Sort((a, b) => a.Number != b.Number ? a.Number.CompareTo(b.Number) : a.Layer.CompareTo(b.Layer));
        Span<byte> tags = stackalloc byte[ShingleTable.MaxTags];
        int range = 0;
        foreach ((int number, int layer, uint entries) in CollectionsMarshal.AsSpan(_found))
        {
            int start = _reader.Starts[_places[number]];
            while (range < wanted.Length && wanted[range].End <= start) range++;
            if (range == wanted.Length) break;
            if (start < wanted[range].Start) continue;
            int count = layers[layer].ReadShingleTags(hashes[number], entries, tags);
            int enough = layers[layer].Sketches >= ManySketches ? HotScore.OfMany : count == 1 ? HotScore.OfOne : HotScore.OfFew;
            for (int tag = 0; tag < count; tag++)
            {
                if (IsHot(new Hit(hashes[number], first + _places[number], layer, tags[tag]), enough, stop)) return true;
            }
        }
        return false;
    }

    /// <summary>Takes a hit. Whether it and those before it are hot, from a score on; if no stop is wanted, notes what is hot and goes on.</summary>
    bool IsHot(in Hit hit, int enough, bool stop)
    {
        HotScore above = new(hit.Place), below = above;
        int start = hit.Place;
        for (long i = _hits - 1; i >= Math.Max(0, _hits - RecentHits); i--)
        {
            ref readonly Hit other = ref _recent[i & (RecentHits - 1)];
            if (hit.Place - other.Place > HotTokens) break;
            int difference = (sbyte)(other.Tag - hit.Tag);
            if (difference is < -1 or > 1 || other.Layer != hit.Layer) continue;
            if (other.Hash == hit.Hash)
            {
                // What repeats itself, as the rows of a table do, is one shingle.
                if (difference == 0) return false;
                continue;
            }
            start = other.Place;
            if (difference >= 0) above.Add(other.Place);
            if (difference <= 0) below.Add(other.Place);
        }
        _recent[_hits++ & (RecentHits - 1)] = hit;
        if (Math.Max(above.Value, below.Value) < enough) return false;
        if (!stop) AddRegion(hit, Math.Max(_firstOfSegment, start - BlockTokens) / BlockTokens, (hit.Place + BlockTokens) / BlockTokens);
        return stop;
    }

    void AddRegion(in Hit hit, int firstBlock, int lastBlock)
    {
        ref int last = ref _lastRegions[hit.Layer << 8 | hit.Tag];
        if (last >= 0 && firstBlock <= _regions[last].LastBlock + 1)
        {
            ref HotRegion region = ref CollectionsMarshal.AsSpan(_regions)[last];
            region = region with { FirstBlock = Math.Min(region.FirstBlock, firstBlock), LastBlock = Math.Max(region.LastBlock, lastBlock) };
            return;
        }
        last = _regions.Count;
        _regions.Add(new HotRegion(hit.Layer, hit.Tag, firstBlock, lastBlock));
    }

    void RankCandidates()
    {
        _ranked.Clear();
        foreach (((int layer, int sketch), int lanes) in _candidates) _ranked.Add((layer, sketch, lanes));
        _ranked.Sort((a, b) => a.Lanes != b.Lanes ? b.Lanes.CompareTo(a.Lanes) : a.Layer != b.Layer ? a.Layer.CompareTo(b.Layer) : a.Sketch.CompareTo(b.Sketch));
        if (_ranked.Count > MaxCandidates) CollectionsMarshal.SetCount(_ranked, MaxCandidates);
    }

    void FindCandidates(in HotRegion region)
    {
        _queryCount = 0;
        _rolling.Reset();
        int end = Math.Min(_shingleCount, (region.LastBlock + 1) * BlockTokens - _firstOfSegment);
        for (int start = region.FirstBlock * BlockTokens - _firstOfSegment; start < end; start += BlockTokens)
        {
            ReadOnlySpan<ulong> shingles = _shingles.AsSpan(start, Math.Min(BlockTokens, _shingleCount - start));
            shingles.CopyTo(_sampled);
            int count = IdiomModel.ShippedStructure.KeepOtherShingles(_sampled.AsSpan(0, shingles.Length));
            _reader.Key(_sampled.AsSpan(0, count), _sampled);
            BlockSketch.Clear(_minima);
            BlockSketch.Add(_sampled.AsSpan(0, count), _minima);
            _rolling.Push(_minima);
            for (int window = 0; window < s_windows.Length; window++)
            {
                if (window > 0 && _rolling.Blocks < s_windows[window]) break;
                Span<byte> query = _queries.AsSpan(_queryCount * SketchParameters.SketchBytes, SketchParameters.SketchBytes);
                if (Sketch.Store(_rolling.Window(window), query, _tier) && ++_queryCount == QueriesAPass) Compare(region);
            }
        }
        Compare(region);
    }

    /// <summary>Compares the queries with the sketches of a region's number and of those beside it.</summary>
    void Compare(in HotRegion region)
    {
        if (_queryCount == 0) return;
        ReadOnlySpan<byte> queries = _queries.AsSpan(0, _queryCount * SketchParameters.SketchBytes);
        MappedIndex layer = _index.Layers[region.Layer];
        for (int tag = region.Tag - 1; tag <= region.Tag + 1; tag++)
        {
            for (long first = (byte)tag; first < layer.Sketches; first += (long)GatheredSketches << 8)
            {
                int count = 0;
                for (long sketch = first; sketch < layer.Sketches && count < GatheredSketches; sketch += 1 << 8, count++)
                {
                    layer.PrefetchSketch(sketch + (SketchesAhead << 8));
                    layer.ReadSketches((int)sketch, 1).CopyTo(_gathered.AsSpan(count * SketchParameters.SketchBytes));
                }
                CandidateSink sink = new(_candidates, region.Layer, (int)first);
                SketchTable.Compare(queries, _gathered.AsSpan(0, count * SketchParameters.SketchBytes), CandidateLanes, ref sink, _tier);
            }
        }
        _queryCount = 0;
    }

    readonly struct CandidateSink(Dictionary<(int Layer, int Sketch), int> candidates, int layer, int first) : ISketchMatchSink
    {
        public void Take(int sketch, int query, int equalLanes)
        {
            ref int lanes = ref CollectionsMarshal.GetValueRefOrAddDefault(candidates, (layer, first + (sketch << 8)), out _);
            lanes = Math.Max(lanes, equalLanes);
        }
    }
}
