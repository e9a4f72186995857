namespace LeakScan.Sources;

/// <summary>What <see cref="SourceReader"/> leaves out besides what it always does.</summary>
public sealed record SourceOptions
{
    /// <summary>Patterns in the syntax of .gitignore, relative to each SOURCE folder. Default: none.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
