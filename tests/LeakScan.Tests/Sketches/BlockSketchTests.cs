using CsCheck;
using LeakScan.Simd;
using LeakScan.Sketches;
using LeakScan.Tests.Oracle;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Sketches;

public sealed class BlockSketchTests
{
    public static TheoryData<string> TierNames => Tiers.Names;

    [Fact]
    public void AddKeepsTheLeastOfEachBin() => SketchSets.Any.Sample(set =>
    {
        Assert.Equal(SketchOracle.Minima(set), MinimaOf(set));
        Assert.Equal(SketchOracle.Minima(set), MinimaOf([.. set.Reverse(), .. set]));
    }, threads: 1, iter: 1000, seed: SketchSets.Seed, print: SketchSets.Print);

    [Theory]
    [MemberData(nameof(TierNames))]
    public void TheSketchOfAUnionIsTheMinimumOfTheSketches(string tier) => Gen.Select(SketchSets.Any, SketchSets.Any).Sample((left, right) =>
    {
        uint[] wanted = SketchOracle.Minima(left.Concat(right));
        uint[] a = MinimaOf(left), b = MinimaOf(right), union = new uint[SketchParameters.Bins];
        BlockSketch.Unite(a, b, union, Tiers.Parse(tier));
        Assert.Equal(wanted, union);
        BlockSketch.Unite(a, b, a, Tiers.Parse(tier));
        Assert.Equal(wanted, a);
    }, threads: 1, iter: 500, seed: SketchSets.Seed);

    [Theory]
    [MemberData(nameof(TierNames))]
    public void NothingBesideTheMinimaIsReadOrWritten(string tier)
    {
        uint[] minima = MinimaOf(SketchSets.Random(new Random(31), 300));
        foreach (Guard guard in Enum.GetValues<Guard>())
        {
            using GuardedMemory left = Guarded(minima, guard), right = Guarded(new uint[SketchParameters.Bins], guard), union = Guarded(minima, guard);
            BlockSketch.Unite(Lanes(left), Lanes(right), Lanes(union), Tiers.Parse(tier));
            Assert.Equal(new uint[SketchParameters.Bins], Lanes(union));
            BlockSketch.Clear(Lanes(union));
            BlockSketch.Add([0x0000_0001_0000_0000, 0x0000_0002_0000_007F], Lanes(union));
            Assert.Equal(SketchOracle.Minima([0x0000_0001_0000_0000, 0x0000_0002_0000_007F]), Lanes(union));
        }
    }

    [Fact]
    public void TooFewMinimaAreAnError()
    {
        uint[] few = new uint[SketchParameters.Bins - 1], enough = new uint[SketchParameters.Bins];
        Assert.Throws<ArgumentOutOfRangeException>(() => BlockSketch.Clear(few));
        Assert.Throws<ArgumentOutOfRangeException>(() => BlockSketch.Add([1], few));
        foreach (SimdTier tier in Tiers.Available)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => BlockSketch.Unite(few, enough, enough, tier));
            Assert.Throws<ArgumentOutOfRangeException>(() => BlockSketch.Unite(enough, few, enough, tier));
            Assert.Throws<ArgumentOutOfRangeException>(() => BlockSketch.Unite(enough, enough, few, tier));
        }
    }

    internal static uint[] MinimaOf(ulong[] set)
    {
        uint[] minima = new uint[SketchParameters.Bins];
        BlockSketch.Clear(minima);
        BlockSketch.Add(set, minima);
        return minima;
    }

    internal static GuardedMemory Guarded(uint[] lanes, Guard guard) => new(System.Runtime.InteropServices.MemoryMarshal.AsBytes(lanes.AsSpan()), guard);

    internal static Span<uint> Lanes(GuardedMemory memory) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(memory.Span);
}
