using System.Globalization;
using LeakScan.Quality.Data;
using LeakScan.Quality.Measures;

namespace LeakScan.Quality.Tables;

/// <summary>One row a set.</summary>
static class SummaryTable
{
    const int LongLines = 8;

    internal static void Print(IReadOnlyList<SetRun> runs)
    {
        SetRun[] sets = [.. runs.Where(r => !r.Set.IsPairs)];
        if (sets.Length == 0) return;
        Markdown.Print(
            ["set", "positives", "negatives", "recall at warn", $"of {LongLines} lines or more", "false alarms in 1000", "recall at block", "false alarms in 1000", "`new` at warn in 1000", "right file of the first three", "AUC"],
            sets.Select(Row));
    }

    static string[] Row(SetRun run) =>
    [
        run.Set.Name,
        run.Count(IsPositive).ToString(CultureInfo.InvariantCulture),
        run.Count(r => r.IsCountedNegative).ToString(CultureInfo.InvariantCulture),
        run.Rate(IsPositive, Verdict.Warn).Share(),
        run.Rate(r => IsPositive(r) && r.Lines is null or >= LongLines, Verdict.Warn).Share(),
        run.Rate(r => r.IsCountedNegative, Verdict.Warn).PerThousand(),
        run.Rate(IsPositive, Verdict.Block).Share(),
        run.Rate(r => r.IsCountedNegative, Verdict.Block).PerThousand(),
        run.Rate(r => r.Label == RecordLabel.Negative && !r.IsCountedNegative, Verdict.Warn).PerThousand(),
        run.RightFile(Verdict.Warn).Share(),
        Spread.Of(run.Rankings(o => o.EvidenceBits).Select(r => r.Auc)).Share(),
    ];

    static bool IsPositive(LabelledRecord record) => record.Label == RecordLabel.Positive;
}
