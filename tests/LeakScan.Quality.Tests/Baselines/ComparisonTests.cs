using LeakScan.Quality.Baselines;
using LeakScan.Quality.Data;

namespace LeakScan.Quality.Tests.Baselines;

public sealed class ComparisonTests
{
    const int Keys = 5;
    const int Positives = 60;
    const int Negatives = 40;

    static readonly LabelledSet s_set = new()
    {
        Name = "made up",
        Documents = [],
        Problems = [],
        Records =
        [
            .. Enumerable.Range(0, Positives).Select(i => Record($"p{i}", RecordLabel.Positive, i % 2 == 0 ? "none" : "shuffle")),
            .. Enumerable.Range(0, Negatives).Select(i => Record($"n{i}", RecordLabel.Negative, null)),
        ],
    };

    static LabelledRecord Record(string id, RecordLabel label, string? transform) => new()
    {
        Id = id,
        Text = [],
        Label = label,
        Fields = transform is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["transform"] = transform },
        Sources = [],
    };

    static Baseline Of(Func<string, int> warn) => new(Keys, s_set.Records.ToDictionary(r => r.Id, r => new Baseline.Counts(warn(r.Id), 0, 0)));

    static readonly Baseline s_before = Of(id => id[0] == 'p' ? 4 : 0);

    static string[] Drops(Baseline now) => [.. Comparison.Compare(s_set, s_before, now).Where(r => r.IsDrop).Select(r => r.Name)];

    static bool IsAmong(string id, char kind, int first, int count) => id[0] == kind && int.Parse(id.AsSpan(1)) >= first && int.Parse(id.AsSpan(1)) < first + count;

    [Fact]
    public void TheSameIsNoDrop() => Assert.Empty(Drops(s_before));

    [Fact]
    public void BetterIsNoDrop() => Assert.Empty(Drops(Of(id => id[0] == 'p' ? 5 : 0)));

    [Fact]
    public void MovesUpAndDownAreNoise() => Assert.Empty(Drops(Of(id => id[0] == 'n' ? 0 : IsAmong(id, 'p', 0, 20) ? 3 : IsAmong(id, 'p', 20, 15) ? 5 : 4)));

    [Fact]
    public void ManyThatAreFoundWithFewerKeysAreADrop()
    {
        Assert.Equal(["at warn"], Drops(Of(id => id[0] == 'n' ? 0 : IsAmong(id, 'p', 0, 12) ? 3 : 4)));
        Assert.Empty(Drops(Of(id => id[0] == 'n' ? 0 : IsAmong(id, 'p', 0, 5) ? 3 : 4)));
    }

    [Fact]
    public void ADropOfOneTransformIsNotHiddenByGainsOfAnother() =>
        Assert.Equal(["transform shuffle"], Drops(Of(id => id[0] == 'n' ? 0 : int.Parse(id.AsSpan(1)) % 2 == 0 ? 5 : 2)));

    [Fact]
    public void AnAlarmThatMostKeysRaiseIsADropByItself()
    {
        Assert.Equal([Comparison.NewAlarms], Drops(Of(id => id == "n7" ? 3 : id[0] == 'p' ? 4 : 0)));
        Assert.Empty(Drops(Of(id => id == "n7" ? 2 : id[0] == 'p' ? 4 : 0)));
    }

    [Fact]
    public void ABaselineOfAnotherSetIsRefused()
    {
        Baseline other = new(Keys, new Dictionary<string, Baseline.Counts> { ["p0"] = default });
        Assert.Contains("made up", Assert.Throws<FormatException>(() => Comparison.Compare(s_set, other, s_before)).Message, StringComparison.Ordinal);
    }
}
