using LeakScan.Simd;

namespace LeakScan.Tests.Support;

/// <summary>The tiers that this process can run.</summary>
static class Tiers
{
    internal static IReadOnlyList<SimdTier> Available { get; } = [.. Enum.GetValues<SimdTier>().Where(SimdTiers.IsSupported)];

    /// <summary>The tier that this run is about (<c>LEAKSCAN_EXPECT_TIER</c>), or null: all.</summary>
    internal static string? Expected { get; } = Environment.GetEnvironmentVariable("LEAKSCAN_EXPECT_TIER") is { Length: > 0 } name ? name : null;

    /// <summary>What theories over tiers run: a run for one tier alone need not repeat those below it, which have runs of their own.</summary>
    internal static TheoryData<string> Names => [.. Available.Select(SimdTiers.NameOf).Where(name => Expected is null || name == Expected)];

    internal static SimdTier Parse(string name) => Available.First(t => SimdTiers.NameOf(t) == name);
}
