using LeakScan.Fingerprints;
using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Text;

namespace LeakScan.Idioms;

/// <summary>Counts k-grams of canonical text, which is held as it is.</summary>
sealed class GramCounter : OwnerCounter
{
    readonly Canonicalizer _canonicalizer = new(SimdTiers.Current);
    readonly List<int> _lineFeeds = [];

    protected override void AddText(ReadOnlySpan<byte> text, IReadOnlyList<(int Start, int End)> boilerplate, List<byte[]> held)
    {
        byte[] canonical = new byte[text.Length + 2 * Canonicalizer.OutputSlack];
        _canonicalizer.Reset();
        _lineFeeds.Clear();
        _canonicalizer.LineFeeds = _lineFeeds;
        int length = _canonicalizer.Append(text, canonical);
        _canonicalizer.LineFeeds = null;
        length += _canonicalizer.Finish(canonical.AsSpan(length));

        // What an index leaves out anyway need not be known.
        int from = 0;
        foreach ((int start, int end) in boilerplate)
        {
            Add(canonical.AsSpan(from, Math.Max(0, Math.Min(CharactersBefore(start, length) + GramParameters.GramLength / 2, length) - from)));
            from = Math.Max(from, CharactersBefore(end, length) - GramParameters.GramLength / 2);
        }
        Add(canonical.AsSpan(from, length - from));

        void Add(ReadOnlySpan<byte> piece)
        {
            if (piece.Length >= GramParameters.GramLength) held.Add(piece.ToArray());
        }
    }

    int CharactersBefore(int line, int length) => line == 0 ? 0 : line <= _lineFeeds.Count ? _lineFeeds[line - 1] : length;

    protected override void AddHashes(ReadOnlySpan<byte> held, int bits, ulong slice, List<ulong> hashes)
    {
        for (int at = 0; at + GramParameters.GramLength <= held.Length; at++)
        {
            ulong hash = IdiomModel.Hash(held.Slice(at, GramParameters.GramLength));
            if (hash >> 64 - bits == slice) hashes.Add(hash);
        }
    }
}
