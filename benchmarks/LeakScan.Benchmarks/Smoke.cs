using System.Text;

namespace LeakScan.Benchmarks;

/// <summary>What CI runs: the benchmarks' own code on small data, answers and allocations checked, times ignored.</summary>
static class Smoke
{
    internal static int Run()
    {
        byte[] text = new byte[1 << 16];
        new Random(5).NextBytes(text);
        for (int i = 0; i < text.Length; i++) text[i] = (byte)('a' + text[i] % 26);
        using FingerprintIndexBuilder builder = new(Synthetic.s_key);
        builder.AddDocument("document", "synthetic", text);
        using FingerprintIndex index = builder.Build();
        byte[] clean = new byte[1 << 18];
        new Random(6).NextBytes(clean);
        byte[] leaking = [.. Encoding.ASCII.GetBytes("see:\n"), .. text.AsSpan(1000, 2000), .. clean.AsSpan(0, 4000)];
        int failures = 0;
        foreach (ScanDepth depth in Enum.GetValues<ScanDepth>())
        {
            Scanner scanner = new(index, new ScanOptions { Depth = depth });
            List<Match> matches = [];
            failures += Check($"{depth}: clean text matches nothing", scanner.Scan(clean, matches).Matches == 0);
            failures += Check($"{depth}: a passage is found", scanner.Scan(leaking, matches) is { Verdict: Verdict.Block, Matches: 1 });
            // Warm-up: buffers grow, and methods are compiled once more.
            for (int i = 0; i < 50; i++)
            {
                scanner.Scan(clean, matches);
                scanner.Scan(leaking, matches);
            }
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
            {
                scanner.Scan(clean, matches);
                scanner.Scan(leaking, matches);
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            failures += Check($"{depth}: 40 scans allocate {allocated} bytes, budget 0", allocated == 0);
        }
        failures += Check("a plain read sums", Rates.Read(new byte[4096]) == 0);
        Console.WriteLine(failures == 0 ? "smoke: ok" : $"smoke: {failures} failed");
        return failures == 0 ? 0 : 1;
    }

    static int Check(string what, bool holds)
    {
        Console.WriteLine($"{(holds ? "ok  " : "FAIL")} {what}");
        return holds ? 0 : 1;
    }
}
