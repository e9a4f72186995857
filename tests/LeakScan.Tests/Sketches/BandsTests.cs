using LeakScan.Sketches;
using LeakScan.Tests.Oracle;

namespace LeakScan.Tests.Sketches;

public sealed class BandsTests
{
    [Theory]
    [InlineData(1, 128)]
    [InlineData(2, 64)]
    [InlineData(3, 42)]
    [InlineData(4, 32)]
    public void KeysAreThoseOfTheOracle(int rows, int bands)
    {
        Assert.Equal(bands, Bands.Count(rows));
        for (int seed = 0; seed < 200; seed++)
        {
            byte[] sketch = SketchSets.RandomBytes(new Random(seed), SketchParameters.SketchBytes);
            ulong[] keys = new ulong[bands];
            Bands.Keys(sketch, rows, keys);
            Assert.Equal(SketchOracle.BandKeys(sketch, rows), keys);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void OtherNumbersOfRowsAreAnError(int rows)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Bands.Count(rows));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bands.Keys(new byte[SketchParameters.SketchBytes], rows, new ulong[SketchParameters.Bins]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bands.ProbabilityOfCandidate(0.5, rows));
    }

    /// <summary>Sketches whose lanes are equal with the probability of a resemblance are candidates as often as the S-curve says, within four standard errors.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void CandidatesAreAsFrequentAsTheCurveSays(int rows)
    {
        const int Trials = 4000;
        ulong[] left = new ulong[Bands.Count(rows)], right = new ulong[Bands.Count(rows)];
        foreach (double resemblance in (double[])[0.1, 0.3, 0.5, 0.8])
        {
            Random random = new(rows);
            int candidates = 0;
            for (int trial = 0; trial < Trials; trial++)
            {
                byte[] a = SketchSets.RandomBytes(random, SketchParameters.SketchBytes), b = SketchSets.RandomBytes(random, SketchParameters.SketchBytes);
                for (int i = 0; i < a.Length; i++)
                {
                    if (random.NextDouble() < resemblance) b[i] = a[i];
                }
                Bands.Keys(a, rows, left);
                Bands.Keys(b, rows, right);
                if (left.Intersect(right).Any()) candidates++;
            }
            double wanted = Bands.ProbabilityOfCandidate(resemblance, rows);
            double error = 4 * Math.Sqrt(Math.Max(wanted * (1 - wanted), 1e-4) / Trials);
            Assert.InRange((double)candidates / Trials, wanted - error, wanted + error);
        }
    }
}
