using LeakScan.Simd;
using LeakScan.Sketches;
using LeakScan.Tests.Oracle;

namespace LeakScan.Tests.Sketches;

public sealed class ResemblanceTests
{
    [Fact]
    public void TheEstimateOfTheExpectedNumberOfLanesIsTheResemblance()
    {
        Assert.Equal(0, Resemblance.Estimate(0));
        Assert.Equal(1, Resemblance.Estimate(128));
        for (int equal = 1; equal <= 128; equal++)
        {
            double estimate = Resemblance.Estimate(equal);
            Assert.InRange(estimate, Resemblance.Estimate(equal - 1), 1);
            Assert.Equal(equal, 128 * Resemblance.ProbabilityOfEqual(estimate), 9);
            Assert.Equal(equal, Resemblance.EqualLanes(estimate));
        }
    }

    [Fact]
    public void AThresholdIsTheLeastNumberOfLanesThatReachesIt()
    {
        for (double resemblance = 0.01; resemblance <= 1; resemblance += 0.01)
        {
            int equal = Resemblance.EqualLanes(resemblance);
            Assert.True(Resemblance.Estimate(equal) >= resemblance - 1e-9);
            Assert.True(Resemblance.Estimate(equal - 1) < resemblance);
        }
    }

    [Fact]
    public void ContainmentFollowsFromResemblanceAndSizes()
    {
        // A of 100 is wholly in B of 300; A of 100 and B of 50 share 25.
        Assert.Equal(1, Resemblance.Containment(100.0 / 300, 100, 300), 12);
        Assert.Equal(0.25, Resemblance.Containment(25.0 / 125, 100, 50), 12);
        Assert.Equal(0, Resemblance.Containment(0, 100, 50));
        Assert.Equal(1, Resemblance.Containment(0.9, 100, 300)); // not possible, but an estimate may say so
    }

    /// <summary>
    /// The mean of 1500 estimates is the resemblance, within four standard errors, and they err as much as the formula says, in small sets too.
    /// </summary>
    [Theory]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(150)]
    [InlineData(600)]
    [InlineData(3000)]
    public void TheEstimateIsUnbiased(int union)
    {
        const int Trials = 1500;
        foreach (double wanted in (double[])[0, 0.25, 0.5, 0.75])
        {
            int common = (int)Math.Round(wanted * union);
            double resemblance = (double)common / union;
            double sum = 0, squares = 0;
            Random random = new(union);
            for (int trial = 0; trial < Trials; trial++)
            {
                ulong[] all = SketchSets.Random(random, union);
                ulong[] left = all[..(common + (union - common + 1) / 2)], right = [.. all[..common], .. all[left.Length..]];
                // Not clamped: that would be a bias.
                int equal = SketchOracle.EqualLanes(Stored(left), Stored(right));
                double error = (equal / 128.0 - 1 / 256.0) / (1 - 1 / 256.0) - resemblance;
                (sum, squares) = (sum + error, squares + error * error);
            }
            double mean = sum / Trials, deviation = Math.Sqrt(squares / Trials);
            Assert.True(Math.Abs(mean) < 4 * deviation / Math.Sqrt(Trials), $"{union} shingles, resemblance {resemblance}: the mean error is {mean}, the deviation {deviation}");
            double theory = Resemblance.StandardDeviation(resemblance);
            Assert.InRange(deviation / theory, 0.7, 1.15);
        }
    }

    static byte[] Stored(ulong[] set)
    {
        byte[] sketch = new byte[SketchParameters.SketchBytes];
        Sketch.Store(BlockSketchTests.MinimaOf(set), sketch, SimdTiers.Current);
        return sketch;
    }
}
