namespace LeakScan.Indexing;

/// <summary>A fingerprint and where it stands, once all documents are known.</summary>
/// <param name="Fingerprint">The fingerprint.</param>
/// <param name="Place">The document's rank in the high half, the canonical position of the k-gram's first byte in the low one; or <see cref="Public"/>.</param>
readonly record struct FoundFingerprint(ulong Fingerprint, ulong Place) : IComparable<FoundFingerprint>
{
    /// <summary>The place of what may leave: after all others.</summary>
    internal const ulong Public = ulong.MaxValue;

    internal bool IsBefore(FoundFingerprint other) => Fingerprint < other.Fingerprint || (Fingerprint == other.Fingerprint && Place < other.Place);

    public int CompareTo(FoundFingerprint other) => Fingerprint != other.Fingerprint ? Fingerprint.CompareTo(other.Fingerprint) : Place.CompareTo(other.Place);
}
