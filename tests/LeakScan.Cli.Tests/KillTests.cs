using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using LeakScan.Cli.Tests.Support;
using Xunit.Abstractions;

namespace LeakScan.Cli.Tests;

/// <summary>kill -9 at any moment leaves the index that was there, or the new one; LEAKSCAN_LONG_TESTS=1 kills 200 times instead of 10.</summary>
public sealed partial class KillTests : IDisposable
{
    static readonly int s_kills = Environment.GetEnvironmentVariable("LEAKSCAN_LONG_TESTS") == "1" ? 200 : 10;

    readonly ITestOutputHelper _output;
    readonly Workspace _work = new();

    public KillTests(ITestOutputHelper output)
    {
        _output = output;
        StringBuilder large = new();
        for (int i = 0; i < 400; i++) large.Append(Workspace.Code(i));
        for (int i = 0; i < 12; i++) _work.Write($"src/large-{i}.txt", large.Append(i).ToString());
    }

    public void Dispose() => _work.Dispose();

    string Index => _work.PathOf("corp.lsi");

    string[] Temporary => [.. _work.Files.Where(f => f.EndsWith(".tmp", StringComparison.Ordinal))];

    [Fact]
    public void WhateverIsKilledThePreviousIndexVerifies()
    {
        _output.WriteLine($"{s_kills} kills; LEAKSCAN_LONG_TESTS=1 makes it 200");
        _work.Write("src/changing.txt", Workspace.Code(1000));
        Stopwatch watch = Stopwatch.StartNew();
        _work.Run("index", "build", "-o", "corp.lsi", "src").Expect(0);
        TimeSpan build = watch.Elapsed;
        IndexKey key = IndexKey.Load(_work.PathOf("key"));
        Random random = new(51);
        UInt128 previous = ContentIn(key);
        int killed = 0, halfWritten = 0, complete = 0;
        for (int i = 1; i <= s_kills; i++)
        {
            string verb = random.Next(2) == 0 ? "build" : "add";
            _work.Write("src/changing.txt", Workspace.Code(1000 + i));
            using Process process = Start(verb);
            // Any moment; and as often one while the file is written or moved, which is over before one looks.
            if (random.Next(2) == 0)
            {
                if (!process.WaitForExit(TimeSpan.FromSeconds(random.NextDouble() * build.TotalSeconds))) process.Kill();
            }
            else
            {
                while (!process.HasExited && Temporary.Length == 0) Thread.Sleep(1);
                if (!process.WaitForExit(TimeSpan.FromSeconds(random.NextDouble() * build.TotalSeconds / 8))) process.Kill();
            }
            process.WaitForExit();
            if (process.ExitCode == 0) complete++;
            else killed++;

            Assert.Empty(FingerprintIndex.Verify(Index, key));
            UInt128 content = ContentIn(key);
            UInt128 next = key.ContentId(Encoding.UTF8.GetBytes(Workspace.Code(1000 + i)));
            Assert.True(content == next || (content == previous && process.ExitCode != 0), $"kill {i} of {verb}: neither the index before nor the one after");
            previous = content;
            Assert.All(_work.Files.Where(f => !f.StartsWith("src/", StringComparison.Ordinal)), f => Assert.Matches(Expected(), f));
            if (Temporary.Length > 0) halfWritten++;
            foreach (string file in Temporary) File.Delete(_work.PathOf(file));
        }
        _output.WriteLine($"{killed} runs were killed, {halfWritten} of them while a file was being written; {complete} were done before");
        Assert.True(killed >= s_kills / 10, $"only {killed} of {s_kills} runs were killed");
        _work.Run("index", "add", "corp.lsi", "src").Expect(0);
    }

    [GeneratedRegex(@"^(key|corp\.lsi|corp\.lsi\.\d+|.*\.tmp)$")]
    private static partial Regex Expected();

    /// <summary>Ctrl-C ends a build with 130, leaves no temporary file and the index as it was.</summary>
    [UnixFact]
    public void AnInterruptedBuildLeavesNothing()
    {
        _work.Run("index", "build", "-o", "corp.lsi", "src").Expect(0);
        byte[] before = File.ReadAllBytes(Index);
        string[] files = _work.Files;
        int interrupted = 0;
        for (int i = 0; i < 4; i++)
        {
            using Process process = Start("build");
            Task<string> error = process.StandardError.ReadToEndAsync();
            // While it reads, or while it writes.
            if (i % 2 == 0) process.WaitForExit(TimeSpan.FromMilliseconds(300 + 200 * i));
            else while (!process.HasExited && Temporary.Length == 0) Thread.Sleep(1);
            try
            {
                if (!process.HasExited) Workspace.Interrupt(process);
            }
            catch (Xunit.Sdk.EqualException) when (process.HasExited)
            {
                // It ended between the question and the signal.
            }
            CliResult result = Workspace.Finish(process, Task.FromResult(""), error);
            Assert.Equal(files, _work.Files);
            if (!result.Err.Contains("interrupted", StringComparison.Ordinal))
            {
                // It was done: before the signal, or so nearly that the signal ended a process that had nothing left to do.
                Assert.True(result.ExitCode is 0 or 130, result.Err);
                _work.Run("index", "verify", "corp.lsi").Expect(0);
                before = File.ReadAllBytes(Index);
                continue;
            }
            result.Expect(130);
            Assert.Equal(before, File.ReadAllBytes(Index));
            interrupted++;
        }
        _output.WriteLine($"{interrupted} of 4 runs were interrupted before they were done");
        Assert.True(interrupted > 0, "no run was interrupted in time");
    }

    Process Start(string verb)
    {
        Process process = verb == "build" ? _work.Start(null, "index", "build", "-o", "corp.lsi", "src") : _work.Start(null, "index", "add", "corp.lsi", "src");
        process.StandardInput.Close();
        return process;
    }

    UInt128 ContentIn(IndexKey key)
    {
        using FingerprintIndex index = FingerprintIndex.Open(Index, key);
        Assert.Equal(16, index.Info.Documents);
        return index.Documents.Single(d => d.Path.EndsWith("changing.txt", StringComparison.Ordinal)).ContentId;
    }
}
