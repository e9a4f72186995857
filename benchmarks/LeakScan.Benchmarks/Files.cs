using System.Diagnostics;
using System.Globalization;
using LeakScan.Sources;

namespace LeakScan.Benchmarks;

/// <summary>A scan of files as a program sees it, one thread, against a plain read of the same files in the same process.</summary>
static class Files
{
    internal static int Run(string protect, string[] inputs)
    {
        using FingerprintIndexBuilder builder = new(Synthetic.s_key);
        foreach (SourceDocument document in new SourceReader().Read(new SourceSpec(protect, "proprietary-code"))) builder.AddDocument(document.Path, document.Label, document.Text.Span, document.FirstLine);
        using FingerprintIndex index = builder.Build();
        Console.WriteLine($"CPU {Rates.Cpu()}, .NET {Environment.Version}, tier {Scanner.Describe()}, one thread, {index.Info.Documents} documents protected");
        Console.WriteLine();
        Console.WriteLine("| input | MB | records | findings | problems | plain read MB/s | scan MB/s | ratio | allocated MB | peak memory MB |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (string input in inputs)
        {
            string[] files = Directory.Exists(input) ? [.. Directory.EnumerateFiles(input, "*", SearchOption.AllDirectories)] : [input];
            Read(files);
            (long bytes, double read) = Time(() => Read(files));
            long records = 0, findings = 0, problems = 0, allocated = 0;
            (_, double scan) = Time(() =>
            {
                Scanner scanner = new(index);
                List<Match> matches = [];
                InputReader reader = new();
                long before = GC.GetTotalAllocatedBytes();
                foreach (InputRecord record in reader.Read(input))
                {
                    records++;
                    if (scanner.Scan(record.Text.Span, matches).Verdict != Verdict.Allow) findings++;
                }
                problems = reader.ProblemCount;
                allocated = GC.GetTotalAllocatedBytes() - before;
                return bytes;
            });
            using Process self = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {Path.GetFileName(input.TrimEnd('/'))} | {bytes / 1e6:F0} | {records} | {findings} | {problems} | {bytes / read / 1e6:F0} | {bytes / scan / 1e6:F0} | {read / scan:F3} | {allocated / 1e6:F1} | {self.PeakWorkingSet64 / 1e6:F0} |"));
        }
        return 0;
    }

    static (long Bytes, double Seconds) Time(Func<long> action)
    {
        long start = Stopwatch.GetTimestamp();
        long bytes = action();
        return (bytes, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    static long Read(string[] files)
    {
        byte[] buffer = new byte[1 << 20];
        long bytes = 0;
        foreach (string file in files)
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            for (int read; (read = stream.Read(buffer)) > 0; bytes += read) Rates.Read(buffer.AsSpan(0, read));
        }
        return bytes;
    }
}
