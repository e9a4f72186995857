using System.Text.Json;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Hooks;

/// <summary>The events that Claude Code began with and Codex and Devin have taken over.</summary>
abstract class ClaudeStyleContract : HookContract
{
    /// <summary>What a result of the tools' own has besides the text that is sent: images, and copies that stay on the machine.</summary>
    static readonly string[] s_notSent = ["base64", "image_url", "originalFile", "structuredPatch", "persistedOutputPath"];

    static readonly string[] s_shellTools = ["Bash", "bash", "exec", "shell", "Shell", "exec_command", "local_shell", "PowerShell"];
    static readonly string[] s_writeTools = ["Write", "write", "Edit", "edit", "MultiEdit", "NotebookEdit", "apply_patch"];

    /// <summary>Environment variables with the project's folder, for a tool that does not say where it is.</summary>
    protected virtual string[] FolderVariables => [];

    /// <summary>Whether the client is known to honour a rewritten result.</summary>
    protected virtual bool CanRewrite(JsonElement root) => false;

    internal override HookRequest Identify(JsonElement root)
    {
        string name = Name(root, "hook_event_name");
        return new(name, MomentOf(name)) { Session = OptionalText(root, "session_id") };
    }

    internal override HookRequest Gather(JsonElement root, HookRequest request)
    {
        OutgoingTexts texts = request.Texts;
        switch (request.Event)
        {
            case "UserPromptSubmit":
                texts.AddPrompt(Name(root, "prompt"), Folder(root, "cwd", FolderVariables));
                return request;
            case "PreToolUse":
                string tool = Name(root, "tool_name");
                ReadToolInput(texts, tool, Required(root, "tool_input", JsonValueKind.Object), Folder(root, "cwd", FolderVariables));
                return request with { ToolName = tool };
            case "PostToolUse":
                tool = Name(root, "tool_name");
                JsonElement response = root.TryGetProperty("tool_response", out JsonElement value) ? value : throw new UnreadableException("the tool's message has no \"tool_response\"");
                // What was written is not sent back, only that it was.
                if (!s_writeTools.Contains(tool)) texts.AddStrings($"the output of {Shown(tool)}", response, ToolFiles.IsReadTool(tool) || s_shellTools.Contains(tool) ? s_notSent : []);
                return request with { ToolName = tool, ToolResponse = response, CanRewrite = CanRewrite(root) };
            case "PostToolUseFailure":
                texts.AddStrings("the output of a command that failed", root.TryGetProperty("error", out JsonElement error) ? error : default);
                return request;
            default:
                if (request.Moment == HookMoment.Unknown) texts.AddStrings("the message of an event that is not known here", root);
                return request;
        }
    }

    static HookMoment MomentOf(string name) => name switch
    {
        "UserPromptSubmit" => HookMoment.Prompt,
        "PreToolUse" => HookMoment.BeforeTool,
        "PostToolUse" => HookMoment.AfterTool,
        "PostToolUseFailure" => HookMoment.TooLate,
        "SessionStart" or "SessionEnd" or "Stop" or "StopFailure" or "SubagentStart" or "SubagentStop" or "Notification" or "InstructionsLoaded" or "PermissionRequest"
            or "PreCompact" or "PostCompact" or "PostCompaction" or "Interrupt" or "Setup" or "TeammateIdle" or "TaskCompleted" or "ConfigChange" or "CwdChanged" or "FileChanged" => HookMoment.Nothing,
        _ => HookMoment.Unknown,
    };

    void ReadToolInput(OutgoingTexts texts, string tool, JsonElement input, string folder)
    {
        texts.AddStrings(s_writeTools.Contains(tool) ? $"what {Shown(tool)} writes" : $"what {Shown(tool)} is given", input);
        bool isServers = tool.StartsWith("mcp__", StringComparison.Ordinal);
        bool holdsResults = CanStop(new("PostToolUse", HookMoment.AfterTool));
        if (ToolFiles.IsReadTool(tool) || (holdsResults && isServers && ToolFiles.Reads(tool)))
        {
            ToolFiles.AddRead(texts, input, folder);
        }
        else if (s_shellTools.Contains(tool))
        {
            string? command = OptionalText(input, "command") ?? OptionalText(input, "cmd");
            texts.AddCommand(command ?? throw new UnreadableException($"{Shown(tool)} is given no command"), OptionalText(input, "workdir") is string workdir ? OutgoingTexts.FullPath(workdir, folder) : folder, withNamed: !holdsResults);
        }
        else if (!holdsResults)
        {
            ToolFiles.AddNamed(texts, tool, isServers, input, folder);
        }
    }

    internal override HookAnswer Warn(HookRequest? request, string message) => new(0, Json(j => j.WriteString("systemMessage", message)));

    /// <summary>A prompt is not sent; the reason is for the person.</summary>
    protected static HookAnswer BlockPrompt(string message) => new(0, Json(j =>
    {
        j.WriteString("decision", "block");
        j.WriteString("reason", message);
    }));

    /// <summary>A tool does not run; the reason goes to the model, the message to the person.</summary>
    protected static HookAnswer DenyTool(string message) => new(0, Json(j =>
    {
        j.WriteStartObject("hookSpecificOutput");
        j.WriteString("hookEventName", "PreToolUse");
        j.WriteString("permissionDecision", "deny");
        j.WriteString("permissionDecisionReason", ForModel);
        j.WriteEndObject();
        j.WriteString("systemMessage", message);
    }));
}
