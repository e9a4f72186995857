using System.Reflection;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using LeakScan.Benchmarks.Data;
using LeakScan.Benchmarks.Micro;
using LeakScan.Benchmarks.Tables;
using LeakScan.Simd;
using LeakScan.Sketches;

namespace LeakScan.Benchmarks;

/// <summary>What CI runs: every benchmark and table on small data, answers and allocations checked, times ignored.</summary>
static class Smoke
{
    static int s_failures;

    internal static int Run()
    {
        Workload.Bytes = 1 << 16;
        Workload.Million = 10_000;
        CheckMadeUpText();
        CheckPlainRead();
        CheckScans();
        CheckBenchmarks();
        CheckTables();
        CheckSketches();
        CheckLog();
        CheckCommandLine();
        Console.WriteLine(s_failures == 0 ? "smoke: ok" : $"smoke: {s_failures} failed");
        return s_failures == 0 ? 0 : 1;
    }

    static void Check(string what, bool holds)
    {
        if (!holds) s_failures++;
        Console.WriteLine($"{(holds ? "ok  " : "FAIL")} {what}");
    }

    /// <summary>Checks what a benchmark allocates once it is warm: the least of several runs, since compiling a method again allocates too.</summary>
    static void CheckAllocations(string what, Action action, long budget = 0)
    {
        const int WarmUps = 40;
        for (int i = 0; i < WarmUps; i++) action();
        long least = long.MaxValue;
        for (int i = 0; i < 20 && least > budget; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            action();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Check($"{what} allocates {least} bytes, budget {budget}", least <= budget);
    }

    static void CheckMadeUpText()
    {
        foreach (TextKind kind in Enum.GetValues<TextKind>())
        {
            byte[] text = MadeUpText.Make(kind, 100_000);
            Check($"{kind}: the same text for the same seed, another for another", text.AsSpan().SequenceEqual(MadeUpText.Make(kind, 100_000)) && !text.AsSpan().SequenceEqual(MadeUpText.Make(kind, 100_000, seed: 2)));
        }
    }

    static void CheckPlainRead()
    {
        byte[] memory = new byte[4099];
        Check("a plain read of zeros is zero", PlainRead.Sum(memory) == 0);
        bool all = true;
        for (int i = 0; i < memory.Length; i++)
        {
            memory[i] = 1;
            all &= PlainRead.Sum(memory) != 0;
            memory[i] = 0;
        }
        Check("a plain read reads every byte", all);
    }

    static void CheckScans()
    {
        const long Fingerprints = 10_000;
        using FingerprintIndex index = Synthetic.Index(Fingerprints);
        foreach (ScanDepth depth in Enum.GetValues<ScanDepth>())
        {
            foreach (HitRate hits in Enum.GetValues<HitRate>())
            {
                Records records = new(MadeUpText.Make(TextKind.Code, 1 << 20), 2048, hits, Fingerprints);
                Scanner scanner = new(index, new ScanOptions { Depth = depth });
                List<Match> matches = [];
                int found = records.Scan(scanner, matches, 0, 1);
                Check($"{depth}, {hits}: {found} of {records.Leaking} leaking records found", found == records.Leaking);
                CheckAllocations($"{depth}, {hits}: {records.Count} scans", () => records.Scan(scanner, matches, 0, 1));
            }
        }
    }

    /// <summary>Every class of benchmarks with every value of its parameters: sets up, which checks answers, and runs each once.</summary>
    static void CheckBenchmarks()
    {
        foreach (Type type in typeof(BenchmarkConfig).Assembly.GetTypes().Where(t => !t.IsAbstract && t.GetMethods().Any(m => m.IsDefined(typeof(BenchmarkAttribute)))))
        {
            foreach ((PropertyInfo Property, object Value)[] parameters in Combinations(type))
            {
                object benchmark = Activator.CreateInstance(type)!;
                foreach ((PropertyInfo property, object value) in parameters) property.SetValue(benchmark, value);
                string name = $"{type.Name} {string.Join(' ', parameters.Select(p => $"{p.Property.Name}={p.Value}"))}";
                type.GetMethods().Single(m => m.IsDefined(typeof(GlobalSetupAttribute))).Invoke(benchmark, null);
                foreach (MethodInfo method in type.GetMethods().Where(m => m.IsDefined(typeof(BenchmarkAttribute))))
                {
                    // A call through reflection boxes the result.
                    const long BoxBytes = 24;
                    CheckAllocations($"{name}: {method.Name}", () => method.Invoke(benchmark, null), BoxBytes);
                }
                type.GetMethods().SingleOrDefault(m => m.IsDefined(typeof(GlobalCleanupAttribute)))?.Invoke(benchmark, null);
            }
        }
    }

    static IEnumerable<(PropertyInfo, object)[]> Combinations(Type type)
    {
        IEnumerable<(PropertyInfo, object)[]> combinations = [[]];
        foreach (PropertyInfo property in type.GetProperties())
        {
            object[] values = property.GetCustomAttribute<ParamsAttribute>() is { } fixedValues ? [.. fixedValues.Values!]
                : property.GetCustomAttribute<ParamsSourceAttribute>() is { } source ? [.. (IEnumerable<string>)type.GetProperty(source.Name)!.GetValue(null)!]
                : [];
            if (values.Length > 0) combinations = [.. combinations.SelectMany(c => values.Select(v => ((PropertyInfo, object)[])[.. c, (property, v)]))];
        }
        return combinations;
    }

    static void CheckTables()
    {
        ScanTable.Choice small = new([0.01], [ScanTable.Sources, "json"], [HitRate.None, HitRate.Dense], [64, 4096], [ScanDepth.Auto], [1, 2], 0.001, 1);
        Check("scan-table on every tier of this machine", Quietly(() => ScanTable.Run(small, [.. ScanTable.s_tiers.Keys])) == 0);
        using FingerprintIndex index = Synthetic.Index(10_000);
        byte[] text = MadeUpText.Make(TextKind.Code, 1 << 18);
        Check("tiers-table", Quietly(() => TiersTable.Run(new(1, [4096], 0.001, 1))) == 0);
        LatencyTable.Row row = LatencyTable.MeasureCalls(index, text, 1024, milliseconds: 1);
        Check($"latency: {row.Calls} calls, p50 <= p99", row.Calls >= 20 && row.P50 <= row.P99);
    }

    static void CheckSketches()
    {
        // 300 pairs measure the ratio to 4 % (a standard deviation); the table itself has more and a limit of 1.1.
        const int Trials = 300;
        const double SmokeLimit = SketchAccuracyTable.Limit + 0.12;
        foreach (int length in (int[])[1, 2, 3, 8, 16])
        {
            double worst = SketchAccuracyTable.s_resemblances.Max(j => SketchAccuracyTable.Measured(length, 1000, j, Trials, SketchAccuracyTable.Hashing.Mixed).OfTheory);
            Check($"sketch-accuracy: {length} tokens a shingle, at worst {worst:F2} of the theory's error", worst <= SmokeLimit);
        }
        double notMixed = SketchAccuracyTable.Measured(1, 1000, 0.5, Trials, SketchAccuracyTable.Hashing.SmallMultiplier).OfTheory;
        Check($"sketch-accuracy: the rolling hash of one token, not mixed, errs {notMixed:F1} times as much", notMixed > 2);
        foreach (int queries in (int[])[1, 2, 4, 9])
        {
            long allocated = SketchCompareTable.Comparing(new byte[1 << 16], queries, runs: 1).AllocatedBytes;
            Check($"sketch-compare: {queries} queries allocate {allocated} bytes", allocated == 0);
        }
        RollingSketch rolling = new(SimdTiers.Current, [2, 5, 15]);
        ulong[] hashes = [1, 2, 3];
        uint[] minima = new uint[SketchParameters.Bins];
        byte[] sketch = new byte[SketchParameters.SketchBytes];
        ulong[] keys = new ulong[Bands.Count(SketchParameters.RowsPerBand)];
        CheckAllocations("sketches: block, windows, stored sketch, bands", () =>
        {
            BlockSketch.Clear(minima);
            BlockSketch.Add(hashes, minima);
            rolling.Push(minima);
            for (int window = 0; window < 3; window++)
            {
                Sketch.Store(rolling.Window(window), sketch, SimdTiers.Current);
                Bands.Keys(sketch, SketchParameters.RowsPerBand, keys);
            }
        });
        Check("sketch-compare on every tier of this machine", Quietly(() => SketchCompareTable.Run(new(1, 1), [.. ScanTable.s_tiers.Keys])) == 0);
        Check("sketch-bands", Quietly(() => SketchBandsTable.Run([2000], 1)) == 0);
    }

    // What tables print are times nobody should look at.
    static int Quietly(Func<int> table)
    {
        TextWriter output = Console.Out;
        Console.SetOut(TextWriter.Null);
        try
        {
            return table();
        }
        finally
        {
            Console.SetOut(output);
        }
    }

    static void CheckLog()
    {
        const int Count = 5000;
        LogMaker maker = new(7, Repository.Path("corpora", "public"), [Repository.Path("corpora", "proprietary")], 100);
        using MemoryStream log = new();
        List<int> lengths = [];
        int leaking = 0;
        bool valid = true;
        for (int n = 0; n < Count; n++)
        {
            long start = log.Length;
            maker.AddRecord(n, log);
            ReadOnlySpan<byte> line = log.GetBuffer().AsSpan((int)start, (int)(log.Length - start));
            lengths.Add(line.Length);
            Utf8JsonReader reader = new(line);
            using JsonDocument record = JsonDocument.ParseValue(ref reader);
            valid &= line[^1] == '\n' && line.Count((byte)'\n') == 1;
            if (record.RootElement.GetProperty("id").GetString()![0] == 'p') leaking++;
        }
        Check($"make-log: {Count} lines of JSON, {lengths.Min()} to {lengths.Max()} bytes, {lengths.Average():F0} on average", valid && lengths.Min() >= 100 && lengths.Max() <= 20_000 && Math.Abs(lengths.Average() / LogMaker.MeanBytes - 1) < 0.1);
        Check($"make-log: {leaking} leak, {maker.LeakingIn(Count)} are to", leaking == maker.LeakingIn(Count) && leaking == Count / 100);
        using MemoryStream again = new();
        for (int n = 4000; n < Count; n++) maker.AddRecord(n, again);
        Check("make-log: a part made apart is that part of the whole", log.GetBuffer().AsSpan(0, (int)log.Length).EndsWith(again.GetBuffer().AsSpan(0, (int)again.Length)));
        string folder = Directory.CreateTempSubdirectory("leakscan-smoke-").FullName;
        string refused = Path.Combine(folder, "log.jsonl");
        try
        {
            maker.Write(refused, 0, 1000, maxBytes: 1000);
            Check("make-log: refuses to write more than --max-bytes", false);
        }
        catch (IOException)
        {
            Check("make-log: refuses to write more than --max-bytes", !File.Exists(refused));
        }
        Directory.Delete(folder, recursive: true);
    }

    static void CheckCommandLine()
    {
        if (LeakScanCli.OfThisBuild is null)
        {
            Console.WriteLine("skipped: files and headline need the command line: dotnet build src/LeakScan.Cli -c Release");
            return;
        }
        string[] protect = [Repository.Path("corpora", "proprietary")], publics = [Repository.Path("corpora", "public")];
        HeadlineTable.Choice choice = new(1, 20_000, [1, 3, 10], publics[0], protect, publics, 20, 0.05, 2, null, Path.GetTempPath(), 1 << 30);
        List<HeadlineTable.Row> rows = HeadlineTable.MeasureShares(choice, _ => { });
        foreach (HeadlineTable.Row row in rows)
            Check($"headline, {row.Percent} %: {row.Found} of {row.Leaking} leaking records found, {row.Alarms} of the clean ones alarmed", row.Leaking == row.Records / 20 && row.Found >= row.Leaking * 9 / 10 && row.Alarms == 0);
        Check("headline: three shares", rows is [{ Records: 200 }, { Records: 600 }, { Records: 2000 }]);
        Check("files on the sample log", Quietly(() => FilesTable.Run(protect, publics, 0.05, null, [Repository.Path("corpora", "prompt-log", "log.jsonl")])) == 0);
    }
}
