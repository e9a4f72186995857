using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LeakScan.Primitives;
using LeakScan.Simd;

namespace LeakScan.Fingerprints;

/// <summary>Winnowing: selects, of every w consecutive k-grams, all those with the least order value. Not thread-safe.</summary>
// Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting" (SIGMOD 2003), with all ties kept
// instead of the rightmost. So whether a k-gram is selected depends on the k-grams less than w away and on nothing else, and
//   - a run of w + k - 1 bytes that two texts share has a k-gram that both select;
//   - what a window selects is a subset of what every smaller one does: a minimum of the larger is one of the smaller. An index
//     made with a small window can be asked with a large one, at a lower cost and with a longer guarantee.
//
// The textbook walks a queue. Here each step does a register of k-grams: with h the order values,
//
//   m[i] = min h[i-w+1 .. i]            the minimum of the window that ends at i
//   M[p] = max m[p .. p+w-1]            the largest minimum of the windows that hold p
//
// and p is selected if h[p] == M[p], since no window that holds p has a minimum above h[p]. Minima and maxima of w are built
// of those of 4 and 16, which overlap as needed. All arrays are as long as a tile, so they stay in the first-level cache.
sealed partial class Selector
{
    /// <summary>Bytes before the tile's first in each array: room for the loads that reach back.</summary>
    const int Margin = 128;

    readonly SimdTier _tier;
    readonly SelectionOrder _order;
    readonly int _capacity;
    readonly byte[] _order4;
    readonly byte[] _order8;
    readonly byte[] _orderK;
    readonly byte[] _extreme4;
    readonly byte[] _extreme16;
    readonly byte[] _minimum;
    readonly byte[] _maximum;

    /// <param name="tier">Instructions to use.</param>
    /// <param name="order">The keyed order.</param>
    /// <param name="capacity">Longest tile in bytes.</param>
    internal Selector(SimdTier tier, SelectionOrder order, int capacity)
    {
        _tier = tier;
        _order = order;
        _capacity = capacity;
        int length = Margin + capacity + 4 * ByteBlock.LengthBytes;
        (_order4, _order8, _orderK, _extreme4) = (new byte[length], new byte[length], new byte[length], new byte[length]);
        (_extreme16, _minimum, _maximum) = (new byte[length], new byte[length], new byte[length]);
    }

    /// <summary>Selects k-grams of a tile.</summary>
    /// <param name="tile">Canonical bytes. </param>
    /// <param name="window">w.</param>
    /// <param name="first">First end position wanted.</param>
    /// <param name="count">Number of end positions wanted. Windows that reach beyond the tile are left out.</param>
    /// <param name="positions">Receives the end positions, rising; at least <paramref name="count"/> long.</param>
    internal int Select(TileSpan tile, int window, int first, int count, Span<int> positions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tile.Length, _capacity, nameof(tile));
        ArgumentOutOfRangeException.ThrowIfLessThan(positions.Length, count, nameof(positions));
        if (tile.Length < GramParameters.GramLength + window - 1) return 0;
        int end = Math.Min(first + count, tile.Length);
        first = Math.Max(first, GramParameters.GramLength - 1);
        count = end - first;
        if (count <= 0) return 0;
        return _tier switch
        {
            SimdTier.Avx512 => SelectVector<ByteVector512>(tile, window, first, count, positions),
            SimdTier.Avx2 => SelectVector<ByteVector256>(tile, window, first, count, positions),
            SimdTier.V128 => SelectVector<ByteVector128>(tile, window, first, count, positions),
            _ => SelectScalar(tile.Span, window, first, count, positions),
        };
    }

    int SelectVector<TVector>(TileSpan tile, int window, int first, int count, Span<int> positions) where TVector : struct, IByteVector<TVector>
    {
        int length = tile.Length;
        ref byte x = ref tile.Start;
        ref byte order4 = ref _order4[Margin];
        ref byte order8 = ref _order8[Margin];
        ref byte orderK = ref _orderK[Margin];
        ref byte extreme4 = ref _extreme4[Margin];
        ref byte extreme16 = ref _extreme16[Margin];
        ref byte minimum = ref _minimum[Margin];
        ref byte maximum = ref _maximum[Margin];

        // SAFETY: reads reach at most 3 (x, with TileSpan.Margin around it) or 41 bytes (arrays, with Margin before) back and less
        // than a register beyond the tile's end, for which x has TileSpan.Margin and the arrays four blocks.
        Order4<TVector>(ref x, ref order4, length);
        Order8<TVector>(ref order4, ref order8, length);
        OrderK<TVector>(ref order8, ref orderK, length);

        Extreme4<TVector, Minimum<TVector>>(ref orderK, ref extreme4, length);
        Extreme16<TVector, Minimum<TVector>>(ref extreme4, ref extreme16, length);
        ExtremeW<TVector, Minimum<TVector>>(ref extreme16, ref minimum, length, window);

        // Windows that reach out of the tile do not count: zero changes no maximum.
        int firstWindow = GramParameters.GramLength + window - 2;
        new Span<byte>(_minimum, 0, Margin + firstWindow).Clear();
        new Span<byte>(_minimum, Margin + length, 2 * ByteBlock.LengthBytes).Clear();

        int reach = length + window - 1;
        Extreme4<TVector, Maximum<TVector>>(ref minimum, ref extreme4, reach);
        Extreme16<TVector, Maximum<TVector>>(ref extreme4, ref extreme16, reach);
        ExtremeW<TVector, Maximum<TVector>>(ref extreme16, ref maximum, reach, window);

        return Collect<TVector>(ref orderK, ref Unsafe.Add(ref maximum, window - 1), first, count, positions);
    }

    void Order4<TVector>(ref byte x, ref byte result, int length) where TVector : struct, IByteVector<TVector>
    {
        LinearMap<TVector> m0 = Map<TVector>(0), m1 = Map<TVector>(1), m2 = Map<TVector>(2);
        for (nint i = 0; i < length; i += TVector.Count)
        {
            TVector at3 = TVector.Apply(TVector.Load(ref Unsafe.Add(ref x, i - 3)), m0);
            TVector at2 = TVector.Apply(TVector.Load(ref Unsafe.Add(ref x, i - 2)), m0);
            TVector at1 = TVector.Apply(TVector.Load(ref Unsafe.Add(ref x, i - 1)), m0);
            TVector at0 = TVector.Apply(TVector.Load(ref Unsafe.Add(ref x, i)), m0);
            TVector earlier = TVector.Add(TVector.Apply(at3, m1), at2);
            TVector later = TVector.Add(TVector.Apply(at1, m1), at0);
            TVector.Add(TVector.Apply(earlier, m2), later).Store(ref Unsafe.Add(ref result, i));
        }
    }

    void Order8<TVector>(ref byte order4, ref byte result, int length) where TVector : struct, IByteVector<TVector>
    {
        LinearMap<TVector> m3 = Map<TVector>(3);
        for (nint i = 0; i < length; i += TVector.Count)
        {
            TVector earlier = TVector.Load(ref Unsafe.Add(ref order4, i - 4));
            TVector.Add(TVector.Apply(earlier, m3), TVector.Load(ref Unsafe.Add(ref order4, i))).Store(ref Unsafe.Add(ref result, i));
        }
    }

    void OrderK<TVector>(ref byte order8, ref byte result, int length) where TVector : struct, IByteVector<TVector>
    {
        LinearMap<TVector> m4 = Map<TVector>(4), m5 = Map<TVector>(5);
        for (nint i = 0; i < length; i += TVector.Count)
        {
            TVector order16 = TVector.Add(
                TVector.Apply(TVector.Load(ref Unsafe.Add(ref order8, i - 16)), m4), TVector.Load(ref Unsafe.Add(ref order8, i - 8)));
            TVector.Add(TVector.Apply(order16, m5), TVector.Load(ref Unsafe.Add(ref order8, i))).Store(ref Unsafe.Add(ref result, i));
        }
    }

    LinearMap<TVector> Map<TVector>(int map) where TVector : struct, IByteVector<TVector> =>
        TVector.CreateMap(_order.Matrix(map), _order.LowTable(map), _order.HighTable(map));

    interface IExtreme<TVector>
    {
        static abstract TVector Of(TVector left, TVector right);
    }

    readonly struct Minimum<TVector> : IExtreme<TVector> where TVector : struct, IByteVector<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Of(TVector left, TVector right) => TVector.Min(left, right);
    }

    readonly struct Maximum<TVector> : IExtreme<TVector> where TVector : struct, IByteVector<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Of(TVector left, TVector right) => TVector.Max(left, right);
    }

    static void Extreme4<TVector, TExtreme>(ref byte source, ref byte result, int length)
        where TVector : struct, IByteVector<TVector> where TExtreme : struct, IExtreme<TVector>
    {
        for (nint i = 0; i < length; i += TVector.Count)
        {
            TVector recent = TExtreme.Of(TVector.Load(ref Unsafe.Add(ref source, i)), TVector.Load(ref Unsafe.Add(ref source, i - 1)));
            TVector older = TExtreme.Of(TVector.Load(ref Unsafe.Add(ref source, i - 2)), TVector.Load(ref Unsafe.Add(ref source, i - 3)));
            TExtreme.Of(recent, older).Store(ref Unsafe.Add(ref result, i));
        }
    }

    static void Extreme16<TVector, TExtreme>(ref byte extreme4, ref byte result, int length)
        where TVector : struct, IByteVector<TVector> where TExtreme : struct, IExtreme<TVector>
    {
        for (nint i = 0; i < length; i += TVector.Count)
        {
            TVector recent = TExtreme.Of(TVector.Load(ref Unsafe.Add(ref extreme4, i)), TVector.Load(ref Unsafe.Add(ref extreme4, i - 4)));
            TVector older = TExtreme.Of(TVector.Load(ref Unsafe.Add(ref extreme4, i - 8)), TVector.Load(ref Unsafe.Add(ref extreme4, i - 12)));
            TExtreme.Of(recent, older).Store(ref Unsafe.Add(ref result, i));
        }
    }

    // 16 <= w <= 48: the last 16, the first 16 and, if they do not meet, the 16 between.
    static void ExtremeW<TVector, TExtreme>(ref byte extreme16, ref byte result, int length, int window)
        where TVector : struct, IByteVector<TVector> where TExtreme : struct, IExtreme<TVector>
    {
        nint oldest = window - 16;
        nint middle = Math.Min(oldest, 16);
        for (nint i = 0; i < length; i += TVector.Count)
        {
            TVector recent = TExtreme.Of(TVector.Load(ref Unsafe.Add(ref extreme16, i)), TVector.Load(ref Unsafe.Add(ref extreme16, i - middle)));
            TExtreme.Of(recent, TVector.Load(ref Unsafe.Add(ref extreme16, i - oldest))).Store(ref Unsafe.Add(ref result, i));
        }
    }

    static int Collect<TVector>(ref byte order, ref byte maximum, int first, int count, Span<int> positions) where TVector : struct, IByteVector<TVector>
    {
        ref int output = ref MemoryMarshal.GetReference(positions);
        int written = 0;
        for (int i = 0; i < count; i += ByteBlock.LengthBytes)
        {
            ulong selected = 0;
            for (int lane = 0; lane < ByteBlock.LengthBytes; lane += TVector.Count)
            {
                nint at = first + i + lane;
                selected |= TVector.EqualMask(TVector.Load(ref Unsafe.Add(ref order, at)), TVector.Load(ref Unsafe.Add(ref maximum, at))) << lane;
            }
            if (count - i < ByteBlock.LengthBytes) selected &= (1UL << count - i) - 1;
            // SAFETY: at most one position a bit, `count` bits in all, and positions has room for `count`.
            for (; selected != 0; selected &= selected - 1)
            {
                Unsafe.Add(ref output, written++) = first + i + BitOperations.TrailingZeroCount(selected);
            }
        }
        return written;
    }

    int SelectScalar(ReadOnlySpan<byte> tile, int window, int first, int count, Span<int> positions)
    {
        int length = tile.Length;
        Span<byte> order2 = _extreme4.AsSpan(Margin, length);
        Span<byte> order4 = _order4.AsSpan(Margin, length);
        Span<byte> order8 = _order8.AsSpan(Margin, length);
        Span<byte> order = _orderK.AsSpan(Margin, length);
        ReadOnlySpan<byte> m0 = _order.Table(0), m1 = _order.Table(1), m2 = _order.Table(2), m3 = _order.Table(3), m4 = _order.Table(4), m5 = _order.Table(5);
        for (int i = 1; i < length; i++) order2[i] = (byte)(m1[m0[tile[i - 1]]] + m0[tile[i]]);
        for (int i = 3; i < length; i++) order4[i] = (byte)(m2[order2[i - 2]] + order2[i]);
        for (int i = 7; i < length; i++) order8[i] = (byte)(m3[order4[i - 4]] + order4[i]);
        for (int i = GramParameters.GramLength - 1; i < length; i++)
        {
            byte order16 = (byte)(m4[order8[i - 16]] + order8[i - 8]);
            order[i] = (byte)(m5[order16] + order8[i]);
        }

        // Van Herk / Gil-Werman would save a factor of two here; the plain rescan on loss of the minimum is nearly as fast,
        // since a minimum lasts half a window on average.
        Span<byte> minimum = _minimum.AsSpan(Margin, length);
        int at = -1;
        int firstWindow = GramParameters.GramLength + window - 2;
        for (int end = firstWindow; end < length; end++)
        {
            if (at <= end - window)
            {
                at = end - window + 1;
                for (int i = at + 1; i <= end; i++)
                {
                    if (order[i] < order[at]) at = i;
                }
            }
            else if (order[end] < order[at])
            {
                at = end;
            }
            minimum[end] = order[at];
        }

        // p is selected if it is the minimum of any window that holds it: of those that end in [p, p + w - 1].
        int written = 0;
        for (int p = first; p < first + count; p++)
        {
            byte value = order[p];
            int from = Math.Max(p, firstWindow);
            int to = Math.Min(p + window - 1, length - 1);
            for (int end = from; end <= to; end++)
            {
                if (minimum[end] != value) continue;
                positions[written++] = p;
                break;
            }
        }
        return written;
    }
}
