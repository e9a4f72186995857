using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LeakScan.Simd;

namespace LeakScan.Sketches;

/// <summary>A one-permutation MinHash sketch of a set of 64-bit hashes: the least value in each of 128 bins. Thread-safe; allocates nothing.</summary>
// Li, Owen and Zhang, "One permutation hashing" (NIPS 2012): where the textbook hashes each element 128 times and keeps the least
// of each, one hash is enough if a few of its bits choose a bin and others compete in it. The sketch of a union is the minimum of
// the sketches, lane by lane, which is all that windows are made of.
static class BlockSketch
{
    /// <summary>Seven bits choose the bin, 31 others compete: none of their values is <see cref="SketchParameters.Empty"/>.</summary>
    const int ValueShift = 33;

    /// <summary>Makes the minima those of the empty set.</summary>
    /// <param name="minima"><see cref="SketchParameters.Bins"/> minima.</param>
    internal static void Clear(Span<uint> minima) => minima[..SketchParameters.Bins].Fill(SketchParameters.Empty);

    /// <summary>Adds hashes to the set.</summary>
    /// <param name="hashes">Keyed and well mixed (<see cref="ShingleHash"/>), in any order; repeats change nothing.</param>
    /// <param name="minima"><see cref="SketchParameters.Bins"/> minima, <see cref="SketchParameters.Empty"/> for empty bins.</param>
    internal static void Add(ReadOnlySpan<ulong> hashes, Span<uint> minima)
    {
        // SAFETY: a remainder of Bins is a place in minima, which has as many.
        ref uint first = ref MemoryMarshal.GetReference(minima[..SketchParameters.Bins]);
        foreach (ulong hash in hashes)
        {
            ref uint minimum = ref Unsafe.Add(ref first, (nint)(hash % SketchParameters.Bins));
            minimum = Math.Min(minimum, (uint)(hash >> ValueShift));
        }
    }

    /// <summary>The minima of the union of two sets, the same on every tier. <paramref name="union"/> may be one of the others.</summary>
    internal static void Unite(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, Span<uint> union, SimdTier tier)
    {
        left = left[..SketchParameters.Bins];
        right = right[..SketchParameters.Bins];
        union = union[..SketchParameters.Bins];
        switch (tier)
        {
            case SimdTier.Avx512:
                UniteVector<LaneVector512>(left, right, union);
                break;
            case SimdTier.Avx2:
                UniteVector<LaneVector256>(left, right, union);
                break;
            case SimdTier.V128:
                UniteVector<LaneVector128>(left, right, union);
                break;
            default:
                for (int i = 0; i < union.Length; i++) union[i] = Math.Min(left[i], right[i]);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void UniteVector<TVector>(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, Span<uint> union) where TVector : struct, ILaneVector<TVector>
    {
        // SAFETY: all three have 128 lanes, a multiple of every register's.
        ref byte a = ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(left));
        ref byte b = ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(right));
        ref byte minima = ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(union));
        for (nint i = 0; i < SketchParameters.Bins * sizeof(uint); i += TVector.LengthBytes)
        {
            TVector.Min32(TVector.Load(ref Unsafe.Add(ref a, i)), TVector.Load(ref Unsafe.Add(ref b, i))).Store(ref Unsafe.Add(ref minima, i));
        }
    }
}
