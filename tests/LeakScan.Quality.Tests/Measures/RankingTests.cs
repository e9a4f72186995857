using CsCheck;
using LeakScan.Quality.Measures;

namespace LeakScan.Quality.Tests.Measures;

public sealed class RankingTests
{
    // Few values, so that most are tied.
    static readonly Gen<(int[] Positives, int[] Negatives)> s_values = Gen.Select(Gen.Int[0, 6].Array[1, 30], Gen.Int[0, 6].Array[1, 30]);

    static Ranking Of((int[] Positives, int[] Negatives) values) => new(values.Positives.Select(v => (double)v), values.Negatives.Select(v => (double)v));

    [Fact]
    public void AucIsTheShareOfPairsInOrderTiesHalf() => s_values.Sample(values =>
    {
        double inOrder = values.Positives.Sum(p => values.Negatives.Sum(n => p > n ? 1.0 : p == n ? 0.5 : 0));
        return Math.Abs(Of(values).Auc - inOrder / (values.Positives.Length * values.Negatives.Length)) < 1e-12;
    }, threads: 1);

    [Fact]
    public void BestF1IsTheBestOfAllThresholds() => s_values.Sample(values =>
    {
        double best = values.Positives.Concat(values.Negatives).Max(threshold =>
        {
            int found = values.Positives.Count(v => v >= threshold), alarms = values.Negatives.Count(v => v >= threshold);
            return 2.0 * found / (values.Positives.Length + found + alarms);
        });
        return Math.Abs(Of(values).BestF1 - best) < 1e-12;
    }, threads: 1);

    [Fact]
    public void CutsGrowToAllTexts() => s_values.Sample(values =>
    {
        Ranking ranking = Of(values);
        return ranking.Cuts.Zip(ranking.Cuts.Skip(1)).All(c => c.First.Threshold > c.Second.Threshold && c.First.TruePositives + c.First.FalsePositives < c.Second.TruePositives + c.Second.FalsePositives)
            && ranking.Cuts[^1].TruePositives == values.Positives.Length && ranking.Cuts[^1].FalsePositives == values.Negatives.Length;
    }, threads: 1);

    [Fact]
    public void RecallAtAnAllowanceStopsBeforeTheNextFalseAlarm()
    {
        Ranking ranking = new([9, 8, 5, 1], [7, 5, 2, 0]);
        Assert.Equal(0.5, ranking.RecallAt(0));
        Assert.Equal(0.5, ranking.RecallAt(0.25));
        Assert.Equal(0.75, ranking.RecallAt(0.5)); // 5 is tied: both or none
        Assert.Equal(1, ranking.RecallAt(0.75));
    }

    [Fact]
    public void WithoutNegativesThereIsNoAuc() => Assert.True(double.IsNaN(new Ranking([1, 2], []).Auc));
}
