using System.Buffers.Binary;

namespace LeakScan.Sketches;

/// <summary>Locality-sensitive hashing: sketches that agree in all rows of some band are candidates. Thread-safe; allocates nothing.</summary>
// Broder, Leskovec and others: cut the 128 lanes into bands of r rows. Two sketches become candidates if they agree in a whole
// band, P = 1 - (1 - p^r)^(128/r) with p = J + (1 - J) / 256: an S over J that is steep where p^r is about r / 128. docs/sketches.md has
// the table for each r.
static class Bands
{
    /// <summary>The most rows of a band.</summary>
    internal const int MaxRows = 4;

    /// <summary>Bands of a sketch: all that are whole.</summary>
    /// <param name="rows">Rows of a band, 1 to <see cref="MaxRows"/>.</param>
    internal static int Count(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
        return SketchParameters.Bins / rows;
    }

    /// <summary>The keys of a stored sketch's bands: two are equal if and only if they are of the same band and all rows agree.</summary>
    /// <param name="sketch">A stored sketch, not that of the empty set.</param>
    /// <param name="rows">Rows of a band, 1 to <see cref="MaxRows"/>.</param>
    /// <param name="keys">Receives <see cref="Count"/> keys: the band's number times 2^32, plus its rows. Not mixed.</param>
    internal static void Keys(ReadOnlySpan<byte> sketch, int rows, Span<ulong> keys)
    {
        sketch = sketch[..SketchParameters.SketchBytes];
        keys = keys[..Count(rows)];
        uint mask = uint.MaxValue >> 8 * (MaxRows - rows);
        for (int band = 0; band < keys.Length; band++)
        {
            int first = Math.Min(band * rows, SketchParameters.SketchBytes - sizeof(uint));
            uint lanes = BinaryPrimitives.ReadUInt32LittleEndian(sketch[first..]) >> 8 * (band * rows - first);
            keys[band] = (ulong)band << 32 | lanes & mask;
        }
    }

    /// <summary>The probability that two sketches are candidates.</summary>
    /// <param name="resemblance">Of their sets, 0 to 1.</param>
    /// <param name="rows">Rows of a band, 1 to <see cref="MaxRows"/>.</param>
    internal static double ProbabilityOfCandidate(double resemblance, int rows) =>
        1 - Math.Pow(1 - Math.Pow(Resemblance.ProbabilityOfEqual(resemblance), rows), Count(rows));
}
