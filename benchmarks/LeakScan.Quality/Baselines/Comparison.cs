using LeakScan.Quality.Data;

namespace LeakScan.Quality.Baselines;

/// <summary>A set's figures now against its baseline.</summary>
// A change of the engine moves some records up and some down even if it changes nothing for the better or worse: other k-grams
// are selected, as with another key. Such moves are as often up as down. So of a slice of records those count that more keys find
// than before and those that fewer do, and there is a drop if so many of those that moved went down that chance alone would
// do it once in a hundred comparisons of the whole set (a sign test, its level shared out among the slices). The same records and keys are
// compared, so an engine that does the same gives no difference at all.
//
// Alarms about negatives are few, and each is worth a look: one that most keys raise, and did not before, is a drop by itself.
static class Comparison
{
    /// <summary>Chance of a drop where there is none, over all slices.</summary>
    internal const double Level = 0.01;

    internal const string NewAlarms = "false alarms";

    static readonly string[] s_fields = ["transform", "wrap", "lines"];

    /// <param name="Name">What is compared: a measure of positives, all or with one value of a field; or <see cref="NewAlarms"/>.</param>
    /// <param name="Records">How many.</param>
    /// <param name="Before">Mean share of keys, in the baseline.</param>
    /// <param name="Now">The same now.</param>
    /// <param name="Worse">Records with fewer keys than before (of negatives, with more).</param>
    /// <param name="Better">Records with more.</param>
    /// <param name="Chance">Of so many worse ones by chance; of false alarms, 1 or 0.</param>
    /// <param name="IsDrop">Beyond noise.</param>
    internal sealed record Row(string Name, int Records, double Before, double Now, int Worse, int Better, double Chance, bool IsDrop);

    /// <exception cref="FormatException">The baseline is that of another set.</exception>
    internal static IReadOnlyList<Row> Compare(LabelledSet set, Baseline before, Baseline now)
    {
        if (!before.Records.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(now.Records.Keys)) throw new FormatException($"the baseline has other records than {set.Name}: make it anew");
        LabelledRecord[] positives = [.. set.Records.Where(r => r.Label == RecordLabel.Positive)];
        List<(string Name, LabelledRecord[] Records, Func<Baseline.Counts, int> Count)> slices =
        [
            ("at warn", positives, c => c.Warn),
            ("at block", positives, c => c.Block),
            ("right file", positives, c => c.File),
        ];
        foreach (string field in s_fields)
        {
            slices.AddRange(positives.Where(r => r.Field(field) is not null).GroupBy(r => r.Field(field)!, StringComparer.Ordinal).OrderBy(g => g.Key.PadLeft(20), StringComparer.Ordinal)
                .Select(g => ($"{field} {g.Key}", g.ToArray(), (Func<Baseline.Counts, int>)(c => c.Warn))));
        }
        List<Row> rows = [.. slices.Select(s => Compare(s.Name, s.Records, s.Count, before, now, Level / slices.Count))];
        rows.Add(Alarms([.. set.Records.Where(r => r.IsCountedNegative)], before, now));
        return rows;
    }

    static Row Compare(string name, LabelledRecord[] records, Func<Baseline.Counts, int> count, Baseline before, Baseline now, double level)
    {
        (int worse, int better) = Moves(records, count, before, now);
        double chance = Measures.SignTest.Tail(worse, better);
        return new Row(name, records.Length, Share(records, count, before), Share(records, count, now), worse, better, chance, chance < level);
    }

    static Row Alarms(LabelledRecord[] records, Baseline before, Baseline now)
    {
        (int fewer, int more) = Moves(records, c => c.Warn, before, now);
        bool isNew = records.Any(r => 2 * now.Records[r.Id].Warn > now.Keys && 2 * before.Records[r.Id].Warn <= before.Keys);
        return new Row(NewAlarms, records.Length, Share(records, c => c.Warn, before), Share(records, c => c.Warn, now), more, fewer, isNew ? 0 : 1, isNew);
    }

    static (int Down, int Up) Moves(LabelledRecord[] records, Func<Baseline.Counts, int> count, Baseline before, Baseline now)
    {
        int[] changes = [.. records.Select(r => count(now.Records[r.Id]) - count(before.Records[r.Id]))];
        return (changes.Count(c => c < 0), changes.Count(c => c > 0));
    }

    static double Share(LabelledRecord[] records, Func<Baseline.Counts, int> count, Baseline of) =>
        records.Length == 0 ? double.NaN : records.Average(r => (double)count(of.Records[r.Id]) / of.Keys);
}
