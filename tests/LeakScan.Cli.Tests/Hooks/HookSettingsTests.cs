using System.Text.Json;
using LeakScan.Cli.Hooks;
using LeakScan.Cli.Tests.Support;

namespace LeakScan.Cli.Tests.Hooks;

/// <summary>Settings files of tools keep what is in them.</summary>
public sealed class HookSettingsTests
{
    public static TheoryData<string, string> Files
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string tool in new[] { "claude-code", "codex", "cursor", "windsurf" })
            {
                foreach (string text in s_texts) data.Add(tool, text);
            }
            return data;
        }
    }

    static readonly string[] s_texts =
    [
        "{\n  \"model\": \"opus\"\n}\n",
        "{ \"model\": \"opus\" }",
        "{\"a\":1,\"b\":[1,2,{\"c\":\"// no comment\"}]}\n",
        "{\n\t// my own\n\t\"model\": \"opus\", /* keep */\n\t\"env\": { \"A\": \"1\" } // last\n}\n",
        "{\n    \"hooks\": {\n        \"PreToolUse\": [\n            { \"matcher\": \"Bash\", \"hooks\": [{ \"type\": \"command\", \"command\": \"mine\" }] }\n        ],\n        \"beforeReadFile\": [ { \"command\": \"mine\" } ],\n        \"pre_read_code\": [\n            { \"command\": \"mine\" }\n        ]\n    },\n    \"version\": 1\n}\n",
        "{\n  \"hooks\": {\n    \"Stop\": [\n      { \"hooks\": [{ \"type\": \"command\", \"command\": \"mine\" }] } // mine\n    ] // mine\n  } // mine\n}\n",
        "{\r\n  \"hooks\": {\r\n    \"Stop\": []\r\n  }\r\n}\r\n",
    ];

    [Theory]
    [InlineData("{\"hooks\":{\"PreToolUse\":[],},}")]
    [InlineData("{\"hooks\":{},}")]
    [InlineData("{\n  // mine\n  \"hooks\": {\n    \"PreToolUse\": [ ], // none\n  },\n}\n")]
    public void CommasThatTrailGoAndComeBack(string before)
    {
        foreach (string tool in new[] { "claude-code", "cursor", "windsurf" })
        {
            HookFile file = File(tool);
            string installed = file.Install(before, Command(tool), failClosed: true);
            Assert.Contains(Command(tool), installed, StringComparison.Ordinal);
            string uninstalled = file.Uninstall(installed);
            Assert.DoesNotContain("leakscan", uninstalled, StringComparison.Ordinal);
            using JsonDocument json = JsonDocument.Parse(uninstalled, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        }
    }

    static HookFile File(string tool) => HookSettings.FilesOf(HookTools.Parse(tool)!.Value, "/project")[0];

    static string Command(string tool) => $"/opt/leak scan/leakscan hook {tool} --index /corp.lsi || exit 2";

    [Theory]
    [MemberData(nameof(Files))]
    public void InstallingTwiceIsInstallingOnceAndUninstallingGivesTheFileBack(string tool, string before)
    {
        HookFile file = File(tool);
        string installed = file.Install(before, Command(tool), failClosed: true);
        Assert.Equal(installed, file.Install(installed, Command(tool), failClosed: true));
        JsonDocumentOptions lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        using (JsonDocument json = JsonDocument.Parse(installed, lenient))
        {
            JsonElement hooks = json.RootElement.GetProperty("hooks");
            foreach (string name in file.Events) Assert.Equal(1, Count(hooks.GetProperty(name), Command(tool)));
            Assert.Equal(file.Events.Length, Count(json.RootElement, Command(tool)));
        }
        foreach (string comment in new[] { "// my own", "/* keep */", "// last", "mine" })
        {
            if (before.Contains(comment, StringComparison.Ordinal)) Assert.Contains(comment, installed, StringComparison.Ordinal);
        }
        string uninstalled = file.Uninstall(installed);
        // Cursor's version stays: it is not known whether it was ours.
        if (tool == "cursor" && !before.Contains("\"version\"", StringComparison.Ordinal)) Assert.Equal(1, CliResult.Json(JsonSerializer.Serialize(JsonDocument.Parse(uninstalled, lenient).RootElement)).GetProperty("version").GetInt32());
        else Assert.Equal(before.EndsWith('\n') ? before : before + "\n", uninstalled);
        Assert.Equal(uninstalled, file.Uninstall(uninstalled));
    }

    [Theory]
    [InlineData("claude-code")]
    [InlineData("codex")]
    [InlineData("cursor")]
    [InlineData("windsurf")]
    public void AnotherCommandReplacesOurs(string tool)
    {
        HookFile file = File(tool);
        string first = file.Install("", Command(tool), failClosed: true);
        string second = file.Install(first, Command(tool).Replace("/corp.lsi", "/other.lsi", StringComparison.Ordinal), failClosed: true);
        Assert.DoesNotContain("/corp.lsi", second, StringComparison.Ordinal);
        Assert.Equal(first.Replace("/corp.lsi", "/other.lsi", StringComparison.Ordinal), second);
        Assert.True(HookFile.IsEmpty(file.Uninstall(second)), file.Uninstall(second));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"hooks\":[]}")]
    [InlineData("{\"hooks\":{\"PreToolUse\":{}}}")]
    public void WhatIsNotUnderstoodIsNotChanged(string text) => Assert.Contains("nothing was changed", Assert.Throws<UserException>(() => File("claude-code").Install(text, "x", failClosed: true)).Message, StringComparison.Ordinal);

    // Cursor cuts its file at every // and rejects all of it for one event that it does not know.
    [Fact]
    public void CursorsFileHasNoDoubleSlashAndNoUnknownEvent()
    {
        HookOptions options = new() { Tool = HookTool.Cursor, Indexes = ["/srv//indexes//corp.lsi"], Policy = "//x/leakscan.json" };
        foreach (string text in new[] { File("cursor").Install("", HookSettings.Command(options, "/opt/leakscan", failClosed: true), failClosed: true), HookSettings.Managed(HookTool.Cursor, HookSettings.Command(options, "/opt/leakscan", failClosed: true), failClosed: true) })
        {
            Assert.DoesNotContain("//", text, StringComparison.Ordinal);
            JsonElement root = CliResult.Json(text);
            Assert.Equal(1, root.GetProperty("version").GetInt32());
            foreach (JsonProperty property in root.GetProperty("hooks").EnumerateObject()) Assert.Contains(property.Name, s_cursorEvents);
        }
    }

    static readonly string[] s_cursorEvents =
    [
        "beforeSubmitPrompt", "beforeReadFile", "beforeTabFileRead", "beforeShellExecution", "beforeMCPExecution", "preToolUse", "postToolUse", "postToolUseFailure",
        "afterShellExecution", "afterMCPExecution", "afterFileEdit", "afterTabFileEdit", "afterAgentResponse", "afterAgentThought", "sessionStart", "sessionEnd", "subagentStart", "subagentStop", "preCompact", "stop", "workspaceOpen",
    ];

    [Fact]
    public void AdministratorsFilesForbidOtherHooks()
    {
        HookOptions options = new() { Tool = HookTool.Codex, Indexes = ["/srv/corp.lsi"] };
        string codex = HookSettings.Managed(HookTool.Codex, HookSettings.Command(options, "/opt/leak \"scan\"", failClosed: true), failClosed: true);
        Assert.StartsWith("allow_managed_hooks_only = true\n\n[features]\nhooks = true\n", codex, StringComparison.Ordinal);
        Assert.Contains("[[hooks.PostToolUse]]\n[[hooks.PostToolUse.hooks]]\ntype = \"command\"\ncommand = \"'/opt/leak \\\"scan\\\"' hook codex --index /srv/corp.lsi || exit 2\"\n", codex, StringComparison.Ordinal);
        Assert.True(CliResult.Json(HookSettings.Managed(HookTool.ClaudeCode, "leakscan hook claude-code", failClosed: true)).GetProperty("allowManagedHooksOnly").GetBoolean());
    }

    static int Count(JsonElement value, string command) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Sum(p => p.Name == "command" && p.Value.ValueKind == JsonValueKind.String && p.Value.GetString() == command ? 1 : Count(p.Value, command)),
        JsonValueKind.Array => value.EnumerateArray().Sum(v => Count(v, command)),
        _ => 0,
    };
}
