using System.Globalization;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks.Tables;

/// <summary>
/// What looking for changed code costs: the rate of verbatim text alone and of both, against a plain read of the same memory in the same process;
/// of text of which nothing is in the index, and of text of which all is, as of a developer's own files.
/// </summary>
static class TiersTable
{
    const int DocumentBytes = 1 << 20;

    internal sealed record Choice(int Megabytes, int[] RecordBytes, double Gigabytes, int Runs);

    internal static int Run(Choice choice)
    {
        using FingerprintIndexBuilder builder = new(Synthetic.s_key, new IndexBuildOptions { MemoryBudgetBytes = 4L << 30 });
        Parallel.For(0, choice.Megabytes, number => builder.AddDocument($"random/{number}", "synthetic", RandomCode.Make(DocumentBytes, number)));
        using FingerprintIndex index = builder.Build();
        byte[] memory = new byte[(int)Math.Min(choice.Gigabytes * (1 << 30), Array.MaxLength)];
        ScanTable.Fill(ScanTable.Sources, memory);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Measure.Machine()}, tier {Scanner.Describe()}, one thread; {choice.Megabytes} MiB of made-up code in the index, {index.Info.Fingerprints / 1e6:F1} M fingerprints; {choice.Gigabytes} GiB of sources in memory, none of it indexed, medians of {choice.Runs} runs, each after a plain read"));
        Console.WriteLine();
        Console.WriteLine("| bytes a record | verbatim text MB/s | of a plain read | and changed code MB/s | of a plain read | plain read MB/s | records looked at closer in 1000 | allocated bytes |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (int recordBytes in choice.RecordBytes)
        {
            Records records = new(memory, recordBytes, HitRate.None, 1);
            Measure.Paired verbatim = Rate(index, records, structure: false, choice.Runs), both = Rate(index, records, structure: true, choice.Runs);
            Scanner scanner = new(index);
            int closer = Enumerable.Range(0, records.Count).Count(i => scanner.MayMatch(memory.AsSpan(i * recordBytes, recordBytes)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {recordBytes} | {verbatim.BytesASecond / 1e6:F0} | {verbatim.OfRead:F3} | {both.BytesASecond / 1e6:F0} | {both.OfRead:F3} | {both.ReadBytesASecond / 1e6:F0} | {1000.0 * closer / records.Count:F1} | {both.AllocatedBytes} |"));
        }
        RunProtected(choice);
        return 0;
    }

    static void RunProtected(Choice choice)
    {
        using FingerprintIndexBuilder builder = new(Synthetic.s_key);
        using MemoryStream all = new();
        foreach (string file in TextMaker.Files(Repository.Path("src")))
        {
            byte[] source = File.ReadAllBytes(file);
            builder.AddDocument(file, "sources", source);
            all.Write(source);
        }
        using FingerprintIndex index = builder.Build();
        byte[] text = all.ToArray();
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The same of text that is all protected: {text.Length / 1e6:F1} MB of sources, all of them indexed"));
        Console.WriteLine();
        Console.WriteLine("| bytes a record | verbatim text MB/s | of a plain read | and changed code MB/s | of a plain read | plain read MB/s | records blocked in 1000 |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (int recordBytes in choice.RecordBytes)
        {
            (Measure.Paired verbatim, _) = ProtectedRate(index, text, recordBytes, structure: false, choice.Runs);
            (Measure.Paired both, double blocked) = ProtectedRate(index, text, recordBytes, structure: true, choice.Runs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {recordBytes} | {verbatim.BytesASecond / 1e6:F1} | {verbatim.OfRead:F4} | {both.BytesASecond / 1e6:F1} | {both.OfRead:F4} | {both.ReadBytesASecond / 1e6:F0} | {1000 * blocked:F0} |"));
        }
    }

    static (Measure.Paired Rate, double Blocked) ProtectedRate(FingerprintIndex index, byte[] text, int recordBytes, bool structure, int runs)
    {
        Scanner scanner = new(index, new ScanOptions { Structure = structure });
        List<Match> matches = new(64);
        int records = 0, blocked = 0;
        ulong sum = 0;
        Measure.Paired rate = Measure.AgainstRead(text.Length, runs, () =>
        {
            (records, blocked) = (0, 0);
            for (int at = 0; at < text.Length; at += recordBytes, records++)
            {
                if (scanner.Scan(text.AsSpan(at, Math.Min(recordBytes, text.Length - at)), matches).Verdict == Verdict.Block) blocked++;
            }
            if (blocked < records / 2) throw new InvalidOperationException($"{blocked} of {records} protected records were blocked");
        }, () => sum += PlainRead.Sum(text));
        GC.KeepAlive(sum);
        return (rate, (double)blocked / records);
    }

    static Measure.Paired Rate(FingerprintIndex index, Records records, bool structure, int runs)
    {
        Scanner scanner = new(index, new ScanOptions { Structure = structure });
        List<Match> matches = new(64);
        ulong sum = 0;
        Measure.Paired rate = Measure.AgainstRead(records.Bytes, runs, () => records.Check(records.Scan(scanner, matches, 0, 1)), () => sum += records.Read(0, 1));
        GC.KeepAlive(sum);
        return rate;
    }
}
