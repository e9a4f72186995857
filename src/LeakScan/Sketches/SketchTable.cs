using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LeakScan.Simd;

namespace LeakScan.Sketches;

/// <summary>Comparison of stored sketches, one after another in memory. Thread-safe; allocates nothing.</summary>
static class SketchTable
{
    /// <summary>As many as find room in the registers.</summary>
    const int MaxQueriesAPass = 4;

    /// <summary>For more queries than that: what stays in the first-level cache from one pass to the next.</summary>
    const int SketchesATile = 128;

    /// <summary>Finds the sketches of a table that have at least so many lanes equal with a query.</summary>
    /// <param name="queries">One or more sketches. Up to four cost one pass over the table, and so on.</param>
    /// <param name="table">Sketches, <see cref="SketchParameters.SketchBytes"/> bytes each. Larger tables are compared piece by piece.</param>
    /// <param name="threshold">1 to 128 (<see cref="Resemblance.EqualLanes"/>).</param>
    /// <param name="sink">Receives matches, by rising sketch for each query, and of one sketch by rising query within a pass. Queries of the empty set match nothing.</param>
    /// <param name="tier">Instructions to use; the result is the same with all.</param>
    /// <exception cref="ArgumentException">Queries or table are not whole sketches.</exception>
    internal static void Compare<TSink>(ReadOnlySpan<byte> queries, ReadOnlySpan<byte> table, int threshold, ref TSink sink, SimdTier tier)
        where TSink : struct, ISketchMatchSink, allows ref struct
    {
        if (queries.IsEmpty || queries.Length % SketchParameters.SketchBytes != 0) throw new ArgumentException($"{queries.Length} bytes are not whole sketches", nameof(queries));
        if (table.Length % SketchParameters.SketchBytes != 0) throw new ArgumentException($"{table.Length} bytes are not whole sketches", nameof(table));
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        int count = table.Length / SketchParameters.SketchBytes;
        if (queries.Length <= MaxQueriesAPass * SketchParameters.SketchBytes)
        {
            Compare(queries, 0, table, 0, count, threshold, ref sink, tier);
            return;
        }
        for (int first = 0; first < count; first += SketchesATile)
        {
            int last = Math.Min(first + SketchesATile, count);
            for (int query = 0; query < queries.Length / SketchParameters.SketchBytes; query += MaxQueriesAPass)
            {
                ReadOnlySpan<byte> some = queries[(query * SketchParameters.SketchBytes)..];
                Compare(some[..Math.Min(some.Length, MaxQueriesAPass * SketchParameters.SketchBytes)], query, table, first, last, threshold, ref sink, tier);
            }
        }
    }

    /// <summary>Compares one to four queries with sketches first to last - 1.</summary>
    static void Compare<TSink>(ReadOnlySpan<byte> queries, int firstQuery, ReadOnlySpan<byte> table, int first, int last, int threshold, ref TSink sink, SimdTier tier)
        where TSink : struct, ISketchMatchSink, allows ref struct
    {
        // What is no query is a copy of one, and what is the empty set's must match nothing: neither is asked about when something is found.
        Span<byte> padded = stackalloc byte[MaxQueriesAPass * SketchParameters.SketchBytes];
        Span<int> places = stackalloc int[MaxQueriesAPass];
        int count = 0;
        for (int query = 0; query < queries.Length / SketchParameters.SketchBytes; query++)
        {
            if (Sketch.IsEmpty(Sketch.At(queries, query))) continue;
            Sketch.At(queries, query).CopyTo(padded[(count * SketchParameters.SketchBytes)..]);
            places[count++] = firstQuery + query;
        }
        if (count == 0) return;
        for (int query = count; query < MaxQueriesAPass; query++) padded[..SketchParameters.SketchBytes].CopyTo(padded[(query * SketchParameters.SketchBytes)..]);
        for (int sketch = Find(padded, count, table, first, last, threshold, tier); sketch < last; sketch = Find(padded, count, table, sketch + 1, last, threshold, tier))
        {
            for (int query = 0; query < count; query++)
            {
                int equal = EqualLanes(Sketch.At(padded, query), Sketch.At(table, sketch), tier);
                if (equal >= threshold) sink.Take(sketch, places[query], equal);
            }
        }
    }

    /// <summary>The first sketch from <paramref name="first"/> that may be like some query; <paramref name="last"/> if there is none.</summary>
    static int Find(ReadOnlySpan<byte> queries, int count, ReadOnlySpan<byte> table, int first, int last, int threshold, SimdTier tier) => tier switch
    {
        SimdTier.Avx512 => FindVector<ByteVector512>(queries, count, table, first, last, threshold),
        SimdTier.Avx2 => FindVector<ByteVector256>(queries, count, table, first, last, threshold),
        SimdTier.V128 => FindVector<ByteVector128>(queries, count, table, first, last, threshold),
        _ => FindScalar(queries, count, table, first, last, threshold),
    };

    // Four queries cost one count: a lane counts if it equals that of any of them, which is at least as many as it equals of one.
    // Sketches that have enough lanes in common with all four together, and not with one, are found here and dropped by the caller.
    //
    // A call within a loop would cost more than the loop does: registers would be saved about it each time. So the loops end at what is found.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int FindVector<TVector>(ReadOnlySpan<byte> queries, int count, ReadOnlySpan<byte> table, int first, int last, int threshold) where TVector : struct, IByteVector<TVector>
    {
        // SAFETY: there are four queries, and sketches up to last in the table; a sketch is a multiple of every register.
        ref byte query = ref MemoryMarshal.GetReference(queries);
        ref byte sketches = ref MemoryMarshal.GetReference(table);
        int i = first;
        if (count == 1)
        {
            for (; i < last; i++)
            {
                if (EqualVector<TVector>(ref query, ref Unsafe.Add(ref sketches, (nint)i * SketchParameters.SketchBytes)) >= threshold) return i;
            }
            return last;
        }
        if (TVector.Count == ByteVector512.Count)
        {
            // All queries in registers.
            TVector low0 = TVector.Load(ref query), low1 = QueryAt<TVector>(ref query, 1), low2 = QueryAt<TVector>(ref query, 2), low3 = QueryAt<TVector>(ref query, 3);
            query = ref Unsafe.Add(ref query, TVector.Count);
            TVector high0 = TVector.Load(ref query), high1 = QueryAt<TVector>(ref query, 1), high2 = QueryAt<TVector>(ref query, 2), high3 = QueryAt<TVector>(ref query, 3);
            for (; i < last; i++)
            {
                ref byte sketch = ref Unsafe.Add(ref sketches, (nint)i * SketchParameters.SketchBytes);
                int equal = BitOperations.PopCount(TVector.EqualAnyMask(TVector.Load(ref sketch), low0, low1, low2, low3))
                    + BitOperations.PopCount(TVector.EqualAnyMask(TVector.Load(ref Unsafe.Add(ref sketch, TVector.Count)), high0, high1, high2, high3));
                if (equal >= threshold) return i;
            }
            return last;
        }
        for (; i < last; i++)
        {
            ref byte sketch = ref Unsafe.Add(ref sketches, (nint)i * SketchParameters.SketchBytes);
            int equal = EqualAnyAt<TVector>(ref query, ref sketch, 0) + EqualAnyAt<TVector>(ref query, ref sketch, 1) + EqualAnyAt<TVector>(ref query, ref sketch, 2) + EqualAnyAt<TVector>(ref query, ref sketch, 3);
            if (TVector.Count <= 16) equal += EqualAnyAt<TVector>(ref query, ref sketch, 4) + EqualAnyAt<TVector>(ref query, ref sketch, 5) + EqualAnyAt<TVector>(ref query, ref sketch, 6) + EqualAnyAt<TVector>(ref query, ref sketch, 7);
            if (equal >= threshold) return i;
        }
        return last;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector QueryAt<TVector>(ref byte queries, nint place) where TVector : struct, IByteVector<TVector> =>
        TVector.Load(ref Unsafe.Add(ref queries, place * SketchParameters.SketchBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int EqualAnyAt<TVector>(ref byte queries, ref byte sketch, nint register) where TVector : struct, IByteVector<TVector>
    {
        ref byte part = ref Unsafe.Add(ref queries, register * TVector.Count);
        return BitOperations.PopCount(TVector.EqualAnyMask(
            TVector.Load(ref Unsafe.Add(ref sketch, register * TVector.Count)), TVector.Load(ref part), QueryAt<TVector>(ref part, 1), QueryAt<TVector>(ref part, 2), QueryAt<TVector>(ref part, 3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int EqualVector<TVector>(ref byte left, ref byte right) where TVector : struct, IByteVector<TVector>
    {
        int equal = EqualAt<TVector>(ref left, ref right, 0) + EqualAt<TVector>(ref left, ref right, 1);
        if (TVector.Count <= 32) equal += EqualAt<TVector>(ref left, ref right, 2) + EqualAt<TVector>(ref left, ref right, 3);
        if (TVector.Count <= 16) equal += EqualAt<TVector>(ref left, ref right, 4) + EqualAt<TVector>(ref left, ref right, 5) + EqualAt<TVector>(ref left, ref right, 6) + EqualAt<TVector>(ref left, ref right, 7);
        return equal;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int EqualAt<TVector>(ref byte left, ref byte right, nint register) where TVector : struct, IByteVector<TVector> =>
        BitOperations.PopCount(TVector.EqualMask(TVector.Load(ref Unsafe.Add(ref left, register * TVector.Count)), TVector.Load(ref Unsafe.Add(ref right, register * TVector.Count))));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int FindScalar(ReadOnlySpan<byte> queries, int count, ReadOnlySpan<byte> table, int first, int last, int threshold)
    {
        for (int i = first; i < last; i++)
        {
            if (count == 1 ? EqualScalar(Sketch.At(queries, 0), Sketch.At(table, i)) >= threshold : EqualAnyScalar(queries, Sketch.At(table, i)) >= threshold) return i;
        }
        return last;
    }

    /// <summary>The number of equal lanes of two sketches, 0 to 128; the same on every tier.</summary>
    internal static int EqualLanes(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, SimdTier tier)
    {
        // SAFETY: both are cut to the length that is read.
        ref byte a = ref MemoryMarshal.GetReference(left[..SketchParameters.SketchBytes]);
        ref byte b = ref MemoryMarshal.GetReference(right[..SketchParameters.SketchBytes]);
        return tier switch
        {
            SimdTier.Avx512 => EqualVector<ByteVector512>(ref a, ref b),
            SimdTier.Avx2 => EqualVector<ByteVector256>(ref a, ref b),
            SimdTier.V128 => EqualVector<ByteVector128>(ref a, ref b),
            _ => EqualScalar(left, right),
        };
    }

    static int EqualScalar(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        ReadOnlySpan<ulong> a = MemoryMarshal.Cast<byte, ulong>(left[..SketchParameters.SketchBytes]);
        ReadOnlySpan<ulong> b = MemoryMarshal.Cast<byte, ulong>(right[..SketchParameters.SketchBytes]);
        ulong equal = 0;
        for (int i = 0; i < a.Length; i++) equal += ~Differ(a[i], b[i]) >> 7;
        return (int)(equal * Ones >> 56);
    }

    static int EqualAnyScalar(ReadOnlySpan<byte> queries, ReadOnlySpan<byte> sketch)
    {
        ReadOnlySpan<ulong> a = MemoryMarshal.Cast<byte, ulong>(queries[..(MaxQueriesAPass * SketchParameters.SketchBytes)]);
        ReadOnlySpan<ulong> b = MemoryMarshal.Cast<byte, ulong>(sketch[..SketchParameters.SketchBytes]);
        ulong equal = 0;
        for (int i = 0; i < b.Length; i++)
        {
            equal += ~(Differ(a[i], b[i]) & Differ(a[i + b.Length], b[i]) & Differ(a[i + 2 * b.Length], b[i]) & Differ(a[i + 3 * b.Length], b[i])) >> 7;
        }
        return (int)(equal * Ones >> 56);
    }

    // Eight lanes at a time: a byte of x is zero where lanes are equal, and adding 0x7F to its lower seven bits carries into the eighth unless
    // they are zero. The callers add up ones in eight bytes, at most 16 in each, and a multiplication adds up these.
    const ulong Low7 = 0x7F7F7F7F7F7F7F7F;
    const ulong Ones = 0x0101010101010101;

    /// <summary>0xFF in each byte that differs, 0x7F in each that does not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Differ(ulong left, ulong right)
    {
        ulong x = left ^ right;
        return (x & Low7) + Low7 | x | Low7;
    }
}
