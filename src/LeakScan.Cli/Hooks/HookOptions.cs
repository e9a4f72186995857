namespace LeakScan.Cli.Hooks;

/// <summary>What a hook is started with.</summary>
sealed record HookOptions
{
    internal required HookTool Tool { get; init; }

    /// <summary>The indexes; empty for the default one.</summary>
    internal IReadOnlyList<string> Indexes { get; init; } = [];

    internal string? Policy { get; init; }

    internal string? KeyFile { get; init; }

    internal string? Audit { get; init; }

    /// <summary>The time after which a call counts as one that could not be checked.</summary>
    internal TimeSpan Deadline { get; init; } = DefaultDeadline;

    internal static TimeSpan DefaultDeadline => TimeSpan.FromSeconds(2);
}
