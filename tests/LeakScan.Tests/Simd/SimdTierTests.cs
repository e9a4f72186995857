using LeakScan.Simd;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Simd;

public sealed class SimdTierTests
{
    /// <summary>.ci/run sets the variable to what a run with some instructions switched off must have got.</summary>
    [Fact]
    public void TheRunHasTheTierItWasMeantToHave()
    {
        if (Tiers.Expected is { } expected) Assert.Equal(expected, SimdTiers.NameOf(SimdTiers.Current));
        Assert.True(SimdTiers.IsSupported(SimdTiers.Current));
        Assert.Contains(SimdTiers.Current, Tiers.Available);
    }

    [Fact]
    public void AnUnknownTierIsAnError() =>
        Assert.Contains("scalar, v128, avx2, avx512", Assert.Throws<PlatformNotSupportedException>(() => SimdTiers.Choose("sse9")).Message, StringComparison.Ordinal);

    [Fact]
    public void EveryAvailableTierCanBeForced()
    {
        foreach (SimdTier tier in Tiers.Available) Assert.Equal(tier, SimdTiers.Choose(SimdTiers.NameOf(tier)));
        Assert.Equal(SimdTiers.Best, SimdTiers.Choose(null));
    }
}
