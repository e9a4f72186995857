using LeakScan.Fingerprints;
using LeakScan.Simd;
using LeakScan.Text;

namespace LeakScan.Indexing;

/// <summary>One thread's way through a document: canonical text, line table, fingerprints into the store.</summary>
sealed class IndexWorker(FingerprintKeys keys, SimdTier tier, FingerprintStore store)
{
    readonly Fingerprinter _fingerprinter = new(keys, tier);
    readonly FingerprintStore.Writer _writer = new(store);
    byte[] _canonical = new byte[64 * 1024];
    int[] _offsets = new int[64 * 1024];
    readonly List<(int Start, int End)> _boilerplate = [];
    int _length;

    /// <summary>Canonicalises a document.</summary>
    /// <returns>Its line table: for each line but the last the number of its canonical characters, as LEB128.</returns>
    internal byte[] Prepare(ReadOnlySpan<byte> text, out int length, out int lines)
    {
        int room = text.Length + 2 * Canonicalizer.OutputSlack;
        if (_canonical.Length < room) (_canonical, _offsets) = (new byte[room], new int[room]);
        Canonicalizer canonicalizer = _fingerprinter.Canonicalizer;
        canonicalizer.Reset();
        _length = canonicalizer.Append(text, _canonical, _offsets);
        _length += canonicalizer.Finish(_canonical.AsSpan(_length), _offsets.AsSpan(_length));
        length = _length;

        BoilerplateLines.Find(text, _boilerplate);
        ToCanonical(_boilerplate, _offsets.AsSpan(0, _length));

        List<byte> table = [];
        lines = 1;
        int character = 0;
        for (int at = 0; at < text.Length;)
        {
            int line = text[at..].IndexOf((byte)'\n');
            if (line < 0) break;
            at += line + 1;
            if (at == text.Length) break; // the end of the last line begins no other
            lines++;
            int first = character;
            while (character < _length && _offsets[character] < at) character++;
            uint count = (uint)(character - first);
            for (; count >= 0x80; count >>= 7) table.Add((byte)(count | 0x80));
            table.Add((byte)count);
        }
        return [.. table];
    }

    /// <summary>Turns ranges of bytes into ranges of canonical characters.</summary>
    static void ToCanonical(List<(int Start, int End)> ranges, ReadOnlySpan<int> offsets)
    {
        for (int i = 0; i < ranges.Count; i++)
            ranges[i] = (FirstAtOrAfter(offsets, ranges[i].Start), FirstAtOrAfter(offsets, ranges[i].End));
    }

    static int FirstAtOrAfter(ReadOnlySpan<int> offsets, int offset)
    {
        int low = 0, high = offsets.Length;
        while (low < high)
        {
            int middle = low + high >> 1;
            if (offsets[middle] < offset) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>Fingerprints what was prepared.</summary>
    internal void AddPrepared(uint document)
    {
        Sink sink = new(_writer, document, _boilerplate);
        _fingerprinter.RunCanonical(_canonical.AsSpan(0, _length), GramParameters.FineWindow, ref sink);
        if (_canonical.Length > 1 << 25) (_canonical, _offsets) = (new byte[64 * 1024], new int[64 * 1024]);
    }

    internal void AddPublic(ReadOnlySpan<byte> text)
    {
        Sink sink = new(_writer, FoundFingerprint.Public, []);
        _fingerprinter.Run(text, GramParameters.FineWindow, ref sink);
    }

    internal void Flush() => _writer.Flush();

    // Where text repeats itself within a few k-grams (zeros, padding, rows of a table) every position ties for the minimum.
    // Only the first of equal fingerprints is kept there: whoever looks for such text finds the same value.
    ref struct Sink(FingerprintStore.Writer writer, uint document, List<(int Start, int End)> boilerplate) : IFingerprintSink
    {
        RecentFingerprints _recent;
        int _range;

        public bool Take(ReadOnlySpan<ulong> fingerprints, ReadOnlySpan<int> ends, long tileStart)
        {
            for (int i = 0; i < fingerprints.Length; i++)
            {
                long start = tileStart + ends[i] - (GramParameters.GramLength - 1);
                if (_recent.IsRepeat(fingerprints[i])) continue;
                // As good as public: worth nothing wherever else it stands.
                writer.Add(new(fingerprints[i], IsBoilerplate(start) ? FoundFingerprint.Public : document, (uint)start));
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
