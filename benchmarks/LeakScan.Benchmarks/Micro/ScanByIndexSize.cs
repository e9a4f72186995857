using BenchmarkDotNet.Attributes;

namespace LeakScan.Benchmarks.Micro;

public class ScanByIndexSize : ScanBenchmark
{
    [Params(1, 16)]
    public int Millions { get; set; }

    [Params(ScanDepth.Coarse, ScanDepth.Fine)]
    public ScanDepth Depth { get; set; }

    [GlobalSetup]
    public void Setup() => Setup(Millions, depth: Depth, recordBytes: 1 << 20);
}
