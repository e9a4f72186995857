using LeakScan.Quality.Data;

namespace LeakScan.Quality.Measures;

/// <summary>A set of labelled plagiarism, put in order.</summary>
// Where the set has independent work, records are put in order by what a scan against all originals says. Where all is plagiarised,
// each record is compared with each original by itself, as one document, and the originals that it does not come from are the negatives.
sealed class PairRun
{
    internal required LabelledSet Set { get; init; }

    internal required bool IsOfRecords { get; init; }

    /// <summary>By key, then by record.</summary>
    required internal IReadOnlyList<IReadOnlyList<Compared>> ByKey { get; init; }

    internal readonly record struct Compared(bool IsPositive, string? Level, double EvidenceBits, double Score);

    internal IEnumerable<string> Levels => Set.Records.Where(r => r.Label == RecordLabel.Positive).Select(r => r.Kind).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    internal static bool HasNegatives(LabelledSet set) => set.Records.Any(r => r.IsCountedNegative);

    internal static PairRun Run(SetRun run, IReadOnlyList<IndexKey> keys, int threads) => new()
    {
        Set = run.Set,
        IsOfRecords = HasNegatives(run.Set),
        ByKey = HasNegatives(run.Set) ? [.. run.ByKey.Select(o => Records(run.Set, o))] : [.. keys.Select(k => WithEachOriginal(run.Set, k, threads))],
    };

    static List<Compared> Records(LabelledSet set, Outcome[] outcomes) => [.. outcomes.Index()
        .Where(o => set.Records[o.Index].Label == RecordLabel.Positive || set.Records[o.Index].IsCountedNegative)
        .Select(o => new Compared(set.Records[o.Index].Label == RecordLabel.Positive, set.Records[o.Index].Kind, o.Item.EvidenceBits, o.Item.Score))];

    static List<Compared> WithEachOriginal(LabelledSet set, IndexKey key, int threads)
    {
        List<Compared> all = [];
        LabelledRecord[] records = [.. set.Records.Where(r => r.Label == RecordLabel.Positive)];
        foreach (Original original in Original.Of(set))
        {
            using FingerprintIndexBuilder builder = new(key);
            builder.AddDocument(original.Name, "original", original.Text);
            using FingerprintIndex index = builder.Build();
            Compared[] compared = new Compared[records.Length];
            Parallel.For(0, records.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => (Scanner: new Scanner(index), Matches: new List<Match>()), (i, _, state) =>
            {
                ScanResult result = state.Scanner.Scan(records[i].Text, state.Matches);
                compared[i] = new Compared(records[i].Sources.Contains(original.Name), records[i].Kind, result.EvidenceBits, result.Score);
                return state;
            }, _ => { });
            all.AddRange(compared);
        }
        return all;
    }

    /// <summary>One a key; of one level, its positives before all negatives.</summary>
    internal IEnumerable<Ranking> Rankings(Func<Compared, double> by, string? level = null) => ByKey.Select(all => new Ranking(
        all.Where(c => c.IsPositive && (level is null || c.Level == level)).Select(by),
        all.Where(c => !c.IsPositive).Select(by)));
}
