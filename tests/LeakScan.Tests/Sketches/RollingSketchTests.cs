using CsCheck;
using LeakScan.Simd;
using LeakScan.Sketches;
using LeakScan.Tests.Oracle;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Sketches;

public sealed class RollingSketchTests
{
    public static TheoryData<string> TierNames => Tiers.Names;

    [Theory]
    [MemberData(nameof(TierNames))]
    public void AWindowIsTheSketchOfTheUnionOfItsBlocks(string tier) =>
        Gen.Select(Gen.Int[1, 20].Array[1, 5], Gen.ULong.Array[0, 30].Array[0, 45]).Sample((windows, blocks) =>
        {
            RollingSketch rolling = new(Tiers.Parse(tier), windows);
            for (int text = 0; text < 2; text++)
            {
                // The second time nothing of the first must be left.
                rolling.Reset();
                Check(rolling, windows, text == 0 ? blocks : [.. blocks.Reverse()]);
            }
        }, threads: 1, iter: 60, seed: SketchSets.Seed);

    static void Check(RollingSketch rolling, int[] windows, ulong[][] blocks)
    {
        Assert.All(Enumerable.Range(0, windows.Length), w => Assert.Equal(SketchOracle.Minima([]), rolling.Window(w)));
        for (int last = 0; last < blocks.Length; last++)
        {
            rolling.Push(BlockSketchTests.MinimaOf(blocks[last]));
            Assert.Equal(last + 1, rolling.Blocks);
            for (int w = 0; w < windows.Length; w++)
            {
                Assert.Equal(SketchOracle.Minima(blocks[Math.Max(0, last + 1 - windows[w])..(last + 1)].SelectMany(b => b)), rolling.Window(w));
            }
        }
    }

    [Fact]
    public void AWindowWithoutBlocksIsAnError() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RollingSketch(SimdTier.Scalar, [1, 0]));

    [Theory]
    [MemberData(nameof(TierNames))]
    public void AllocatesNothing(string tier)
    {
        SimdTier parsed = Tiers.Parse(tier);
        RollingSketch rolling = new(parsed, [2, 5, 15]);
        uint[] minima = BlockSketchTests.MinimaOf(SketchSets.Random(new Random(32), 50));
        byte[] sketch = new byte[SketchParameters.SketchBytes];
        void Use()
        {
            rolling.Reset();
            for (int i = 0; i < 40; i++)
            {
                rolling.Push(minima);
                for (int w = 0; w < 3; w++) Assert.True(Sketch.Store(rolling.Window(w), sketch, parsed));
            }
        }
        Assert.Equal(0, Allocations.Least(Use));
    }
}
