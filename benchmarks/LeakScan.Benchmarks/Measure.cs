using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LeakScan.Benchmarks;

/// <summary>Medians of runs, each paired with a plain read of the same bytes just before it: what else the machine does hits both.</summary>
static class Measure
{
    /// <param name="BytesASecond">Median.</param>
    /// <param name="ReadBytesASecond">Median of the plain reads.</param>
    /// <param name="OfRead">Median of each run's rate over its own plain read's.</param>
    /// <param name="AllocatedBytes">Least of the runs, all threads.</param>
    internal readonly record struct Paired(double BytesASecond, double ReadBytesASecond, double OfRead, long AllocatedBytes);

    internal static Paired AgainstRead(long bytes, int runs, Action work, Action read)
    {
        WarmUp(runs, () =>
        {
            read();
            work();
        });
        double[] rates = new double[runs], reads = new double[runs], ratios = new double[runs];
        long allocated = long.MaxValue;
        for (int i = 0; i < runs; i++)
        {
            double readSeconds = Seconds(read);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            double seconds = Seconds(work);
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
            (rates[i], reads[i], ratios[i]) = (bytes / seconds, bytes / readSeconds, readSeconds / seconds);
        }
        return new(Median(rates), Median(reads), Median(ratios), allocated);
    }

    /// <summary>Runs once, and until methods have been compiled for good. A single run is a check, not a measurement, and needs no more.</summary>
    internal static void WarmUp(int runs, Action action)
    {
        const int Milliseconds = 1500;
        long start = Stopwatch.GetTimestamp();
        do action();
        while (runs > 1 && Stopwatch.GetElapsedTime(start).TotalMilliseconds < Milliseconds);
    }

    internal static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Sorts the values.</summary>
    internal static double Median(double[] values) => Quantile(values, 0.5);

    /// <inheritdoc cref="Median"/>
    internal static double Quantile(double[] values, double quantile)
    {
        Array.Sort(values);
        return values[Math.Min(values.Length - 1, (int)(values.Length * quantile))];
    }

    /// <summary>What every table begins with.</summary>
    internal static string Machine() => $"CPU {Cpu()}, {Environment.ProcessorCount} cores, .NET {Environment.Version}";

    static string Cpu()
    {
        string? model = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return model is null ? RuntimeInformation.ProcessArchitecture.ToString() : model[(model.IndexOf(':', StringComparison.Ordinal) + 2)..];
    }
}
