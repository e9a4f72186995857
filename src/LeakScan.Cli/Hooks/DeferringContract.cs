using System.Text.Json;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Hooks;

/// <summary>Says nothing to Cursor, which runs Claude Code's hooks besides its own: the one of its own answers.</summary>
sealed class DeferringContract : HookContract
{
    internal override HookRequest Identify(JsonElement root) => new("deferred", HookMoment.Nothing);

    internal override HookRequest Gather(JsonElement root, HookRequest request) => request;

    internal override HookAnswer Pass(HookRequest? request) => new(0, "{}");

    internal override HookAnswer Warn(HookRequest? request, string message) => Pass(request);

    internal override HookAnswer Block(HookRequest? request, string message) => new CursorContract().Block(request, message);

    /// <summary>Whether Cursor has a hook of ours in any of its files.</summary>
    internal static bool Applies(JsonElement root)
    {
        List<string> folders = [];
        if (root.TryGetProperty("workspace_roots", out JsonElement roots) && roots.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement workspace in roots.EnumerateArray())
            {
                if (workspace.ValueKind == JsonValueKind.String) folders.Add(OutgoingTexts.TextOf(workspace));
            }
        }
        return HookSettings.FilesOfCursor(folders).Any(IsOurs);
    }

    static bool IsOurs(string path)
    {
        try
        {
            return File.Exists(path) && File.ReadAllText(path).Contains("hook cursor", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // answering twice is better than not at all
        }
    }
}
