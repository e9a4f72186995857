using LeakScan.Simd;

namespace LeakScan.Sketches;

/// <summary>A one-permutation MinHash sketch of a set of 64-bit hashes: the least value in each of 128 bins. Thread-safe; allocates nothing.</summary>
// Li, Owen and Zhang, "One permutation hashing" (NIPS 2012): where the textbook hashes each element 128 times and keeps the least
// of each, one hash is enough if a few of its bits choose a bin and others compete in it. The sketch of a union is the minimum of
// the sketches, lane by lane, which is all that windows are made of.
static class BlockSketch
{
    /// <summary>Makes the minima those of the empty set.</summary>
    /// <param name="minima"><see cref="SketchParameters.Bins"/> minima.</param>
    internal static void Clear(Span<uint> minima) => minima[..SketchParameters.Bins].Fill(SketchParameters.Empty);

    /// <summary>Adds hashes to the set.</summary>
    /// <param name="hashes">Keyed and well mixed (<see cref="ShingleHash"/>), in any order; repeats change nothing. One hash in 2^32 has the value of an empty bin and does not count.</param>
    /// <param name="minima"><see cref="SketchParameters.Bins"/> minima, <see cref="SketchParameters.Empty"/> for empty bins.</param>
    internal static void Add(ReadOnlySpan<ulong> hashes, Span<uint> minima)
    {
        minima = minima[..SketchParameters.Bins];
        foreach (ulong hash in hashes)
        {
            ref uint minimum = ref minima[(int)(hash % SketchParameters.Bins)];
            minimum = Math.Min(minimum, (uint)(hash >> 32));
        }
    }

    /// <summary>The minima of the union of two sets, the same on every tier. <paramref name="union"/> may be one of the others.</summary>
    internal static void Unite(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, Span<uint> union, SimdTier tier)
    {
        for (int i = 0; i < SketchParameters.Bins; i++) union[i] = Math.Min(left[i], right[i]);
    }
}
