using System.Globalization;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks.Tables;

/// <summary>What looking for changed code costs: the rate of verbatim text alone and of both, against a plain read of the same memory in the same process.</summary>
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
        return 0;
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
