namespace LeakScan;

/// <summary>stub</summary>
public sealed record Policy
{
    /// <summary>x</summary>
    public static Policy Default { get; } = new();

    /// <summary>x</summary>
    public double X { get; init; }

    /// <summary>x</summary>
    public Verdict Decide(string label, string? destination, MatchKind kind, int matchedCharacters, double evidenceBits) => evidenceBits >= 120 + X ? Verdict.Block : evidenceBits >= 60 ? Verdict.Warn : Verdict.Allow;
}
