namespace LeakScan.Sketches;

/// <summary>Makes a rolling hash of a shingle fit to take the minimum of.</summary>
static class ShingleHash
{
    /// <summary>A hash each of whose bits depends on all of the rolling hash and of the key; different for different rolling hashes.</summary>
    /// <remarks>
    /// A rolling hash is linear: shingles that differ little have hashes that do, frequent tokens have few, and the minimum of such
    /// numbers is no random choice among them. Without this step sketches of short shingles are worth nothing (docs/sketches.md).
    /// </remarks>
    // The finalizer of SplitMix64 (Stafford's variant 13) about a key; a bijection.
    internal static ulong Mix(ulong rollingHash, ulong key)
    {
        ulong x = rollingHash ^ key;
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        x ^= x >> 31;
        // Once more, so that the key is not merely an offset of the input.
        x = (x + key) * 0x9E3779B97F4A7C15;
        return x ^ x >> 32;
    }
}
