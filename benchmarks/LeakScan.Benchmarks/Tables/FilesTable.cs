using System.Globalization;
using System.IO.Compression;
using LeakScan.Benchmarks.Data;
using ZstdSharp;

namespace LeakScan.Benchmarks.Tables;

/// <summary>The command line on files, against what bounds it: reading them, decompressing them, the engine on their bytes.</summary>
static class FilesTable
{
    const int BufferBytes = 1 << 20;
    const int Rounds = 3;

    internal static int Run(IReadOnlyList<string> protect, IReadOnlyList<string> publics, double millions, string? cli, string[] inputs)
    {
        string folder = Directory.CreateTempSubdirectory("leakscan-files-").FullName;
        try
        {
            LeakScanCli leakscan = new(cli, Path.Combine(folder, "key"));
            string indexPath = Path.Combine(folder, "index.lsi");
            Synthetic.Write(indexPath, (long)(millions * 1e6), protect, publics);
            using FingerprintIndex index = FingerprintIndex.Open(indexPath, Synthetic.s_key);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Measure.Machine()}, tier {Scanner.Describe()}, {index.Info.Fingerprints / 1e6:F1} M fingerprints; MB are those of the decompressed text; files in the page cache; medians of {Rounds} rounds"));
            Console.WriteLine();
            Console.WriteLine("| input | MB | records | findings | errors | plain read | decompression | engine alone, 2 threads, coarse | fine | leakscan scan, 1 thread | 2 threads | of the engine, coarse | fine | of decompression | peak memory MB |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
            foreach (string input in inputs)
            {
                string[] files = TextMaker.Files(input);
                long bytes = Pass(files, decompress: true, null); // into the page cache
                long rawBytes = files.Sum(f => new FileInfo(f).Length);
                string findings = Path.Combine(folder, "findings.jsonl");
                // All of it in turn, so that what disturbs the machine meets all alike.
                double[] read = new double[Rounds], decompression = new double[Rounds], coarse = new double[Rounds], fine = new double[Rounds], one = new double[Rounds], two = new double[Rounds];
                double[] ofCoarse = new double[Rounds], ofFine = new double[Rounds], ofDecompression = new double[Rounds];
                LeakScanCli.Outcome? outcome = null;
                for (int i = 0; i < Rounds; i++)
                {
                    read[i] = rawBytes / Measure.Seconds(() => Pass(files, decompress: false, null));
                    decompression[i] = files.Any(IsCompressed) ? bytes / Measure.Seconds(() => Pass(files, decompress: true, null)) : double.NaN;
                    coarse[i] = Engine(index, files, ScanDepth.Coarse);
                    fine[i] = Engine(index, files, ScanDepth.Fine);
                    two[i] = bytes / (outcome = leakscan.Scan(indexPath, 2, findings, input)).Seconds;
                    one[i] = bytes / leakscan.Scan(indexPath, 1, findings, input).Seconds;
                    (ofCoarse[i], ofFine[i], ofDecompression[i]) = (two[i] / coarse[i], two[i] / fine[i], two[i] / decompression[i]);
                }
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {Path.GetFileName(input.TrimEnd('/'))} | {bytes / 1e6:F0} | {outcome!.Records} | {outcome.Findings} | {outcome.Errors} | {Rate(read)} | {Rate(decompression)} | {Rate(coarse)} | {Rate(fine)} | {Rate(one)} | {Rate(two)} | {Cell(Measure.Median(ofCoarse), "F2")} | {Cell(Measure.Median(ofFine), "F2")} | {Cell(Measure.Median(ofDecompression), "F2")} | {outcome.PeakMemoryBytes / 1e6:F0} |"));
            }
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static string Rate(double[] bytesASecond) => Cell(Measure.Median(bytesASecond) / 1e6, "F0");

    static string Cell(double value, string format) => double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Bytes a second of the engine on the raw bytes of the first GiB, two threads: no files, no records, no JSON.</summary>
    internal static double Engine(FingerprintIndex index, string[] files, ScanDepth depth)
    {
        const int Threads = 2;
        using MemoryStream memory = new();
        Pass(files, decompress: true, memory);
        byte[] text = memory.GetBuffer();
        int length = (int)memory.Length;
        using Workers workers = new(Threads);
        Scanner[] scanners = [.. Enumerable.Range(0, Threads).Select(_ => new Scanner(index, new ScanOptions { Depth = depth, Structure = false }))];
        List<Match>[] matches = [.. Enumerable.Range(0, Threads).Select(_ => new List<Match>())];
        void Scan(int worker)
        {
            int end = (int)((long)length * (worker + 1) / Threads);
            for (int at = (int)((long)length * worker / Threads); at < end; at += BufferBytes) scanners[worker].Scan(text.AsSpan(at, Math.Min(BufferBytes, end - at)), matches[worker]);
        }
        workers.Run(Scan);
        return length / Measure.Seconds(() => workers.Run(Scan));
    }

    /// <summary>Reads all files; returns their bytes, decompressed if asked to.</summary>
    static long Pass(string[] files, bool decompress, MemoryStream? copy)
    {
        const long MaxCopyBytes = 1 << 30;
        byte[] buffer = new byte[BufferBytes];
        long bytes = 0;
        foreach (string file in files)
        {
            using Stream stream = Open(file, decompress);
            for (int read; (read = stream.Read(buffer)) > 0; bytes += read)
            {
                PlainRead.Sum(buffer.AsSpan(0, read));
                if (copy is null) continue;
                if (copy.Length + read > MaxCopyBytes) return bytes;
                copy.Write(buffer, 0, read);
            }
        }
        return bytes;
    }

    static bool IsCompressed(string file) => file.EndsWith(".zst", StringComparison.Ordinal) || file.EndsWith(".gz", StringComparison.Ordinal);

    static Stream Open(string file, bool decompress)
    {
        FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (!decompress) return stream;
        if (file.EndsWith(".zst", StringComparison.Ordinal)) return new DecompressionStream(stream, leaveOpen: false);
        return file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }
}
