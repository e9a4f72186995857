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
        _ => throw new UserException($"no hook for {NameOf(tool)} yet"),
    };
}
