namespace LeakScan;

/// <summary>How closely text is looked at before anything is known about it.</summary>
public enum ScanDepth
{
    /// <summary>Fine for texts up to <see cref="ScanOptions.FineUpToBytes"/>, coarse for longer ones.</summary>
    Auto,

    /// <summary>The coarse window first; the fine one only for a text in which the coarse one found something. Fastest.</summary>
    Coarse,

    /// <summary>The fine window at once: also finds runs shorter than the coarse guarantee.</summary>
    Fine,
}

/// <summary>Settings of a <see cref="Scanner"/>.</summary>
public sealed record ScanOptions
{
    /// <summary>What turns evidence into a verdict. Default: <see cref="Policy.Default"/>.</summary>
    public Policy Policy { get; init; } = Policy.Default;

    /// <summary>Where the text goes, for policy rules with a destination. Default: none, which only <c>*</c> rules fit.</summary>
    public string? Destination { get; init; }

    /// <summary>How closely to look. Default: <see cref="ScanDepth.Auto"/>.</summary>
    public ScanDepth Depth { get; init; }

    /// <summary>The length in bytes up to which <see cref="ScanDepth.Auto"/> is fine, of the text in UTF-8. Default: 64 KiB; negative: never, as <see cref="ScanDepth.Coarse"/>.</summary>
    public int FineUpToBytes { get; init; } = 64 * 1024;

    /// <summary>Whether code that was changed is looked for too: edited, renamed, reordered. Default: true. Without it scanning is several times as fast.</summary>
    public bool Structure { get; init; } = true;

    /// <summary>Matches reported of one text at most, best documents first. Default: 32; 1 to 4096.</summary>
    public int MaxMatches { get; init; } = 32;

    /// <exception cref="ArgumentException">Something that no scan could be done with.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Policy, nameof(Policy));
        Policy.Check();
        if (!Enum.IsDefined(Depth)) throw new ArgumentOutOfRangeException(nameof(Depth), Depth, "No such depth.");
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMatches, 1, nameof(MaxMatches));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxMatches, 4096, nameof(MaxMatches));
    }
}
