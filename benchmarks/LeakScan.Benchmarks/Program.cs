using System.Globalization;
using BenchmarkDotNet.Running;
using LeakScan.Benchmarks;

// Whole-run measurements have verbs of their own; anything else goes to BenchmarkDotNet.
return args switch
{
    ["make-text", string from, string bytes, string to] => TextMaker.Run(from, long.Parse(bytes, CultureInfo.InvariantCulture), to),
    ["files", string protect, .. string[] inputs] => Files.Run(protect, inputs),
    ["rates", .. string[] rest] => Rates.Run(rest),
    ["hook-latency", string program, string keyFile, string text, .. string[] indexes] => HookLatency.Run(program, keyFile, text, indexes),
    ["--smoke", ..] => Smoke.Run(),
    _ => RunBenchmarkDotNet(args),
};

static int RunBenchmarkDotNet(string[] args)
{
    if (args.Length == 0)
    {
        Console.Error.WriteLine("""
            usage:
              make-text FROM BYTES TO        writes folder TO with BYTES of text: the files of FROM again and again, each time with other names in it
              rates [--text FILE|DIR] [--sizes 1,16] [--gigabytes N]
                                             whole scan through the public API against a plain read of the same memory, as a Markdown table
              files PROTECT INPUT...         scan of files, one thread, against a plain read of the same files, as a Markdown table
              hook-latency LEAKSCAN KEY TEXT INDEX...
                                             a hook as a whole process, from start to exit, medians of 50 runs, as a Markdown table
              --smoke                        every benchmark once, on small data: checks answers and allocations, never times
              --filter '*'                   BenchmarkDotNet
            """);
        return 2;
    }
    BenchmarkSwitcher.FromAssembly(typeof(TextMaker).Assembly).Run(args);
    return 0;
}
