namespace LeakScan;

/// <summary>One rule of a <see cref="Policy"/>: which matches it is for, and what becomes of them.</summary>
public sealed record PolicyRule
{
    /// <summary>Label of the document that matched; <c>*</c>, the default, fits any.</summary>
    public string Label { get; init; } = "*";

    /// <summary>Where the text goes; <c>*</c>, the default, fits any.</summary>
    public string Destination { get; init; } = "*";

    /// <summary>How the text matches; null, the default, fits any.</summary>
    public MatchKind? Kind { get; init; }

    /// <summary>What the rule says.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Canonical characters that must match at least, from 0. Default: 0, which any number fits.</summary>
    public int MinCharacters { get; init; }

    /// <summary>Evidence in bits that is needed at least, from 0; a policy file has up to 1e9. Default: 28, as much as the default policy wants for a warning. Less than 8 bits are never told of.</summary>
    public double MinEvidenceBits { get; init; } = Matching.Evidence.WarnBits;

    internal bool Fits(string label, string? destination, MatchKind kind, int matchedCharacters, double evidenceBits) =>
        (Label == "*" || Label == label)
        && (Destination == "*" || Destination == destination)
        && (Kind is null || Kind == kind)
        && matchedCharacters >= MinCharacters
        && evidenceBits >= MinEvidenceBits;
}
