using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LeakScan.Simd;

/// <summary>Sets of instructions that kernels are written for, slowest first. All give the same results.</summary>
enum SimdTier
{
    Scalar,

    /// <summary>128-bit vectors with a byte shuffle: SSSE3 or AdvSimd.</summary>
    V128,

    /// <summary>256-bit vectors: AVX2 and BMI2.</summary>
    Avx2,

    /// <summary>512-bit vectors with VBMI2 (byte compression) and GFNI (linear maps of bytes).</summary>
    Avx512,
}

static class SimdTiers
{
    internal const string ForceVariable = "LEAKSCAN_FORCE_TIER";

    /// <summary>The tier in use: the best of the machine, or what LEAKSCAN_FORCE_TIER says.</summary>
    internal static SimdTier Current { get; } = Choose(Environment.GetEnvironmentVariable(ForceVariable));

    internal static SimdTier Best =>
        IsSupported(SimdTier.Avx512) ? SimdTier.Avx512
        : IsSupported(SimdTier.Avx2) ? SimdTier.Avx2
        : IsSupported(SimdTier.V128) ? SimdTier.V128
        : SimdTier.Scalar;

    internal static bool IsSupported(SimdTier tier) => tier switch
    {
        SimdTier.Avx512 => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported && Avx512Vbmi2.IsSupported && Gfni.V512.IsSupported && Bmi2.X64.IsSupported,
        SimdTier.Avx2 => Vector256.IsHardwareAccelerated && System.Runtime.Intrinsics.X86.Avx2.IsSupported && Bmi2.X64.IsSupported,
        SimdTier.V128 => Vector128.IsHardwareAccelerated && (Ssse3.IsSupported || AdvSimd.Arm64.IsSupported),
        _ => true,
    };

    internal static string NameOf(SimdTier tier) => tier switch
    {
        SimdTier.Avx512 => "avx512",
        SimdTier.Avx2 => "avx2",
        SimdTier.V128 => "v128",
        _ => "scalar",
    };

    /// <summary>An unknown or unavailable name is an error: falling back would make a measurement or a green test run meaningless.</summary>
    internal static SimdTier Choose(string? forced)
    {
        if (string.IsNullOrEmpty(forced)) return Best;
        foreach (SimdTier tier in Enum.GetValues<SimdTier>())
        {
            if (!string.Equals(NameOf(tier), forced, StringComparison.Ordinal)) continue;
            return IsSupported(tier) ? tier
                : throw new PlatformNotSupportedException($"{ForceVariable}={forced}: this machine (or its runtime switches) has no such instructions; its best tier is {NameOf(Best)}.");
        }
        throw new PlatformNotSupportedException($"{ForceVariable}={forced}: not a tier; there are scalar, v128, avx2, avx512.");
    }
}
