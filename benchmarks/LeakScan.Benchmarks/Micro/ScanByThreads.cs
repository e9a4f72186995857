using BenchmarkDotNet.Attributes;

namespace LeakScan.Benchmarks.Micro;

public class ScanByThreads : ScanBenchmark
{
    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => Setup(threads: Threads, depth: ScanDepth.Coarse, recordBytes: 1 << 20);
}
