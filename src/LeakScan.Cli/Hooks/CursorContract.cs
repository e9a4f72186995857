using System.Text;
using System.Text.Json;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Hooks;

/// <summary>Cursor: https://cursor.com/docs/agent/hooks</summary>
// Written from its documentation; no Cursor was to be had to run it against. An empty answer can mean yes and a broken one
// no, depending on the event, so there is always one object; a refusal is said twice, in the object and by the exit code.
sealed class CursorContract : HookContract
{
    const int BlockingExit = 2;

    internal override HookRequest Identify(JsonElement root)
    {
        string name = Name(root, "hook_event_name");
        string? tool = OptionalText(root, "tool_name");
        return new(name, name == "postToolUse" && tool is not null && IsServers(tool) ? HookMoment.AfterTool : MomentOf(name)) { Session = OptionalText(root, "conversation_id"), ToolName = tool ?? "" };
    }

    /// <summary>Whether a tool is another server's. Of these alone a result can be rewritten.</summary>
    static bool IsServers(string tool) => tool.StartsWith("MCP:", StringComparison.Ordinal);

    internal override HookRequest Gather(JsonElement root, HookRequest request)
    {
        OutgoingTexts texts = request.Texts;
        string folder = Folder(root);
        switch (request.Event)
        {
            case "beforeSubmitPrompt":
                texts.AddPrompt(Name(root, "prompt"), folder);
                AddAttachments(texts, root, folder);
                return request;
            case "beforeReadFile" or "beforeTabFileRead":
                string path = Name(root, "file_path");
                // What Cursor shows the hook is what it sends; the file may have changed since.
                if (OptionalText(root, "content") is { Length: > 0 } content) texts.AddFileText($"the file {Shown(Path.GetFileName(path))}", Encoding.UTF8.GetBytes(content));
                else texts.AddFile(path, folder, LineRange.All);
                AddAttachments(texts, root, folder);
                return request;
            case "beforeShellExecution":
                string command = Name(root, "command");
                texts.Add("the command", command);
                texts.AddCommand(command, folder, withNamed: true);
                return request;
            case "beforeMCPExecution":
                JsonElement arguments = RequiredValue(root, "tool_input");
                texts.AddStrings($"what {Shown(OptionalText(root, "tool_name"))} is given", arguments);
                ToolFiles.AddNamed(texts, OptionalText(root, "tool_name") ?? "", isServers: true, ObjectOf(arguments), folder);
                return request;
            case "preToolUse":
                string tool = Name(root, "tool_name");
                JsonElement input = RequiredValue(root, "tool_input");
                texts.AddStrings($"what {Shown(tool)} is given", input);
                JsonElement parsed = ObjectOf(input);
                if (!ToolFiles.IsReadTool(tool)) ToolFiles.AddNamed(texts, tool, IsServers(tool), parsed, folder);
                else if (parsed.ValueKind != JsonValueKind.Object) throw new UnreadableException("the tool's message has a \"tool_input\" that is neither an object nor one as text");
                else if (!ToolFiles.AddRead(texts, parsed, folder)) throw new UnreadableException($"{Shown(tool)} is asked for no file that is named here: leakscan may be older than the tool");
                return request with { ToolName = tool };
            case "postToolUse" or "postToolUseFailure":
                JsonElement output = root.TryGetProperty("tool_output", out JsonElement given) ? given : default;
                if (IsServers(request.ToolName) || !ToolFiles.IsWriter(request.ToolName)) texts.AddStrings($"the output of {Shown(request.ToolName)}", ObjectOf(output) is { ValueKind: JsonValueKind.Object } inner ? inner : output);
                return request;
            default:
                if (request.Moment == HookMoment.Unknown) texts.AddStrings("the message of an event that is not known here", root);
                return request;
        }
    }

    static HookMoment MomentOf(string name) => name switch
    {
        "beforeSubmitPrompt" => HookMoment.Prompt,
        "beforeReadFile" or "beforeTabFileRead" or "beforeShellExecution" or "beforeMCPExecution" or "preToolUse" => HookMoment.BeforeTool,
        "postToolUse" or "postToolUseFailure" => HookMoment.TooLate,
        "afterShellExecution" or "afterMCPExecution" or "afterFileEdit" or "afterTabFileEdit" or "afterAgentResponse" or "afterAgentThought" or "sessionStart" or "sessionEnd"
            or "subagentStart" or "subagentStop" or "preCompact" or "stop" or "workspaceOpen" => HookMoment.Nothing,
        _ => HookMoment.Unknown,
    };

    internal static bool IsEvent(string name) => MomentOf(name) != HookMoment.Unknown;

    static string Folder(JsonElement root)
    {
        if (OptionalText(root, "cwd") is { Length: > 0 } cwd) return cwd;
        if (root.TryGetProperty("workspace_roots", out JsonElement roots) && roots.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement workspace in roots.EnumerateArray())
            {
                if (workspace.ValueKind == JsonValueKind.String) return OutgoingTexts.TextOf(workspace);
            }
        }
        return Folder(root, "cwd", "CURSOR_PROJECT_DIR");
    }

    static void AddAttachments(OutgoingTexts texts, JsonElement root, string folder)
    {
        if (!root.TryGetProperty("attachments", out JsonElement attachments) || attachments.ValueKind == JsonValueKind.Null) return;
        if (attachments.ValueKind != JsonValueKind.Array) throw new UnreadableException("the tool's message has \"attachments\" that are no list");
        foreach (JsonElement attachment in attachments.EnumerateArray())
        {
            string path = OptionalText(attachment, "file_path") ?? OptionalText(attachment, "filePath") ?? throw new UnreadableException("the tool's message has an attachment without a path");
            texts.AddFileOrFolder(path, folder, ", which is attached");
        }
    }

    static JsonElement RequiredValue(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.Object or JsonValueKind.String
            ? value
            : throw new UnreadableException($"the tool's message has no \"{name}\" of the kind that is expected (an object, or one as text)");

    internal override HookAnswer Pass(HookRequest? request) => new(0, request?.Moment switch
    {
        HookMoment.Prompt => """{"continue":true}""",
        HookMoment.BeforeTool => """{"permission":"allow"}""",
        null => """{"continue":true,"permission":"allow"}""",
        _ => "{}",
    });

    internal override HookAnswer Warn(HookRequest? request, string message) => new(0, Json(j =>
    {
        if (request is null || request.Moment == HookMoment.Prompt) j.WriteBoolean("continue", true);
        if (request is null || request.Moment == HookMoment.BeforeTool) j.WriteString("permission", "allow");
        j.WriteString("user_message", message);
    }));

    internal override HookAnswer Block(HookRequest? request, string message) => request?.Moment switch
    {
        HookMoment.TooLate => Warn(request, message),
        HookMoment.AfterTool => Replace(message),
        _ => Refuse(request, message),
    };

    /// <summary>The result of a server's tool without its text.</summary>
    static HookAnswer Replace(string message) => new(0, Json(j =>
    {
        j.WriteStartObject("updated_mcp_tool_output");
        j.WriteStartArray("content");
        j.WriteStartObject();
        j.WriteString("type", "text");
        j.WriteString("text", ForModel);
        j.WriteEndObject();
        j.WriteEndArray();
        j.WriteEndObject();
    }), message);

    static HookAnswer Refuse(HookRequest? request, string message) => new(BlockingExit, Json(j =>
    {
        if (request?.Moment != HookMoment.BeforeTool) j.WriteBoolean("continue", false);
        if (request?.Moment != HookMoment.Prompt) j.WriteString("permission", "deny");
        j.WriteString("user_message", message);
        if (request?.Moment != HookMoment.Prompt) j.WriteString("agent_message", ForModel);
    }), ForModel);

    // No later hook can hold back what the command prints, so where it may be a protected file the person decides.
    internal override HookAnswer Undecided(HookRequest request, string message, bool namesProtected) => !namesProtected ? base.Undecided(request, message, namesProtected) : new(0, Json(j =>
    {
        j.WriteString("permission", "ask");
        j.WriteString("user_message", message);
        j.WriteString("agent_message", ForModel);
    }));
}
