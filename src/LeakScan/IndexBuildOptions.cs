namespace LeakScan;

/// <summary>How document paths stand in an index.</summary>
public enum PathStorage
{
    /// <summary>As given to the builder.</summary>
    Full,

    /// <summary>A keyed hash of the path (32 hexadecimal digits): findings still tell documents apart, the index names none.</summary>
    Hash,
}

/// <summary>Settings of a <see cref="FingerprintIndexBuilder"/>.</summary>
public sealed record IndexBuildOptions
{
    /// <summary>How paths are stored. Default: <see cref="PathStorage.Full"/>.</summary>
    public PathStorage PathStorage { get; init; }

    /// <summary>Bytes of fingerprints held in memory before they are spilled to <see cref="TemporaryFolder"/>. Default: 1 GiB; never less than 8 MiB.</summary>
    public long MemoryBudgetBytes { get; init; } = 1L << 30;

    /// <summary>Where fingerprints are spilled. Default: beside the index that is written, else the system's folder for temporary files.</summary>
    public string? TemporaryFolder { get; init; }
}
