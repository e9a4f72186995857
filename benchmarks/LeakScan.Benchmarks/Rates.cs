using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace LeakScan.Benchmarks;

/// <summary>The rate of a whole scan through the public API, against a plain vector read of the same memory in the same process.</summary>
static class Rates
{
    internal static int Run(string[] args)
    {
        string? text = null;
        int[] millions = [1, 16];
        double gigabytes = 1;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--text":
                    text = args[i + 1];
                    break;
                case "--sizes":
                    millions = [.. args[i + 1].Split(',').Select(s => int.Parse(s, CultureInfo.InvariantCulture))];
                    break;
                case "--gigabytes":
                    gigabytes = double.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                default:
                    throw new ArgumentException($"unknown option {args[i]}");
            }
        }

        byte[] sample = Sample(text);
        byte[] memory = new byte[(int)(gigabytes * (1 << 30)) & ~4095];
        byte[] changed = new byte[16];
        for (int at = 0, round = 1; at < memory.Length; round++)
        {
            int length = Math.Min(TextMaker.Change(sample, round, ref changed), memory.Length - at);
            changed.AsSpan(0, length).CopyTo(memory.AsSpan(at));
            at += length;
        }
        Console.WriteLine($"CPU {Cpu()}, .NET {Environment.Version}, tier {Scanner.Describe()}, {memory.Length >> 20} MiB of text in memory, none of it in the index");
        Console.WriteLine();
        double read = Median(() => Read(memory), memory.Length);
        Console.WriteLine("| fingerprints | scan depth | MB/s a core | of a plain read |");
        Console.WriteLine("|---|---|---|---|");
        foreach (int size in millions)
        {
            using FingerprintIndex index = Synthetic.Index(size * 1_000_000L);
            foreach (ScanDepth depth in (ScanDepth[])[ScanDepth.Coarse, ScanDepth.Fine])
            {
                Scanner scanner = new(index, new ScanOptions { Depth = depth });
                List<Match> matches = [];
                double rate = Median(() => scanner.Scan(memory, matches), memory.Length);
                if (matches.Count != 0) throw new InvalidOperationException("text that is not in the index matched");
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {index.Info.Fingerprints / 1e6:F1} M | {depth} | {rate / 1e6:F0} | {rate / read:F3} |"));
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| | plain read | {read / 1e6:F0} | 1 |"));
        return 0;
    }

    static byte[] Sample(string? path)
    {
        if (path is null)
        {
            // The engine's own sources: always there, and ordinary code.
            string? root = AppContext.BaseDirectory;
            while (root is not null && !File.Exists(Path.Combine(root, "LeakScan.sln"))) root = Path.GetDirectoryName(root);
            path = Path.Combine(root ?? throw new DirectoryNotFoundException("run it inside of the repository, or give --text"), "src");
        }
        if (File.Exists(path)) return File.ReadAllBytes(path);
        using MemoryStream all = new();
        foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (all.Length < 64 << 20) all.Write(File.ReadAllBytes(file));
        }
        return all.ToArray();
    }

    static double Median(Action action, long bytes)
    {
        const int Runs = 5;
        action();
        double[] rates = new double[Runs];
        for (int i = 0; i < Runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            rates[i] = bytes / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(rates);
        return rates[Runs / 2];
    }

    internal static ulong Read(ReadOnlySpan<byte> memory)
    {
        ReadOnlySpan<Vector512<ulong>> vectors = MemoryMarshal.Cast<byte, Vector512<ulong>>(memory);
        Vector512<ulong> a = default, b = default, c = default, d = default;
        for (int i = 0; i + 3 < vectors.Length; i += 4)
        {
            a += vectors[i];
            b += vectors[i + 1];
            c += vectors[i + 2];
            d += vectors[i + 3];
        }
        return Vector512.Sum(a + b + c + d);
    }

    internal static string Cpu()
    {
        string? model = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return model is null ? RuntimeInformation.ProcessArchitecture.ToString() : model[(model.IndexOf(':', StringComparison.Ordinal) + 2)..];
    }
}

/// <summary>Indexes of any size over made-up text, the same on every run.</summary>
static class Synthetic
{
    internal static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("benchmark key, 32 bytes long ..."));

    internal static FingerprintIndex Index(long fingerprints)
    {
        using FingerprintIndexBuilder builder = new(s_key, new IndexBuildOptions { MemoryBudgetBytes = 4L << 30 });
        // Nearly every fingerprint of random letters is distinct; one in (w+1)/2 = 9 characters is selected, ties included.
        const int DocumentBytes = 1 << 20;
        long documents = Math.Max(1, (long)(fingerprints / (DocumentBytes * 0.1145)));
        Parallel.For(0, documents, number =>
        {
            byte[] text = new byte[DocumentBytes];
            Random random = new((int)number + 1);
            random.NextBytes(text);
            for (int i = 0; i < text.Length; i++) text[i] = (byte)('a' + text[i] % 26);
            builder.AddDocument($"document-{number}", "synthetic", text);
        });
        return builder.Build();
    }
}
