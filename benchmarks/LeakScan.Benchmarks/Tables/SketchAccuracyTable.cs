using System.Globalization;
using LeakScan.Benchmarks.Data;
using LeakScan.Simd;
using LeakScan.Sketches;

namespace LeakScan.Benchmarks.Tables;

/// <summary>How much estimates of resemblance err, against what b-bit minwise hashing promises.</summary>
static class SketchAccuracyTable
{
    /// <summary>What an error may be of the theory's.</summary>
    internal const double Limit = 1.1;

    const int UnionShingles = 1000;
    const int Streams = 20;

    internal static readonly double[] s_resemblances = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

    internal static int Run(int trials)
    {
        Console.WriteLine($"Root of the mean squared error over the standard deviation of 128 lanes of 8 bits, sqrt(P (1 - P) / 128) / (1 - 1/256), P = J + (1 - J) / 256; {trials} pairs of sets a figure, {Streams} streams of Zipf tokens, another key each");
        Console.WriteLine();
        Console.WriteLine($"Sets whose union has {UnionShingles} shingles, by resemblance J; the last columns, the worst of each row, take the minima of the rolling hash as it is (Karp and Rabin's, with a random multiplier of 64 bits a pair, and with 31):");
        Console.WriteLine();
        Console.WriteLine($"| tokens a shingle | {string.Join(" | ", s_resemblances.Select(j => j.ToString(CultureInfo.InvariantCulture)))} | not mixed | not mixed, 31 |");
        Console.WriteLine($"|---|{string.Concat(s_resemblances.Select(_ => "---|"))}---|---|");
        double worst = 0;
        for (int length = 1; length <= 16; length++)
        {
            double[] ratios = [.. s_resemblances.Select(j => Measured(length, UnionShingles, j, trials, Hashing.Mixed).OfTheory)];
            double Worst(Hashing hashing) => s_resemblances.Max(j => Measured(length, UnionShingles, j, Math.Min(trials, 200), hashing).OfTheory);
            worst = Math.Max(worst, ratios.Max());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {length} | {string.Join(" | ", ratios.Select(r => r.ToString("F2", CultureInfo.InvariantCulture)))} | {Worst(Hashing.RandomMultiplier):F1} | {Worst(Hashing.SmallMultiplier):F1} |"));
        }
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"worst: {worst:F3}; limit {Limit}"));
        Console.WriteLine();
        Console.WriteLine("By the size of the sets, 3 tokens a shingle: mean error, root of the mean squared error, and that over the theory's. Of sets of fewer than about 500 shingles some lanes are filled from others:");
        Console.WriteLine();
        double[] some = [0.2, 0.5, 0.8];
        Console.WriteLine($"| shingles of the union | {string.Join(" | ", some.Select(j => string.Create(CultureInfo.InvariantCulture, $"J = {j}: mean | root | over theory")))} |");
        Console.WriteLine($"|---|{string.Concat(some.Select(_ => "---|---|---|"))}");
        foreach (int union in (int[])[10, 20, 40, 80, 160, 320, 640, 1280, 5120])
        {
            IEnumerable<Error> errors = some.Select(j => Measured(3, union, j, trials, Hashing.Mixed));
            Console.WriteLine($"| {union} | {string.Join(" | ", errors.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Mean:F3} | {e.Root:F3} | {e.OfTheory:F2}")))} |");
        }
        return worst <= Limit ? 0 : 1;
    }

    internal enum Hashing
    {
        Mixed,
        RandomMultiplier,
        SmallMultiplier,
    }

    /// <param name="Mean">Of estimate less resemblance.</param>
    /// <param name="Root">Of the mean of its square.</param>
    /// <param name="OfTheory">The root over the standard deviation of 128 independent lanes.</param>
    internal readonly record struct Error(double Mean, double Root, double OfTheory);

    internal static Error Measured(int shingleLength, int union, double wanted, int trials, Hashing hashing)
    {
        int common = (int)Math.Round(wanted * union);
        int left = common + (union - common) / 2;
        double resemblance = (double)common / union;
        SplitMix random = new(shingleLength, union);
        ulong[] shingles = [], hashes = new ulong[union];
        Span<uint> minima = stackalloc uint[SketchParameters.Bins];
        Span<byte> a = stackalloc byte[SketchParameters.SketchBytes], b = stackalloc byte[SketchParameters.SketchBytes];
        int perStream = Math.Max(1, trials / Streams);
        double sum = 0, squares = 0;
        for (int trial = 0; trial < trials; trial++)
        {
            ulong key = Next(ref random);
            // Without a key it takes another stream, or another multiplier, to have another pair.
            if (hashing != Hashing.Mixed) shingles = TokenStream.Shingles(trial, shingleLength, union, hashing == Hashing.RandomMultiplier ? key | 1 : 31);
            else if (trial % perStream == 0) shingles = TokenStream.Shingles(trial / perStream, shingleLength, union, 0x9E3779B97F4A7C15);
            for (int i = 0; i < union; i++)
                hashes[i] = hashing == Hashing.Mixed ? ShingleHash.Mix(shingles[i], key) : shingles[i] % SketchParameters.Bins | shingles[i] / SketchParameters.Bins << 33;
            BlockSketch.Clear(minima);
            BlockSketch.Add(hashes.AsSpan(0, left), minima);
            Sketch.Store(minima, a, SimdTiers.Current);
            BlockSketch.Clear(minima);
            BlockSketch.Add(hashes.AsSpan(0, common), minima);
            BlockSketch.Add(hashes.AsSpan(left), minima);
            Sketch.Store(minima, b, SimdTiers.Current);
            double error = Resemblance.Estimate(SketchTable.EqualLanes(a, b, SimdTiers.Current)) - resemblance;
            (sum, squares) = (sum + error, squares + error * error);
        }
        double root = Math.Sqrt(squares / trials);
        return new(sum / trials, root, root / Resemblance.StandardDeviation(resemblance));
    }

    static ulong Next(ref SplitMix random) => (ulong)random.Next(1 << 30) << 60 ^ (ulong)random.Next(1 << 30) << 30 ^ (ulong)random.Next(1 << 30);
}
