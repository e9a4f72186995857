using System.Globalization;
using LeakScan.Quality.Measures;

namespace LeakScan.Quality.Tables;

/// <summary>Sets of labelled plagiarism: how well evidence puts the plagiarised before the independent, by level.</summary>
static class PairTable
{
    internal static void Print(IReadOnlyList<PairRun> runs)
    {
        if (runs.Count == 0) return;
        Markdown.Print(["set", "what is put in order", "level", "positives", "negatives", "AUC by evidence", "AUC by score", "best F1", "F1 if all were positive"], runs.SelectMany(Rows));
    }

    static IEnumerable<string[]> Rows(PairRun run)
    {
        foreach (string? level in (IEnumerable<string?>)[null, .. run.Levels])
        {
            Ranking[] byEvidence = [.. run.Rankings(v => v.EvidenceBits, level)];
            (int positives, int negatives) = (byEvidence[0].Positives, byEvidence[0].Negatives);
            yield return
            [
                run.Set.Name, run.IsOfRecords ? "records" : "records with each original", level ?? "all",
                positives.ToString(CultureInfo.InvariantCulture), negatives.ToString(CultureInfo.InvariantCulture),
                Spread.Of(byEvidence.Select(r => r.Auc)).Share(),
                Spread.Of(run.Rankings(v => v.Score, level).Select(r => r.Auc)).Share(),
                Spread.Of(byEvidence.Select(r => r.BestF1)).Share(),
                (2.0 * positives / (2 * positives + negatives)).ToString("0.0000", CultureInfo.InvariantCulture),
            ];
        }
    }
}
