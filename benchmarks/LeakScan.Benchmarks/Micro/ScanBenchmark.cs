using BenchmarkDotNet.Attributes;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks.Micro;

/// <summary>A whole scan and, as its baseline, a plain read of the same memory. The classes that derive from it vary one thing each.</summary>
[Config(typeof(BenchmarkConfig))]
public abstract class ScanBenchmark
{
    FingerprintIndex _index = null!;
    Scanner[] _scanners = null!;
    List<Match>[] _matches = null!;
    int[] _found = null!;
    ulong[] _sums = null!;
    Workers _workers = null!;
    Records _records = null!;
    Action<int> _scan = null!;
    Action<int> _read = null!;

    private protected void Setup(int millions = 1, TextKind kind = TextKind.Code, int recordBytes = 64 << 10, HitRate hits = HitRate.None, ScanDepth depth = ScanDepth.Auto, int threads = 1)
    {
        _index = Workload.Index(millions);
        _records = Workload.Records(kind, recordBytes, hits, millions);
        _workers = new Workers(threads);
        _scanners = [.. Enumerable.Range(0, threads).Select(_ => new Scanner(_index, new ScanOptions { Depth = depth, Structure = false }))];
        _matches = [.. Enumerable.Range(0, threads).Select(_ => new List<Match>(64))];
        (_found, _sums) = (new int[threads], new ulong[threads]);
        _scan = worker => _found[worker] = _records.Scan(_scanners[worker], _matches[worker], worker, threads);
        _read = worker => _sums[worker] = _records.Read(worker, threads);
        _records.Check(Scan());
    }

    /// <summary>The yardstick.</summary>
    [Benchmark(Baseline = true)]
    public ulong PlainRead()
    {
        _workers.Run(_read);
        ulong sum = 0;
        foreach (ulong part in _sums) sum += part;
        return sum;
    }

    /// <summary>Returns the number of records that matched.</summary>
    [Benchmark]
    public int Scan()
    {
        _workers.Run(_scan);
        int found = 0;
        foreach (int part in _found) found += part;
        return found;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _workers.Dispose();
        _index.Dispose();
    }
}
