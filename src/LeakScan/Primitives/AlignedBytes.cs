using System.Runtime.InteropServices;

namespace LeakScan.Primitives;

/// <summary>Bytes that begin at a multiple of 64 in memory and stay there: a register's load is one cache line's.</summary>
sealed class AlignedBytes
{
    const int Alignment = 64;

    readonly byte[] _array;
    readonly int _start;

    internal AlignedBytes(int length)
    {
        Length = length;
        _array = GC.AllocateArray<byte>(length + Alignment, pinned: true);
        _start = (int)(-(nint)Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0) & Alignment - 1);
    }

    internal int Length { get; }

    internal ref byte At(int index) => ref Span(index, 0 + 1)[0];

    internal Span<byte> Span(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start + (ulong)(uint)length, (ulong)Length);
        return _array.AsSpan(_start + start, length);
    }
}
