using BenchmarkDotNet.Attributes;

namespace LeakScan.Benchmarks.Micro;

public class ScanByRecordSize : ScanBenchmark
{
    [Params(64, 1 << 10, 16 << 10, 256 << 10, 16 << 20)]
    public int RecordBytes { get; set; }

    [GlobalSetup]
    public void Setup() => Setup(recordBytes: RecordBytes);
}
