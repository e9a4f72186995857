using BenchmarkDotNet.Running;
using LeakScan.Benchmarks;
using LeakScan.Benchmarks.Micro;

return args switch
{
    ["--smoke"] => Smoke.Run(),
    ["bdn", .. string[] rest] => RunBenchmarkDotNet(rest),
    _ => Verbs.Run(args),
};

static int RunBenchmarkDotNet(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(BenchmarkConfig).Assembly).Run(args);
    return 0;
}
