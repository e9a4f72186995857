using System.Buffers.Binary;
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
// and p is selected if h[p] == M[p], since no window that holds p has a minimum above h[p]. Extremes of 2, 4, 8 and 16 values
// are built by doubling, in registers: a register of values and the one before it give the values up to 8 earlier. Those of w
// are made of two or three of 16 that overlap as needed, from memory. So there are four passes, each short enough for the
// processor to work on many turns at once, over three arrays as long as a tile, which stay in the first-level cache.
//
// Windows that reach out of the tile do not count. The order outside of it is zero, so their minima are, and a zero changes
// no maximum.
sealed class Selector
{
    /// <summary>Bytes before the tile's first in each array: room for loads that reach back by w - 16.</summary>
    const int Margin = ByteBlock.LengthBytes;

    const int LongestWindow = 48;

    readonly SimdTier _tier;
    readonly SelectionOrder _order;
    readonly int _capacity;
    readonly AlignedBytes _orders;
    readonly AlignedBytes _minima16;
    readonly AlignedBytes _maxima16;

    /// <param name="tier">Instructions to use.</param>
    /// <param name="order">The keyed order.</param>
    /// <param name="capacity">Longest tile in bytes.</param>
    internal Selector(SimdTier tier, SelectionOrder order, int capacity)
    {
        _tier = tier;
        _order = order;
        _capacity = capacity;
        int length = Margin + capacity + LongestWindow + 2 * ByteBlock.LengthBytes;
        (_orders, _minima16, _maxima16) = (new(length), new(length), new(length));
    }

    /// <summary>Selects k-grams of a tile.</summary>
    /// <param name="tile">Canonical bytes. </param>
    /// <param name="window">w, 16 to 48.</param>
    /// <param name="first">First end position wanted.</param>
    /// <param name="count">Number of end positions wanted. Windows that reach beyond the tile are left out.</param>
    /// <param name="positions">Receives the end positions, rising; room for <paramref name="count"/> and a block more.</param>
    internal int Select(TileSpan tile, int window, int first, int count, Span<int> positions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tile.Length, _capacity, nameof(tile));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, LongestWindow);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 16);
        ArgumentOutOfRangeException.ThrowIfLessThan(positions.Length, count + ByteBlock.LengthBytes, nameof(positions));
        if (tile.Length < GramParameters.GramLength + window - 1) return 0;
        int end = Math.Min(first + count, tile.Length);
        first = Math.Max(first, GramParameters.GramLength - 1);
        if (end <= first) return 0;
        return _tier switch
        {
            SimdTier.Avx512 => SelectVector<ByteVector512>(tile, window, first, end, positions),
            SimdTier.Avx2 => SelectVector<ByteVector256>(tile, window, first, end, positions),
            SimdTier.V128 => SelectVector<ByteVector128>(tile, window, first, end, positions),
            _ => SelectScalar(tile.Span, window, first, end, positions),
        };
    }

    int SelectVector<TVector>(TileSpan tile, int window, int first, int end, Span<int> positions) where TVector : struct, IByteVector<TVector>
    {
        int length = tile.Length;
        ref byte orders = ref _orders.At(Margin);
        ref byte minima16 = ref _minima16.At(Margin);
        ref byte maxima16 = ref _maxima16.At(Margin);

        // SAFETY: reads reach 1 (the tile, with TileSpan.Margin around it) or w - 16 bytes back (arrays, with Margin before) and
        // w and a register beyond the tile's end, for which the tile has its margin and the arrays LongestWindow and two blocks.
        Orders<TVector>(ref tile.Start, ref orders, length);
        _orders.Span(0, Margin + GramParameters.GramLength - 1).Clear();
        _orders.Span(Margin + length, LongestWindow + ByteBlock.LengthBytes).Clear();

        int reach = length + window - 1;
        Minima16<TVector>(ref orders, ref minima16, reach);
        Maxima16<TVector>(ref minima16, ref maxima16, reach, window);
        return Collect<TVector>(ref orders, ref maxima16, window, first, end, positions);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Orders<TVector>(ref byte x, ref byte orders, int length) where TVector : struct, IByteVector<TVector>
    {
        LinearMap<TVector> m0 = Map<TVector>(0), m10 = Map<TVector>(SelectionOrder.FirstTwo), m2 = Map<TVector>(2), m3 = Map<TVector>(3), m4 = Map<TVector>(4), m5 = Map<TVector>(5);
        TVector last2 = default, last4 = default, last8 = default, last16 = default;
        for (nint i = 0; i < length; i += TVector.Count)
        {
            TVector order2 = TVector.Add(TVector.Apply(TVector.Load(ref Unsafe.Add(ref x, i - 1)), m10), TVector.Apply(TVector.Load(ref Unsafe.Add(ref x, i)), m0));
            TVector order4 = TVector.Add(TVector.Apply(TVector.Earlier(last2, order2, 2), m2), order2);
            TVector order8 = TVector.Add(TVector.Apply(TVector.Earlier(last4, order4, 4), m3), order4);
            TVector order16 = TVector.Add(TVector.Apply(TVector.Earlier(last8, order8, 8), m4), order8);
            TVector.Add(TVector.Apply(TVector.Earlier(last16, order16, 8), m5), order8).Store(ref Unsafe.Add(ref orders, i));
            (last2, last4, last8, last16) = (order2, order4, order8, order16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // so that the maps stay in registers
    LinearMap<TVector> Map<TVector>(int map) where TVector : struct, IByteVector<TVector> =>
        TVector.CreateMap(_order.Matrix(map), _order.LowTable(map), _order.HighTable(map));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Minima16<TVector>(ref byte orders, ref byte minima16, int length) where TVector : struct, IByteVector<TVector>
    {
        TVector last1 = default, last2 = default, last4 = default, last8 = default;
        for (nint i = 0; i < length; i += TVector.Count)
        {
            TVector of1 = TVector.Load(ref Unsafe.Add(ref orders, i));
            TVector of2 = TVector.Min(TVector.Earlier(last1, of1, 1), of1);
            TVector of4 = TVector.Min(TVector.Earlier(last2, of2, 2), of2);
            TVector of8 = TVector.Min(TVector.Earlier(last4, of4, 4), of4);
            TVector.Min(TVector.Earlier(last8, of8, 8), of8).Store(ref Unsafe.Add(ref minima16, i));
            (last1, last2, last4, last8) = (of1, of2, of4, of8);
        }
    }

    // 16 <= w <= 48: the last 16, the first 16 and, if they do not meet, the 16 between.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Maxima16<TVector>(ref byte minima16, ref byte maxima16, int length, int window) where TVector : struct, IByteVector<TVector>
    {
        nint oldest = window - 16;
        nint middle = Math.Min(oldest, 16);
        TVector last1 = default, last2 = default, last4 = default, last8 = default;
        for (nint i = 0; i < length; i += TVector.Count)
        {
            TVector of1 = TVector.Min(TVector.Load(ref Unsafe.Add(ref minima16, i)), TVector.Load(ref Unsafe.Add(ref minima16, i - middle)));
            of1 = TVector.Min(of1, TVector.Load(ref Unsafe.Add(ref minima16, i - oldest)));
            TVector of2 = TVector.Max(TVector.Earlier(last1, of1, 1), of1);
            TVector of4 = TVector.Max(TVector.Earlier(last2, of2, 2), of2);
            TVector of8 = TVector.Max(TVector.Earlier(last4, of4, 4), of4);
            TVector.Max(TVector.Earlier(last8, of8, 8), of8).Store(ref Unsafe.Add(ref maxima16, i));
            (last1, last2, last4, last8) = (of1, of2, of4, of8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Collect<TVector>(ref byte orders, ref byte maxima16, int window, int first, int end, Span<int> positions) where TVector : struct, IByteVector<TVector>
    {
        nint oldest = window - 16;
        nint middle = Math.Min(oldest, 16);
        ref byte latest = ref Unsafe.Add(ref maxima16, window - 1);
        ref int output = ref MemoryMarshal.GetReference(positions);
        nint written = 0;
        for (nint i = first & -TVector.Count; i < end; i += TVector.Count)
        {
            TVector largest = TVector.Max(TVector.Load(ref Unsafe.Add(ref latest, i)), TVector.Load(ref Unsafe.Add(ref latest, i - middle)));
            largest = TVector.Max(largest, TVector.Load(ref Unsafe.Add(ref latest, i - oldest)));
            TVector order = TVector.Load(ref Unsafe.Add(ref orders, i));
            if (i < first || end - i < TVector.Count)
            {
                // The first and the last register, of which not all is wanted.
                ulong selected = TVector.EqualMask(order, largest);
                for (; selected != 0; selected &= selected - 1)
                {
                    nint position = i + BitOperations.TrailingZeroCount(selected);
                    if (position >= first && position < end) Unsafe.Add(ref output, written++) = (int)position;
                }
                continue;
            }
            // SAFETY: at most one position a byte, `end - first` in all, and positions has room for those and a block.
            written += TVector.StoreEqualPositions(order, largest, (int)i, ref Unsafe.Add(ref output, written));
        }
        return (int)written;
    }

    int SelectScalar(ReadOnlySpan<byte> tile, int window, int first, int end, Span<int> positions)
    {
        OrdersScalar(tile);
        ReadOnlySpan<byte> orders = _orders.Span(Margin, tile.Length);

        // The textbook's way: the last least value is kept until it leaves the window, then looked for anew. What enters is selected
        // if it is no larger; when the least has left, whatever equals the new one is, all of which lies behind what was selected so far.
        int written = 0;
        int lastWindow = Math.Min(tile.Length - 1, end + window - 2);
        int i = Math.Max(first, GramParameters.GramLength + window - 2);
        while (i <= lastWindow)
        {
            int start = i - window + 1;
            byte order = Least(orders.Slice(start, window));
            int least = start - 1;
            for (int at = 0; at < window; at += sizeof(ulong))
            {
                // The last eight may overlap those before.
                int from = start + Math.Min(at, window - sizeof(ulong));
                ulong different = BinaryPrimitives.ReadUInt64LittleEndian(orders[from..]) ^ order * Ones;
                for (ulong equal = ~((different & 0x7F * Ones) + 0x7F * Ones | different | 0x7F * Ones); equal != 0; equal &= equal - 1)
                {
                    int position = from + (BitOperations.TrailingZeroCount(equal) >> 3);
                    if (position <= least) continue;
                    least = position;
                    if (position >= first && position < end) positions[written++] = position;
                }
            }
            int stop = Math.Min(lastWindow, least + window - 1);
            for (i++; i <= stop; i++)
            {
                byte entering = orders[i];
                if (entering > order) continue;
                order = entering;
                stop = Math.Min(lastWindow, i + window - 1);
                if (i >= first && i < end) positions[written++] = i;
            }
        }
        return written;
    }

    const ulong Ones = 0x0101010101010101;

    /// <summary>The least of 8 values or more: four at a time, in halves of a word that leave room for a borrow.</summary>
    static byte Least(ReadOnlySpan<byte> orders)
    {
        const ulong Bytes = 0x00FF00FF00FF00FF;
        (ulong even, ulong odd) = (Bytes, Bytes);
        for (int at = 0; at < orders.Length; at += sizeof(ulong))
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(orders[Math.Min(at, orders.Length - sizeof(ulong))..]);
            even = Min(even, eight & Bytes);
            odd = Min(odd, eight >> 8 & Bytes);
        }
        ulong four = Min(even, odd);
        ulong two = Min(four, four >> 32);
        return (byte)Min(two, two >> 16);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static ulong Min(ulong x, ulong y)
        {
            const ulong Borrow = 0x0100010001000100;
            ulong isLess = Borrow & ~((x | Borrow) - y); // x < y
            return y ^ (x ^ y) & isLess - (isLess >> 8);
        }
    }

    void OrdersScalar(ReadOnlySpan<byte> tile)
    {
        // SAFETY: tables have 256 bytes and are read at bytes; arrays are as long as the tile and have Margin bytes before it.
        ref byte x = ref MemoryMarshal.GetReference(tile);
        ref byte order4 = ref _minima16.At(Margin);
        ref byte order8 = ref _maxima16.At(Margin);
        ref byte orders = ref _orders.At(Margin);
        ref byte tables = ref MemoryMarshal.GetReference(_order.Tables);
        nint before = 0, order2Before2 = 0, order2Before = 0;
        for (nint i = 0; i < tile.Length; i++)
        {
            nint value = Unsafe.Add(ref x, i);
            nint order2 = (byte)(Map(ref tables, SelectionOrder.FirstTwo, before) + Map(ref tables, 0, value));
            byte of4 = (byte)(Map(ref tables, 2, order2Before2) + order2);
            Unsafe.Add(ref order4, i) = of4;
            byte of8 = (byte)(Map(ref tables, 3, Unsafe.Add(ref order4, i - 4)) + of4);
            Unsafe.Add(ref order8, i) = of8;
            byte of16 = (byte)(Map(ref tables, 4, Unsafe.Add(ref order8, i - 16)) + Unsafe.Add(ref order8, i - 8));
            Unsafe.Add(ref orders, i) = (byte)(Map(ref tables, 5, of16) + of8);
            (before, order2Before2, order2Before) = (value, order2Before, order2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static byte Map(ref byte tables, int map, nint value) => Unsafe.Add(ref tables, value + map * SelectionOrder.TableBytes);
}
