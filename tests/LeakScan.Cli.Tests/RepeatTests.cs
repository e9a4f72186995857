using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LeakScan.Cli.Tests.Support;

namespace LeakScan.Cli.Tests;

/// <summary>A text that a session sends again and again is one finding with a count.</summary>
public sealed class RepeatTests : IDisposable
{
    readonly Workspace _work = new Workspace().WithIndex();

    public void Dispose() => _work.Dispose();

    string Leak(int i) => Workspace.Lines(_work.Read("src/alpha.cs"), 3 + i % 20, 30 + i % 20);

    static string Body(string session, params string[] texts) => JsonSerializer.Serialize(new
    {
        model = "claude-x",
        metadata = new { user_id = "user_0_session_" + session },
        messages = texts.Select(text => new { role = "user", content = text }),
    });

    static int Count(JsonElement finding) => finding.TryGetProperty("count", out JsonElement count) ? count.GetInt32() : 1;

    [Fact]
    public void EachTurnSendsTheWholeConversation()
    {
        _work.Write("a.jsonl", string.Join('\n',
            Body("s1", Leak(0)), Body("s1", Leak(0), "go on"), Body("s2", Leak(0)), Body("s1", Leak(0), "go on", Leak(1)), Body("s1", Leak(0), "go on", Leak(1), "thanks"), Body("s2", Leak(0))));
        _work.Write("b.jsonl", Body("s1", Leak(0)));
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "a.jsonl", "b.jsonl").Expect(1);
        // Line 4 has something new; what it also has again is counted where it was first.
        Assert.Equal([("a.jsonl:1", 4), ("a.jsonl:3", 2), ("a.jsonl:4", 2), ("b.jsonl:1", 1)], result.Findings.Select(f => (f.GetProperty("id").GetString()!, Count(f))));
        Assert.Equal(["s1", "s2", "s1", "s1"], result.Findings.Select(f => f.GetProperty("session").GetString()!));
        Assert.Equal(4, result.Summary.GetProperty("findings").GetInt64());
        Assert.Equal(4, result.Summary.GetProperty("blocked").GetInt64());
        Assert.Equal(3, result.Summary.GetProperty("repeats").GetInt64());

        Assert.Contains(", 4 times\n", _work.Run("scan", "--index", "corp.lsi", "--format", "text", "a.jsonl").Expect(1).Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        JsonElement sarif = CliResult.Json(_work.Run("scan", "--index", "corp.lsi", "--format", "sarif", "a.jsonl").Expect(1).Out);
        Assert.Equal([4, 2, 2], sarif.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Select(r => r.GetProperty("occurrenceCount").GetInt32()));
    }

    [Fact]
    public void WithoutASessionNothingIsMerged()
    {
        string line = JsonSerializer.Serialize(new { model = "x", messages = new[] { new { role = "user", content = Leak(0) } } });
        _work.Write("a.jsonl", string.Join('\n', line, line, line));
        Assert.Equal(3, _work.Run("scan", "--index", "corp.lsi", "a.jsonl").Expect(1).Findings.Length);
    }

    [Fact]
    public void MemoryOfWhatWasSeenBeginsAnewAfterManyRecords()
    {
        const int Records = 140_000;
        string leak = Body("s", Leak(0));
        using (StreamWriter log = File.CreateText(_work.PathOf("a.jsonl")))
        {
            for (int i = 0; i < Records; i++) log.Write(i % 1000 == 10 ? leak + "\n" : "{\"a\":1}\n");
        }
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "a.jsonl").Expect(1);
        // Records 10 to 65,545 are the first 65,536 of the window; the next finding is in 66,010.
        Assert.Equal([("a.jsonl:11", 66), ("a.jsonl:66011", 66), ("a.jsonl:132011", 8)], result.Findings.Select(f => (f.GetProperty("id").GetString()!, Count(f))));
    }

    [UnixFact]
    public void AnInterruptedScanIsResumedWithTheSameCounts()
    {
        string[] lines = [.. Enumerable.Range(0, 3000).Select(i => i < 700 ? Workspace.Record("r", "nothing") : Body(string.Create(CultureInfo.InvariantCulture, $"s{i % 7}"), Leak(i / 100), "and so on"))];
        string log = string.Join('\n', lines) + "\n";
        string[] arguments = ["scan", "--index", "corp.lsi", "--output", "out.jsonl", "--resume", "state.json", "-"];
        using (Process process = _work.Start(null, arguments))
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(log[..(log.Length / 2)]);
            process.StandardInput.Flush();
            Workspace.Interrupt(process);
            Workspace.Finish(process, Task.FromResult(""), error).Expect(130);
        }
        // What was held is found again: the state is of the record before the first of it.
        Assert.InRange(CliResult.Json(_work.Read("state.json")).GetProperty("records").GetInt64(), 256, 700);
        CliResult resumed = _work.RunWith(log, null, arguments).Expect(1);
        CliResult whole = _work.RunWith(log, null, "scan", "--index", "corp.lsi", "-").Expect(1);
        Assert.Equal(whole.Out, _work.Read("out.jsonl"));
        foreach (string total in new[] { "records", "bytes", "findings", "blocked", "warned", "repeats", "errors" })
            Assert.Equal(whole.Summary.GetProperty(total).GetInt64(), resumed.Summary.GetProperty(total).GetInt64());
        Assert.True(whole.Summary.GetProperty("repeats").GetInt64() > 2000);
    }
}
