using System.Text.Json;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Hooks;

/// <summary>One call of a hook, as its contract has read it.</summary>
sealed record HookRequest(string Event, HookMoment Moment)
{
    /// <summary>The tool's own name for the session, if it gave one.</summary>
    internal string? Session { get; init; }

    /// <summary>What the model's tool is called, for events about one.</summary>
    internal string ToolName { get; init; } = "";

    /// <summary>The result of the model's tool, where it may be rewritten.</summary>
    internal JsonElement ToolResponse { get; init; }

    /// <summary>Whether the client is known to honour a rewritten result.</summary>
    internal bool CanRewrite { get; init; }

    /// <summary>The text that would leave.</summary>
    internal OutgoingTexts Texts { get; } = new();
}
