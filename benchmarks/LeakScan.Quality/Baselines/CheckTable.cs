using System.Globalization;
using LeakScan.Quality.Tables;

namespace LeakScan.Quality.Baselines;

static class CheckTable
{
    internal static void Print(IReadOnlyList<Comparison.Row> rows) => Markdown.Print(
        ["", "records", "baseline", "now", "worse", "better", "by chance", ""],
        rows.Select(r => (string[])
        [
            r.Name,
            r.Records.ToString(CultureInfo.InvariantCulture),
            r.Before.ToString("0.0000", CultureInfo.InvariantCulture),
            r.Now.ToString("0.0000", CultureInfo.InvariantCulture),
            r.Worse.ToString(CultureInfo.InvariantCulture),
            r.Better.ToString(CultureInfo.InvariantCulture),
            r.Name == Comparison.NewAlarms ? "" : r.Chance.ToString("0.0000", CultureInfo.InvariantCulture),
            r.IsDrop ? "DROP" : "",
        ]));
}
