using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using LeakScan.Simd;
using LeakScan.Sketches;

namespace LeakScan.Benchmarks.Tables;

/// <summary>The rate of comparing stored sketches, against a plain read of the same memory in the same process; and what making them costs.</summary>
static class SketchCompareTable
{
    internal const string RowsVerb = "sketch-compare-rows";

    const int CacheBytes = 256 << 10;
    const int Threshold = 48;

    /// <param name="Megabytes">Of the table in memory.</param>
    /// <param name="Runs">Of which the median is told.</param>
    internal sealed record Choice(int Megabytes, int Runs)
    {
        internal string[] ToArguments() => ["--megabytes", Megabytes.ToString(CultureInfo.InvariantCulture), "--runs", Runs.ToString(CultureInfo.InvariantCulture)];
    }

    internal static int Run(Choice choice, string[] tiers)
    {
        Console.WriteLine($"{Measure.Machine()}, tables of {CacheBytes >> 10} KiB and {choice.Megabytes} MiB, medians of {choice.Runs} runs, each after a plain read; a core");
        Console.WriteLine();
        Console.WriteLine("| tier | table | queries at once | GB/s | plain read GB/s | of a plain read | million comparisons/s | allocated bytes |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        int failed = 0;
        foreach (string tier in tiers) failed += ScanTable.InTier(tier, [RowsVerb, "comparing", tier, .. choice.ToArguments()]);
        Console.WriteLine();
        Console.WriteLine("ns; sets of random shingles; a window of one block more is a push and a window:");
        Console.WriteLine();
        Console.WriteLine("| tier | add a shingle, blocks of 64 | sets of 2000 | push a block, windows 2, 5, 15 | a window | store, 2000 shingles | 500 | 150 | 64 | 16 | 1 |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (string tier in tiers) failed += ScanTable.InTier(tier, [RowsVerb, "making", tier, .. choice.ToArguments()]);
        return failed == 0 ? 0 : 1;
    }

    /// <summary>The rows of one tier, in the process that has it.</summary>
    internal static int Rows(Choice choice, string what, string tier)
    {
        if (Scanner.Describe() != tier)
        {
            Console.WriteLine($"| {tier} | skipped: the best tier here is {Scanner.Describe()} |");
            return 0;
        }
        if (what == "making")
        {
            Making(tier, choice.Runs);
            return 0;
        }
        byte[] table = new byte[choice.Megabytes << 20];
        Random random = new(1);
        random.NextBytes(table);
        foreach (int bytes in (int[])[Math.Min(CacheBytes, table.Length), table.Length])
        {
            foreach (int queries in (int[])[1, 4])
            {
                Measure.Paired rate = Comparing(table.AsSpan(0, bytes).ToArray(), queries, choice.Runs);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {tier} | {bytes >> 10} KiB | {queries} | {rate.BytesASecond / 1e9:F1} | {rate.ReadBytesASecond / 1e9:F1} | {rate.OfRead:F3} | {queries * rate.BytesASecond / SketchParameters.SketchBytes / 1e6:F0} | {rate.AllocatedBytes} |"));
            }
        }
        return 0;
    }

    struct Counter : ISketchMatchSink
    {
        internal int Matches;
        internal long Places;

        public void Take(int sketch, int query, int equalLanes) => (Matches, Places) = (Matches + 1, Places + sketch);
    }

    /// <summary>Compares queries with a table that holds each of them twice, and checks that they are found there.</summary>
    internal static Measure.Paired Comparing(byte[] table, int queryCount, int runs)
    {
        SimdTier tier = SimdTiers.Current;
        int sketches = table.Length / SketchParameters.SketchBytes;
        byte[] queries = new byte[queryCount * SketchParameters.SketchBytes];
        new Random(2).NextBytes(queries);
        long places = 0;
        for (int query = 0; query < queryCount; query++)
        {
            foreach (int place in (int[])[query * 7, sketches - 1 - query * 3])
            {
                places += place;
                Span<byte> copy = table.AsSpan(place * SketchParameters.SketchBytes, SketchParameters.SketchBytes);
                Sketch.At(queries, query).CopyTo(copy);
                copy[..^Threshold].Clear();
            }
        }
        long repeats = Math.Max(1, (64 << 20) / table.Length);
        ulong sum = 0;
        Measure.Paired rate = Measure.AgainstRead(repeats * table.Length, runs, () =>
        {
            for (long i = 0; i < repeats; i++)
            {
                Counter counter = default;
                SketchTable.Compare(queries, table, Threshold, ref counter, tier);
                if (counter.Matches != 2 * queryCount || counter.Places != places) throw new InvalidOperationException($"{counter.Matches} sketches found, {2 * queryCount} are like a query");
            }
        }, () =>
        {
            for (long i = 0; i < repeats; i++) sum += PlainRead.Sum(table);
        });
        GC.KeepAlive(sum);
        return rate;
    }

    static void Making(string name, int runs)
    {
        const int Shingles = 64_000;
        SimdTier tier = SimdTiers.Current;
        ulong[] hashes = new ulong[Shingles];
        new Random(3).NextBytes(MemoryMarshal.AsBytes(hashes.AsSpan()));
        uint[] minima = new uint[SketchParameters.Bins];
        byte[] sketch = new byte[SketchParameters.SketchBytes];

        double Add(int block) => Nanoseconds(runs, Shingles, () =>
        {
            for (int i = 0; i + block <= Shingles; i += block)
            {
                BlockSketch.Clear(minima);
                BlockSketch.Add(hashes.AsSpan(i, block), minima);
            }
        });

        RollingSketch rolling = new(tier, [2, 5, 15]);
        const int Blocks = 1000;
        double push = Nanoseconds(runs, Blocks, () =>
        {
            for (int i = 0; i < Blocks; i++) rolling.Push(minima);
        });
        double window = Nanoseconds(runs, 3 * Blocks, () =>
        {
            for (int i = 0; i < Blocks; i++)
            {
                for (int w = 0; w < 3; w++) rolling.Window(w);
            }
        });

        double Store(int set)
        {
            // Many sets: the processor must not know one's rounds by heart.
            const int Sets = 1024;
            uint[][] sets = new uint[Sets][];
            Random random = new(4);
            for (int i = 0; i < Sets; i++)
            {
                random.NextBytes(MemoryMarshal.AsBytes(hashes.AsSpan(0, set)));
                BlockSketch.Clear(sets[i] = new uint[SketchParameters.Bins]);
                BlockSketch.Add(hashes.AsSpan(0, set), sets[i]);
            }
            return Nanoseconds(runs, Sets, () =>
            {
                foreach (uint[] one in sets) Sketch.Store(one, sketch, tier);
            });
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {Add(64):F2} | {Add(2000):F2} | {push:F0} | {window:F0} | {Store(2000):F0} | {Store(500):F0} | {Store(150):F0} | {Store(64):F0} | {Store(16):F0} | {Store(1):F0} |"));
    }

    /// <summary>Median over runs of at least 20 ms each.</summary>
    static double Nanoseconds(int runs, int count, Action action)
    {
        Measure.WarmUp(runs, action);
        double[] times = new double[runs];
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            long done = 0;
            do
            {
                action();
                done += count;
            }
            while (runs > 1 && Stopwatch.GetElapsedTime(start).TotalMilliseconds < 20);
            times[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / done;
        }
        return Measure.Median(times);
    }
}
