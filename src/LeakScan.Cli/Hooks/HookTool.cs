using System.Text.Json;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Hooks;

/// <summary>The tools whose hooks are answered.</summary>
enum HookTool
{
    ClaudeCode,
    Codex,
    Cursor,
    Windsurf,
}

static class HookTools
{
    internal const string Names = "claude-code|codex|cursor|windsurf";

    internal static HookTool? Parse(string name) => name switch
    {
        "claude-code" => HookTool.ClaudeCode,
        "codex" => HookTool.Codex,
        "cursor" => HookTool.Cursor,
        "windsurf" => HookTool.Windsurf,
        _ => null,
    };

    internal static string NameOf(HookTool tool) => tool switch
    {
        HookTool.ClaudeCode => "claude-code",
        HookTool.Codex => "codex",
        HookTool.Cursor => "cursor",
        _ => "windsurf",
    };

    internal static HookContract ContractOf(HookTool tool) => tool switch
    {
        HookTool.ClaudeCode => new ClaudeCodeContract(),
        HookTool.Codex => new CodexContract(),
        HookTool.Cursor => new CursorContract(),
        _ => new CascadeContract(),
    };

    /// <summary>The contract by which a message is to be answered: some tools run the hooks of others.</summary>
    // The message tells whose it is. The environment alone does not: a tool that is started in another's terminal inherits it.
    internal static HookContract ContractOf(HookTool tool, JsonElement message)
    {
        bool isClaudeStyle = message.TryGetProperty("hook_event_name", out JsonElement name) && name.ValueKind == JsonValueKind.String;
        switch (tool)
        {
            case HookTool.Windsurf when isClaudeStyle && !message.TryGetProperty("agent_action_name", out _):
            case HookTool.ClaudeCode when !message.TryGetProperty("cwd", out _) && Environment.GetEnvironmentVariable(DevinContract.ProjectVariable) is { Length: > 0 }:
                return new DevinContract();
            case HookTool.ClaudeCode when message.TryGetProperty("cursor_version", out _):
                if (DeferringContract.Applies()) return new DeferringContract();
                return isClaudeStyle && CursorContract.IsEvent(OutgoingTexts.TextOf(name)) ? new CursorContract() : new ClaudeCodeContract();
            default:
                return ContractOf(tool);
        }
    }
}
