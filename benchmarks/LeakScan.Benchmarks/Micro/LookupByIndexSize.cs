using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace LeakScan.Benchmarks.Micro;

/// <summary>Fingerprints that are not in the index, asked of the filter and of the table behind it. Eight bytes of "text" a fingerprint.</summary>
[Config(typeof(BenchmarkConfig))]
public class LookupByIndexSize
{
    FingerprintIndex _index = null!;
    EngineStages _stages = null!;
    ulong[] _fingerprints = null!;

    [Params(1, 16)]
    public int Millions { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _index = Workload.Index(Millions);
        _stages = new EngineStages(_index, Scanner.Describe());
        _fingerprints = new ulong[Workload.Bytes / sizeof(ulong)];
        new Random(3).NextBytes(MemoryMarshal.AsBytes(_fingerprints.AsSpan()));
        long passed = Filter();
        if (passed > _fingerprints.Length / 20) throw new InvalidOperationException($"the filter lets {passed} of {_fingerprints.Length} random fingerprints through");
    }

    [Benchmark(Baseline = true)]
    public ulong PlainRead() => Benchmarks.PlainRead.Sum(MemoryMarshal.AsBytes(_fingerprints.AsSpan()));

    [Benchmark]
    public long Filter() => _stages.Filter(_fingerprints);

    [Benchmark]
    public long Table() => _stages.Find(_fingerprints);

    [GlobalCleanup]
    public void Cleanup() => _index.Dispose();
}
