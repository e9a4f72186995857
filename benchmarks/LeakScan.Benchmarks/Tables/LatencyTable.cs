using System.Diagnostics;
using System.Globalization;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks.Tables;

/// <summary>How long a program that has just received a text waits for the answer.</summary>
static class LatencyTable
{
    /// <summary>More than the caches hold: a text that has just arrived is in none of them.</summary>
    const int TextBytes = 256 << 20;

    internal static int Run(double millions, int[] sizes, int milliseconds)
    {
        using FingerprintIndex index = Synthetic.Index((long)(millions * 1e6));
        byte[] text = new byte[Math.Max(TextBytes, sizes.Max())];
        ScanTable.Fill(ScanTable.Sources, text);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Measure.Machine()}, tier {Scanner.Describe()}, {index.Info.Fingerprints / 1e6:F1} M fingerprints, warm; clean source text from memory; verbatim text alone"));
        Console.WriteLine();
        Console.WriteLine("| bytes a call | calls | p50 us | p99 us | plain read p50 us |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (int size in sizes)
        {
            Row row = MeasureCalls(index, text, size, milliseconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {size} | {row.Calls} | {row.P50:F1} | {row.P99:F1} | {row.ReadP50:F1} |"));
        }
        return 0;
    }

    /// <param name="P50">Microseconds.</param>
    /// <param name="P99">Microseconds.</param>
    /// <param name="ReadP50">Microseconds that a plain read of as many other bytes takes.</param>
    /// <param name="Calls">Calls timed.</param>
    internal readonly record struct Row(double P50, double P99, double ReadP50, int Calls);

    internal static Row MeasureCalls(FingerprintIndex index, ReadOnlySpan<byte> text, int size, int milliseconds)
    {
        const int MaxCalls = 1_000_000;
        Scanner scanner = new(index, new ScanOptions { Structure = false });
        List<Match> matches = [];
        int places = text.Length / size;
        // Warm: the whole text once, so that every page of the index that it asks for has been asked for.
        for (int i = 0; i < places; i++) scanner.Scan(text.Slice(i * size, size), matches);
        double[] scans = new double[MaxCalls], reads = new double[MaxCalls];
        ulong sum = 0;
        int calls = 0;
        for (Stopwatch watch = Stopwatch.StartNew(); calls < MaxCalls && (calls < 20 || watch.ElapsedMilliseconds < milliseconds); calls++)
        {
            ReadOnlySpan<byte> other = text.Slice((calls * 7 + places / 2) % places * size, size);
            long start = Stopwatch.GetTimestamp();
            sum += PlainRead.Sum(other);
            reads[calls] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            ReadOnlySpan<byte> record = text.Slice(calls * 7 % places * size, size);
            start = Stopwatch.GetTimestamp();
            ScanResult result = scanner.Scan(record, matches);
            scans[calls] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            if (result.Matches != 0) throw new InvalidOperationException("text that is not in the index matched");
        }
        GC.KeepAlive(sum);
        Array.Resize(ref scans, calls);
        Array.Resize(ref reads, calls);
        return new(Measure.Median(scans), Measure.Quantile(scans, 0.99), Measure.Median(reads), calls);
    }
}
