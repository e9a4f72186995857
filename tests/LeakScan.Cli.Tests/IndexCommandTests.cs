using System.Diagnostics;
using System.Text.Json;
using LeakScan.Cli.Tests.Support;

namespace LeakScan.Cli.Tests;

public sealed class IndexCommandTests : IDisposable
{
    readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void BuildInfoVerify()
    {
        CliResult build = _work.Run("index", "build", "-o", "corp.lsi", "--label", "secret", "src").Expect(0);
        Assert.Empty(build.Out);
        Assert.Contains("corp.lsi: 3 documents", build.Err, StringComparison.Ordinal);
        Assert.Equal("corp.lsi: ok", _work.Run("index", "verify", "corp.lsi").Expect(0).Out.Trim());

        JsonElement info = CliResult.Json(_work.Run("index", "info", "corp.lsi", "--format", "json").Expect(0).Out);
        Assert.Equal("leakscan.index/1", info.GetProperty("schema").GetString());
        Assert.Equal(3, info.GetProperty("documents").GetInt64());
        Assert.Equal(3, info.GetProperty("documentsByLabel").GetProperty("secret").GetInt64());
        Assert.True(info.GetProperty("fingerprints").GetInt64() > 0);
        Assert.Equal(info.GetProperty("parameters").GetProperty("k").GetInt32() + info.GetProperty("parameters").GetProperty("fineWindow").GetInt32() - 1,
            info.GetProperty("guaranteeCharacters").GetProperty("fine").GetInt32());
        string text = _work.Run("index", "info", "corp.lsi").Expect(0).Out;
        foreach (string name in new[] { "documents", "secret", "fingerprints", "parameters", "guarantee", "a fingerprint" }) Assert.Contains(name, text, StringComparison.Ordinal);
    }

    [Fact]
    public void ALabelGoesBeforeASourceUnlessAFileHasThatName()
    {
        _work.Write("books/one.txt", Workspace.Code(7));
        _work.Write("odd=name.txt", Workspace.Code(8));
        _work.Run("index", "build", "-o", "corp.lsi", "src", "training-data=books", "odd=name.txt").Expect(0);
        JsonElement labels = CliResult.Json(_work.Run("index", "info", "corp.lsi", "--format", "json").Expect(0).Out).GetProperty("documentsByLabel");
        Assert.Equal(4, labels.GetProperty("proprietary-code").GetInt64());
        Assert.Equal(1, labels.GetProperty("training-data").GetInt64());
    }

    [Fact]
    public void OverlappingSourcesCountOnce()
    {
        CliResult build = _work.Run("index", "build", "-o", "corp.lsi", "src", "src/deep").Expect(0);
        Assert.Contains("corp.lsi: 3 documents", build.Err, StringComparison.Ordinal);
        Assert.Contains("1 documents are in more than one source", build.Err, StringComparison.Ordinal);
        Assert.Contains("nothing to do", _work.Run("index", "add", "corp.lsi", "src").Expect(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsExcludedOrIgnoredIsCounted()
    {
        _work.Write("src/.gitignore", "alpha.cs\n");
        CliResult build = _work.Run("index", "build", "-o", "corp.lsi", "--exclude", "*.rs", "src").Expect(0);
        Assert.Contains("corp.lsi: 2 documents", build.Err, StringComparison.Ordinal); // beta.py and .gitignore
        Assert.Contains("1 excluded, 1 ignored", build.Err, StringComparison.Ordinal);
    }

    [Fact]
    public void PublicTextDoesNotCount()
    {
        _work.Write("public/copy.cs", _work.Read("src/alpha.cs"));
        _work.Write("prompt.txt", _work.Read("src/alpha.cs"));
        _work.Run("index", "build", "-o", "corp.lsi", "src", "--public", "public").Expect(0);
        Assert.Empty(_work.Run("scan", "--index", "corp.lsi", "prompt.txt").Expect(0).Out);
    }

    [Fact]
    public void PublicTextDoesNotCountForWhatIsAddedOrChanged()
    {
        _work.WithIndex();
        _work.Write("public/old.py", _work.Read("src/beta.py"));
        _work.Write("public/new.cs", Workspace.Code(7));
        _work.Write("src/delta.cs", Workspace.Code(7) + Workspace.Code(8));
        _work.Run("index", "add", "corp.lsi", "src", "--public", "public").Expect(0);
        _work.Run("scan", "--index", "corp.lsi", "public/new.cs").Expect(0);
        _work.Run("scan", "--index", "corp.lsi", "src/delta.cs").Expect(1);
        _work.Run("scan", "--index", "corp.lsi", "public/old.py").Expect(1); // it was in the index before
        _work.Write("src/beta.py", _work.Read("src/beta.py") + "# changed\n");
        _work.Run("index", "add", "corp.lsi", "src", "--public", "public").Expect(0);
        _work.Run("scan", "--index", "corp.lsi", "public/old.py").Expect(0);
        _work.Write("src/delta.cs", Workspace.Code(9));
        Assert.Contains("nowhere: ", _work.Run("index", "add", "corp.lsi", "src", "--public", "nowhere").Expect(2).Err, StringComparison.Ordinal);
        _work.Run("scan", "--index", "corp.lsi", "src/delta.cs").Expect(1); // the rest is done
    }

    [Fact]
    public void PathsCanBeStoredAsHashes()
    {
        _work.Run("index", "build", "-o", "corp.lsi", "--store-paths", "hash", "src").Expect(0);
        _work.Write("prompt.txt", _work.Read("src/alpha.cs"));
        JsonElement finding = Assert.Single(_work.Run("scan", "--index", "corp.lsi", "prompt.txt").Expect(1).Findings);
        Assert.Matches("^[0-9a-f]{32}$", finding.GetProperty("matches")[0].GetProperty("source").GetProperty("path").GetString());
        Assert.DoesNotContain("alpha", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(_work.PathOf("corp.lsi"))), StringComparison.Ordinal);
        Assert.Contains("nothing to do", _work.Run("index", "add", "corp.lsi", "src").Expect(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnreadableSourceIsAnErrorAndTheRestIsIndexed()
    {
        CliResult build = _work.Run("index", "build", "-o", "corp.lsi", "src", "nowhere").Expect(2);
        Assert.Contains(build.ErrLines, l => l.StartsWith("leakscan: nowhere: ", StringComparison.Ordinal));
        _work.Run("index", "verify", "corp.lsi").Expect(0);
    }

    [Fact]
    public void NothingToIndexIsAnErrorAndWritesNothing()
    {
        _work.Write("empty/nothing.txt", "");
        Assert.Contains("nothing to index", _work.Run("index", "build", "-o", "corp.lsi", "empty").Expect(2).Err, StringComparison.Ordinal);
        Assert.DoesNotContain(_work.Files, f => f.StartsWith("corp.lsi", StringComparison.Ordinal));
    }

    [Fact]
    public void AddTakesWhatIsNewOrChangedAndDropsWhatIsGone()
    {
        _work.Run("index", "build", "-o", "corp.lsi", "--label", "secret", "src").Expect(0);
        string beta = _work.Read("src/beta.py");
        string gamma = _work.Read("src/deep/gamma.rs");
        _work.Write("src/beta.py", Workspace.Code(22));
        _work.Write("src/delta.go", Workspace.Code(4));
        File.Delete(_work.PathOf("src/deep/gamma.rs"));
        Assert.Contains("1 documents added, 1 changed, 1 gone, 1 as they were", _work.Run("index", "add", "corp.lsi", "src").Expect(0).Err, StringComparison.Ordinal);
        Assert.Equal("corp.lsi: ok", _work.Run("index", "verify", "corp.lsi").Expect(0).Out.Trim());

        JsonElement info = CliResult.Json(_work.Run("index", "info", "corp.lsi", "--format", "json").Expect(0).Out);
        Assert.Equal(3, info.GetProperty("documentsByLabel").GetProperty("secret").GetInt64()); // the label stays what it was
        Assert.Equal(2, info.GetProperty("layers").GetInt32());

        _work.Write("log.jsonl", string.Join('\n', Workspace.Record("old-beta", beta), Workspace.Record("new-beta", Workspace.Code(22)), Workspace.Record("gone", gamma), Workspace.Record("added", Workspace.Code(4)), Workspace.Record("kept", Workspace.Code(1))));
        Assert.Equal(["new-beta", "added", "kept"], _work.Run("scan", "--verbatim-only", "--index", "corp.lsi", "log.jsonl").Expect(1).Findings.Select(f => f.GetProperty("id").GetString()));
        Assert.Contains("nothing to do", _work.Run("index", "add", "corp.lsi", "src").Expect(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void ADeltaIsNoIndex()
    {
        _work.Run("index", "build", "-o", "corp.lsi", "src").Expect(0);
        _work.Write("src/new.txt", _work.Read("src/alpha.cs").Replace("a", "o", StringComparison.Ordinal));
        _work.Run("index", "add", "corp.lsi", "src").Expect(0);
        File.Copy(_work.PathOf("corp.lsi.1"), _work.PathOf("other.lsi"));
        foreach (string[] arguments in (string[][])[["index", "verify", "other.lsi"], ["index", "info", "other.lsi"], ["scan", "--index", "other.lsi", "src"]])
            Assert.Contains("is a delta", _work.Run(arguments).Expect(2).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void OfALongLineAllPartsAreIndexed()
    {
        string code = _work.Read("src/alpha.cs");
        _work.Write("rows/log.jsonl", Workspace.Record("r", new string('x', 9_000_000) + "\n" + code) + "\n");
        _work.Run("index", "build", "-o", "corp.lsi", "rows", "rows").Expect(0);
        _work.Run("scan", "--index", "corp.lsi", "src/alpha.cs").Expect(1);
        _work.Run("index", "add", "corp.lsi", "rows").Expect(0);
        _work.Run("scan", "--index", "corp.lsi", "src/alpha.cs").Expect(1);
    }

    [Fact]
    public void AddKeepsWhatCannotBeReadWholeAnyMore()
    {
        using (System.IO.Compression.GZipStream file = new(File.Create(_work.PathOf("src/more.txt.gz")), System.IO.Compression.CompressionLevel.NoCompression))
            file.Write(System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => $"nothing of note in line {i}\n")) + _work.Read("src/deep/gamma.rs").Replace("a", "e", StringComparison.Ordinal)));
        _work.Run("index", "build", "-o", "corp.lsi", "src").Expect(0);
        string path = _work.PathOf("src/more.txt.gz");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..700]);
        Assert.Contains("0 changed", _work.Run("index", "add", "corp.lsi", "src").Expect(2).Err, StringComparison.Ordinal);
        _work.Write("asked.txt", _work.Read("src/deep/gamma.rs").Replace("a", "e", StringComparison.Ordinal));
        _work.Run("scan", "--index", "corp.lsi", "asked.txt").Expect(1);
    }

    [Fact]
    public void AddLeavesOtherSourcesAlone()
    {
        _work.Write("other/book.txt", Workspace.Code(9));
        _work.Run("index", "build", "-o", "corp.lsi", "src", "training-data=other").Expect(0);
        Directory.Delete(_work.PathOf("other"), recursive: true);
        Assert.Contains("nothing to do", _work.Run("index", "add", "corp.lsi", "src").Expect(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void ADocumentMayHaveTwoLabels()
    {
        _work.Run("index", "build", "-o", "corp.lsi", "a=src", "b=src").Expect(0);
        JsonElement labels = CliResult.Json(_work.Run("index", "info", "corp.lsi", "--format", "json").Expect(0).Out).GetProperty("documentsByLabel");
        Assert.Equal((3, 3), (labels.GetProperty("a").GetInt64(), labels.GetProperty("b").GetInt64()));
        Assert.Contains("nothing to do", _work.Run("index", "add", "corp.lsi", "src").Expect(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void AddDropsNoFolderThatIsAnother()
    {
        _work.WithIndex();
        foreach (string file in new[] { "src/alpha.cs", "src/beta.py", "src/deep/gamma.rs" }) File.Delete(_work.PathOf(file));
        Assert.Contains("src: of the 3 documents", _work.Run("index", "add", "corp.lsi", "src").Expect(2).Err, StringComparison.Ordinal);
        _work.Write("src/other.cs", Workspace.Code(7));
        Assert.Contains("nothing was changed", _work.Run("index", "add", "corp.lsi", "src").Expect(2).Err, StringComparison.Ordinal);
        Assert.False(File.Exists(_work.PathOf("corp.lsi.1")));
    }

    [Fact]
    public void AnIndexOfNextToNothingSaysSo()
    {
        _work.Write("short/a.txt", "KEY = 12345\n");
        Assert.Contains("protects nothing", _work.WithIndex().Run("index", "build", "-o", "short.lsi", "short").Expect(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void CopiesThatAreAddedAgainArePublicStill()
    {
        string code = Workspace.Code(31);
        for (int i = 0; i < 30; i++) _work.Write($"src/v{i:00}.cs", code);
        _work.Write("pub/v.cs", code);
        _work.WithIndex().Run("index", "build", "-o", "corp.lsi", "src", "--public", "pub").Expect(0);
        for (int i = 0; i < 3; i++) File.Delete(_work.PathOf($"src/v{i:00}.cs"));
        _work.Run("index", "add", "corp.lsi", "src", "--public", "pub").Expect(0);
        _work.Run("scan", "--verbatim-only", "--index", "corp.lsi", "pub/v.cs").Expect(0);
    }

    [Fact]
    public void AddKeepsAllLabelsThatAreGiven()
    {
        _work.WithIndex().Run("index", "build", "-o", "corp.lsi", "A=src").Expect(0);
        for (int i = 0; i < 3; i++)
        {
            _work.Run("index", "add", "corp.lsi", "A=src", "B=src").Expect(0);
            JsonElement info = CliResult.Json(_work.Run("index", "info", "corp.lsi", "--format", "json").Expect(0).Out);
            Assert.Equal(6, info.GetProperty("documents").GetInt32());
            Assert.Equal((3, 3), (info.GetProperty("documentsByLabel").GetProperty("A").GetInt32(), info.GetProperty("documentsByLabel").GetProperty("B").GetInt32()));
            if (i == 1) _work.Write("src/alpha.cs", Workspace.Code(11));
        }
        Assert.Contains("nothing to do", _work.Run("index", "add", "corp.lsi", "A=src", "B=src").Expect(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void AddFindsTheCopiesThatAreLeft()
    {
        string code = Workspace.Code(21);
        for (int i = 0; i < 60; i++) _work.Write($"src/v{i:00}/live.cs", code);
        for (int i = 0; i < 60; i++) _work.Write($"other/{i:00}.cs", Workspace.Code(100 + i));
        _work.Run("index", "build", "-o", "corp.lsi", "src", "other").Expect(0);
        for (int i = 0; i < 60; i++)
        {
            if (i != 37) Directory.Delete(_work.PathOf($"src/v{i:00}"), recursive: true);
        }
        _work.Run("index", "add", "corp.lsi", "src", "other").Expect(0);
        _work.Write("prompt.txt", Workspace.Lines(code, 10, 30));
        Assert.Contains("src/v37/live.cs", _work.Run("scan", "--verbatim-only", "--index", "corp.lsi", "prompt.txt").Expect(1).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void AddDropsNothingWhereSomethingCouldNotBeRead()
    {
        _work.WithIndex();
        File.Move(_work.PathOf("src/alpha.cs"), _work.PathOf("alpha.txt"));
        _work.Run("index", "add", "corp.lsi", "src", "nowhere").Expect(2);
        _work.Run("scan", "--index", "corp.lsi", "alpha.txt").Expect(1);
    }

    [Fact]
    public void AddCanDropWithoutAdding()
    {
        _work.WithIndex();
        File.Move(_work.PathOf("src/alpha.cs"), _work.PathOf("alpha.txt"));
        Assert.Contains("1 gone", _work.Run("index", "add", "corp.lsi", "src").Expect(0).Err, StringComparison.Ordinal);
        _work.Run("scan", "--index", "corp.lsi", "--fail-on", "warn", "alpha.txt").Expect(0);
    }

    [Fact]
    public void BuildingAgainReplacesTheIndexAndItsDeltas()
    {
        _work.WithIndex();
        _work.Write("src/delta.go", Workspace.Code(4));
        _work.Run("index", "add", "corp.lsi", "src").Expect(0);
        Assert.Contains("corp.lsi.1", _work.Files);
        _work.Run("index", "build", "-o", "corp.lsi", "src/beta.py").Expect(0);
        Assert.DoesNotContain("corp.lsi.1", _work.Files);
        Assert.Equal(1, CliResult.Json(_work.Run("index", "info", "corp.lsi", "--format", "json").Expect(0).Out).GetProperty("documents").GetInt64());
    }

    // The name is none that a device has: a wrong program must not be able to harm the machine.
    [UnixFact]
    public void ADeviceIsNotReplacedByAnIndex()
    {
        const string Device = "/dev/leakscan-test-no-such-device";
        try
        {
            Assert.Contains("is a device", _work.Run("index", "build", "-o", Device, "src").Expect(2).Err, StringComparison.Ordinal);
            Assert.False(File.Exists(Device));
        }
        finally
        {
            File.Delete(Device);
        }
    }

    [UnixFact]
    public void AnInterruptedBuildWritesNothing()
    {
        using Process process = _work.Start(null, "index", "build", "-o", "corp.lsi", "-");
        Task<string> error = process.StandardError.ReadToEndAsync();
        for (int i = 0; i < 1000 && !File.Exists(_work.PathOf("key")); i++) Thread.Sleep(20); // it has the key: it is about to read
        Workspace.Interrupt(process, "TERM");
        Thread.Sleep(500); // the signal comes before the end of the input
        process.StandardInput.Close();
        CliResult result = Workspace.Finish(process, Task.FromResult(""), error).Expect(130);
        Assert.Equal("leakscan: interrupted; nothing was left half-written", Assert.Single(result.ErrLines));
        Assert.Equal(["key", "src/alpha.cs", "src/beta.py", "src/deep/gamma.rs"], _work.Files);
    }

    [Fact]
    public void TheKeyFileOptionComesBeforeTheVariable()
    {
        _work.Run("index", "build", "-o", "corp.lsi", "--key-file", "other-key", "src").Expect(0);
        Assert.True(File.Exists(_work.PathOf("other-key")));
        Assert.False(File.Exists(_work.PathOf("key")));
        _work.Run("index", "verify", "corp.lsi", "--key-file", "other-key").Expect(0);
        Assert.Contains("--key-file is empty", _work.Run("index", "verify", "corp.lsi", "--key-file", "").Expect(2).Err, StringComparison.Ordinal);
    }

    [UnixFact]
    public void WithoutAConfigurationFolderTheKeyIsBelowHome()
    {
        Dictionary<string, string?> environment = new() { ["LEAKSCAN_KEY_FILE"] = null, ["XDG_CONFIG_HOME"] = null, ["HOME"] = _work.Root };
        _work.RunWith(null, environment, "index", "build", "-o", "corp.lsi", "src").Expect(0);
        Assert.Contains(".config/leakscan/key", _work.Files);
    }

    [LinuxFact]
    public void TheKeyIsMadeWhereTheConfigurationIs()
    {
        Dictionary<string, string?> environment = new() { ["LEAKSCAN_KEY_FILE"] = null, ["XDG_CONFIG_HOME"] = _work.PathOf("config") };
        _work.RunWith(null, environment, "index", "info", "corp.lsi").Expect(2);
        _work.RunWith(null, environment, "index", "build", "-o", "corp.lsi", "src").Expect(0);
        FileInfo key = new(_work.PathOf("config/leakscan/key"));
        Assert.Equal(32, key.Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, key.UnixFileMode);
        _work.RunWith(null, environment, "index", "verify", "corp.lsi").Expect(0);
    }

    [Fact]
    public void AMissingKeyIsNotMadeByWhoOnlyReads()
    {
        _work.WithIndex();
        CliResult result = _work.Run("index", "info", "corp.lsi", "--key-file", "elsewhere").Expect(2);
        Assert.Contains("elsewhere: no key there", result.Err, StringComparison.Ordinal);
        Assert.Contains("--key-file", result.Err, StringComparison.Ordinal);
        Assert.False(File.Exists(_work.PathOf("elsewhere")));
    }

    [Theory]
    [InlineData("info")]
    [InlineData("verify")]
    public void AWrongKeyIsToldFromDamage(string command)
    {
        _work.WithIndex();
        File.WriteAllBytes(_work.PathOf("other-key"), new byte[32]);
        Assert.Contains("another key", _work.Run("index", command, "corp.lsi", "--key-file", "other-key").Expect(2).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void VerifyNamesSectionAndOffsetOfEveryDamage()
    {
        _work.WithIndex();
        byte[] good = File.ReadAllBytes(_work.PathOf("corp.lsi"));
        int found = 0;
        for (int position = 0; position < good.Length; position += Math.Max(1, good.Length / 12))
        {
            byte[] bad = [.. good];
            bad[position] ^= 0x10;
            File.WriteAllBytes(_work.PathOf("corp.lsi"), bad);
            CliResult result = _work.Run("index", "verify", "corp.lsi");
            if (result.ExitCode == 0) continue; // between two sections
            result.Expect(2);
            Assert.Matches(@"corp\.lsi: .*(header|section \w+).* at offset \d+", result.Err);
            found++;
        }
        Assert.InRange(found, 8, 14);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(600)]
    [InlineData(-1)]
    public void ACutIndexIsAnError(int length)
    {
        _work.WithIndex();
        byte[] good = File.ReadAllBytes(_work.PathOf("corp.lsi"));
        File.WriteAllBytes(_work.PathOf("corp.lsi"), good[..(length < 0 ? good.Length - 1 : length)]);
        _work.Write("prompt.txt", "x");
        foreach (string[] command in new string[][] { ["index", "info", "corp.lsi"], ["index", "verify", "corp.lsi"], ["index", "add", "corp.lsi", "src"], ["scan", "--index", "corp.lsi", "prompt.txt"] })
            Assert.Contains("corp.lsi", _work.Run(command).Expect(2).Err, StringComparison.Ordinal);
    }
}
