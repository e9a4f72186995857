namespace LeakScan.Cli.Outgoing;

/// <summary>One decision of a hook or of the gateway.</summary>
sealed record AuditEntry
{
    internal required DateTime Time { get; init; }

    internal required string Tool { get; init; }

    internal required string Event { get; init; }

    internal string? Session { get; init; }

    internal Verdict Verdict { get; init; }

    /// <summary>Whether the text was kept in.</summary>
    internal bool Stopped { get; init; }

    /// <summary>Paths of the documents that matched.</summary>
    internal IReadOnlyList<string> Documents { get; init; } = [];

    /// <summary>Canonical characters that matched.</summary>
    internal long Characters { get; init; }

    /// <summary>Whether it could not be told what a command prints.</summary>
    internal bool Undecidable { get; init; }

    /// <summary>Why the text could not be checked.</summary>
    internal string? Error { get; init; }

    internal TimeSpan Elapsed { get; init; }
}
