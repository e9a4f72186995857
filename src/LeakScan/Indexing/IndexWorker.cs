using System.Numerics;
using LeakScan.Fingerprints;
using LeakScan.Simd;
using LeakScan.Text;
using LeakScan.Tokens;

namespace LeakScan.Indexing;

/// <summary>One thread's way through a document: canonical text, line table, fingerprints into the store.</summary>
sealed class IndexWorker(FingerprintKeys keys, TokenKeys tokenKeys, SimdTier tier, FingerprintStore store, TokenStore tokens, IdiomModel? idioms)
{
    readonly ShingleReader _reader = new(tokenKeys, tier);
    readonly List<int> _tokensBeforeLineFeed = [];
    byte[] _codes = new byte[16 * 1024];
    readonly Fingerprinter _fingerprinter = new(keys, tier);
    readonly FingerprintStore.Writer _writer = new(store);
    readonly List<int> _lineFeeds = [];
    readonly List<(int Start, int End)> _boilerplate = [];
    readonly HashSet<uint> _declaredNames = [];
    bool[] _isIdiom = [];
    bool[] _isFormat = [];
    byte[] _canonical = new byte[64 * 1024];
    int _length;

    /// <summary>Canonicalises a document.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="hasStructure">Whether its structure tells it from others.</param>
    /// <param name="length">Its canonical characters.</param>
    /// <param name="lines">Its lines.</param>
    /// <returns>Its line table: for each line but the last the number of its canonical characters, as LEB128.</returns>
    internal byte[] Prepare(ReadOnlySpan<byte> text, bool hasStructure, out int length, out int lines)
    {
        int room = text.Length + 2 * Canonicalizer.OutputSlack;
        if (_canonical.Length < room) _canonical = new byte[room];
        Canonicalizer canonicalizer = _fingerprinter.Canonicalizer;
        canonicalizer.Reset();
        _lineFeeds.Clear();
        canonicalizer.LineFeeds = _lineFeeds;
        _length = canonicalizer.Append(text, _canonical);
        canonicalizer.LineFeeds = null;
        _length += canonicalizer.Finish(_canonical.AsSpan(_length));
        length = _length;
        lines = Math.Max(1, text.EndsWith("\n"u8) ? _lineFeeds.Count : _lineFeeds.Count + 1);

        BoilerplateLines.Find(text, _boilerplate);
        if (idioms is not null)
        {
            TemplateLines.Add(IdiomModel.Templates, _canonical.AsSpan(0, _length), _lineFeeds, _boilerplate);
            TemplateLines.Add(IdiomModel.Formats, _canonical.AsSpan(0, _length), _lineFeeds, _boilerplate);
        }
        ReadTokens(text);
        if (!hasStructure) _codes.AsSpan(0, _tokenCount).Clear(); // TokenCoder.Nothing
        for (int i = 0; i < _boilerplate.Count; i++) _boilerplate[i] = (CharactersBefore(_boilerplate[i].Start), CharactersBefore(_boilerplate[i].End));
        return MakeLineTable(_lineFeeds, lines);
    }

    /// <summary>Tokens of the names that the documents declare.</summary>
    internal IReadOnlySet<uint> DeclaredNames => _declaredNames;

    /// <summary>Reads what a document declares, if it is of code.</summary>
    /// <returns>Whether it is.</returns>
    internal bool ReadDeclarations(string path, ReadOnlySpan<byte> text)
    {
        if (!Declarations.IsCode(path)) return false;
        Declarations.Find(path, text, _declaredNames);
        return true;
    }

    /// <summary>What <see cref="Prepare"/> read of the document's tokens, for the document's record.</summary>
    internal StoredTokens StoreTokens(int lines) => tokens.Add(_codes.AsSpan(0, _tokenCount), MakeLineTable(_tokensBeforeLineFeed, lines));

    int _tokenCount;

    void ReadTokens(ReadOnlySpan<byte> text)
    {
        _reader.Reset();
        _tokenCount = 0;
        _tokensBeforeLineFeed.Clear();
        int feed = text.IndexOf((byte)'\n'), range = 0; // the next line feed
        while (_reader.Next(text))
        {
            ReadOnlySpan<byte> codes = _reader.Codes;
            ReadOnlySpan<int> starts = _reader.Starts;
            if (_codes.Length < _tokenCount + codes.Length) Array.Resize(ref _codes, 2 * (_tokenCount + codes.Length));
            Span<byte> stored = _codes.AsSpan(_tokenCount, codes.Length);
            codes.CopyTo(stored);
            for (int i = 0; i < codes.Length; i++)
            {
                for (; (uint)feed < (uint)starts[i]; feed = NextLineFeed(text, feed)) _tokensBeforeLineFeed.Add(_tokenCount + i);
                if (range == _boilerplate.Count) continue;
                int line = _tokensBeforeLineFeed.Count;
                while (range < _boilerplate.Count && _boilerplate[range].End <= line) range++;
                if (range < _boilerplate.Count && _boilerplate[range].Start <= line) stored[i] = TokenCoder.Nothing;
            }
            _tokenCount += codes.Length;
        }
        for (; feed >= 0; feed = NextLineFeed(text, feed)) _tokensBeforeLineFeed.Add(_tokenCount);
    }

    /// <summary>The line feed behind one; -1 if there is none.</summary>
    static int NextLineFeed(ReadOnlySpan<byte> text, int feed) => text[(feed + 1)..].IndexOf((byte)'\n') is >= 0 and int further ? feed + 1 + further : -1;

    /// <summary>Canonical characters before a line, counted from 0.</summary>
    int CharactersBefore(int line) => line == 0 ? 0 : line <= _lineFeeds.Count ? _lineFeeds[line - 1] : _length;

    /// <summary>For each line but the last the number of what was counted at the line feeds, as LEB128.</summary>
    static byte[] MakeLineTable(List<int> countsAtLineFeeds, int lines)
    {
        int size = 0;
        for (int line = 0; line + 1 < lines; line++) size += 1 + BitOperations.Log2((uint)CountOf(countsAtLineFeeds, line) | 1) / 7;
        byte[] table = new byte[size];
        int bytes = 0;
        for (int line = 0; line + 1 < lines; line++)
        {
            uint count = (uint)CountOf(countsAtLineFeeds, line);
            for (; count >= 0x80; count >>= 7) table[bytes++] = (byte)(count | 0x80);
            table[bytes++] = (byte)count;
        }
        return table;
    }

    static int CountOf(List<int> countsAtLineFeeds, int line) => countsAtLineFeeds[line] - (line == 0 ? 0 : countsAtLineFeeds[line - 1]);

    /// <summary>Fingerprints what was prepared.</summary>
    /// <param name="arrival">Where its canonical text begins in that of all documents in order of arrival.</param>
    internal void AddPrepared(long arrival)
    {
        ReadOnlySpan<byte> canonical = _canonical.AsSpan(0, _length);
        Sink sink = new(this, arrival, canonical, _boilerplate, idioms);
        _fingerprinter.RunCanonical(canonical, GramParameters.FineWindow, ref sink);
        if (_codes.Length > 1 << 24) _codes = new byte[16 * 1024];
        if (_canonical.Length > 1 << 25) _canonical = new byte[64 * 1024]; // not kept for one huge document
    }

    /// <summary>Takes public text.</summary>
    /// <returns>Its tokens.</returns>
    internal StoredTokens AddPublic(ReadOnlySpan<byte> text)
    {
        _boilerplate.Clear();
        ReadTokens(text);
        Sink sink = new(this, arrival: -1, [], [], null);
        _fingerprinter.Run(text, GramParameters.FineWindow, ref sink);
        return tokens.Add(_codes.AsSpan(0, _tokenCount), []);
    }

    internal void Flush() => _writer.Flush();

    // Where text repeats itself within a few k-grams (zeros, padding, rows of a table) every position ties for the minimum.
    // Only the first of equal fingerprints is kept there: whoever looks for such text finds the same value.
    ref struct Sink(
        IndexWorker worker, long arrival, ReadOnlySpan<byte> canonical, List<(int Start, int End)> boilerplate, IdiomModel? idioms) : IFingerprintSink
    {
        readonly ReadOnlySpan<byte> _canonical = canonical;
        RecentFingerprints _recent;
        int _range;

        public bool Take(ReadOnlySpan<ulong> fingerprints, ReadOnlySpan<int> ends, long tileStart)
        {
            if (worker._isIdiom.Length < ends.Length) (worker._isIdiom, worker._isFormat) = (new bool[ends.Length], new bool[ends.Length]);
            Span<bool> isIdiom = worker._isIdiom.AsSpan(0, ends.Length);
            Span<bool> isFormat = worker._isFormat.AsSpan(0, ends.Length);
            if (idioms is null)
            {
                isIdiom.Clear();
                isFormat.Clear();
            }
            else
            {
                idioms.Find(_canonical, tileStart, ends, isIdiom);
                IdiomModel.Formats.Find(_canonical, tileStart, ends, isFormat);
            }
            for (int i = 0; i < fingerprints.Length; i++)
            {
                if (_recent.IsRepeat(fingerprints[i]) || isIdiom[i] || isFormat[i]) continue;
                long start = tileStart + ends[i] - (GramParameters.GramLength - 1);
                // As good as public: worth nothing wherever else it stands.
                worker._writer.Add(fingerprints[i], arrival + start, isPublic: arrival < 0 || IsBoilerplate(start));
            }
            return true;
        }

        /// <summary>Whether more than half of a k-gram is header or imports. Positions rise from call to call.</summary>
        bool IsBoilerplate(long start)
        {
            long middle = start + GramParameters.GramLength / 2;
            while (_range < boilerplate.Count && boilerplate[_range].End <= middle) _range++;
            return _range < boilerplate.Count && boilerplate[_range].Start <= middle;
        }
    }
}
