using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Tokens;

namespace LeakScan.Idioms;

/// <summary>Counts shingles by their structure; text is held as codes of tokens.</summary>
sealed class ShingleCounter : OwnerCounter
{
    readonly ShingleReader _reader = new(new TokenKeys(IndexKey.FromBytes(new byte[IndexKey.LengthBytes])), SimdTiers.Current);
    readonly Shingler _shingler = new(SimdTiers.Current);
    ulong[] _hashes = [];

    protected override void AddText(ReadOnlySpan<byte> text, IReadOnlyList<(int Start, int End)> boilerplate, List<byte[]> held)
    {
        List<byte> codes = [];
        _reader.Reset();
        int line = 0, scanned = 0, range = 0;
        while (_reader.Next(text))
        {
            for (int i = 0; i < _reader.Codes.Length; i++)
            {
                line += text[scanned.._reader.Starts[i]].Count((byte)'\n');
                scanned = _reader.Starts[i];
                while (range < boilerplate.Count && boilerplate[range].End <= line) range++;
                codes.Add(range < boilerplate.Count && boilerplate[range].Start <= line ? TokenCoder.Nothing : _reader.Codes[i]);
            }
        }
        if (codes.Count >= TokenParameters.ShingleLength) held.Add([.. codes]);
    }

    protected override void AddHashes(ReadOnlySpan<byte> held, int bits, ulong slice, List<ulong> hashes)
    {
        if (_hashes.Length < held.Length) _hashes = new ulong[2 * held.Length];
        _shingler.Reset();
        _shingler.Append(held, _hashes);
        foreach (ulong rolling in _hashes.AsSpan(0, held.Length))
        {
            if (rolling == 0) continue;
            ulong hash = IdiomModel.Mix(rolling, 0);
            if (hash >> 64 - bits == slice) hashes.Add(hash);
        }
    }
}
