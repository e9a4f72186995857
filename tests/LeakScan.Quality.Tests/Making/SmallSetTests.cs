using System.Text;
using LeakScan.Quality.Data;
using LeakScan.Quality.Making;

namespace LeakScan.Quality.Tests.Making;

/// <summary>The set in corpora/quality says what is true.</summary>
public sealed class SmallSetTests
{
    static readonly LabelledSet s_set = LabelledSet.Load(Path.Combine(Root(), "corpora", "quality"));

    static string Root()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "LeakScan.sln"))) root = Path.GetDirectoryName(root)!;
        return root;
    }

    [Fact]
    public void EveryPositiveNamesAFileOfTheIndex()
    {
        HashSet<string> paths = [.. s_set.Documents.Select(d => d.Path)];
        LabelledRecord[] positives = [.. s_set.Records.Where(r => r.Label == RecordLabel.Positive)];
        Assert.Equal(330, positives.Length);
        Assert.All(positives, r => Assert.Contains(Assert.Single(r.Sources), paths));
        Assert.Equal(Transform.s_all.Select(t => t.Name).Order(StringComparer.Ordinal), positives.Select(r => r.Field("transform")!).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void NoNegativeSharesALongRunWithTheIndex()
    {
        SharedRuns runs = new();
        foreach (Sources.SourceDocument document in s_set.Documents) runs.Add(Encoding.UTF8.GetString(document.Text.Span));
        LabelledRecord[] negatives = [.. s_set.Records.Where(r => r.IsCountedNegative)];
        Assert.True(negatives.Length > 300, $"{negatives.Length} negatives");
        Assert.DoesNotContain(negatives, r => runs.HasRunOf(Encoding.UTF8.GetString(r.Text)));
    }

    [Fact]
    public void RunsAreSeenThroughNumbersAndEscapes()
    {
        SharedRuns runs = new();
        runs.Add("def weigh(parcel, depot):\n    return tariff_of(depot) * parcel.weight + surcharge(parcel.width, parcel.height)\n");
        Assert.True(runs.HasRunOf("\\n   14→def weigh(parcel, depot):\\n   15→    return tariff_of(depot) * parcel.weight + surcharge(parcel.width, parcel.height)\\n"));
        Assert.False(runs.HasRunOf("def weigh(parcel, depot):\n    return depot.tariff\n"));
    }
}
