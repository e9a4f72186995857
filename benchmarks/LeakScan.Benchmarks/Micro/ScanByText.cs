using BenchmarkDotNet.Attributes;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks.Micro;

public class ScanByText : ScanBenchmark
{
    [Params("Code", "Prose", "Json", "Cjk", "Base64", "Minified")]
    public string Text { get; set; } = "";

    [GlobalSetup]
    public void Setup() => Setup(kind: Enum.Parse<TextKind>(Text), depth: ScanDepth.Coarse);
}
