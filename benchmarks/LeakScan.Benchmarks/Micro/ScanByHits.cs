using BenchmarkDotNet.Attributes;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks.Micro;

public class ScanByHits : ScanBenchmark
{
    [Params("None", "Rare", "Dense")]
    public string Hits { get; set; } = "";

    [GlobalSetup]
    public void Setup() => Setup(hits: Enum.Parse<HitRate>(Hits), recordBytes: 4 << 10);
}
