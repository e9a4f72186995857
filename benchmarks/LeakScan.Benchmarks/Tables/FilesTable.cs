using System.Globalization;
using System.IO.Compression;
using LeakScan.Benchmarks.Data;
using ZstdSharp;

namespace LeakScan.Benchmarks.Tables;

/// <summary>The command line on files, against what bounds it: reading them, decompressing them, the engine on their bytes.</summary>
static class FilesTable
{
    const int BufferBytes = 1 << 20;

    internal static int Run(IReadOnlyList<string> protect, IReadOnlyList<string> publics, double millions, string? cli, string[] inputs)
    {
        string folder = Directory.CreateTempSubdirectory("leakscan-files-").FullName;
        try
        {
            LeakScanCli leakscan = new(cli, Path.Combine(folder, "key"));
            string indexPath = Path.Combine(folder, "index.lsi");
            Synthetic.Write(indexPath, (long)(millions * 1e6), protect, publics);
            using FingerprintIndex index = FingerprintIndex.Open(indexPath, Synthetic.s_key);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Measure.Machine()}, tier {Scanner.Describe()}, {index.Info.Fingerprints / 1e6:F1} M fingerprints; MB are those of the decompressed text; files in the page cache"));
            Console.WriteLine();
            Console.WriteLine("| input | MB | records | findings | errors | plain read | decompression | engine alone, 2 threads, coarse | fine | leakscan scan, 1 thread | 2 threads | of the engine, coarse | fine | of decompression | peak memory MB |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
            foreach (string input in inputs)
            {
                string[] files = TextMaker.Files(input);
                long bytes = Pass(files, decompress: true, null); // into the page cache
                long rawBytes = files.Sum(f => new FileInfo(f).Length);
                double read = Measure.Seconds(() => Pass(files, decompress: false, null));
                double decompression = files.Any(IsCompressed) ? Measure.Seconds(() => Pass(files, decompress: true, null)) : double.NaN;
                double coarse = Engine(index, files, ScanDepth.Coarse);
                double fine = Engine(index, files, ScanDepth.Fine);
                string findings = Path.Combine(folder, "findings.jsonl");
                LeakScanCli.Outcome one = leakscan.Scan(indexPath, 1, findings, input);
                LeakScanCli.Outcome two = leakscan.Scan(indexPath, 2, findings, input);
                double rate = bytes / two.Seconds;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {Path.GetFileName(input.TrimEnd('/'))} | {bytes / 1e6:F0} | {one.Records} | {one.Findings} | {one.Errors} | {rawBytes / read / 1e6:F0} | {Cell(bytes / decompression / 1e6, "F0")} | {coarse / 1e6:F0} | {fine / 1e6:F0} | {bytes / one.Seconds / 1e6:F0} | {rate / 1e6:F0} | {rate / coarse:F2} | {rate / fine:F2} | {Cell(rate * decompression / bytes, "F2")} | {two.PeakMemoryBytes / 1e6:F0} |"));
            }
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

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
