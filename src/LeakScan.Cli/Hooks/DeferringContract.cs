using System.Text.Json;

namespace LeakScan.Cli.Hooks;

/// <summary>Says nothing to Cursor, which runs Claude Code's hooks besides its own: the one of its own answers.</summary>
sealed class DeferringContract : HookContract
{
    internal override HookRequest Identify(JsonElement root) => new("deferred", HookMoment.Nothing);

    internal override HookRequest Gather(JsonElement root, HookRequest request) => request;

    internal override HookAnswer Pass(HookRequest? request) => new(0, "{}");

    internal override HookAnswer Warn(HookRequest? request, string message) => Pass(request);

    internal override HookAnswer Block(HookRequest? request, string message) => new CursorContract().Block(request, message);

    /// <summary>Whether Cursor has a hook of ours in the user's or the administrator's file. A project's may be anybody's, and says nothing.</summary>
    internal static bool Applies() => HookSettings.FilesOfCursor().Any(IsOurs);

    static bool IsOurs(string path)
    {
        try
        {
            return File.Exists(path) && File.ReadAllText(path) is string text && HookSettings.IsOurs(text) && text.Contains(" hook cursor", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // answering twice is better than not at all
        }
    }
}
