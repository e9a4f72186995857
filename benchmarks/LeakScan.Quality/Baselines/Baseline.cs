using System.Globalization;
using LeakScan.Quality.Measures;

namespace LeakScan.Quality.Baselines;

/// <summary>Of a set, by record, the number of keys with which it is found: what later versions are held against.</summary>
/// <param name="Keys">Number of keys.</param>
/// <param name="Records">By identity.</param>
sealed record Baseline(int Keys, IReadOnlyDictionary<string, Baseline.Counts> Records)
{
    const string KeysLine = "# keys ";
    const string Head = "id\twarn\tblock\tfile";

    /// <param name="Warn">Keys with which the record alarms.</param>
    /// <param name="Block">Keys with which it is blocked.</param>
    /// <param name="File">Keys with which it alarms and one of the first three files is right.</param>
    internal readonly record struct Counts(int Warn, int Block, int File);

    internal static Baseline Of(SetRun run) => new(run.ByKey.Count, run.Set.Records.Index().ToDictionary(
        r => r.Item.Id,
        r => new Counts(
            run.ByKey.Count(o => o[r.Index].IsHit(Verdict.Warn)),
            run.ByKey.Count(o => o[r.Index].IsHit(Verdict.Block)),
            run.ByKey.Count(o => o[r.Index].IsHit(Verdict.Warn) && o[r.Index].IsRightFile)),
        StringComparer.Ordinal));

    internal void Write(TextWriter to)
    {
        to.Write(string.Create(CultureInfo.InvariantCulture, $"{KeysLine}{Keys}\n{Head}\n"));
        foreach ((string id, Counts counts) in Records.OrderBy(r => r.Key, StringComparer.Ordinal))
            to.Write(string.Create(CultureInfo.InvariantCulture, $"{id}\t{counts.Warn}\t{counts.Block}\t{counts.File}\n"));
    }

    /// <exception cref="FormatException">Not a baseline; the message names the line.</exception>
    internal static Baseline Read(TextReader from)
    {
        if (from.ReadLine() is not string first || !first.StartsWith(KeysLine, StringComparison.Ordinal) || !int.TryParse(first.AsSpan(KeysLine.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int keys) || keys < 1)
            throw new FormatException($"line 1: \"{KeysLine}N\" is expected");
        if (from.ReadLine() != Head) throw new FormatException("line 2: the names of the columns are expected");
        Dictionary<string, Counts> records = new(StringComparer.Ordinal);
        for (int number = 3; from.ReadLine() is string line; number++)
        {
            string[] fields = line.Split('\t');
            int Count(int field) => fields.Length == 4 && int.TryParse(fields[field], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= keys
                ? count
                : throw new FormatException($"line {number}: an id and three counts up to {keys} are expected, with tabs between");
            Counts counts = new(Count(1), Count(2), Count(3));
            if (!records.TryAdd(fields[0], counts)) throw new FormatException($"line {number}: {fields[0]} is there twice");
        }
        return new Baseline(keys, records);
    }
}
