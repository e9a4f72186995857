using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace LeakScan.Benchmarks.Micro;

/// <summary>Allocations, bytes a second, and one process, so that a scan and the plain read that is its baseline share memory and moment.</summary>
sealed class BenchmarkConfig : ManualConfig
{
    public BenchmarkConfig()
    {
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumn(new ByteRateColumn());
        HideColumns(Column.Error, Column.StdDev, Column.RatioSD, Column.Median);
        AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator());
    }
}
