using System.Globalization;
using System.Text;
using System.Text.Json;
using LeakScan.Cli.Hooks;

namespace LeakScan.Cli.Tests.Hooks;

/// <summary>Messages that no tool sends: cut, of wrong types, huge, deep, not UTF-8. A hook never crashes, answers in its tool's contract, and refuses what it cannot read.</summary>
public sealed class HookMutationTests(HookFixture fixture) : IClassFixture<HookFixture>
{
    // All of the 10,000 a tool run where LEAKSCAN_HOOK_MUTATIONS says so.
    static readonly int s_cases = int.TryParse(Environment.GetEnvironmentVariable("LEAKSCAN_HOOK_MUTATIONS"), CultureInfo.InvariantCulture, out int cases) ? cases : 1000;

    static readonly Dictionary<HookTool, string[]> s_fields = new()
    {
        [HookTool.ClaudeCode] = ["continue", "stopReason", "decision", "reason", "systemMessage", "hookSpecificOutput"],
        [HookTool.Codex] = ["decision", "reason", "systemMessage", "hookSpecificOutput"],
        [HookTool.Cursor] = ["continue", "permission", "user_message", "agent_message", "updated_mcp_tool_output"],
        [HookTool.Windsurf] = ["decision", "reason", "systemMessage"],
    };

    static readonly string[] s_silentEvents =
    [
        "SessionStart", "SessionEnd", "Stop", "SubagentStart", "SubagentStop", "Notification", "InstructionsLoaded", "PermissionRequest", "PreCompact", "PostCompact",
        "afterFileEdit", "sessionStart", "sessionEnd", "stop", "post_cascade_response",
    ];

    [Theory]
    [InlineData("claude-code", 1)]
    [InlineData("codex", 2)]
    [InlineData("cursor", 3)]
    [InlineData("windsurf", 4)]
    public void AMutatedMessageIsAnsweredInTheContractAndNeverAllowedByMistake(string name, int seed)
    {
        HookTool tool = HookTools.Parse(name)!.Value;
        string[] messages = [.. HookContractTests.Cases.Where(c => (string)c[0] == name).Select(c => fixture.Fill((string)c[2]))];
        HookOptions options = fixture.Options(tool) with { Audit = fixture.PathOf($"audit-{name}.jsonl") };
        Random random = new(seed);
        int refused = 0, passed = 0;
        for (int i = 0; i < s_cases; i++)
        {
            byte[] message = Mutate(Encoding.UTF8.GetBytes(messages[random.Next(messages.Length)]), random);
            HookReply reply = HookFixture.Ask(options, message);
            string place = string.Create(CultureInfo.InvariantCulture, $"{name}, seed {seed}, case {i}, {message.Length} bytes: {Encoding.UTF8.GetString(message.AsSpan(0, Math.Min(300, message.Length)))}\n{reply.Shape}");
            Assert.True(reply.ExitCode is 0 or 2, place);
            Assert.DoesNotContain("internal error", reply.Out + reply.Error, StringComparison.Ordinal);
            CheckContract(tool, reply, place);
            bool blocks = HookErrorTests.Blocks(tool, reply);
            if (MustBeRefused(message)) Assert.True(blocks, place);
            (refused, passed) = (refused + (blocks ? 1 : 0), passed + (blocks ? 0 : 1));
        }
        JsonElement[] errors = [.. File.ReadLines(options.Audit).Select(Support.CliResult.Json).Where(a => a.TryGetProperty("error", out _))];
        Assert.NotEmpty(errors);
        Assert.All(errors, error => Assert.Equal("block", error.GetProperty("verdict").GetString()));
        // Else the mutations would be too wild, or too tame, to say anything.
        Assert.True(refused > s_cases / 5 && passed > s_cases / 50, string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {refused} refused, {passed} passed"));
    }

    /// <summary>What is no message at all; said here anew, not by the code under test.</summary>
    static bool MustBeRefused(byte[] message)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(message);
            using JsonDocument json = JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = 512 });
            JsonElement root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return true;
            string? name = Text(root, "agent_action_name") ?? Text(root, "hook_event_name");
            if (name is null) return true;
            if (s_silentEvents.Contains(name)) return false;
            return name switch
            {
                "UserPromptSubmit" or "beforeSubmitPrompt" => Text(root, "prompt") is null,
                "PreToolUse" => Text(root, "tool_name") is null || !root.TryGetProperty("tool_input", out JsonElement input) || input.ValueKind != JsonValueKind.Object,
                "PostToolUse" => Text(root, "tool_name") is null || !root.TryGetProperty("tool_response", out _),
                "beforeReadFile" => Text(root, "file_path") is null,
                "beforeShellExecution" => Text(root, "command") is null,
                "pre_user_prompt" or "pre_read_code" or "pre_run_command" => !root.TryGetProperty("tool_info", out JsonElement info) || info.ValueKind != JsonValueKind.Object
                    || Text(info, name switch { "pre_user_prompt" => "user_prompt", "pre_read_code" => "file_path", _ => "command_line" }) is null,
                _ => false,
            };
        }
        catch (Exception e) when (e is ArgumentException or JsonException)
        {
            return true;
        }
    }

    static string? Text(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return ""; // half a surrogate pair: text nevertheless
        }
    }

    static void CheckContract(HookTool tool, HookReply reply, string place)
    {
        bool isCascade = tool == HookTool.Windsurf && !reply.Out.StartsWith('{');
        if (isCascade) return; // plain words for the person, or nothing
        if (reply.Out.Length == 0)
        {
            Assert.True(tool != HookTool.Cursor, place); // it always wants an object
            return;
        }
        JsonElement json = reply.Json;
        foreach (JsonProperty property in json.EnumerateObject()) Assert.True(s_fields[tool].Contains(property.Name), $"{property.Name}: {place}");
        if (json.TryGetProperty("hookSpecificOutput", out JsonElement output)) Assert.True(output.GetProperty("hookEventName").GetString() is "PreToolUse" or "PostToolUse", place);
    }

    static byte[] Mutate(byte[] message, Random random)
    {
        int times = random.Next(1, 4);
        for (int i = 0; i < times; i++)
        {
            message = random.Next(9) switch
            {
                0 => message[..random.Next(message.Length + 1)],
                1 => ChangeByte(message, random),
                2 => Replace(message, random, "\"", ""),
                3 => ReplaceValue(message, random),
                4 => Insert(message, random, Encoding.UTF8.GetBytes(new string('a', random.Next(1, 200_000)))),
                5 => Insert(message, random, Encoding.UTF8.GetBytes(new string('[', random.Next(1, 2000)))),
                6 => Insert(message, random, [(byte)random.Next(0x80, 0x100), (byte)random.Next(256)]),
                7 => Replace(message, random, "_name", "_nam"),
                _ => Replace(message, random, ":\"", ":[\""),
            };
        }
        return message;
    }

    static byte[] ChangeByte(byte[] message, Random random)
    {
        if (message.Length == 0) return message;
        byte[] changed = [.. message];
        changed[random.Next(changed.Length)] = (byte)random.Next(256);
        return changed;
    }

    static byte[] Insert(byte[] message, Random random, byte[] what)
    {
        int at = random.Next(message.Length + 1);
        return [.. message[..at], .. what, .. message[at..]];
    }

    static byte[] Replace(byte[] message, Random random, string old, string with)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(old);
        int at = message.AsSpan(random.Next(message.Length + 1)).IndexOf(bytes);
        return at < 0 ? message : [.. message[..at], .. Encoding.UTF8.GetBytes(with), .. message[(at + bytes.Length)..]];
    }

    /// <summary>A value of the message becomes one of another type; the message stays JSON.</summary>
    static byte[] ReplaceValue(byte[] message, Random random)
    {
        string[] values = ["null", "true", "-1", "1e999", "[]", "{}", "\"\"", "\"\\u0000\\ud800\"", "[[[[[[]]]]]]", "\"" + new string('x', 5000) + "\"", "{\"file_path\":7}"];
        try
        {
            using JsonDocument json = JsonDocument.Parse(message);
            using MemoryStream output = new();
            using (Utf8JsonWriter writer = new(output)) Copy(json.RootElement, writer, random, values);
            return output.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return message; // an earlier mutation has broken it already
        }
    }

    static void Copy(JsonElement value, Utf8JsonWriter writer, Random random, string[] values)
    {
        if (random.Next(8) == 0)
        {
            writer.WriteRawValue(values[random.Next(values.Length)], skipInputValidation: true);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (JsonProperty property in value.EnumerateObject())
            {
                writer.WritePropertyName(property.Name);
                Copy(property.Value, writer, random, values);
            }
            writer.WriteEndObject();
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
