using System.Diagnostics;
using System.Globalization;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks.Tables;

/// <summary>The rate of a whole scan through the public API, against a plain read of the same memory in the same process.</summary>
static class ScanTable
{
    internal const string RowsVerb = "scan-rows";

    /// <summary>The name among the texts of this repository's own sources, which are always there and ordinary code.</summary>
    internal const string Sources = "sources";

    /// <summary>Tiers, and what makes the runtime of a new process have no better one.</summary>
    internal static readonly Dictionary<string, string?> s_tiers = new()
    {
        ["avx512"] = null,
        ["avx2"] = "DOTNET_EnableAVX512",
        ["v128"] = "DOTNET_EnableAVX2",
        ["scalar"] = "DOTNET_EnableHWIntrinsic",
    };

    /// <summary>What is measured: all combinations.</summary>
    internal sealed record Choice(double[] Millions, string[] Texts, HitRate[] Hits, int[] RecordBytes, ScanDepth[] Depths, int[] Threads, double Gigabytes, int Runs)
    {
        internal string[] ToArguments() =>
        [
            "--millions", Join(Millions), "--texts", Join(Texts), "--hits", Join(Hits), "--record-bytes", Join(RecordBytes), "--depths", Join(Depths), "--threads", Join(Threads),
            "--gigabytes", Gigabytes.ToString(CultureInfo.InvariantCulture), "--runs", Runs.ToString(CultureInfo.InvariantCulture),
        ];

        static string Join<T>(T[] values) => string.Join(',', values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)));
    }

    internal static int Run(Choice choice, string[] tiers)
    {
        string folder = Directory.CreateTempSubdirectory("leakscan-scan-table-").FullName;
        try
        {
            foreach (double millions in choice.Millions) Synthetic.Write(IndexPath(folder, millions), (long)(millions * 1e6));
            Console.WriteLine($"{Measure.Machine()}, {choice.Gigabytes.ToString(CultureInfo.InvariantCulture)} GiB of text in memory, medians of {choice.Runs} runs, each after a plain read");
            Console.WriteLine();
            Console.WriteLine("| tier | fingerprints | text | records that leak | bytes a record | depth | threads | MB/s | plain read MB/s | of a plain read | allocated bytes |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
            int failed = 0;
            foreach (string tier in tiers) failed += RunTier(choice, folder, tier);
            return failed == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static int RunTier(Choice choice, string folder, string tier) => InTier(tier, [RowsVerb, folder, tier, .. choice.ToArguments()]);

    /// <summary>Runs this program in a process that has a tier, and prints what it prints; 1 if it fails.</summary>
    internal static int InTier(string tier, string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, arguments);
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet") start.ArgumentList.Insert(0, typeof(ScanTable).Assembly.Location);
        foreach (string? name in s_tiers.Values)
        {
            if (name is not null) start.Environment.Remove(name);
        }
        if (s_tiers[tier] is string runtimeSwitch) start.Environment[runtimeSwitch] = "0";
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is string row) Console.WriteLine(row);
        process.WaitForExit();
        return process.ExitCode == 0 ? 0 : 1;
    }

    /// <summary>The rows of one tier, in the process that has it.</summary>
    internal static int Rows(Choice choice, string folder, string tier)
    {
        if (Scanner.Describe() != tier)
        {
            Console.WriteLine($"| {tier} | skipped: the best tier here is {Scanner.Describe()} | | | | | | | | | |");
            return 0;
        }
        byte[] memory = new byte[(int)Math.Min(choice.Gigabytes * (1 << 30), Array.MaxLength)];
        foreach (double millions in choice.Millions)
        {
            using FingerprintIndex index = FingerprintIndex.Open(IndexPath(folder, millions), Synthetic.s_key);
            foreach (string text in choice.Texts)
            {
                foreach (HitRate hits in choice.Hits)
                {
                    foreach (int recordBytes in choice.RecordBytes)
                    {
                        Fill(text, memory);
                        Records records = new(memory, recordBytes, hits, (long)(millions * 1e6));
                        foreach (ScanDepth depth in choice.Depths)
                        {
                            foreach (int threads in choice.Threads)
                            {
                                Measure.Paired rate = Row(index, records, depth, threads, choice.Runs);
                                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                                    $"| {tier} | {index.Info.Fingerprints / 1e6:F1} M | {Name(text)} | {hits} | {recordBytes} | {depth} | {threads} | {rate.BytesASecond / 1e6:F0} | {rate.ReadBytesASecond / 1e6:F0} | {rate.OfRead:F3} | {rate.AllocatedBytes} |"));
                            }
                        }
                    }
                }
            }
        }
        return 0;
    }

    internal static Measure.Paired Row(FingerprintIndex index, Records records, ScanDepth depth, int threads, int runs)
    {
        using Workers workers = new(threads);
        Scanner[] scanners = [.. Enumerable.Range(0, threads).Select(_ => new Scanner(index, new ScanOptions { Depth = depth, Structure = false }))];
        List<Match>[] matches = [.. Enumerable.Range(0, threads).Select(_ => new List<Match>(64))];
        int[] found = new int[threads];
        ulong[] sums = new ulong[threads];
        void Scan(int worker) => found[worker] = records.Scan(scanners[worker], matches[worker], worker, threads);
        void Read(int worker) => sums[worker] = records.Read(worker, threads);
        Action<int> scan = Scan, read = Read;
        return Measure.AgainstRead(records.Bytes, runs, () =>
        {
            workers.Run(scan);
            records.Check(found.Sum());
        }, () => workers.Run(read));
    }

    internal static void Fill(string text, Span<byte> memory)
    {
        if (Enum.TryParse(text, ignoreCase: true, out TextKind kind)) MadeUpText.Fill(kind, memory);
        else TextMaker.Fill(text == Sources ? Repository.Path("src") : text, memory);
    }

    static string Name(string text) => Path.GetFileName(text.TrimEnd('/')).ToLowerInvariant();

    static string IndexPath(string folder, double millions) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{millions}.lsi"));
}
