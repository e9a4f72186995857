using System.Diagnostics;
using LeakScan.Quality.Data;

namespace LeakScan.Quality.Measures;

/// <summary>A set scanned with several keys, each record by itself.</summary>
sealed class SetRun
{
    const int FilesThatCount = 3;

    internal required LabelledSet Set { get; init; }

    /// <summary>By key, then by record.</summary>
    internal required IReadOnlyList<Outcome[]> ByKey { get; init; }

    /// <summary>For one key: building the index and scanning.</summary>
    internal required double Seconds { get; init; }

    internal static SetRun Run(LabelledSet set, IReadOnlyList<IndexKey> keys, int threads)
    {
        long start = Stopwatch.GetTimestamp();
        List<Outcome[]> byKey = [];
        foreach (IndexKey key in keys)
        {
            using FingerprintIndex index = set.BuildIndex(key);
            byKey.Add(Scan(set, index, threads));
        }
        return new SetRun { Set = set, ByKey = byKey, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds / keys.Count };
    }

    static Outcome[] Scan(LabelledSet set, FingerprintIndex index, int threads)
    {
        Outcome[] outcomes = new Outcome[set.Records.Count];
        Parallel.For(0, outcomes.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => (Scanner: new Scanner(index), Matches: new List<Match>()), (i, _, state) =>
        {
            LabelledRecord record = set.Records[i];
            ScanResult result = state.Scanner.Scan(record.Text, state.Matches);
            IEnumerable<string> files = state.Matches.Select(m => index.GetDocument(m.DocumentId).Path).Distinct(StringComparer.Ordinal).Take(FilesThatCount);
            outcomes[i] = new Outcome(result.Verdict, result.Score, result.EvidenceBits, state.Matches.Count > 0 ? state.Matches[0].Kind : null, files.Any(record.IsOf));
            return state;
        }, _ => { });
        return outcomes;
    }

    /// <summary>The share of records that a scan says something of, by key; of no record, not a number.</summary>
    internal Spread Rate(Func<LabelledRecord, bool> among, Func<Outcome, bool> is_)
    {
        int[] records = [.. Numbers(among)];
        return Spread.Of(ByKey.Select(outcomes => records.Length == 0 ? double.NaN : (double)records.Count(i => is_(outcomes[i])) / records.Length));
    }

    internal Spread Rate(Func<LabelledRecord, bool> among, Verdict level) => Rate(among, o => o.IsHit(level));

    /// <summary>Of the positives that are found at <paramref name="level"/>, those with a right file among the first three.</summary>
    internal Spread RightFile(Verdict level)
    {
        int[] records = [.. Numbers(r => r.Label == RecordLabel.Positive && r.Sources.Count > 0)];
        return Spread.Of(ByKey.Select(outcomes =>
        {
            int[] found = [.. records.Where(i => outcomes[i].IsHit(level))];
            return found.Length == 0 ? double.NaN : (double)found.Count(i => outcomes[i].IsRightFile) / found.Length;
        }));
    }

    internal int Count(Func<LabelledRecord, bool> among) => Set.Records.Count(among);

    internal IEnumerable<int> Numbers(Func<LabelledRecord, bool> among) => Enumerable.Range(0, Set.Records.Count).Where(i => among(Set.Records[i]));

    /// <summary>Positives and counted negatives of one key in an order.</summary>
    internal Ranking Rank(Outcome[] outcomes, Func<Outcome, double> by, Func<LabelledRecord, bool>? positives = null) => new(
        Numbers(r => r.Label == RecordLabel.Positive && positives?.Invoke(r) != false).Select(i => by(outcomes[i])),
        Numbers(r => r.IsCountedNegative).Select(i => by(outcomes[i])));

    /// <inheritdoc cref="Rank(Outcome[], Func{Outcome, double}, Func{LabelledRecord, bool}?)"/>
    internal IEnumerable<Ranking> Rankings(Func<Outcome, double> by, Func<LabelledRecord, bool>? positives = null) => ByKey.Select(o => Rank(o, by, positives));
}
