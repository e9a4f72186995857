using LeakScan.Simd;

namespace LeakScan.Tests.Support;

/// <summary>The tiers that this process can run.</summary>
static class Tiers
{
    internal static IReadOnlyList<SimdTier> Available { get; } = [.. Enum.GetValues<SimdTier>().Where(SimdTiers.IsSupported)];

    internal static TheoryData<string> Names => [.. Available.Select(SimdTiers.NameOf)];

    internal static SimdTier Parse(string name) => Available.First(t => SimdTiers.NameOf(t) == name);
}
