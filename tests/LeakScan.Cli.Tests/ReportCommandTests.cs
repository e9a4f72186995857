using System.Diagnostics;
using System.Text.Json;
using CsCheck;
using LeakScan.Cli.Reports;
using LeakScan.Cli.Tests.Support;
using Microsoft.Data.Sqlite;

namespace LeakScan.Cli.Tests;

public sealed class ReportCommandTests : IDisposable
{
    readonly Workspace _work = new Workspace().WithIndex();

    public void Dispose() => _work.Dispose();

    /// <summary>Scans a log of 300 records, a conversation that is sent twice, and a text, into findings.jsonl.</summary>
    void Scan()
    {
        _work.MakeLog(300);
        string request = JsonSerializer.Serialize(new { model = "claude-x", metadata = new { user_id = "user_0_session_s1" }, messages = new[] { new { role = "user", content = _work.Read("src/alpha.cs") } } });
        _work.Write("chat.jsonl", $"{request}\n{request}\n");
        _work.Write("notes/a b.txt", "one\ntwo\n" + Workspace.Lines(_work.Read("src/alpha.cs"), 5, 30));
        _work.Run("scan", "--index", "corp.lsi", "--output", "findings.jsonl", "log.jsonl", "chat.jsonl", "notes").Expect(1);
    }

    [Fact]
    public void SarifIsWhatTheScanWouldHaveWritten()
    {
        Scan();
        string scanned = _work.Run("scan", "--index", "corp.lsi", "--format", "sarif", "log.jsonl", "chat.jsonl", "notes").Expect(1).Out;
        Assert.Contains("occurrenceCount", scanned, StringComparison.Ordinal);
        Assert.Equal(scanned, _work.Run("report", "findings.jsonl", "--format", "sarif").Expect(1).Out);
        _work.Run("report", "findings.jsonl", "--format", "sarif", "-o", "findings.sarif").Expect(1);
        Assert.Equal(scanned, _work.Read("findings.sarif"));
    }

    /// <summary>The line of a database is a row; lines within a value are none of the file's.</summary>
    [Fact]
    public void AndSoItIsOfDatabases()
    {
        using (SqliteConnection connection = new($"Data Source={_work.PathOf("notes.db")};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE notes (body TEXT); INSERT INTO notes VALUES ('nothing of note stands in this row'), ($body)";
            command.Parameters.AddWithValue("$body", "\n\n\n" + _work.Read("src/alpha.cs"));
            command.ExecuteNonQuery();
        }
        string[] scan = ["scan", "--protect", "src", "notes.db", "--format"];
        string scanned = _work.Run([.. scan, "sarif"]).Expect(1).Out;
        Assert.Contains("notes/2/body", scanned, StringComparison.Ordinal);
        JsonElement reported = CliResult.Json(_work.RunWith(_work.Run([.. scan, "jsonl"]).Expect(1).Out, null, "report", "--format", "sarif", "-").Expect(1).Out);
        Assert.Equal(CliResult.Json(scanned).GetProperty("runs")[0].GetProperty("results").GetRawText(), reported.GetProperty("runs")[0].GetProperty("results").GetRawText());
    }

    [Fact]
    public void ResultsAreTheSameWhereLabelsAndFormsDiffer()
    {
        string code = _work.Read("src/alpha.cs");
        Directory.CreateDirectory(_work.PathOf("other"));
        _work.Write("other/unused.cs", Workspace.Code(99));
        string few = Workspace.Lines(code, 3, 8).Replace("=", " = ", StringComparison.Ordinal);
        _work.Write("log.jsonl", $"\"nothing\"\n{JsonSerializer.Serialize(code)}\n{{\"\":{JsonSerializer.Serialize(code)}}}\n{JsonSerializer.Serialize(few)}\n");
        string[] scan = ["scan", "--protect", "src", "--protect", "training-data=other", "log.jsonl", "--fail-on", "never", "--format"];
        CliResult findings = _work.Run([.. scan, "jsonl"]).Expect(0);
        Assert.InRange(findings.Findings.Length, 2, 3);
        JsonElement scanned = CliResult.Json(_work.Run([.. scan, "sarif"]).Expect(0).Out).GetProperty("runs")[0];
        JsonElement reported = CliResult.Json(_work.RunWith(findings.Out, null, "report", "--format", "sarif", "--fail-on", "never", "-").Expect(0).Out).GetProperty("runs")[0];
        Assert.Equal(scanned.GetProperty("results").GetRawText(), reported.GetProperty("results").GetRawText());
        static IEnumerable<string> RulesOf(JsonElement run) => run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("id").GetString()!);
        Assert.Equal(["proprietary-code", "training-data"], RulesOf(scanned));
        Assert.Equal(["proprietary-code"], RulesOf(reported));
    }

    [Fact]
    public void APageNamesEveryFindingAndQuotesNothing()
    {
        Scan();
        CliResult result = _work.Run("report", "findings.jsonl", "-o", "report.html").Expect(1);
        Assert.Empty(result.Out);
        Assert.Empty(result.Err);
        string page = _work.Read("report.html");
        JsonElement[] findings = [.. _work.Read("findings.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(CliResult.Json)];
        ILookup<string, string> ids = findings.ToLookup(f => f.GetProperty("verdict").GetString()!, f => f.GetProperty("id").GetString()!);
        Assert.NotEmpty(ids["block"]);
        Assert.All(ids["block"].Concat(ids["warn"]), id => Assert.Contains($"<code>{id}</code>", page, StringComparison.Ordinal));
        Assert.Contains($"<span class=\"block\">{ids["block"].Count()} blocked</span>, <span class=\"warn\">{ids["warn"].Count()} warned of</span>", page, StringComparison.Ordinal);
        Assert.Contains("src/alpha.cs</code>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal); // nothing is fetched
        foreach (string line in _work.Read("src/alpha.cs").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.Trim().Length > 12))
            Assert.DoesNotContain(line.Trim(), page, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesAreNoMarkup()
    {
        _work.Write("log.jsonl", Workspace.Record("<script>alert(\"1\")</script>\u202Etxt", _work.Read("src/alpha.cs")) + "\n");
        string findings = _work.Run("scan", "--index", "corp.lsi", "log.jsonl").Expect(1).Out;
        string page = _work.RunWith(findings, null, "report", "--fail-on", "never", "-").Expect(0).Out;
        Assert.Contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page); // what follows would be read backwards
    }

    [Fact]
    public void WhatIsNoFindingIsNamedAndTheRestIsReported()
    {
        Scan();
        // How much of a text is found varies with the key of the index: only what is blocked is taken.
        string[] lines = [.. _work.Read("findings.jsonl").Split('\n').Where(l => l.Contains("\"verdict\":\"block\"", StringComparison.Ordinal))];
        string other = lines[1].Replace("\"verdict\":\"block\"", "\"verdict\":\"perhaps\"", StringComparison.Ordinal);
        _work.Write("bad.jsonl", $"{lines[0]}\n{other}\nnull\n{{\"schema\":\"leakscan.summary/1\",\"records\":1}}\n\n{lines[2][..^9]}\n{lines[3]}\n");
        CliResult result = _work.Run("report", "bad.jsonl", "missing.jsonl", "-o", "report.html").Expect(2);
        int second = lines[0].Length + 1, third = second + other.Length + 1;
        Assert.Collection(result.ErrLines,
            e => Assert.StartsWith($"leakscan: bad.jsonl: record 2 at byte {second}: no finding of leakscan.finding/1", e, StringComparison.Ordinal),
            e => Assert.StartsWith($"leakscan: bad.jsonl: record 3 at byte {third}: no finding", e, StringComparison.Ordinal),
            e => Assert.StartsWith($"leakscan: bad.jsonl: record 4 at byte {third + 5}: no finding", e, StringComparison.Ordinal),
            e => Assert.StartsWith("leakscan: bad.jsonl: record 6 at byte ", e, StringComparison.Ordinal),
            e => Assert.StartsWith("leakscan: missing.jsonl: ", e, StringComparison.Ordinal));
        string page = _work.Read("report.html");
        Assert.Contains("Not complete: 5 lines or files", page, StringComparison.Ordinal);
        Assert.Contains("2 records match", page, StringComparison.Ordinal);
    }

    [Fact]
    public void TheExitCodeIsThatOfTheGravestVerdict()
    {
        const string allowed = """{"schema":"leakscan.finding/1","id":"a","input":"log.jsonl","line":1,"verdict":"allow","label":null,"score":0.2,"matches":[{"kind":"verbatim","source":{"path":"x.cs","startLine":1,"endLine":2},"span":{"startLine":1,"endLine":1}}],"later":[1]}""";
        string warned = allowed.Replace("\"allow\"", "\"warn\"", StringComparison.Ordinal), blocked = allowed.Replace("\"allow\"", "\"block\"", StringComparison.Ordinal);
        foreach ((string findings, string failOn, int code) in ((string, string, int)[])
            [("", "warn", 0), (allowed, "warn", 0), (warned, "warn", 1), (warned, "block", 0), (blocked, "block", 1), (blocked, "never", 0)])
        {
            foreach (string format in (string[])["html", "sarif"]) _work.RunWith(findings, null, "report", "--format", format, "--fail-on", failOn, "-").Expect(code);
        }
        JsonElement sarif = CliResult.Json(_work.RunWith($"{allowed}\n{warned}\n", null, "report", "--format", "sarif", "-").Expect(0).Out);
        Assert.Equal("warning", Assert.Single(sarif.GetProperty("runs")[0].GetProperty("results").EnumerateArray()).GetProperty("level").GetString());
        Assert.Contains("Nothing was found", _work.RunWith("", null, "report", "-").Expect(0).Out, StringComparison.Ordinal);
        string page = _work.RunWith(allowed, null, "report", "-").Expect(0).Out;
        Assert.Contains("What the policy allows is not shown: 1 records", page, StringComparison.Ordinal);
        Assert.DoesNotContain("x.cs", page, StringComparison.Ordinal);
    }

    [Fact]
    public void OfVeryManyTheGravestAreShownAndAllAreCounted()
    {
        static string Finding(int number, string verdict, double score) => FormattableString.Invariant(
            $$$"""{"schema":"leakscan.finding/1","id":"r{{{number}}}","input":"log.jsonl","line":{{{number}}},"verdict":"{{{verdict}}}","label":"l","score":{{{score}}},"matches":[{"kind":"verbatim","source":{"path":"x.cs","startLine":{{{number}}},"endLine":{{{number}}},"label":"l"},"span":{"startLine":1,"endLine":1}}]}""");
        int many = HtmlReport.MaxFindings + 2;
        string findings = string.Join('\n', Enumerable.Range(1, many).Select(i => Finding(i, i == 7 ? "block" : "warn", i is 3 or 7 ? 0.1 : 0.5)));
        string page = _work.RunWith(findings, null, "report", "-").Expect(1).Out;
        Assert.Contains(FormattableString.Invariant($"The {HtmlReport.MaxFindings} gravest of {many}."), page, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"1 blocked</span>, <span class=\"warn\">{many - 1} warned of"), page, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"<td>1&ndash;{many}</td>"), page, StringComparison.Ordinal);
        Assert.DoesNotContain("<code>r3</code>", page, StringComparison.Ordinal); // the least score
        Assert.DoesNotContain(FormattableString.Invariant($"<code>r{many}</code>"), page, StringComparison.Ordinal); // the last of equals
        Assert.True(page.IndexOf("<code>r7</code>", StringComparison.Ordinal) < page.IndexOf("<code>r1</code>", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIsReadIsNotReplacedAndNothingIsLeftHalfWritten()
    {
        Scan();
        CliResult result = _work.Run("report", "findings.jsonl", "-o", "./findings.jsonl").Expect(2);
        Assert.Contains("would replace what is read", result.Err, StringComparison.Ordinal);
        Assert.Contains("there is no folder", _work.Run("report", "findings.jsonl", "-o", "no/such/folder/report.html").Expect(2).Err, StringComparison.Ordinal);
        Directory.CreateDirectory(_work.PathOf("folder"));
        _work.Run("report", "findings.jsonl", "-o", "folder").Expect(2);
        Assert.DoesNotContain(_work.Files, f => f.Contains(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void AFolderAmongTheFindingsCostsNothingElse()
    {
        Scan();
        CliResult result = _work.Run("report", "findings.jsonl", "src", "-o", "report.html").Expect(2);
        Assert.Contains("src: is a folder", result.Err, StringComparison.Ordinal);
        Assert.Contains("src/alpha.cs", _work.Read("report.html"), StringComparison.Ordinal);
    }

    [UnixFact]
    public void AnInterruptionLeavesNothing()
    {
        Scan();
        _work.Write("report.html", "old");
        using Process process = _work.Start(null, "report", "-", "-o", "report.html");
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(_work.Read("findings.jsonl"));
        process.StandardInput.Flush();
        Assert.True(SpinWait.SpinUntil(() => _work.Files.Any(f => f.Contains(".tmp", StringComparison.Ordinal)), TimeSpan.FromSeconds(60)));
        Workspace.Interrupt(process);
        Workspace.Finish(process, output, error).Expect(130);
        Assert.Equal("old", _work.Read("report.html"));
        Assert.DoesNotContain(_work.Files, f => f.Contains(".tmp", StringComparison.Ordinal));
    }

    [UnixFact]
    public void APipeThatNobodyWritesToHoldsUpNoInterruption()
    {
        using Process mkfifo = Process.Start("mkfifo", _work.PathOf("pipe"));
        mkfifo.WaitForExit();
        foreach (string[] command in (string[][])[["scan", "--index", "corp.lsi", "--output", "out", "pipe"], ["report", "-o", "out", "pipe"]])
        {
            using Process process = _work.Start(null, command);
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            Assert.True(SpinWait.SpinUntil(() => _work.Files.Any(f => f.Contains(".tmp", StringComparison.Ordinal)), TimeSpan.FromSeconds(60)));
            Workspace.Interrupt(process, "TERM");
            Workspace.Finish(process, output, error).Expect(130);
            Assert.DoesNotContain(_work.Files, f => f.StartsWith("out", StringComparison.Ordinal));
        }
    }

    [UnixFact]
    public void TheExitCodeIsTheSameIfNobodyReadsTheReport()
    {
        Scan();
        foreach ((string[] inputs, int code) in ((string[], int)[])[(["findings.jsonl"], 1), (["findings.jsonl", "missing.jsonl"], 2)])
        {
            using Process process = _work.Start(null, ["report", .. inputs]);
            process.StandardOutput.Close();
            process.StandardInput.Close();
            Workspace.Finish(process, Task.FromResult(""), process.StandardError.ReadToEndAsync()).Expect(code);
        }
    }

    [Fact]
    public void CompressedFindingsAreRefusedOnce()
    {
        File.WriteAllBytes(_work.PathOf("findings.jsonl.gz"), [0x1F, 0x8B, 8, 0, (byte)'\n', 1, (byte)'\n', 2]);
        Assert.Contains("compressed", Assert.Single(_work.Run("report", "findings.jsonl.gz", "-o", "report.html").Expect(2).ErrLines), StringComparison.Ordinal);
    }

    [Fact]
    public void LinesAreThoseBetweenLineFeeds() =>
        Gen.Select(Gen.Byte[(byte)'a', (byte)'e'].Select(b => b == (byte)'e' ? (byte)'\n' : b == (byte)'d' ? (byte)'\r' : b).Array[0, 400], Gen.Int[1, 40], Gen.Int[4, 100]).Sample((bytes, chunk, longest) =>
        {
            FindingLines lines = new(new ChunkedStream(bytes, chunk), longest);
            int start = 0, number = 0;
            while (start < bytes.Length)
            {
                int length = bytes.AsSpan(start).IndexOf((byte)'\n');
                int end = length < 0 ? bytes.Length : start + length;
                Assert.True(lines.Read());
                Assert.Equal((++number, start), (lines.Number, lines.Offset));
                if (lines.IsTooLong)
                {
                    Assert.True(end - start >= longest);
                    Assert.True(lines.Line.IsEmpty);
                }
                else
                {
                    Assert.True(end - start < 2 * Math.Max(longest, 2 * chunk));
                    Assert.True(lines.Line.SequenceEqual(bytes.AsSpan(start..(end > start && bytes[end - 1] == '\r' ? end - 1 : end))));
                }
                start = end + 1;
            }
            Assert.False(lines.Read());
            Assert.False(lines.Read());
        });

    [Fact]
    public void ABytesOrderMarkIsNoPartOfTheFirstLine()
    {
        FindingLines lines = new(new MemoryStream([.. "\uFEFFa\r\n\uFEFFb"u8]));
        Assert.True(lines.Read());
        Assert.Equal("a"u8, lines.Line);
        Assert.True(lines.Read());
        Assert.Equal("\uFEFFb"u8, lines.Line);
        Assert.Equal(6, lines.Offset);
    }

    sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(chunk, buffer.Length)]);
    }

    [Fact]
    public void RangesHoldTheLinesThatWereAdded() =>
        Gen.Int[1, 60].Select(Gen.Int[0, 8], (start, length) => (start, start + length)).List[0, 30].Sample(added =>
        {
            List<(long Start, long End)> ranges = [];
            foreach ((int start, int end) in added) HtmlReport.AddLines(ranges, start, end);
            Assert.Equal(
                added.SelectMany(a => Enumerable.Range(a.Item1, a.Item2 - a.Item1 + 1)).Distinct().Order(),
                ranges.SelectMany(r => Enumerable.Range((int)r.Start, (int)(r.End - r.Start) + 1)));
            Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.True(pair.First.End + 1 < pair.Second.Start));
        });
}
