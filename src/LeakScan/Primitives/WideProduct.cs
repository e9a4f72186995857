using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LeakScan.Primitives;

/// <summary>Products of 128 bits.</summary>
// Math.BigMul passes the low half through memory on x64.
static class WideProduct
{
    /// <summary>The high half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong High(ulong left, ulong right) => Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(left, right) : Math.BigMul(left, right, out _);

    /// <summary>Both halves, exclusive or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Fold(ulong left, ulong right) => High(left, right) ^ left * right;
}
