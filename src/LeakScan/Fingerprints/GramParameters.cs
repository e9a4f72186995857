namespace LeakScan.Fingerprints;

/// <summary>Length of k-grams and windows: part of the index format, chosen by measurement (docs/design.md, "Choosing k and w").</summary>
static class GramParameters
{
    /// <summary>k: canonical bytes of a k-gram.</summary>
    internal const int GramLength = 24;

    /// <summary>w of the index and of the fine scan: every run of 24 + 17 - 1 = 40 canonical bytes is hit.</summary>
    internal const int FineWindow = 17;

    /// <summary>w of the fastest scan: every run of 24 + 41 - 1 = 64 canonical bytes is hit.</summary>
    internal const int CoarseWindow = 41;
}
