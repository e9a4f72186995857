namespace LeakScan.Sources;

/// <summary>Where a text of a log comes from; each part is null where the log does not tell.</summary>
/// <param name="Session">The session or conversation, as the tool names it.</param>
/// <param name="Turn">What the tool names the turn, or else the message, by.</param>
/// <param name="Project">The project's folder.</param>
/// <param name="Role">Whose text it is: <c>user</c>, <c>assistant</c>, <c>system</c>, <c>developer</c>, <c>tool</c>.</param>
/// <param name="Tool">The tool that was called or answered.</param>
public readonly record struct TextOrigin(string? Session, string? Turn, string? Project, string? Role, string? Tool);
