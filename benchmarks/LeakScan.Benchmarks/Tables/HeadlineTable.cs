using System.Globalization;
using System.Text.Json;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks.Tables;

/// <summary>Growing shares of one large log through the command line: the rate, whether it stays, and what it says of the whole.</summary>
static class HeadlineTable
{
    internal sealed record Choice(
        int Seed, long Exchanges, int[] Percents, string From, IReadOnlyList<string> Protect, IReadOnlyList<string> Publics, int LeakingEvery, double Millions, int Threads, string? Cli, string Work, long MaxBytes);

    /// <param name="Percent">Of the log.</param>
    /// <param name="Records">As the command line counted them.</param>
    /// <param name="Bytes">The same.</param>
    /// <param name="Seconds">From starting the command line to its end.</param>
    /// <param name="Alarms">Clean records with a warning or more.</param>
    /// <param name="Leaking">Records that leak.</param>
    /// <param name="Found">Leaking ones with a warning or more.</param>
    internal readonly record struct Row(int Percent, long Records, long Bytes, double Seconds, long Alarms, long Leaking, long Found);

    internal static int Run(Choice choice)
    {
        Console.WriteLine(Measure.Machine());
        Console.WriteLine();
        List<Row> rows = MeasureShares(choice, Console.WriteLine);
        Console.WriteLine();
        Console.WriteLine("| share of the log | exchanges | MB | seconds | exchanges/s | MB/s | the whole log at this rate, seconds | clean records alarmed | leaking records found |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (Row row in rows)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {row.Percent} % | {row.Records} | {row.Bytes / 1e6:F0} | {row.Seconds:F2} | {row.Records / row.Seconds:F0} | {row.Bytes / 1e6 / row.Seconds:F0} | {row.Seconds * 100 / row.Percent:F0} | {row.Alarms} of {row.Records - row.Leaking} | {row.Found} of {row.Leaking} |"));
        }
        Console.WriteLine();
        Row last = rows[^1];
        List<string> steps = [];
        for (int i = 1; i < rows.Count; i++)
        {
            // What is the same however long the log is, starting the program first of all, does not count here.
            double seconds = (rows[i].Seconds - rows[i - 1].Seconds) / (rows[i].Percent - rows[i - 1].Percent);
            steps.Add(string.Create(CultureInfo.InvariantCulture, $"{seconds:F2} s from {rows[i - 1].Percent} % to {rows[i].Percent} %"));
        }
        if (steps.Count > 0) Console.WriteLine($"Linearity, seconds for each further percent: {string.Join(", ", steps)}.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The whole log, {choice.Exchanges} exchanges: {last.Seconds * 100 / last.Percent:F0} s, measured to {last.Percent} %."));
        return 0;
    }

    internal static List<Row> MeasureShares(Choice choice, Action<string> say)
    {
        int[] percents = [.. choice.Percents.Order()];
        if (percents.Length == 0 || percents[0] < 1 || percents[^1] > 100) throw new ArgumentException("percents are numbers from 1 to 100");
        string folder = Path.Combine(choice.Work, $"leakscan-headline-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            LeakScanCli leakscan = new(choice.Cli, Path.Combine(folder, "key"));
            LogMaker maker = new(choice.Seed, choice.From, choice.Protect, choice.LeakingEvery);
            string index = Path.Combine(folder, "index.lsi");
            IndexInfo info = Synthetic.Write(index, (long)(choice.Millions * 1e6), choice.Protect, choice.Publics);

            List<string> parts = [];
            List<Row> rows = [];
            long done = 0, bytes = 0;
            foreach (int percent in percents)
            {
                long records = choice.Exchanges * percent / 100;
                string part = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"log-{percent}.jsonl"));
                bytes += maker.Write(part, done, records - done, choice.MaxBytes - bytes);
                parts.Add(part);
                done = records;
                string findings = Path.Combine(folder, "findings.jsonl");
                LeakScanCli.Outcome outcome = leakscan.Scan(index, choice.Threads, findings, parts);
                if (outcome.Records != records || outcome.Errors != 0) throw new InvalidOperationException($"the log has {records} records; leakscan scan read {outcome.Records}, with {outcome.Errors} errors");
                (long alarms, long found) = Count(findings);
                rows.Add(new(percent, records, outcome.Bytes, outcome.Seconds, alarms, maker.LeakingIn(records), found));
            }
            say(string.Create(CultureInfo.InvariantCulture,
                $"Log of seed {choice.Seed}: {choice.Exchanges} exchanges of {(double)bytes / done:F0} bytes on average, drawn from {maker.TextBytes / 1e6:F1} MB of text; one in {choice.LeakingEvery} leaks. Index: {info.Documents} documents, {info.Fingerprints / 1e6:F1} M fingerprints. leakscan scan --threads {choice.Threads}; log in the page cache; its start, opening the index and writing findings are within the time."));
            return rows;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Findings of at least a warning in records that are clean, and in records that leak.</summary>
    static (long Alarms, long Found) Count(string findings)
    {
        long alarms = 0, found = 0;
        foreach (string line in File.ReadLines(findings))
        {
            using JsonDocument finding = JsonDocument.Parse(line);
            if (finding.RootElement.GetProperty("verdict").GetString() == "allow") continue;
            if (finding.RootElement.GetProperty("id").GetString()!.StartsWith('p')) found++;
            else alarms++;
        }
        return (alarms, found);
    }
}
