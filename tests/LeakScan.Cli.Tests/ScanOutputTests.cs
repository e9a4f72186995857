using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using LeakScan.Cli.Commands;
using LeakScan.Cli.Output;
using LeakScan.Cli.Tests.Support;

namespace LeakScan.Cli.Tests;

public sealed class ScanOutputTests : IDisposable
{
    readonly Workspace _work = new Workspace().WithIndex();

    public void Dispose() => _work.Dispose();

    void AssertNothingLeftOver(params string[] allowed) =>
        Assert.DoesNotContain(_work.Files, f => (f.Contains(".tmp", StringComparison.Ordinal) || f.Contains(".part", StringComparison.Ordinal)) && !allowed.Contains(f));

    [Fact]
    public void AFileAppearsWhenItIsComplete()
    {
        _work.MakeLog(40);
        _work.Write("out.jsonl", "old");
        _work.Run("scan", "--index", "corp.lsi", "--output", "out.jsonl", "--policy", "none.json", "log.jsonl").Expect(2);
        Assert.Equal("old", _work.Read("out.jsonl"));
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "--output", "out.jsonl", "log.jsonl").Expect(1);
        Assert.Empty(result.Out);
        Assert.Equal(_work.Run("scan", "--index", "corp.lsi", "log.jsonl").Expect(1).Out, _work.Read("out.jsonl"));
        AssertNothingLeftOver();
    }

    [Fact]
    public void TextNamesPlacesAndQuotesNothing()
    {
        string code = _work.Read("src/alpha.cs");
        _work.Write("log.jsonl", Workspace.Record("r\u001b[31m1", code) + "\n");
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "--format", "text", "log.jsonl").Expect(1);
        Assert.StartsWith("block  r [31m1  log.jsonl:1  proprietary-code  score ", result.Out, StringComparison.Ordinal);
        Assert.Contains("src/alpha.cs:1-60  in messages[0].content lines 1-60", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Out); // no colour in a pipe, and none that an id brings along
        foreach (string line in code.Split('\n', StringSplitOptions.RemoveEmptyEntries)) Assert.DoesNotContain(line.Trim(), result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void SarifHasWhatTheStandardDemands()
    {
        _work.MakeLog(300);
        _work.Write("notes/a b.txt", "one\ntwo\n" + Workspace.Lines(_work.Read("src/alpha.cs"), 5, 30));
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "--format", "sarif", "log.jsonl", "notes").Expect(1);
        JsonElement sarif = CliResult.Json(result.Out);
        Assert.Equal("2.1.0", sarif.GetProperty("version").GetString());
        JsonElement run = Assert.Single(sarif.GetProperty("runs").EnumerateArray());
        JsonElement driver = run.GetProperty("tool").GetProperty("driver");
        Assert.Equal("leakscan", driver.GetProperty("name").GetString());
        Assert.Equal(["proprietary-code"], driver.GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("id").GetString()));
        JsonElement[] results = [.. run.GetProperty("results").EnumerateArray()];
        Assert.Equal(76, results.Length);
        Assert.All(results, r =>
        {
            Assert.Equal("error", r.GetProperty("level").GetString());
            Assert.Equal("proprietary-code", r.GetProperty("ruleId").GetString());
            Assert.NotEmpty(r.GetProperty("message").GetProperty("text").GetString()!);
            foreach (JsonElement location in r.GetProperty("locations").EnumerateArray().Concat(r.GetProperty("relatedLocations").EnumerateArray()))
            {
                JsonElement place = location.GetProperty("physicalLocation");
                Assert.True(Uri.IsWellFormedUriString(place.GetProperty("artifactLocation").GetProperty("uri").GetString(), UriKind.Relative));
                Assert.True(place.GetProperty("region").GetProperty("startLine").GetInt32() >= 1);
            }
        });
        JsonElement text = results[^1].GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal("notes/a%20b.txt", text.GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.InRange(text.GetProperty("region").GetProperty("startLine").GetInt32(), 2, 4);
    }

    [Fact]
    public void SarifTakesNoNameForALinkAndNamesAFileOneWay()
    {
        _work.Write("[a](1).txt", Workspace.Lines(_work.Read("src/alpha.cs"), 5, 30));
        JsonElement[] results = [.. ((string[])["[a](1).txt", "./[a](1).txt", ".//[a](1).txt", "././[a](1).txt"]).Select(name =>
            CliResult.Json(_work.Run("scan", "--index", "corp.lsi", "--format", "sarif", name).Expect(1).Out).GetProperty("runs")[0].GetProperty("results")[0])];
        Assert.All(results, r => Assert.Contains("[a\\](1).txt", r.GetProperty("message").GetProperty("text").GetString(), StringComparison.Ordinal));
        Assert.All(results, r => Assert.Equal("%5Ba%5D%281%29.txt", r.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString()));
    }

    [Fact]
    public void SarifWithoutFindingsIsWhole()
    {
        _work.Write("a.txt", "nothing");
        JsonElement sarif = CliResult.Json(_work.Run("scan", "--index", "corp.lsi", "--format", "sarif", "a.txt").Expect(0).Out);
        Assert.Empty(sarif.GetProperty("runs")[0].GetProperty("results").EnumerateArray());
        Assert.True(sarif.GetProperty("runs")[0].GetProperty("invocations")[0].GetProperty("executionSuccessful").GetBoolean());
    }

    [Fact]
    public void SarifSaysThatNotAllWasRead()
    {
        _work.Write("log.jsonl", "{\"text\": \n");
        CliResult scan = _work.Run("scan", "--index", "corp.lsi", "--format", "sarif", "log.jsonl").Expect(2);
        CliResult report = _work.RunWith("{}", null, "report", "--format", "sarif", "-").Expect(2);
        Assert.All([scan, report], r => Assert.False(CliResult.Json(r.Out).GetProperty("runs")[0].GetProperty("invocations")[0].GetProperty("executionSuccessful").GetBoolean()));
    }

    [UnixFact]
    public void SarifNamesAFileByItsFullPathAsAUri()
    {
        _work.Write("a.txt", Workspace.Lines(_work.Read("src/alpha.cs"), 5, 30));
        string path = _work.PathOf("a.txt");
        JsonElement sarif = CliResult.Json(_work.Run("scan", "--index", "corp.lsi", "--format", "sarif", path).Expect(1).Out);
        string? uri = sarif.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString();
        Assert.Equal("file://" + path, uri);
    }

    [Theory]
    [InlineData("--threads is a number from 1 to 1024", "--threads", "many")]
    [InlineData("nope.json: no such policy", "--policy", "nope.json")]
    [InlineData("--index and --protect do not go together", "--protect", "src")]
    public void ErrorsSayWhatToDo(string error, params string[] arguments)
    {
        _work.Write("a.txt", "nothing");
        Assert.Contains("leakscan: " + error, _work.Run(["scan", "--index", "corp.lsi", "a.txt", .. arguments]).Expect(2).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void ADamagedIndexIsNotScannedWith()
    {
        _work.Write("a.txt", _work.Read("src/alpha.cs"));
        byte[] whole = File.ReadAllBytes(_work.PathOf("corp.lsi"));
        // What an interrupted copy leaves: the length is right, and the header.
        File.WriteAllBytes(_work.PathOf("corp.lsi"), [.. whole[..1024], .. new byte[whole.Length - 1024]]);
        CliResult result = _work.Run("scan", "--index", "corp.lsi", "a.txt").Expect(2);
        Assert.Contains("corp.lsi: section Filter at offset 1024: checksum of", result.Err, StringComparison.Ordinal);
        Assert.Equal(1, result.Summary.GetProperty("errors").GetInt32());
        foreach (string[] command in (string[][])[["index", "add", "corp.lsi", "a.txt"], ["index", "info", "corp.lsi"]]) Assert.Contains("checksum", _work.Run(command).Expect(2).Err, StringComparison.Ordinal);
        Assert.Contains("checksum", _work.RunWith("""{"hook_event_name":"UserPromptSubmit","prompt":"good morning"}""", null, "hook", "claude-code", "--index", "corp.lsi", "--audit", "audit.jsonl").Out, StringComparison.Ordinal);

        File.WriteAllBytes(_work.PathOf("corp.lsi"), whole);
        _work.Run("scan", "--index", "corp.lsi", "a.txt").Expect(1);
        // It was read through as it was then written, and is not again.
        DateTime written = File.GetLastWriteTimeUtc(_work.PathOf("corp.lsi"));
        whole[^1] ^= 1;
        File.WriteAllBytes(_work.PathOf("corp.lsi"), whole);
        File.SetLastWriteTimeUtc(_work.PathOf("corp.lsi"), written);
        _work.Run("scan", "--index", "corp.lsi", "a.txt").Expect(1);
        File.SetLastWriteTimeUtc(_work.PathOf("corp.lsi"), written.AddSeconds(1));
        _work.Run("scan", "--index", "corp.lsi", "a.txt").Expect(2);
        // So it is after it was verified.
        whole[^1] ^= 1;
        File.WriteAllBytes(_work.PathOf("corp.lsi"), whole);
        File.SetLastWriteTimeUtc(_work.PathOf("corp.lsi"), written.AddSeconds(2));
        _work.Run("index", "verify", "corp.lsi").Expect(0);
        whole[^1] ^= 1;
        File.WriteAllBytes(_work.PathOf("corp.lsi"), whole);
        File.SetLastWriteTimeUtc(_work.PathOf("corp.lsi"), written.AddSeconds(2));
        _work.Run("scan", "--index", "corp.lsi", "a.txt").Expect(1);
    }

    [UnixFact]
    public void ALinkToAPipeIsRead()
    {
        string text = Workspace.Lines(_work.Read("src/alpha.cs"), 5, 30);
        JsonElement finding = CliResult.Json(_work.RunWith(text, null, "scan", "--index", "corp.lsi", "--format", "jsonl", "/dev/stdin").Expect(1).Out);
        Assert.Equal("/dev/stdin:1", finding.GetProperty("id").GetString());
        Assert.Contains("src/alpha.cs", _work.RunWith(finding.GetRawText(), null, "report", "/dev/stdin").Expect(1).Out, StringComparison.Ordinal);
    }

    [UnixFact]
    public void AReaderThatGoesAwayEndsTheScanQuietly()
    {
        string[] log = _work.MakeLog(4000);
        using Process process = _work.Start(null, "scan", "--verbatim-only", "--index", "corp.lsi", "--threads", "1", "log.jsonl", "log.jsonl", "log.jsonl", "log.jsonl", "log.jsonl");
        Task<string> error = process.StandardError.ReadToEndAsync();
        Assert.NotNull(process.StandardOutput.ReadLine());
        process.StandardOutput.Close();
        CliResult result = Workspace.Finish(process, Task.FromResult(""), error).Expect(1);
        Assert.Single(result.ErrLines);
        Assert.InRange(result.Summary.GetProperty("records").GetInt64(), 1, 5 * log.Length - 1);
    }

    [LinuxFact]
    public void AFullDiskIsAnErrorNotAReaderThatWentAway()
    {
        _work.MakeLog(4000);
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec {Executable.ForShell} scan --index corp.lsi log.jsonl > /dev/full"])
        {
            WorkingDirectory = _work.Root,
            RedirectStandardError = true,
            Environment = { ["LEAKSCAN_KEY_FILE"] = _work.PathOf("key") },
        })!;
        CliResult result = Workspace.Finish(process, Task.FromResult(""), process.StandardError.ReadToEndAsync()).Expect(2);
        Assert.Contains("No space left", result.Err, StringComparison.Ordinal);
    }

    [UnixFact]
    public void ADeviceIsWrittenToAndNotReplaced()
    {
        _work.MakeLog(8);
        Assert.Equal(2, _work.Run("scan", "--verbatim-only", "--index", "corp.lsi", "--output", "/dev/fd/1", "log.jsonl").Expect(1).Findings.Length);
    }

    [UnixFact]
    public void TwoScansCanShareOneRedirection()
    {
        _work.MakeLog(8);
        string scan = $"{Executable.ForShell} scan --verbatim-only --index corp.lsi log.jsonl";
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", $"({scan}; {scan}; true) > both.jsonl 2> err"])
        {
            WorkingDirectory = _work.Root,
            Environment = { ["LEAKSCAN_KEY_FILE"] = _work.PathOf("key") },
        })!;
        process.WaitForExit();
        Assert.Equal(4, File.ReadAllLines(_work.PathOf("both.jsonl")).Length);
    }

    [UnixFact]
    public void AnInterruptedScanLeavesNothingHalfWritten()
    {
        foreach (string signal in new[] { "INT", "TERM" })
        {
            using Process process = _work.Start(null, "scan", "--verbatim-only", "--index", "corp.lsi", "--output", "out.jsonl", "-");
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(string.Join('\n', _work.MakeLog(2000)) + "\n"); // more than a pipe holds: it has begun to read
            process.StandardInput.Flush();
            Workspace.Interrupt(process, signal); // while it waits for more
            CliResult result = Workspace.Finish(process, Task.FromResult(""), error).Expect(130);
            Assert.Contains("nothing was left half-written", result.Err, StringComparison.Ordinal);
            Assert.Equal("leakscan.summary/1", result.Summary.GetProperty("schema").GetString());
            Assert.False(File.Exists(_work.PathOf("out.jsonl")));
            AssertNothingLeftOver();
        }
    }

    [UnixFact]
    public void AnInterruptedScanIsResumedWithoutALossOrADouble()
    {
        string log = string.Join('\n', _work.MakeLog(3000)) + "\n";
        string[] arguments = ["scan", "--verbatim-only", "--index", "corp.lsi", "--output", "out.jsonl", "--resume", "state.json", "-"];
        using (Process process = _work.Start(null, arguments))
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(log[..(log.Length / 2)]);
            process.StandardInput.Flush();
            Workspace.Interrupt(process);
            Assert.Contains("go on from record", Workspace.Finish(process, Task.FromResult(""), error).Expect(130).Err, StringComparison.Ordinal);
        }
        JsonElement state = CliResult.Json(_work.Read("state.json"));
        Assert.InRange(state.GetProperty("records").GetInt64(), 256, 1600);
        Assert.Equal(new FileInfo(_work.PathOf("out.jsonl.part")).Length, state.GetProperty("outputBytes").GetInt64());
        Assert.False(File.Exists(_work.PathOf("out.jsonl")));

        // A process that was killed has written more than its state says.
        File.AppendAllText(_work.PathOf("out.jsonl.part"), "{\"half\":");
        CliResult other = _work.RunWith(log, null, [.. arguments[..^1], "--id-field", "key", "-"]).Expect(2);
        Assert.Contains("other options", other.Err, StringComparison.Ordinal);

        // Nor is it another log, that has taken the place of the first, or what is left of it.
        string state0 = _work.Read("state.json");
        foreach (string changed in new[] { log.Replace("\"id\":\"", "\"id\":\"new-", StringComparison.Ordinal), log[..(log.Length / 100)] })
        {
            Assert.NotEqual(log, changed);
            Assert.Contains("are not those of the scan", _work.RunWith(changed, null, arguments).Expect(2).Err, StringComparison.Ordinal);
            Assert.Equal(state0, _work.Read("state.json"));
        }

        CliResult resumed = _work.RunWith(log, null, [.. arguments[..^1], "--threads", "1", "-"]).Expect(1);
        CliResult whole = _work.RunWith(log, null, "scan", "--verbatim-only", "--index", "corp.lsi", "-").Expect(1);
        Assert.Equal(whole.Out, _work.Read("out.jsonl"));
        foreach (string total in new[] { "records", "bytes", "findings", "blocked", "warned", "errors" })
            Assert.Equal(whole.Summary.GetProperty(total).GetInt64(), resumed.Summary.GetProperty(total).GetInt64());
        Assert.False(File.Exists(_work.PathOf("state.json")));
        AssertNothingLeftOver();
    }

    [Fact]
    public void AStateWithoutItsOutputIsRefused()
    {
        _work.MakeLog(8);
        string[] arguments = ["scan", "--index", "corp.lsi", "--output", "out.jsonl", "--resume", "state.json", "log.jsonl"];
        _work.Run(arguments).Expect(1); // without a state it is a scan like any other
        Assert.False(File.Exists(_work.PathOf("state.json")));
        string scan = JsonSerializer.Serialize(new[] { "--index=corp.lsi", "--policy=", "--destination=", "--input=Auto", "--text-field=", "--id-field=id", ScanCommand.StateOf(_work.PathOf("corp.lsi")), "--output=out.jsonl", "log.jsonl" });
        _work.Write("state.json", $$"""{"schema":"leakscan.resume/1","scan":{{scan}},"records":4,"outputBytes":500,"bytes":1,"text":1,"findings":1,"blocked":1,"warned":0}""");
        Assert.Contains("is shorter than", _work.Run(arguments).Expect(2).Err, StringComparison.Ordinal);
        _work.Write("state.json", "{\"schema\":\"leakscan.resume/1\"");
        Assert.Contains("state.json: not a state", _work.Run(arguments).Expect(2).Err, StringComparison.Ordinal);
        // Another index under the same name is another scan, and what is written is no input.
        _work.Write("state.json", $$"""{"schema":"leakscan.resume/1","scan":{{scan}},"records":4,"outputBytes":0,"bytes":1,"text":1,"findings":1,"blocked":1,"warned":0}""");
        _work.Write("src/delta.cs", Workspace.Code(9));
        _work.WithIndex();
        Assert.Contains("of other inputs or with other options", _work.Run(arguments).Expect(2).Err, StringComparison.Ordinal);
        Assert.Contains("put it elsewhere", _work.Run([.. arguments[..^1], "."]).Expect(2).Err, StringComparison.Ordinal);
    }

    [UnixFact]
    public void ErrorsBeforeAnInterruptionAreNotForgotten()
    {
        List<string> lines = [.. _work.MakeLog(3000)];
        foreach (int at in new[] { 5, 20 }) lines.Insert(at, "{\"id\": \"x\", nonsense}");
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
        CliResult resumed = _work.RunWith(log, null, arguments).Expect(2);
        Assert.Equal(2, resumed.Summary.GetProperty("errors").GetInt64());
    }

    [UnixFact]
    public void AFolderIsNoOutputAndStandardOutputIsAddedTo()
    {
        _work.MakeLog(4);
        Assert.Contains("is a folder", _work.Run("scan", "--index", "corp.lsi", "--output", "src", "log.jsonl").Expect(2).Err, StringComparison.Ordinal);
        _work.Write("all.txt", "before\n");
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"{Executable.ForShell} scan --index corp.lsi --key-file key --output /dev/stdout log.jsonl >> all.txt 2>/dev/null"]) { WorkingDirectory = _work.Root })!;
        shell.WaitForExit();
        Assert.Equal(1, shell.ExitCode);
        Assert.StartsWith("before\n{\"schema\"", _work.Read("all.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public void NamesThatAreTextAreNotShown()
    {
        string code = Workspace.Lines(Workspace.Code(1), 1, 40);
        string record = JsonSerializer.Serialize(new { type = "user", uuid = code, sessionId = code, cwd = code, id = code, message = new { role = code, content = code } });
        string text = _work.RunWith(record, null, "scan", "--index", "corp.lsi", "--id-field", "id", "-").Expect(1).Out;
        foreach (string line in code.Split('\n')) Assert.DoesNotContain(line.Trim(), text, StringComparison.Ordinal);
        Assert.Contains($"(a name of {code.Length} characters)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAPieceOfALongTextRepeatsIsToldOnce()
    {
        string leak = Workspace.Lines(Workspace.Code(1), 5, 20) + "\n";
        for (int before = (1 << 20) - 4000; before < 1 << 20; before += 800)
        {
            string filler = string.Concat(Enumerable.Range(0, before / 12).Select(i => FormattableString.Invariant($"filler {i % 1000:000}\n")));
            CliResult result = _work.RunWith(filler + leak + filler, null, "scan", "--index", "corp.lsi", "--verbatim-only", "-").Expect(1);
            Assert.Single(result.Findings);
        }
    }

    [Fact]
    public void NestedTextThatIsNoJsonCostsNothing()
    {
        string code = Workspace.Lines(Workspace.Code(1), 1, 40);
        string records = Workspace.Record("a", $"{{\"cwd\": \"x\", \"path\": \"C:\\users\\me\"}}\n{code}") + "\n" + Workspace.Record("b", $"{{\"cwd\":\"x\\ud8\n{code}") + "\n" + Workspace.Record("c", code) + "\n";
        Assert.Equal(["a", "b", "c"], _work.RunWith(records, null, "scan", "--index", "corp.lsi", "-").Expect(1).Findings.Select(f => f.GetProperty("id").GetString()));
    }

    [Fact]
    public void PackedTextIsReadWhateverItsNameOrTold()
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(Workspace.Lines(Workspace.Code(1), 1, 40));
        using (FileStream file = File.Create(_work.PathOf("packed.txt")))
        using (System.IO.Compression.GZipStream gzip = new(file, System.IO.Compression.CompressionLevel.Optimal)) gzip.Write(text);
        _work.Run("scan", "--index", "corp.lsi", "packed.txt").Expect(1);
        using (FileStream file = File.Create(_work.PathOf("packed.log")))
        {
            file.Write([0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
            using ZstdSharp.CompressionStream zstd = new(file);
            zstd.Write(text);
        }
        _work.Run("scan", "--index", "corp.lsi", "packed.log").Expect(1);
        using (System.IO.Compression.ZipArchive zip = System.IO.Compression.ZipFile.Open(_work.PathOf("packed.zip"), System.IO.Compression.ZipArchiveMode.Create))
        using (Stream entry = zip.CreateEntry("a.txt").Open()) entry.Write(text);
        Assert.Contains("is packed (.zip)", _work.Run("scan", "--index", "corp.lsi", "packed.zip").Expect(2).Err, StringComparison.Ordinal);
        _work.Run("index", "build", "-o", "zip.lsi", "packed.zip").Expect(0);
        _work.Write("log.txt", System.Text.Encoding.UTF8.GetString(text));
        Assert.Contains("packed.zip/a.txt", _work.Run("scan", "--index", "zip.lsi", "log.txt").Expect(1).Out, StringComparison.Ordinal);
    }

    /// <summary>Pages and footers of Parquet are compressed: as text they are clean, whatever is in them.</summary>
    [Fact]
    public void ParquetFromElsewhereThanAFileAndDatabasesThatAreToBeProtectedAreTold()
    {
        _work.Write("rows.parquet", "PAR1\u0015\u0004\u0015\u0002 and what was compressed");
        using (FileStream file = File.Create(_work.PathOf("rows.gz")))
        using (System.IO.Compression.GZipStream gzip = new(file, System.IO.Compression.CompressionLevel.Optimal)) gzip.Write(File.ReadAllBytes(_work.PathOf("rows.parquet")));
        Assert.Contains("is packed (.parquet)", _work.Run("scan", "--index", "corp.lsi", "rows.gz").Expect(2).Err, StringComparison.Ordinal);
        Assert.Contains("is packed (.parquet)", _work.RunWith(_work.Read("rows.parquet"), null, "scan", "--index", "corp.lsi", "-").Expect(2).Err, StringComparison.Ordinal);
        _work.Write("note.txt", "PAR1 is what such files begin with");
        _work.Run("scan", "--index", "corp.lsi", "note.txt").Expect(0);
        _work.Write("prompts", "SQLite format 3\0 and pages");
        Assert.Contains("is a database", _work.Run("scan", "--protect", "prompts", "--protect", "src", "note.txt").Expect(2).Err, StringComparison.Ordinal);
        Assert.Contains("is a folder", _work.Run("report", "src").Expect(2).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void ANameThatFillsItsLineEndsNoScan()
    {
        _work.Write("a.jsonl", JsonSerializer.Serialize(new Dictionary<string, int> { [new string('a', 44) + "\n"] = 1 }) + "\n");
        _work.Write("b.jsonl", JsonSerializer.Serialize(new Dictionary<string, int> { [_work.Read("src/alpha.cs")] = 1 }) + "\n");
        foreach (string[] more in (string[][])[[], ["--verbatim-only"]])
        {
            CliResult result = _work.Run(["scan", "--index", "corp.lsi", "a.jsonl", "b.jsonl", .. more]).Expect(1);
            Assert.Single(result.Findings);
            Assert.Equal(2, result.Summary.GetProperty("records").GetInt32());
        }
    }

    [Fact]
    public void ArchivesInFoldersAreCounted()
    {
        _work.Write("in/a.txt", "nothing");
        using (ZipArchive zip = ZipFile.Open(Path.Combine(_work.Root, "in", "b.zip"), ZipArchiveMode.Create)) zip.CreateEntry("c.txt").Open().Dispose();
        Assert.Contains("1 archives in folders were not looked into", _work.Run("scan", "--index", "corp.lsi", "in").Expect(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOutputReplacesNoFileThatIsRead()
    {
        _work.Write("in/a.txt", "nothing");
        Assert.Contains("would replace a file in in, which is read", _work.Run("scan", "--index", "corp.lsi", "--output", "in/a.txt", "in").Expect(2).Err, StringComparison.Ordinal);
        Assert.Contains("would replace a file in src, which is read", _work.Run("index", "build", "-o", "src/alpha.cs", "src").Expect(2).Err, StringComparison.Ordinal);
        string Path(string name) => System.IO.Path.Combine(_work.Root, name);
        foreach ((string name, string text) in ((string, string)[])[("f.jsonl", """{"schema":"leakscan.finding/1","id":"a"}"""), ("f.sarif", Sarif.Head([])), ("f.txt", "block  a"), ("empty", "")])
        {
            _work.Write("in/" + name, text);
            FindingOutput.RefuseToReplace("--output", Path("in/" + name), [Path("in")]);
        }
        File.Copy(Path("corp.lsi"), Path("in/corp.lsi"));
        FindingOutput.RefuseToReplace("--output", Path("in/corp.lsi"), [Path("in")]);
        Assert.Throws<UserException>(() => FindingOutput.RefuseToReplace("--output", Path("in/a.txt"), [Path("in")]));
    }

    [Theory]
    [InlineData("--threads", "x")]
    [InlineData("--no-such-option", "x")]
    [InlineData("--policy", "")]
    [InlineData("-x", "")]
    public void WrongArgumentsEndInASummaryToo(string option, string value) =>
        Assert.Equal(1, _work.Run("scan", "--index", "corp.lsi", option, value, "src").Expect(2).Summary.GetProperty("errors").GetInt32());

    [Fact]
    public void ADeltaOfAnotherIndexIsTold()
    {
        _work.Run("index", "build", "-o", "other.lsi", "src/deep").Expect(0);
        _work.Run("index", "add", "other.lsi", "src/beta.py").Expect(0);
        File.Copy(Path.Combine(_work.Root, "other.lsi.1"), Path.Combine(_work.Root, "corp.lsi.1"));
        Assert.Contains("1 files beside the index", _work.Run("scan", "--index", "corp.lsi", "src/alpha.cs").Expect(1).Err, StringComparison.Ordinal);
        File.Delete(Path.Combine(_work.Root, "corp.lsi.1"));
        Assert.DoesNotContain("beside the index", _work.Run("scan", "--index", "corp.lsi", "src/alpha.cs").Expect(1).Err, StringComparison.Ordinal);
    }
}
