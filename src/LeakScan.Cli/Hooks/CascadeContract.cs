using System.Text.Json;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Hooks;

/// <summary>Windsurf's Cascade: https://docs.windsurf.com/windsurf/cascade/hooks</summary>
// Written from its documentation; no Windsurf was to be had to run it against. Only the pre_ events can stop anything, and only
// by exit code 2; what is then on standard error may be shown to the model.
sealed class CascadeContract : HookContract
{
    const int BlockingExit = 2;

    internal override HookRequest Identify(JsonElement root)
    {
        string name = Name(root, "agent_action_name");
        return new(name, MomentOf(name)) { Session = OptionalText(root, "trajectory_id") };
    }

    internal override HookRequest Gather(JsonElement root, HookRequest request)
    {
        OutgoingTexts texts = request.Texts;
        JsonElement info = Required(root, "tool_info", JsonValueKind.Object);
        string folder = Folder(info, "cwd", "ROOT_WORKSPACE_PATH");
        switch (request.Event)
        {
            case "pre_user_prompt":
                texts.AddPrompt(Name(info, "user_prompt"), folder);
                break;
            case "pre_read_code":
                texts.AddFileOrFolder(Name(info, "file_path"), folder);
                break;
            case "pre_run_command":
                string command = Name(info, "command_line");
                texts.Add("the command", command);
                texts.AddCommand(command, folder, withNamed: true);
                break;
            case "pre_write_code":
                texts.AddStrings("what is written", info);
                break;
            case "pre_mcp_tool_use":
                texts.AddStrings($"what {Shown(OptionalText(info, "mcp_tool_name"))} is given", info);
                if (info.TryGetProperty("mcp_tool_arguments", out JsonElement arguments)) ToolFiles.AddNamed(texts, OptionalText(info, "mcp_tool_name") ?? "", isServers: true, ObjectOf(arguments), folder);
                break;
            default:
                texts.AddStrings(request.Moment == HookMoment.TooLate ? "the output of a tool" : "the message of an event that is not known here", info);
                break;
        }
        return request;
    }

    static HookMoment MomentOf(string name) => name switch
    {
        "pre_user_prompt" => HookMoment.Prompt,
        "pre_read_code" or "pre_run_command" or "pre_write_code" or "pre_mcp_tool_use" => HookMoment.BeforeTool,
        "post_mcp_tool_use" => HookMoment.TooLate,
        _ when name.StartsWith("post_", StringComparison.Ordinal) => HookMoment.Nothing,
        _ => HookMoment.Unknown,
    };

    internal override HookAnswer Warn(HookRequest? request, string message) => new(0, message);

    internal override HookAnswer Block(HookRequest? request, string message) => request?.Moment switch
    {
        HookMoment.TooLate => Warn(request, message),
        HookMoment.BeforeTool => new(BlockingExit, message, ForModel),
        _ => new(BlockingExit, "", message), // no model is asked before the prompt has gone out
    };

    internal override HookAnswer Undecided(HookRequest request, string message, bool namesProtected) => namesProtected ? Warn(request, message) : base.Undecided(request, message, namesProtected);
}
