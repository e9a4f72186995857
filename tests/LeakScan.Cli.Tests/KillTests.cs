using System.Diagnostics;
using System.Text;
using LeakScan.Cli.Tests.Support;
using Xunit.Abstractions;

namespace LeakScan.Cli.Tests;

/// <summary>kill -9 at any moment leaves the index that was there; LEAKSCAN_LONG_TESTS=1 kills 200 times instead of 10.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public void WhateverIsKilledThePreviousIndexVerifies()
    {
        int kills = Environment.GetEnvironmentVariable("LEAKSCAN_LONG_TESTS") == "1" ? 200 : 10;
        output.WriteLine($"{kills} kills; LEAKSCAN_LONG_TESTS=1 makes it 200");
        using Workspace workspace = new();
        StringBuilder large = new();
        for (int i = 0; i < 400; i++) large.Append(Workspace.Code(i));
        for (int i = 0; i < 12; i++) workspace.Write($"src/large-{i}.txt", large.Append(i).ToString());
        string index = workspace.PathOf("corp.lsi"), key = workspace.PathOf("key");
        Assert.Equal(0, Run("build", killAfter: null, out TimeSpan build));
        IndexKey indexKey = IndexKey.Load(key);
        Random random = new(51);
        int killed = 0;
        for (int i = 0; i < kills; i++)
        {
            string verb = random.Next(2) == 0 ? "build" : "add";
            workspace.Write("src/changing.txt", Workspace.Code(1000 + i));
            if (Run(verb, TimeSpan.FromSeconds(random.NextDouble() * build.TotalSeconds), out _) != 0) killed++;
            Assert.Empty(FingerprintIndex.Verify(index, indexKey));
            using FingerprintIndex opened = FingerprintIndex.Open(index, indexKey);
            Assert.True(opened.Info.Documents >= 15);
            Assert.All(workspace.Files.Where(f => !f.StartsWith("src/", StringComparison.Ordinal)), f => Assert.True(f is "corp.lsi" or "key" || f.StartsWith("corp.lsi.", StringComparison.Ordinal) || f.EndsWith(".tmp", StringComparison.Ordinal), f));
        }
        output.WriteLine($"{killed} of {kills} runs were killed before they were done");
        Assert.True(killed > kills / 4, $"only {killed} of {kills} runs were killed");

        int Run(string verb, TimeSpan? killAfter, out TimeSpan took)
        {
            string[] arguments = verb == "build"
                ? ["index", "build", "-o", index, "--key-file", key, workspace.PathOf("src")]
                : ["index", "add", index, "--key-file", key, workspace.PathOf("src")];
            ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "leakscan-cli.dll"), .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
            Stopwatch watch = Stopwatch.StartNew();
            using Process process = Process.Start(start)!;
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            if (killAfter is TimeSpan limit && !process.WaitForExit(limit)) process.Kill();
            process.WaitForExit();
            took = watch.Elapsed;
            return process.ExitCode;
        }
    }
}
