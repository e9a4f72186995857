using System.Globalization;
using LeakScan.Quality.Data;
using LeakScan.Quality.Measures;

namespace LeakScan.Quality.Tables;

/// <summary>Recall and false alarms by what is known about the texts, and by how they were found.</summary>
static class SliceTable
{
    const int LongLines = 10;

    static readonly string[] s_fields = ["kind", "bin", "transform", "wrap", "lines", "size", "tool", "prov", "project"];

    internal static void Print(SetRun run)
    {
        Console.WriteLine($"### {run.Set.Name}");
        Console.WriteLine();
        Markdown.Print(["", "", "positives", "recall at warn", "recall at block", "negatives", "alarms in 1000 at warn", "at block"], Rows(run));
        Markdown.Print(["best match", "of positives", "of false alarms in 1000"], Kinds(run));
    }

    static IEnumerable<string[]> Rows(SetRun run)
    {
        foreach (string field in s_fields)
        {
            foreach (string[] row in Values(run, field, field, r => r.Field(field))) yield return row;
        }
        foreach (string[] row in Values(run, $"transform, {LongLines} lines or more", "transform", r => r.Lines >= LongLines && r.Kind == "cut" ? r.Field("transform") : null)) yield return row;
        foreach (string[] row in Values(run, "cut, transform none, lines", "lines", r => r.Kind == "cut" && r.Field("transform") == "none" ? r.Field("lines") : null)) yield return row;
    }

    /// <summary>A row for each value that a field has, if there are several.</summary>
    static IEnumerable<string[]> Values(SetRun run, string name, string field, Func<LabelledRecord, string?> valueOf)
    {
        bool isNumber = field == "lines";
        string[] values = [.. run.Set.Records.Where(r => r.Label != RecordLabel.Ambiguous).Select(valueOf).OfType<string>().Distinct(StringComparer.Ordinal)
            .OrderBy(v => isNumber ? int.Parse(v, CultureInfo.InvariantCulture) : 0).ThenBy(v => v, StringComparer.Ordinal)];
        if (values.Length < 2 || values.Length > MaxValues) yield break;
        foreach (string value in values)
        {
            bool Positive(LabelledRecord r) => r.Label == RecordLabel.Positive && valueOf(r) == value;
            bool Negative(LabelledRecord r) => r.Label == RecordLabel.Negative && valueOf(r) == value;
            yield return
            [
                name, value,
                Number(run.Count(Positive)), run.Rate(Positive, Verdict.Warn).Share(), run.Rate(Positive, Verdict.Block).Share(),
                Number(run.Count(Negative)), run.Rate(Negative, Verdict.Warn).PerThousand(), run.Rate(Negative, Verdict.Block).PerThousand(),
            ];
        }
    }

    /// <summary>Whole programs have nearly as many numbers of lines as there are programs.</summary>
    const int MaxValues = 40;

    static IEnumerable<string[]> Kinds(SetRun run)
    {
        foreach (MatchKind kind in Enum.GetValues<MatchKind>())
        {
            bool IsFound(Outcome o) => o.IsHit(Verdict.Warn) && o.BestKind == kind;
            Spread positives = run.Rate(r => r.Label == RecordLabel.Positive, IsFound);
            Spread negatives = run.Rate(r => r.IsCountedNegative, IsFound);
            if (positives.High > 0 || negatives.High > 0) yield return [kind.ToString(), positives.Share(), negatives.PerThousand()];
        }
    }

    static string Number(int count) => count == 0 ? "" : count.ToString(CultureInfo.InvariantCulture);
}
