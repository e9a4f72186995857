using System.Diagnostics;
using System.Text.Json;
using LeakScan.Cli.Tests.Support;
using Microsoft.Data.Sqlite;

namespace LeakScan.Cli.Tests;

/// <summary>What the four tools leave on disk: every leak is found where it stands, told as sent or not, and nothing else is.</summary>
// Fixtures/make.py wrote the logs and, from what it put where, what is to be found.
public sealed class ToolLogTests : IDisposable
{
    /// <summary>A match may begin or end with a line that says too little: a brace, an idiom.</summary>
    const int LinesOff = 4;

    static readonly string s_root = FindRoot();
    static readonly string s_secrets = Path.Combine(s_root, "corpora", "proprietary");
    static readonly string s_fixtures = Path.Combine(s_root, "tests", "LeakScan.Cli.Tests", "Fixtures");

    sealed record Expected(string Input, string Place, bool? Sent, string? Format, string? Session, string? Turn, string? Project, string Source, int SourceFirst, int SourceLast,
        string? Field, string? Role, string? Tool, int First, int Last, int Count);

    static string FindRoot()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "LeakScan.sln"))) root = Path.GetDirectoryName(root)!;
        return root;
    }

    readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    /// <summary>Scans against an index of a folder. The key decides what is selected, so it is always the same: so are the findings.</summary>
    CliResult Scan(string protect, string folder, params string[] arguments)
    {
        string index = _work.PathOf("protected.lsi");
        string key = _work.PathOf("fixed.key");
        File.WriteAllBytes(key, [.. Enumerable.Range(1, 32).Select(i => (byte)(7 * i))]);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Run(folder, "index", "build", "-o", index, "--key-file", key, "--label", "proprietary-code", protect).Expect(0);
        return Run(folder, ["scan", "--format", "jsonl", "--index", index, "--key-file", key, .. arguments]);
    }

    static CliResult Run(string folder, params string[] arguments)
    {
        ProcessStartInfo start = Executable.Start(arguments);
        (start.WorkingDirectory, start.RedirectStandardOutput, start.RedirectStandardError) = (folder, true, true);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        return Workspace.Finish(process, process.StandardOutput.ReadToEndAsync(), error);
    }

    static Expected[] Read(string name) => [.. File.ReadLines(Path.Combine(s_fixtures, name)).Select(CliResult.Json).Select(e => new Expected(
        Text(e, "input")!, Place(e), e.GetProperty("sent").ValueKind == JsonValueKind.Null ? null : e.GetProperty("sent").GetBoolean(),
        Text(e, "format"), Text(e, "session"), Text(e, "turn"), Text(e, "project"), Text(e, "source")!, e.GetProperty("sourceFirst").GetInt32(), e.GetProperty("sourceLast").GetInt32(),
        Text(e, "field"), Text(e, "role"), Text(e, "tool"), e.GetProperty("first").GetInt32(), e.GetProperty("last").GetInt32(), e.GetProperty("count").GetInt32()))];

    static string? Text(JsonElement holder, string name) => holder.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    static bool? Sent(JsonElement holder) => holder.TryGetProperty("sent", out JsonElement sent) ? sent.GetBoolean() : null;

    /// <summary>A line of a file, or what names a row of a database.</summary>
    static string Place(JsonElement record) => Text(record, "input")!.StartsWith("databases/", StringComparison.Ordinal) && Text(record, "id") is string id
        ? $"{Text(record, "input")}/{id}"
        : FormattableString.Invariant($"{Text(record, "input")}:{record.GetProperty("line")}");

    static void AssertFound(IReadOnlyCollection<Expected> expected, JsonElement[] findings)
    {
        JsonElement[] alarms = [.. findings.Where(f => f.GetProperty("verdict").GetString() != "allow")];
        Dictionary<string, JsonElement> found = alarms.ToDictionary(Place);
        Assert.Equal(expected.Select(e => e.Place).Distinct().Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        foreach (Expected leak in expected)
        {
            string place = leak.Place;
            bool? isSent = expected.Where(e => e.Place == place).Max(e => e.Sent);
            JsonElement finding = found[place];
            JsonElement[] matches = [.. finding.GetProperty("matches").EnumerateArray().Where(m => Text(m.GetProperty("span"), "field") == leak.Field
                && Text(m.GetProperty("source"), "path")!.EndsWith("/" + leak.Source, StringComparison.Ordinal)
                && m.GetProperty("source").GetProperty("startLine").GetInt32() <= leak.SourceLast && m.GetProperty("source").GetProperty("endLine").GetInt32() >= leak.SourceFirst)];
            Assert.True(matches.Length > 0, $"{place}: no match of {leak.Source} in {leak.Field}: {finding}");
            Assert.Equal(isSent, Sent(finding));
            Assert.Equal(isSent == false ? "warn" : "block", finding.GetProperty("verdict").GetString());
            int count = finding.TryGetProperty("count", out JsonElement times) ? times.GetInt32() : 1;
            Assert.Equal((place, leak.Format, leak.Session, leak.Turn, leak.Project, leak.Count),
                (place, Text(finding, "format"), Text(finding, "session"), Text(finding, "turn"), Text(finding, "project"), count));
            Assert.All(matches, match =>
            {
                JsonElement span = match.GetProperty("span");
                Assert.Equal((place, leak.Role, leak.Tool, leak.Sent), (place, Text(span, "role"), Text(span, "tool"), Sent(span)));
                Assert.InRange(span.GetProperty("startLine").GetInt32(), leak.First - 1, leak.Last);
                Assert.InRange(span.GetProperty("endLine").GetInt32(), leak.First, leak.Last + 1);
                JsonElement source = match.GetProperty("source");
                Assert.InRange(source.GetProperty("startLine").GetInt32(), leak.SourceFirst - 1, leak.SourceLast);
                Assert.InRange(source.GetProperty("endLine").GetInt32(), leak.SourceFirst, leak.SourceLast + 1);
            });
            Assert.InRange(matches.Min(m => m.GetProperty("span").GetProperty("startLine").GetInt32()), leak.First - 1, leak.First + LinesOff);
            Assert.InRange(matches.Max(m => m.GetProperty("span").GetProperty("endLine").GetInt32()), leak.Last - LinesOff, leak.Last + 1);
        }
    }

    [Fact]
    public void HomeFolders()
    {
        CliResult result = Scan(s_secrets, s_fixtures, "home");
        result.Expect(2); // for the damaged line and for what is encrypted, and nothing else
        Assert.Equal(3, result.ErrLines.Length);
        Assert.Contains("home/.codeium/windsurf/cascade: 2 files of Cascade's own store (.pb) are encrypted", result.ErrLines[1], StringComparison.Ordinal);
        Assert.Contains("21970000-aaaa-4000-8000-000000000001.jsonl: record 9 at byte ", result.ErrLines[0], StringComparison.Ordinal);
        AssertFound(Read("home.expected.jsonl"), result.Findings);
    }

    [Fact]
    public void RequestsAndDataSets() =>
        AssertFound(Read("requests.expected.jsonl"), Scan(s_secrets, s_fixtures, "requests").Expect(1).Findings);

    /// <summary>Makes the databases, and keeps them open as their programs do: the last rows are in the write-ahead log only.</summary>
    static List<SqliteConnection> MakeDatabases(string folder)
    {
        List<SqliteConnection> writers = [];
        string source = Path.Combine(s_fixtures, "databases");
        foreach (string script in Directory.EnumerateFiles(source, "*.sql", SearchOption.AllDirectories))
        {
            string path = Path.Combine(folder, "databases", Path.GetRelativePath(source, script)[..^".sql".Length]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            SqliteConnection writer = new($"Data Source={path};Pooling=False");
            writer.Open();
            writers.Add(writer);
            using SqliteCommand command = writer.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;\n" + File.ReadAllText(script);
            command.ExecuteNonQuery();
            Assert.True(new FileInfo(path + "-wal").Length > new FileInfo(path).Length);
        }
        return writers;
    }

    [Fact]
    public void DatabasesThatAreWrittenTo()
    {
        List<SqliteConnection> writers = MakeDatabases(_work.Root);
        CliResult result = Scan(s_secrets, _work.Root, "databases").Expect(1);
        AssertFound(Read("databases.expected.jsonl"), result.Findings);
        Assert.Single(result.ErrLines);
        foreach (SqliteConnection writer in writers) writer.Dispose();
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("claude-code")]
    [InlineData("codex")]
    public void TheFirstRecordTellsWhereThePathDoesNot(string input)
    {
        List<Expected> expected = [];
        // Without what only a path tells: Claude Code's files that are no transcripts, its folder before the first line with one, Cursor's and Cascade's sessions.
        foreach (IGrouping<string, Expected> file in Read("home.expected.jsonl").Where(e => e.Input.Contains("history", StringComparison.Ordinal) == false && !e.Input.EndsWith(".txt", StringComparison.Ordinal)).GroupBy(e => e.Input))
        {
            if (file.Key.Contains(".windsurf", StringComparison.Ordinal) || file.Key.Contains(".cursor", StringComparison.Ordinal)) continue;
            bool isCodex = file.Key.Contains(".codex", StringComparison.Ordinal);
            if (input != "auto" && isCodex != (input == "codex")) continue;
            string name = $"{expected.Count}.jsonl{(file.Key.EndsWith(".zst", StringComparison.Ordinal) ? ".zst" : "")}";
            File.Copy(Path.Combine(s_fixtures, file.Key), _work.PathOf(name));
            expected.AddRange(file.Select(e => e with { Input = name, Place = e.Place.Replace(e.Input, name, StringComparison.Ordinal), Project = e.Project?.StartsWith('-') == true ? null : e.Project }));
        }
        CliResult result = Scan(s_secrets, _work.Root, ["--input", input, .. expected.Select(e => e.Input).Distinct()]);
        AssertFound(expected, result.Findings);
    }

    [CaptureTheory]
    [InlineData("claude-code-2.0.30", "message.content[0].content Read rate_engine.py", "message.content[0].content Edit rate_engine.py", "message.content[0].content Read big.txt")]
    [InlineData("claude-code-2.1.197", "attachment.content.file.content  rate_engine.py", "message.content[0].content Grep rate_engine.py", "message.content[0].content Read big.txt")]
    [InlineData("claude-code-2.1.330", "rendered[1].content  rate_engine.py", "message.content[0].content Read rate_engine.py", "message.content[0].content Read big.txt", "message.content[0].content Bash rate_engine.py", "message.content[0].content Bash big.txt")]
    [InlineData("claude-code-2.1.330-edit", "rendered[1].content  rate_engine.py", "message.content[0].content Read rate_engine.py", "message.content[0].content Read big.txt")]
    [InlineData("codex-0.104.0", "payload.output::output shell rate_engine.py", "payload.output::output shell big.txt", "payload.output shell_command rate_engine.py")]
    [InlineData("codex-0.169.0-functions", "payload.output exec_command rate_engine.py", "payload.output exec_command big.txt")]
    [InlineData("codex-0.169.0-codemode", "payload.output[1].text exec rate_engine.py", "payload.output[1].text::output exec big.txt")]
    public void Captures(string capture, params string[] mustBeSent)
    {
        CliResult result = Scan("clients/acme", CaptureTheoryAttribute.Folder, capture + (capture.StartsWith("codex", StringComparison.Ordinal) ? "/sessions" : "/transcripts")).Expect(1);
        List<string> sent = [];
        foreach (JsonElement finding in result.Findings.Where(f => f.GetProperty("verdict").GetString() != "allow"))
        {
            Assert.Equal("/home/dev/acme", Text(finding, "project"));
            Assert.NotNull(Text(finding, "session"));
            Assert.True(Sent(finding) == true || finding.GetProperty("verdict").GetString() == "warn", finding.ToString());
            foreach (JsonElement match in finding.GetProperty("matches").EnumerateArray())
            {
                string field = Text(match.GetProperty("span"), "field")!;
                bool isLocal = field.StartsWith("toolUseResult", StringComparison.Ordinal) || field.StartsWith("payload.item", StringComparison.Ordinal)
                    || field.StartsWith("payload.state", StringComparison.Ordinal) || field == "payload.user_instructions"
                    || (field.StartsWith("attachment", StringComparison.Ordinal) && capture != "claude-code-2.1.197");
                Assert.True(Sent(match.GetProperty("span")) == !isLocal, finding.ToString());
                Assert.True(isLocal || Sent(finding) == true, finding.ToString());
                if (!isLocal) sent.Add($"{field} {Text(match.GetProperty("span"), "tool")} {Path.GetFileName(Text(match.GetProperty("source"), "path"))}");
            }
        }
        Assert.All(mustBeSent, leak => Assert.Contains(leak, sent));
    }

    /// <summary>What went out, and what a collector of telemetry had of it: all of it was sent.</summary>
    [CaptureTheory]
    [InlineData("claude-code-1.0.30/request-last.json", "body.messages[0].content[3].text  rate_engine.py", "body.messages[4].content[0].content Read rate_engine.py", "body.messages[10].content[0].content Read big.txt")]
    [InlineData("claude-code-2.0.30/request-last.json", "body.messages[1].content[0].text  rate_engine.py", "body.messages[5].content[0].content Edit rate_engine.py", "body.messages[11].content[0].content Read big.txt")]
    [InlineData("claude-code-2.1.197/request-last.json", "body.messages[1].content  rate_engine.py", "body.messages[14].content[0].content Grep rate_engine.py", "body.messages[11].content[0].content Read big.txt")]
    [InlineData("claude-code-2.1.330/request-last.json", "body.messages[1].content[0].text  rate_engine.py", "body.messages[4].content[0].content Read rate_engine.py", "body.messages[24].content[0].content Bash big.txt")]
    [InlineData("claude-code-2.1.330-edit/request-last.json", "body.messages[1].content[0].text  rate_engine.py", "body.messages[14].content[0].content Grep rate_engine.py", "body.messages[12].content[0].content Read big.txt")]
    [InlineData("claude-code-1.0.30/count_tokens.json", "body.messages[0].content  big.txt")]
    [InlineData("claude-code-2.1.330/count_tokens.json", "body.messages[0].content  big.txt")]
    [InlineData("codex-0.104.0/request-last.json", "body.input[5].output shell rate_engine.py", "body.input[9].output shell_command rate_engine.py", "body.input[7].output shell big.txt")]
    [InlineData("codex-0.169.0-functions/request-last.json", "body.input[5].output exec_command rate_engine.py", "body.input[9].output exec_command big.txt")]
    [InlineData("codex-0.169.0-codemode/request-last.json", "body.input[8].output[1].text exec rate_engine.py", "body.input[10].output[1].text::output exec big.txt")]
    [InlineData("otel-claude-code", "attributes[9].value.stringValue::messages[1].content[0].text  rate_engine.py")]
    [InlineData("otel-codex", "attributes[10].value.stringValue exec_command rate_engine.py")]
    public void CapturedRequests(string input, params string[] mustBeSent)
    {
        List<string> sent = [];
        foreach (JsonElement finding in Scan("clients/acme", CaptureTheoryAttribute.Folder, input).Expect(1).Findings)
        {
            Assert.True(Sent(finding), finding.ToString());
            foreach (JsonElement match in finding.GetProperty("matches").EnumerateArray())
                sent.Add($"{Text(match.GetProperty("span"), "field")} {Text(match.GetProperty("span"), "tool")} {Path.GetFileName(Text(match.GetProperty("source"), "path"))}");
        }
        Assert.All(mustBeSent, leak => Assert.Contains(leak, sent));
    }
}
