using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LeakScan.Simd;

/// <summary>One register of 32- or 16-bit lanes: what sketches need of it.</summary>
interface ILaneVector<TSelf> where TSelf : struct, ILaneVector<TSelf>
{
    static abstract int LengthBytes { get; }

    static abstract TSelf Load(ref byte source);

    void Store(ref byte destination);

    static abstract TSelf Min32(TSelf left, TSelf right);

    /// <summary>(value ^ value >> <paramref name="shift"/>) * <paramref name="multiplier"/>, of each 32-bit lane.</summary>
    static abstract TSelf Mix32(TSelf value, [ConstantExpected] int shift, uint multiplier);

    /// <summary>Each 32-bit lane with the bits set, or zero where <paramref name="unlessAllOnes"/> is all ones.</summary>
    static abstract TSelf SetUnlessAllOnes32(TSelf value, uint bits, TSelf unlessAllOnes);

    /// <summary>The upper 16 bits of the 32-bit lanes of two registers.</summary>
    static abstract TSelf UpperHalves(TSelf first, TSelf second);

    /// <summary>Whether a 16-bit lane of four registers is zero.</summary>
    static abstract bool HasZero16(TSelf a, TSelf b, TSelf c, TSelf d);

    static abstract bool IsZero(TSelf value);

    /// <summary>Each 16-bit lane, or that of <paramref name="other"/> where it is zero.</summary>
    static abstract TSelf FillZeros16(TSelf value, TSelf other);

    static abstract TSelf Multiply16(TSelf left, TSelf right);

    /// <summary>The upper bytes of the 16-bit lanes of two registers.</summary>
    static abstract TSelf UpperBytes(TSelf first, TSelf second);
}

readonly struct LaneVector512(Vector512<byte> bytes) : ILaneVector<LaneVector512>
{
    readonly Vector512<byte> _bytes = bytes;

    public static int LengthBytes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector512 Load(ref byte source) => new(Vector512.LoadUnsafe(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref byte destination) => _bytes.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector512 Min32(LaneVector512 left, LaneVector512 right) => new(Vector512.Min(left._bytes.AsUInt32(), right._bytes.AsUInt32()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector512 Mix32(LaneVector512 value, [ConstantExpected] int shift, uint multiplier) =>
        new(((value._bytes.AsUInt32() ^ value._bytes.AsUInt32() >>> shift) * Vector512.Create(multiplier)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector512 SetUnlessAllOnes32(LaneVector512 value, uint bits, LaneVector512 unlessAllOnes) =>
        new(Vector512.AndNot(value._bytes.AsUInt32() | Vector512.Create(bits), Vector512.Equals(unlessAllOnes._bytes.AsUInt32(), Vector512<uint>.AllBitsSet)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector512 UpperHalves(LaneVector512 first, LaneVector512 second) =>
        new(Vector512.Narrow(first._bytes.AsUInt32() >>> 16, second._bytes.AsUInt32() >>> 16).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasZero16(LaneVector512 a, LaneVector512 b, LaneVector512 c, LaneVector512 d) => Vector512.EqualsAny(
        Vector512.Min(Vector512.Min(a._bytes.AsUInt16(), b._bytes.AsUInt16()), Vector512.Min(c._bytes.AsUInt16(), d._bytes.AsUInt16())), Vector512<ushort>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(LaneVector512 value) => value._bytes == Vector512<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector512 FillZeros16(LaneVector512 value, LaneVector512 other) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(value._bytes.AsUInt16(), Vector512<ushort>.Zero), other._bytes.AsUInt16(), value._bytes.AsUInt16()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector512 Multiply16(LaneVector512 left, LaneVector512 right) => new((left._bytes.AsUInt16() * right._bytes.AsUInt16()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector512 UpperBytes(LaneVector512 first, LaneVector512 second) =>
        new(Vector512.Narrow(first._bytes.AsUInt16() >>> 8, second._bytes.AsUInt16() >>> 8));
}

readonly struct LaneVector256(Vector256<byte> bytes) : ILaneVector<LaneVector256>
{
    readonly Vector256<byte> _bytes = bytes;

    public static int LengthBytes => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector256 Load(ref byte source) => new(Vector256.LoadUnsafe(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref byte destination) => _bytes.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector256 Min32(LaneVector256 left, LaneVector256 right) => new(Vector256.Min(left._bytes.AsUInt32(), right._bytes.AsUInt32()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector256 Mix32(LaneVector256 value, [ConstantExpected] int shift, uint multiplier) =>
        new(((value._bytes.AsUInt32() ^ value._bytes.AsUInt32() >>> shift) * Vector256.Create(multiplier)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector256 SetUnlessAllOnes32(LaneVector256 value, uint bits, LaneVector256 unlessAllOnes) =>
        new(Vector256.AndNot(value._bytes.AsUInt32() | Vector256.Create(bits), Vector256.Equals(unlessAllOnes._bytes.AsUInt32(), Vector256<uint>.AllBitsSet)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector256 UpperHalves(LaneVector256 first, LaneVector256 second) =>
        new(Vector256.Narrow(first._bytes.AsUInt32() >>> 16, second._bytes.AsUInt32() >>> 16).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasZero16(LaneVector256 a, LaneVector256 b, LaneVector256 c, LaneVector256 d) => Vector256.EqualsAny(
        Vector256.Min(Vector256.Min(a._bytes.AsUInt16(), b._bytes.AsUInt16()), Vector256.Min(c._bytes.AsUInt16(), d._bytes.AsUInt16())), Vector256<ushort>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(LaneVector256 value) => value._bytes == Vector256<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector256 FillZeros16(LaneVector256 value, LaneVector256 other) =>
        new(Vector256.ConditionalSelect(Vector256.Equals(value._bytes.AsUInt16(), Vector256<ushort>.Zero), other._bytes.AsUInt16(), value._bytes.AsUInt16()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector256 Multiply16(LaneVector256 left, LaneVector256 right) => new((left._bytes.AsUInt16() * right._bytes.AsUInt16()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector256 UpperBytes(LaneVector256 first, LaneVector256 second) =>
        new(Vector256.Narrow(first._bytes.AsUInt16() >>> 8, second._bytes.AsUInt16() >>> 8));
}

readonly struct LaneVector128(Vector128<byte> bytes) : ILaneVector<LaneVector128>
{
    readonly Vector128<byte> _bytes = bytes;

    public static int LengthBytes => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector128 Load(ref byte source) => new(Vector128.LoadUnsafe(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref byte destination) => _bytes.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector128 Min32(LaneVector128 left, LaneVector128 right) => new(Vector128.Min(left._bytes.AsUInt32(), right._bytes.AsUInt32()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector128 Mix32(LaneVector128 value, [ConstantExpected] int shift, uint multiplier) =>
        new(((value._bytes.AsUInt32() ^ value._bytes.AsUInt32() >>> shift) * Vector128.Create(multiplier)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector128 SetUnlessAllOnes32(LaneVector128 value, uint bits, LaneVector128 unlessAllOnes) =>
        new(Vector128.AndNot(value._bytes.AsUInt32() | Vector128.Create(bits), Vector128.Equals(unlessAllOnes._bytes.AsUInt32(), Vector128<uint>.AllBitsSet)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector128 UpperHalves(LaneVector128 first, LaneVector128 second) =>
        new(Vector128.Narrow(first._bytes.AsUInt32() >>> 16, second._bytes.AsUInt32() >>> 16).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasZero16(LaneVector128 a, LaneVector128 b, LaneVector128 c, LaneVector128 d) => Vector128.EqualsAny(
        Vector128.Min(Vector128.Min(a._bytes.AsUInt16(), b._bytes.AsUInt16()), Vector128.Min(c._bytes.AsUInt16(), d._bytes.AsUInt16())), Vector128<ushort>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(LaneVector128 value) => value._bytes == Vector128<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector128 FillZeros16(LaneVector128 value, LaneVector128 other) =>
        new(Vector128.ConditionalSelect(Vector128.Equals(value._bytes.AsUInt16(), Vector128<ushort>.Zero), other._bytes.AsUInt16(), value._bytes.AsUInt16()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector128 Multiply16(LaneVector128 left, LaneVector128 right) => new((left._bytes.AsUInt16() * right._bytes.AsUInt16()).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneVector128 UpperBytes(LaneVector128 first, LaneVector128 second) =>
        new(Vector128.Narrow(first._bytes.AsUInt16() >>> 8, second._bytes.AsUInt16() >>> 8));
}
