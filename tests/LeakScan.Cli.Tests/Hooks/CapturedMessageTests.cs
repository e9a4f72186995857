using LeakScan.Cli.Hooks;
using LeakScan.Cli.Tests.Support;

namespace LeakScan.Cli.Tests.Hooks;

/// <summary>The messages that real clients gave their hooks, with the project that they were run on protected.</summary>
public sealed class CapturedMessageTests(CapturedMessageTests.Fixture fixture) : IClassFixture<CapturedMessageTests.Fixture>
{
    public sealed class Fixture : IDisposable
    {
        readonly HookFixture _hooks = new();

        public Fixture()
        {
            string project = Path.Combine(CaptureTheoryAttribute.Folder, "clients", "acme");
            if (!Directory.Exists(project)) return;
            using FingerprintIndexBuilder builder = new(IndexKey.Load(_hooks.PathOf("key")));
            foreach (string file in Directory.EnumerateFiles(project, "*", SearchOption.AllDirectories))
            {
                string name = Path.GetRelativePath(project, file);
                Directory.CreateDirectory(Path.GetDirectoryName(_hooks.PathOf(Path.Combine("acme", name)))!);
                File.Copy(file, _hooks.PathOf(Path.Combine("acme", name)));
                if (Path.GetExtension(name) != ".png") builder.AddDocument(name, "proprietary-code", File.ReadAllBytes(file));
            }
            builder.Write(_hooks.PathOf("acme.lsi"));
        }

        internal HookReply Ask(HookTool tool, string message) => HookFixture.Ask(
            _hooks.Options(tool) with { Indexes = [_hooks.PathOf("acme.lsi")] }, message.Replace("/home/dev/acme", _hooks.PathOf("acme"), StringComparison.Ordinal));

        public void Dispose() => _hooks.Dispose();
    }

    [CaptureTheory]
    [InlineData("claude-code-2.1.197", "UserPromptSubmit-1 PreToolUse-Read-1")]
    [InlineData("claude-code-2.1.330", "UserPromptSubmit-1 PreToolUse-Read-1 PreToolUse-Read-2 PreToolUse-Bash-1 PreToolUse-Bash-2 PostToolUse-Read-1 PostToolUse-Read-2 PostToolUse-Bash-1 PostToolUse-Bash-2")]
    [InlineData("claude-code-2.1.330-edit", "UserPromptSubmit-1 PreToolUse-Read-1 PostToolUse-Read-1")]
    [InlineData("codex-0.169.0-functions", "UserPromptSubmit-1 PreToolUse-Bash-1 PreToolUse-Bash-2 PostToolUse-Bash-1 PostToolUse-Bash-2")]
    [InlineData("codex-0.169.0-codemode", "UserPromptSubmit-1 PreToolUse-Bash-1 PostToolUse-Bash-1", "PreToolUse-Bash-2 PostToolUse-Bash-2")] // three short lines
    public void WhatCarriesAFileIsHeldAndNothingElse(string capture, string held, string atTheLimit = "")
    {
        HookTool tool = capture.StartsWith("codex", StringComparison.Ordinal) ? HookTool.Codex : HookTool.ClaudeCode;
        List<string> blocked = [];
        foreach (string path in Directory.EnumerateFiles(Path.Combine(CaptureTheoryAttribute.Folder, capture, "hooks"), "*.json"))
        {
            HookReply reply = fixture.Ask(tool, File.ReadAllText(path));
            Assert.DoesNotContain("could not", reply.Out + reply.Error, StringComparison.Ordinal);
            string name = Path.GetFileNameWithoutExtension(path);
            if (HookErrorTests.Blocks(tool, reply) && !atTheLimit.Split(' ').Contains(name)) blocked.Add(name);
        }
        Assert.Equal(held.Split(' ').Order(StringComparer.Ordinal), blocked.Order(StringComparer.Ordinal));
    }
}
