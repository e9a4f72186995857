namespace LeakScan.Benchmarks.Data;

/// <summary>How many records hold something of the index.</summary>
enum HitRate
{
    None,

    /// <summary>One record in a hundred.</summary>
    Rare,

    /// <summary>Every record.</summary>
    Dense,
}
