using LeakScan.Sketches;

namespace LeakScan.Tests.Oracle;

/// <summary>Sketches by the book, of lists.</summary>
static class SketchOracle
{
    /// <summary>The least value in each bin.</summary>
    internal static uint[] Minima(IEnumerable<ulong> set)
    {
        ILookup<ulong, uint> bins = set.ToLookup(h => h & 127, h => (uint)(h >> 33));
        return [.. Enumerable.Range(0, 128).Select(bin => bins[(ulong)bin].DefaultIfEmpty(uint.MaxValue).Min())];
    }

    /// <summary>As Mai et al. have it: in each round every full bin offers its minimum to one bin, which takes it if it has none.</summary>
    internal static byte[] Store(uint[] minima)
    {
        if (minima.All(m => m == uint.MaxValue)) return new byte[128];
        int[] source = [.. minima.Select((m, bin) => m == uint.MaxValue ? -1 : bin)];
        foreach (byte offset in Sketch.Offsets)
        {
            for (int full = 0; full < 128; full++)
            {
                int to = (full - offset + 128) % 128;
                if (minima[full] != uint.MaxValue && source[to] < 0) source[to] = full;
            }
        }
        return [.. source.Select((bin, lane) => (byte)(Mix(minima[bin]) * Sketch.Multipliers[lane] >> 8))];
    }

    static uint Mix(uint minimum)
    {
        uint x = unchecked((minimum ^ minimum >> 16) * 0x21F0AAAD);
        x = unchecked((x ^ x >> 15) * 0x735A2D97);
        return x >> 16 | 1;
    }

    internal static int EqualLanes(byte[] left, byte[] right) => left.Zip(right).Count(p => p.First == p.Second);

    internal static (int Sketch, int Query, int Equal)[] Compare(byte[][] queries, byte[][] table, int threshold) =>
        [.. from sketch in Enumerable.Range(0, table.Length)
            from query in Enumerable.Range(0, queries.Length)
            let equal = EqualLanes(queries[query], table[sketch])
            where equal >= threshold && queries[query].Any(b => b != 0)
            select (sketch, query, equal)];

    /// <summary>A key's bytes: its rows, then the number of its band.</summary>
    internal static ulong[] BandKeys(byte[] sketch, int rows) =>
        [.. sketch.Chunk(rows).Where(band => band.Length == rows).Select((band, number) => band.Select((lane, row) => (ulong)lane << 8 * row).Aggregate((ulong)number << 32, (a, b) => a | b))];
}
