using System.Diagnostics;
using System.Text.Json;
using LeakScan.Cli.Tests.Support;

namespace LeakScan.Cli.Tests;

/// <summary>The hook commands of the real executable.</summary>
public sealed class HookCommandTests : IDisposable
{
    readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    Dictionary<string, string?> Environment => new() { ["LEAKSCAN_AUDIT_FILE"] = _work.PathOf("audit.jsonl"), ["HOME"] = _work.Root, ["XDG_CONFIG_HOME"] = null, ["CLAUDE_CONFIG_DIR"] = null, ["CODEX_HOME"] = null };

    static string Prompt(string text) => JsonSerializer.Serialize(new { session_id = "s1", hook_event_name = "UserPromptSubmit", prompt = text });

    [Fact]
    public void AHookAnswersAndTheAuditSumsUp()
    {
        _work.WithIndex();
        Assert.Empty(_work.RunWith(Prompt("hello"), Environment, "hook", "claude-code", "--index", "corp.lsi").Expect(0).Out);
        JsonElement answer = CliResult.Json(_work.RunWith(Prompt(_work.Read("src/alpha.cs")), Environment, "hook", "claude-code", "--index", "corp.lsi").Expect(0).Out);
        Assert.Equal("block", answer.GetProperty("decision").GetString());
        // The long way: an option that only the parser knows how to read.
        answer = CliResult.Json(_work.RunWith(Prompt(_work.Read("src/alpha.cs")), Environment, "hook", "codex", "--index=corp.lsi", "--deadline=20").Expect(0).Out);
        Assert.Equal("block", answer.GetProperty("decision").GetString());
        JsonElement audit = CliResult.Json(_work.RunWith(null, Environment, "audit", "--format", "json").Expect(0).Out);
        Assert.Equal(3, audit.GetProperty("all").GetProperty("decisions").GetInt32());
        Assert.Equal(2, audit.GetProperty("all").GetProperty("blocked").GetInt32());
        Assert.Equal(1, audit.GetProperty("events").GetProperty("codex UserPromptSubmit").GetProperty("blocked").GetInt32());
        Assert.Equal(2, audit.GetProperty("documents").GetProperty("src/alpha.cs").GetInt32());
        Assert.Contains("3 decisions", _work.RunWith(null, Environment, "audit").Expect(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void ALineThatIsNoneIsNamedAndTheRestIsSummedUp()
    {
        _work.WithIndex();
        _work.RunWith(Prompt("hello"), Environment, "hook", "claude-code", "--index", "corp.lsi").Expect(0);
        File.AppendAllText(_work.PathOf("audit.jsonl"), "{\"schema\":\n");
        CliResult result = _work.RunWith(null, Environment, "audit").Expect(2);
        Assert.Contains("record 2 at byte ", result.Err, StringComparison.Ordinal);
        Assert.Contains("1 decisions", result.Out, StringComparison.Ordinal);
    }

    CliResult Shell(string script)
    {
        ProcessStartInfo start = new("sh", ["-c", script.Replace("LEAKSCAN", Executable.ForShell, StringComparison.Ordinal)])
        { WorkingDirectory = _work.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LEAKSCAN_KEY_FILE"] = _work.PathOf("key");
        foreach ((string name, string? value) in Environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        return Workspace.Finish(process, process.StandardOutput.ReadToEndAsync(), error);
    }

    [UnixFact]
    public void StandardStreamsMayBeFilesOrClosed()
    {
        _work.WithIndex().Write("message.json", Prompt(_work.Read("src/alpha.cs")));
        const string Hook = "LEAKSCAN hook windsurf --index corp.lsi";
        const string Claude = "LEAKSCAN hook claude-code --index corp.lsi";
        Assert.Contains("could not be checked", Shell($"{Hook} <&-").Expect(2).Err, StringComparison.Ordinal);
        Shell($"{Claude} < message.json >&-").Expect(2);
        // One file for several: nothing is written over.
        Shell($"({Claude}; echo; echo after) < message.json > all.txt 2>&1").Expect(0);
        Assert.Matches("(?s)^{.*\"block\".*}\\s*after\\s*$", _work.Read("all.txt"));
    }

    [LinuxFact]
    public void AnAnswerThatHasNoRoomIsARefusal()
    {
        _work.WithIndex().Write("message.json", Prompt(_work.Read("src/alpha.cs")));
        Shell("LEAKSCAN hook claude-code --index corp.lsi < message.json > /dev/full").Expect(2);
    }

    [Fact]
    public void TheOtherHookOfCursorsUserIsLeftToAnswer()
    {
        string message = JsonSerializer.Serialize(new { cursor_version = "2.0", hook_event_name = "UserPromptSubmit", prompt = _work.WithIndex().Read("src/alpha.cs") });
        CliResult Ask() => _work.RunWith(message, Environment, "hook", "claude-code", "--index", "corp.lsi").Expect(0);
        Assert.Equal("block", CliResult.Json(Ask().Out).GetProperty("decision").GetString());
        _work.Write(".cursor/hooks.json", """{"version":1,"hooks":{"beforeSubmitPrompt":[{"command":"leakscan hook cursor"}]}}""");
        Assert.Equal("{}", Ask().Out.Trim());
    }

    [UnixFact]
    public void AnAuditFileThatHangsHoldsNothingUp()
    {
        _work.WithIndex().Write("message.json", Prompt(_work.Read("src/alpha.cs")));
        CliResult result = Shell("mkfifo audit.fifo; LEAKSCAN hook claude-code --index corp.lsi --audit audit.fifo < message.json").Expect(0);
        Assert.Equal("block", CliResult.Json(result.Out).GetProperty("decision").GetString());
        Assert.Contains("the audit file cannot be written", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public void MinifiedPromptsAreNoMentions()
    {
        _work.WithIndex();
        string css = string.Concat(Enumerable.Range(0, 800).Select(i => FormattableString.Invariant($"@media(max-width:{i}px){{.a{i}/b,.c{{color:#{i};}}}}")));
        Assert.Empty(_work.RunWith(Prompt(css), Environment, "hook", "claude-code", "--index", "corp.lsi", "--deadline", "20").Expect(0).Out);
    }

    [Fact]
    public void InstallingTellsWhatTheHookWillLack()
    {
        _work.WithIndex();
        string[] install = ["hook", "install", "claude-code", "--index", "corp.lsi"];
        Assert.DoesNotContain("cannot work yet", _work.RunWith(null, Environment, install).Expect(0).Err, StringComparison.Ordinal);
        Assert.Contains("cannot work yet", _work.RunWith(null, Environment, [.. install, "--key-file", "nowhere"]).Expect(0).Err, StringComparison.Ordinal);
        _work.Write("policy.json", """{"$schema":"leakscan.policy/1","rules":[{"label":"no-such-label","verdict":"allow"}]}""");
        Assert.Contains("no-such-label", _work.RunWith(null, Environment, [.. install, "--policy", "policy.json"]).Expect(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatWasBeforeIsKept()
    {
        _work.Write(".claude/settings.json", "{}");
        string[] install = ["hook", "install", "claude-code", "--index", "corp.lsi"];
        _work.RunWith(null, Environment, install).Expect(0);
        _work.RunWith(null, Environment, [.. install, "--audit", "a.jsonl"]).Expect(0);
        Assert.Equal("{}", _work.Read(".claude/settings.json.leakscan.bak"));
        _work.RunWith(null, Environment, "hook", "uninstall", "claude-code").Expect(0);
        Assert.Equal("{}", _work.Read(".claude/settings.json").Trim());
        File.WriteAllBytes(_work.PathOf(".claude/settings.json"), [.. "{\"a\":\"caf"u8, 0xE9, .. "\"}"u8]);
        Assert.Contains("not UTF-8", _work.RunWith(null, Environment, install).Expect(2).Err, StringComparison.Ordinal);
        // Of two files none is changed if one cannot be.
        _work.Write(".config/devin/config.json", "{ nonsense");
        Assert.Contains("config.json", _work.RunWith(null, Environment, "hook", "install", "windsurf", "--index", "corp.lsi").Expect(2).Err, StringComparison.Ordinal);
        Assert.DoesNotContain(_work.Files, f => f.Contains(".codeium", StringComparison.Ordinal));
    }

    [Fact]
    public void AMistypedOptionFailsClosed()
    {
        Assert.Equal(2, _work.RunWith(Prompt("hello"), Environment, "hook", "codex", "--indx", "corp.lsi").ExitCode);
        Assert.Contains("--deadline", _work.RunWith(Prompt("hello"), Environment, "hook", "codex", "--deadline", "0").Expect(2).Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-code", ".claude/settings.json")]
    [InlineData("codex", ".codex/hooks.json")]
    [InlineData("cursor", ".cursor/hooks.json")]
    [InlineData("windsurf", ".windsurf/hooks.json .devin/hooks.v1.json")]
    public void InstallAndUninstallInAProject(string tool, string files)
    {
        CliResult dry = _work.RunWith(null, Environment, "hook", "install", tool, "--project", ".", "--index", "corp.lsi", "--dry-run").Expect(0);
        Assert.Contains("+", dry.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(_work.Files, f => files.Contains(f, StringComparison.Ordinal));
        CliResult install = _work.RunWith(null, Environment, "hook", "install", tool, "--project", ".", "--index", "corp.lsi").Expect(0);
        Assert.Contains("there is no such index yet, and until then everything is blocked", install.Err, StringComparison.Ordinal);
        foreach (string file in files.Split(' '))
        {
            string text = _work.Read(file);
            Assert.Contains($"hook {tool} --index {_work.PathOf("corp.lsi")}", text, StringComparison.Ordinal);
            Assert.True(tool == "cursor" ? text.Contains("\"failClosed\": true", StringComparison.Ordinal) : text.Contains(" || exit 2\"", StringComparison.Ordinal), text);
        }
        string[] before = _work.Files;
        Assert.Contains("nothing to change", _work.RunWith(null, Environment, "hook", "install", tool, "--project", ".", "--index", "corp.lsi").Expect(0).Err, StringComparison.Ordinal);
        Assert.Equal(before, _work.Files);
        _work.RunWith(null, Environment, "hook", "install", tool, "--project", ".", "--index", "other.lsi").Expect(0);
        CliResult uninstall = _work.RunWith(null, Environment, "hook", "uninstall", tool, "--project", ".").Expect(0);
        foreach (string file in files.Split(' ')) Assert.Contains($"{Path.GetFileName(file)}: removed\n", uninstall.Err.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotContain(_work.Files, f => files.Split(' ').Any(file => f.StartsWith(file, StringComparison.Ordinal))); // nor what it was, which was ours
        Assert.Contains("nothing to change", _work.RunWith(null, Environment, "hook", "uninstall", tool, "--project", ".").Expect(0).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void AUsersSettingsKeepTheirTextModeAndABackup()
    {
        const string Before = "{\n  // mine\n  \"model\": \"opus\"\n}\n";
        _work.Write("dotfiles/settings.json", Before);
        _work.Write(".claude/placeholder", "");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_work.PathOf("dotfiles/settings.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.CreateSymbolicLink(_work.PathOf(".claude/settings.json"), _work.PathOf("dotfiles/settings.json"));
        }
        else
        {
            File.Copy(_work.PathOf("dotfiles/settings.json"), _work.PathOf(".claude/settings.json"));
        }
        Dictionary<string, string?> environment = new(Environment) { ["CLAUDE_CONFIG_DIR"] = _work.PathOf(".claude") };
        _work.RunWith(null, environment, "hook", "install", "claude-code").Expect(0);
        string installed = _work.Read(".claude/settings.json");
        Assert.Contains("// mine", installed, StringComparison.Ordinal);
        Assert.Contains($"--index {Path.Combine(_work.Root, ".config", "leakscan", "corp.lsi")}", OperatingSystem.IsWindows() ? $"--index {Path.Combine(_work.Root, ".config", "leakscan", "corp.lsi")}" : installed, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.NotNull(File.ResolveLinkTarget(_work.PathOf(".claude/settings.json"), returnFinalTarget: false));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_work.PathOf("dotfiles/settings.json")));
            Assert.Equal(Before, _work.Read("dotfiles/settings.json.leakscan.bak"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_work.PathOf("dotfiles/settings.json.leakscan.bak")));
        }
        _work.RunWith(null, environment, "hook", "uninstall", "claude-code").Expect(0);
        Assert.Equal(Before, _work.Read(".claude/settings.json"));
    }

    [Fact]
    public void APolicyThatLetsErrorsThroughDoesNotFailClosed()
    {
        _work.Write("leakscan.json", """{"$schema":"leakscan.policy/1","onError":"allow"}""");
        _work.RunWith(null, Environment, "hook", "install", "codex", "--project", ".", "--policy", "leakscan.json").Expect(0);
        Assert.DoesNotContain("exit 2", _work.Read(".codex/hooks.json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-code", "\"allowManagedHooksOnly\": true", "managed-settings.json")]
    [InlineData("codex", "hooks = true", "requirements.toml")]
    [InlineData("cursor", "\"version\": 1", "hooks.json")]
    [InlineData("windsurf", "\"pre_read_code\"", "hooks.json")]
    public void AdministratorsFilesArePrinted(string tool, string text, string file)
    {
        CliResult result = _work.RunWith(null, Environment, "hook", "install", tool, "--index", "corp.lsi", "--managed").Expect(0);
        Assert.Contains(text, result.Out, StringComparison.Ordinal);
        Assert.Contains(file, result.Err, StringComparison.Ordinal);
        Assert.Equal(tool == "windsurf", result.Err.Contains("team settings", StringComparison.Ordinal) && result.Err.Contains("\"PreToolUse\"", StringComparison.Ordinal));
        Assert.DoesNotContain(_work.Files, f => f.EndsWith(".json", StringComparison.Ordinal));
    }
}
