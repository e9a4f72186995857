using System.Text.Json;
using LeakScan.Cli.Tests.Support;
using LeakScan.Sources.Tests.Support;

namespace LeakScan.Cli.Tests;

public sealed class ScanCommandTests : IDisposable
{
    readonly Workspace _work = new Workspace().WithIndex();

    public void Dispose() => _work.Dispose();

    static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    [Fact]
    public void FindingsHaveTheSchemaAndItsOrder()
    {
        string leak = Workspace.Lines(_work.Read("src/alpha.cs"), 10, 40);
        _work.Write("log.jsonl", Workspace.Record("clean", "nothing here") + "\n" + Workspace.Record("r17", "Grüße\nlook:\n" + leak + "\nthanks") + "\n");
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "log.jsonl").Expect(1);
        JsonElement finding = Assert.Single(result.Findings);
        Assert.Equal(["schema", "id", "input", "line", "offset", "verdict", "label", "score", "matchedCharacters", "matchedTokens", "containment", "matches", "sent", "format"], Names(finding));
        JsonElement match = finding.GetProperty("matches")[0];
        Assert.Equal(["kind", "source", "span", "matchedCharacters", "similarity"], Names(match));
        Assert.Equal(["path", "startLine", "endLine", "label"], Names(match.GetProperty("source")));
        Assert.Equal(["start", "length", "startLine", "endLine", "field", "role", "sent"], Names(match.GetProperty("span")));

        Assert.Equal("leakscan.finding/1", finding.GetProperty("schema").GetString());
        Assert.Equal("r17", finding.GetProperty("id").GetString());
        Assert.Equal("log.jsonl", finding.GetProperty("input").GetString());
        Assert.Equal(2, finding.GetProperty("line").GetInt64());
        Assert.Equal(_work.Read("log.jsonl").IndexOf('\n', StringComparison.Ordinal) + 1, finding.GetProperty("offset").GetInt64());
        Assert.Equal("block", finding.GetProperty("verdict").GetString());
        Assert.Equal("proprietary-code", finding.GetProperty("label").GetString());
        Assert.InRange(finding.GetProperty("score").GetDouble(), 0.9, 1.0);
        Assert.InRange(finding.GetProperty("containment").GetDouble(), 0.8, 1.0);
        Assert.True(finding.GetProperty("matchedTokens").GetInt32() > 100);
        Assert.Matches(@"""score"":[01]\.\d{1,4},", result.Out);
        Assert.Equal("verbatim", match.GetProperty("kind").GetString());
        Assert.Equal("src/alpha.cs", match.GetProperty("source").GetProperty("path").GetString());
        Assert.Equal("messages[0].content", match.GetProperty("span").GetProperty("field").GetString());
        Assert.InRange(match.GetProperty("source").GetProperty("startLine").GetInt32(), 10, 11);
        Assert.InRange(match.GetProperty("source").GetProperty("endLine").GetInt32(), 39, 40);
    }

    [Fact]
    public void ASpanIsBytesOfTheField()
    {
        string leak = Workspace.Lines(_work.Read("src/alpha.cs"), 10, 40);
        string text = "Grüße, größer\nlook:\n" + leak + "\nthanks";
        _work.Write("log.jsonl", Workspace.Record("r", text));
        JsonElement span = Assert.Single(_work.Run("scan", "--index", "corp.lsi", "log.jsonl").Expect(1).Findings).GetProperty("matches")[0].GetProperty("span");
        byte[] field = System.Text.Encoding.UTF8.GetBytes(text);
        string matched = System.Text.Encoding.UTF8.GetString(field, span.GetProperty("start").GetInt32(), span.GetProperty("length").GetInt32());
        Assert.Contains(Workspace.Lines(leak, 3, 28), matched, StringComparison.Ordinal);
        int from = text.IndexOf(matched, StringComparison.Ordinal);
        Assert.Equal(1 + text[..from].Count(c => c == '\n'), span.GetProperty("startLine").GetInt32());
        Assert.Equal(1 + text[..(from + matched.Length - 1)].Count(c => c == '\n'), span.GetProperty("endLine").GetInt32());
    }

    [Fact]
    public void TextHasNoFieldAndAnIdOfFileAndLine()
    {
        _work.Write("prompts/a.txt", "look:\n" + _work.Read("src/beta.py"));
        JsonElement finding = Assert.Single(_work.Run("scan", "--index", "corp.lsi", "prompts").Expect(1).Findings);
        Assert.Equal("prompts/a.txt:1", finding.GetProperty("id").GetString());
        Assert.Equal(["start", "length", "startLine", "endLine"], Names(finding.GetProperty("matches")[0].GetProperty("span")));
    }

    [Fact]
    public void StandardInputIsADash()
    {
        CliResult result = _work.RunWith(Workspace.Record("x", _work.Read("src/beta.py")) + "\n", null, "scan", "--index", "corp.lsi", "-").Expect(1);
        Assert.Equal("x", Assert.Single(result.Findings).GetProperty("id").GetString());
        Assert.Equal("-", result.Findings[0].GetProperty("input").GetString());
    }

    [Fact]
    public void NothingFoundIsZeroAndTheSummaryIsTheLastLine()
    {
        _work.Write("log.jsonl", Workspace.Record("a", "nothing") + "\n");
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "log.jsonl").Expect(0);
        Assert.Empty(result.Out);
        Assert.Equal(["schema", "records", "bytes", "findings", "blocked", "warned", "errors", "seconds", "repeats"], Names(result.Summary));
        Assert.Equal("leakscan.summary/1", result.Summary.GetProperty("schema").GetString());
        Assert.Equal(1, result.Summary.GetProperty("records").GetInt64());
        Assert.Equal(new FileInfo(_work.PathOf("log.jsonl")).Length, result.Summary.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public void ProtectBuildsTheIndexFirst()
    {
        _work.MakeLog(20);
        CliResult result = _work.RunWith(null, new() { ["LEAKSCAN_KEY_FILE"] = _work.PathOf("none") }, "scan", "--verbatim-only", "--protect", "src", "log.jsonl").Expect(1);
        Assert.Equal(["r4", "r8", "r12", "r16", "r20"], result.Findings.Select(f => f.GetProperty("id").GetString()));
        Assert.False(File.Exists(_work.PathOf("none"))); // the key is made for the run, and kept nowhere
        _work.Write("vendor/a.cs", _work.Read("src/alpha.cs"));
        result = _work.Run("scan", "--verbatim-only", "--protect", "src", "--public", "vendor", "log.jsonl").Expect(1);
        Assert.DoesNotContain(result.Findings, f => f.GetProperty("matches")[0].GetProperty("source").GetProperty("path").GetString() == "src/alpha.cs");
    }

    [Fact]
    public void EverySourceThatCannotBeProtectedIsAnError()
    {
        _work.MakeLog(8);
        CliResult result = _work.Run("scan", "--verbatim-only", "--protect", "src", "--protect", "no1", "--public", "no2", "log.jsonl").Expect(2);
        Assert.Equal(2, result.Summary.GetProperty("errors").GetInt64());
        Assert.Equal(2, result.Findings.Length);
    }

    [Fact]
    public void SeveralIndexesAreOne()
    {
        _work.Write("more/eps.ts", Workspace.Code(55));
        _work.Run("index", "build", "-o", "more.lsi", "--label", "other", "more").Expect(0);
        _work.Write("log.jsonl", Workspace.Record("a", Workspace.Code(1)) + "\n" + Workspace.Record("b", Workspace.Code(55)) + "\n");
        Assert.Equal(["proprietary-code", "other"], _work.Run("scan", "--index", "corp.lsi", "--index", "more.lsi", "log.jsonl").Expect(1).Findings.Select(f => f.GetProperty("label").GetString()));
    }

    [Fact]
    public void TextAndIdFieldCanBeNamed()
    {
        string leak = JsonSerializer.Serialize(_work.Read("src/alpha.cs"));
        _work.Write("log.jsonl", $$"""{"key":"k1","prompt":{{leak}},"answer":"no"}""" + "\n" + $$"""{"key":"k2","prompt":"no","answer":{{leak}}}""" + "\n");
        JsonElement finding = Assert.Single(_work.Run("scan", "--index", "corp.lsi", "--text-field", "prompt", "--id-field", "key", "log.jsonl").Expect(1).Findings);
        Assert.Equal("k1", finding.GetProperty("id").GetString());
        Assert.Equal("prompt", finding.GetProperty("matches")[0].GetProperty("span").GetProperty("field").GetString());
    }

    [Fact]
    public void ParquetIsScannedAndProtectedByRow()
    {
        string leak = _work.Read("src/alpha.cs");
        byte[] file = ParquetFile.Write([("prompt", ParquetFile.Strings("no", leak, null)), ("answer", ParquetFile.Strings(leak, "no", "no")), ("key", ParquetFile.Strings("k1", "k2", "k3"))]);
        File.WriteAllBytes(_work.PathOf("log.parquet"), file);
        File.WriteAllBytes(_work.PathOf("cut.parquet"), file[..^9]);
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "--text-field", "prompt", "--id-field", "key", "log.parquet", "cut.parquet").Expect(2);
        JsonElement finding = Assert.Single(result.Findings);
        Assert.Equal(("k2", "log.parquet", 2), (finding.GetProperty("id").GetString(), finding.GetProperty("input").GetString(), finding.GetProperty("line").GetInt32()));
        Assert.Equal("prompt", finding.GetProperty("matches")[0].GetProperty("span").GetProperty("field").GetString());
        Assert.Contains("cut.parquet: cannot be opened: it is damaged, encrypted or no Parquet: ", result.Err, StringComparison.Ordinal);

        JsonElement match = Assert.Single(_work.Run("scan", "--protect", "training-data=log.parquet", "src/alpha.cs").Expect(1).Findings).GetProperty("matches")[0];
        Assert.Equal("log.parquet", match.GetProperty("source").GetProperty("path").GetString());
        Assert.InRange(match.GetProperty("source").GetProperty("startLine").GetInt32(), 1, 2);
    }

    [Fact]
    public void EqualIdsAreReportedEach()
    {
        _work.Write("log.jsonl", string.Join('\n', Enumerable.Repeat(Workspace.Record("same", _work.Read("src/alpha.cs")), 3)));
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "log.jsonl").Expect(1);
        Assert.Equal([1, 2, 3], result.Findings.Select(f => f.GetProperty("line").GetInt32()));
        Assert.All(result.Findings, f => Assert.Equal("same", f.GetProperty("id").GetString()));
    }

    [Fact]
    public void ADamagedRecordIsToldWithItsPlaceAndTheRestIsScanned()
    {
        string first = Workspace.Record("a", _work.Read("src/alpha.cs"));
        _work.Write("log.jsonl", first + "\n{\"id\": nonsense\n" + Workspace.Record("c", _work.Read("src/beta.py")) + "\n");
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "log.jsonl").Expect(2);
        Assert.Equal(["a", "c"], result.Findings.Select(f => f.GetProperty("id").GetString()));
        Assert.Matches(@"^leakscan: log\.jsonl: record 2 at byte \d+: ", result.ErrLines[0]);
        Assert.Equal(1, result.Summary.GetProperty("errors").GetInt32());
        Assert.DoesNotContain("nonsense", result.Err, StringComparison.Ordinal);
    }

    /// <summary>A line that looks whole is parsed only if something is found in it; then what is wrong inside of it is told, and it is raw text.</summary>
    [Fact]
    public void DamageInsideOfARecordIsToldWhereSomethingIsFoundInIt()
    {
        string first = Workspace.Record("a", _work.Read("src/alpha.cs"));
        string damaged = "{\"id\": nonsense, \"text\": " + JsonSerializer.Serialize(_work.Read("src/beta.py")) + "}";
        _work.Write("log.jsonl", first + "\n" + damaged + "\n");
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "log.jsonl").Expect(2);
        Assert.Equal(["a", "log.jsonl:2"], result.Findings.Select(f => f.GetProperty("id").GetString()));
        Assert.Matches(@"^leakscan: log\.jsonl: record 2 at byte \d+: ", result.ErrLines[0]);
        Assert.Equal(1, result.Summary.GetProperty("errors").GetInt32());
    }

    [Fact]
    public void TheOrderAndEveryByteAreTheSameOnAnyNumberOfThreads()
    {
        _work.MakeLog(1500);
        string one = _work.Run("scan", "--verbatim-only", "--index", "corp.lsi", "--threads", "1", "log.jsonl").Expect(1).Out;
        Assert.Equal(375, one.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (string threads in new[] { "2", "5" }) Assert.Equal(one, _work.Run("scan", "--verbatim-only", "--index", "corp.lsi", "--threads", threads, "log.jsonl").Expect(1).Out);
        _work.Run("scan", "--verbatim-only", "--index", "corp.lsi", "--threads", "0", "log.jsonl").Expect(2);
    }

    [Theory]
    [InlineData("block", null, 1)]
    [InlineData("block", "warn", 1)]
    [InlineData("block", "never", 0)]
    [InlineData("warn", null, 0)]
    [InlineData("warn", "block", 0)]
    [InlineData("warn", "warn", 1)]
    [InlineData("allow", "warn", 0)]
    public void FailOnAndThePolicyMakeTheExitCode(string verdict, string? failOn, int exitCode)
    {
        _work.Write("prompt.txt", _work.Read("src/alpha.cs"));
        _work.Write("leakscan.json", $$"""{"$schema":"leakscan.policy/1","rules":[{"verdict":"{{verdict}}"}]}""");
        string[] arguments = ["scan", "--index", "corp.lsi", "--policy", "leakscan.json", "prompt.txt", .. failOn is null ? Array.Empty<string>() : ["--fail-on", failOn]];
        CliResult result = _work.Run(arguments).Expect(exitCode);
        Assert.Equal(verdict, Assert.Single(result.Findings).GetProperty("verdict").GetString()); // what is allowed is reported too
        Assert.Equal(verdict == "block" ? 1 : 0, result.Summary.GetProperty("blocked").GetInt32());
        Assert.Equal(verdict == "warn" ? 1 : 0, result.Summary.GetProperty("warned").GetInt32());
    }

    [Fact]
    public void ARuleCanDependOnTheDestination()
    {
        _work.Write("prompt.txt", _work.Read("src/alpha.cs"));
        _work.Write("leakscan.json", """{"$schema":"leakscan.policy/1","rules":[{"label":"proprietary-code","destination":"internal","verdict":"allow"}]}""");
        _work.Run("scan", "--index", "corp.lsi", "--policy", "leakscan.json", "--destination", "internal", "prompt.txt").Expect(0);
        _work.Run("scan", "--index", "corp.lsi", "--policy", "leakscan.json", "--destination", "abroad", "prompt.txt").Expect(1);
    }

    [Theory]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\n \"rules\":[{\"verdict\":\"deny\"}]}", "leakscan: leakscan.json:2:22: \"verdict\" is \"deny\"; it may be allow, warn or block")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\"} // no comments", "leakscan: leakscan.json:1:33: ")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",}", "leakscan: leakscan.json:1:32: ")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\n \"rulez\":[]}", "leakscan: leakscan.json:2:2: unknown key \"rulez\"")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\n \"rules\":[{\"label\":\"mistyped\",\"verdict\":\"warn\"}]}", "leakscan: leakscan.json:2:20: no document has the label \"mistyped\"")]
    public void AnErrorOfThePolicyHasItsPlace(string policy, string message)
    {
        _work.Write("leakscan.json", policy);
        _work.Write("prompt.txt", "x");
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "--policy", "leakscan.json", "prompt.txt").Expect(2);
        Assert.StartsWith(message, result.ErrLines[0], StringComparison.Ordinal);
        Assert.Equal(1, result.Summary.GetProperty("errors").GetInt32());
    }

    [Theory]
    [InlineData("missing.lsi: no such index", "scan", "--index", "missing.lsi", "src")]
    [InlineData("either --index FILE", "scan", "src")]
    [InlineData("--public goes with --protect", "scan", "--index", "corp.lsi", "--public", "src", "src")]
    [InlineData("nowhere: ", "scan", "--index", "corp.lsi", "nowhere")]
    [InlineData("unknown option --fial-on", "scan", "--index", "corp.lsi", "--fial-on", "src")]
    [InlineData("unknown option --lable", "index", "build", "-o", "x.lsi", "--lable", "a", "src")]
    [InlineData("an argument is empty", "scan", "--index", "corp.lsi", "")]
    [InlineData("once only", "scan", "--protect", "-", "-")]
    [InlineData("--output src/alpha.cs would replace", "scan", "--protect", "src/alpha.cs", "--output", "src/alpha.cs", "src/beta.py")]
    [InlineData("--output src/alpha.cs would replace", "index", "build", "-o", "src/alpha.cs", "src/alpha.cs")]
    [InlineData("--output f.key would replace", "scan", "--index", "corp.lsi", "--key-file", "f.key", "--output", "f.key", "src")]
    [InlineData("--output f.key would replace", "index", "build", "--key-file", "f.key", "-o", "f.key", "src")]
    [InlineData("--output state would replace", "scan", "--index", "corp.lsi", "--output", "state", "--resume", "state", "src")]
    [InlineData("--resume corp.lsi would replace", "scan", "--index", "corp.lsi", "--output", "out", "--resume", "corp.lsi", "src")]
    [InlineData("tarball", "scan", "--index", "corp.lsi", "--input", "tarball", "src")]
    [InlineData("INPUT", "scan", "--index", "corp.lsi")]
    [InlineData("command", "index")]
    [InlineData("--output", "index", "build", "src")]
    [InlineData("would replace what is read", "scan", "--index", "corp.lsi", "--output", "corp.lsi", "src")]
    [InlineData("there is no folder", "scan", "--index", "corp.lsi", "--output", "no/where.jsonl", "src")]
    [InlineData("not devices", "scan", "--index", "corp.lsi", "--resume", "state", "--output", "/dev/leakscan-test-no-such-device", "src")]
    [InlineData("--resume needs --output", "scan", "--index", "corp.lsi", "--resume", "state", "src")]
    public void AMistakeIsOneLineThatSaysWhich(string message, params string[] arguments)
    {
        CliResult result = _work.Run(arguments).Expect(2);
        Assert.Contains(result.ErrLines, l => l.StartsWith("leakscan: ", StringComparison.Ordinal) && l.Contains(message, StringComparison.Ordinal));
        Assert.Empty(result.Out);
    }

    [Fact]
    public void AnAtSignIsAFolderLikeAnyOther()
    {
        _work.Write("@scope/a.txt", _work.Read("src/alpha.cs"));
        Assert.Single(_work.Run("scan", "--index", "corp.lsi", "@scope").Expect(1).Findings);
    }

    [Fact]
    public void TheWrongKeyIsAnError()
    {
        File.WriteAllBytes(_work.PathOf("other-key"), new byte[32]);
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "--key-file", "other-key", "src").Expect(2);
        Assert.Contains("another key", result.Err, StringComparison.Ordinal);
    }
}
