using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LeakScan.Simd;

/// <summary>A linear map of bytes over GF(2), in the form a tier applies it: a matrix for GFNI, else one table a nibble.</summary>
readonly struct LinearMap<TVector>(TVector first, TVector second) where TVector : struct
{
    internal readonly TVector First = first;
    internal readonly TVector Second = second;
}

/// <summary>One register of bytes: what selection needs of it.</summary>
interface IByteVector<TSelf> where TSelf : struct, IByteVector<TSelf>
{
    static abstract int Count { get; }

    static abstract TSelf Load(ref byte source);

    void Store(ref byte destination);

    static abstract TSelf Min(TSelf left, TSelf right);

    static abstract TSelf Max(TSelf left, TSelf right);

    static abstract TSelf Add(TSelf left, TSelf right);

    static abstract ulong EqualMask(TSelf left, TSelf right);

    /// <summary>Bytes of <paramref name="value"/> that equal that of one of four registers.</summary>
    static abstract ulong EqualAnyMask(TSelf value, TSelf a, TSelf b, TSelf c, TSelf d);

    /// <summary>The bytes <paramref name="count"/> (a constant: 1, 2, 4 or 8) before those of a register, given the register before it.</summary>
    static abstract TSelf Earlier(TSelf previous, TSelf current, [ConstantExpected] byte count);

    /// <summary>Writes <paramref name="first"/> plus the index of each equal byte, rising; may write <see cref="Count"/> numbers. Returns how many are equal.</summary>
    static abstract int StoreEqualPositions(TSelf left, TSelf right, int first, ref int positions);

    /// <summary>The map with this matrix (row r, the mask of output bit r, in byte 7 - r, as GFNI has it) and these nibble tables of 16 bytes.</summary>
    static abstract LinearMap<TSelf> CreateMap(ulong matrix, ReadOnlySpan<byte> lowTable, ReadOnlySpan<byte> highTable);

    static abstract TSelf Apply(TSelf value, LinearMap<TSelf> map);
}

static class Bits
{
    /// <summary>Writes <paramref name="first"/> plus the number of each set bit, rising, four at a time whether there are four or not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int StorePositions(uint bits, int first, ref int positions)
    {
        int count = BitOperations.PopCount(bits);
        ref int output = ref positions;
        do
        {
            for (int i = 0; i < 4; i++)
            {
                Unsafe.Add(ref output, i) = first + BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
            }
            output = ref Unsafe.Add(ref output, 4);
        }
        while (bits != 0);
        return count;
    }
}

readonly struct ByteVector512(Vector512<byte> bytes) : IByteVector<ByteVector512>
{
    readonly Vector512<byte> _bytes = bytes;

    public static int Count => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector512 Load(ref byte source) => new(Vector512.LoadUnsafe(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref byte destination) => _bytes.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector512 Min(ByteVector512 left, ByteVector512 right) => new(Vector512.Min(left._bytes, right._bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector512 Max(ByteVector512 left, ByteVector512 right) => new(Vector512.Max(left._bytes, right._bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector512 Add(ByteVector512 left, ByteVector512 right) => new(left._bytes + right._bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong EqualMask(ByteVector512 left, ByteVector512 right) => Vector512.Equals(left._bytes, right._bytes).ExtractMostSignificantBits();

    // A difference is zero if the least of four is. Four comparisons would make four masks, whose union is twice as slow: masks have few units.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong EqualAnyMask(ByteVector512 value, ByteVector512 a, ByteVector512 b, ByteVector512 c, ByteVector512 d) =>
        Vector512.Equals(
            Vector512.Min(Vector512.Min(value._bytes ^ a._bytes, value._bytes ^ b._bytes), Vector512.Min(value._bytes ^ c._bytes, value._bytes ^ d._bytes)),
            Vector512<byte>.Zero).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector512 Earlier(ByteVector512 previous, ByteVector512 current, [ConstantExpected] byte count) => new(count switch
    {
        1 => Avx512Vbmi.PermuteVar64x8x2(previous._bytes, Vector512<byte>.Indices + Vector512.Create((byte)63), current._bytes),
        2 => Avx512Vbmi.PermuteVar64x8x2(previous._bytes, Vector512<byte>.Indices + Vector512.Create((byte)62), current._bytes),
        4 => Avx512F.AlignRight32(current._bytes.AsUInt32(), previous._bytes.AsUInt32(), 15).AsByte(),
        _ => Avx512F.AlignRight32(current._bytes.AsUInt32(), previous._bytes.AsUInt32(), 14).AsByte(),
    });

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StoreEqualPositions(ByteVector512 left, ByteVector512 right, int first, ref int positions)
    {
        Vector512<byte> equal = Vector512.Equals(left._bytes, right._bytes);
        int count = BitOperations.PopCount(equal.ExtractMostSignificantBits());
        Vector512<byte> indices = Avx512Vbmi2.Compress(Vector512<byte>.Zero, equal, Vector512<byte>.Indices);
        Vector512<int> base32 = Vector512.Create(first);
        (Avx512F.ConvertToVector512Int32(indices.GetLower().GetLower()) + base32).StoreUnsafe(ref positions);
        if (count > 16)
        {
            (Avx512F.ConvertToVector512Int32(indices.GetLower().GetUpper()) + base32).StoreUnsafe(ref positions, 16);
            (Avx512F.ConvertToVector512Int32(indices.GetUpper().GetLower()) + base32).StoreUnsafe(ref positions, 32);
            (Avx512F.ConvertToVector512Int32(indices.GetUpper().GetUpper()) + base32).StoreUnsafe(ref positions, 48);
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LinearMap<ByteVector512> CreateMap(ulong matrix, ReadOnlySpan<byte> lowTable, ReadOnlySpan<byte> highTable) =>
        new(new(Vector512.Create(matrix).AsByte()), default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector512 Apply(ByteVector512 value, LinearMap<ByteVector512> map) =>
        new(Gfni.V512.GaloisFieldAffineTransform(value._bytes, map.First._bytes, 0));
}

readonly struct ByteVector256(Vector256<byte> bytes) : IByteVector<ByteVector256>
{
    readonly Vector256<byte> _bytes = bytes;

    public static int Count => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector256 Load(ref byte source) => new(Vector256.LoadUnsafe(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref byte destination) => _bytes.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector256 Min(ByteVector256 left, ByteVector256 right) => new(Vector256.Min(left._bytes, right._bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector256 Max(ByteVector256 left, ByteVector256 right) => new(Vector256.Max(left._bytes, right._bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector256 Add(ByteVector256 left, ByteVector256 right) => new(left._bytes + right._bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong EqualMask(ByteVector256 left, ByteVector256 right) => Vector256.Equals(left._bytes, right._bytes).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong EqualAnyMask(ByteVector256 value, ByteVector256 a, ByteVector256 b, ByteVector256 c, ByteVector256 d) =>
        (Vector256.Equals(value._bytes, a._bytes) | Vector256.Equals(value._bytes, b._bytes) | Vector256.Equals(value._bytes, c._bytes) | Vector256.Equals(value._bytes, d._bytes)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector256 Earlier(ByteVector256 previous, ByteVector256 current, [ConstantExpected] byte count)
    {
        Vector256<byte> middle = Avx2.Permute2x128(previous._bytes, current._bytes, 0x21);
        return new(count switch
        {
            1 => Avx2.AlignRight(current._bytes, middle, 15),
            2 => Avx2.AlignRight(current._bytes, middle, 14),
            4 => Avx2.AlignRight(current._bytes, middle, 12),
            _ => Avx2.AlignRight(current._bytes, middle, 8),
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StoreEqualPositions(ByteVector256 left, ByteVector256 right, int first, ref int positions) =>
        Bits.StorePositions((uint)EqualMask(left, right), first, ref positions);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LinearMap<ByteVector256> CreateMap(ulong matrix, ReadOnlySpan<byte> lowTable, ReadOnlySpan<byte> highTable)
    {
        if (Gfni.V256.IsSupported) return new(new(Vector256.Create(matrix).AsByte()), default);
        Vector128<byte> low = Vector128.Create(lowTable);
        Vector128<byte> high = Vector128.Create(highTable);
        return new(new(Vector256.Create(low, low)), new(Vector256.Create(high, high)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector256 Apply(ByteVector256 value, LinearMap<ByteVector256> map)
    {
        if (Gfni.V256.IsSupported) return new(Gfni.V256.GaloisFieldAffineTransform(value._bytes, map.First._bytes, 0));
        Vector256<byte> nibble = Vector256.Create((byte)0x0F);
        Vector256<byte> low = Avx2.Shuffle(map.First._bytes, value._bytes & nibble);
        Vector256<byte> high = Avx2.Shuffle(map.Second._bytes, (value._bytes.AsUInt16() >>> 4).AsByte() & nibble);
        return new(low ^ high);
    }
}

readonly struct ByteVector128(Vector128<byte> bytes) : IByteVector<ByteVector128>
{
    readonly Vector128<byte> _bytes = bytes;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector128 Load(ref byte source) => new(Vector128.LoadUnsafe(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref byte destination) => _bytes.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector128 Min(ByteVector128 left, ByteVector128 right) => new(Vector128.Min(left._bytes, right._bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector128 Max(ByteVector128 left, ByteVector128 right) => new(Vector128.Max(left._bytes, right._bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector128 Add(ByteVector128 left, ByteVector128 right) => new(left._bytes + right._bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong EqualMask(ByteVector128 left, ByteVector128 right) => Vector128.Equals(left._bytes, right._bytes).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong EqualAnyMask(ByteVector128 value, ByteVector128 a, ByteVector128 b, ByteVector128 c, ByteVector128 d) =>
        (Vector128.Equals(value._bytes, a._bytes) | Vector128.Equals(value._bytes, b._bytes) | Vector128.Equals(value._bytes, c._bytes) | Vector128.Equals(value._bytes, d._bytes)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector128 Earlier(ByteVector128 previous, ByteVector128 current, [ConstantExpected] byte count) => new(count switch
    {
        1 => Ssse3.IsSupported ? Ssse3.AlignRight(current._bytes, previous._bytes, 15) : AdvSimd.ExtractVector128(previous._bytes, current._bytes, 15),
        2 => Ssse3.IsSupported ? Ssse3.AlignRight(current._bytes, previous._bytes, 14) : AdvSimd.ExtractVector128(previous._bytes, current._bytes, 14),
        4 => Ssse3.IsSupported ? Ssse3.AlignRight(current._bytes, previous._bytes, 12) : AdvSimd.ExtractVector128(previous._bytes, current._bytes, 12),
        _ => Ssse3.IsSupported ? Ssse3.AlignRight(current._bytes, previous._bytes, 8) : AdvSimd.ExtractVector128(previous._bytes, current._bytes, 8),
    });

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StoreEqualPositions(ByteVector128 left, ByteVector128 right, int first, ref int positions) =>
        Bits.StorePositions((uint)EqualMask(left, right), first, ref positions);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LinearMap<ByteVector128> CreateMap(ulong matrix, ReadOnlySpan<byte> lowTable, ReadOnlySpan<byte> highTable) =>
        new(new(Vector128.Create(lowTable)), new(Vector128.Create(highTable)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteVector128 Apply(ByteVector128 value, LinearMap<ByteVector128> map)
    {
        Vector128<byte> nibble = Vector128.Create((byte)0x0F);
        Vector128<byte> low = ByteBlock.Shuffle(map.First._bytes, value._bytes & nibble);
        Vector128<byte> high = ByteBlock.Shuffle(map.Second._bytes, (value._bytes.AsUInt16() >>> 4).AsByte() & nibble);
        return new(low ^ high);
    }
}
