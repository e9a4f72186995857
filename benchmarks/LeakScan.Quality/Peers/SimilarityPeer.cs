namespace LeakScan.Quality.Peers;

/// <summary>A tool that says how much of one text stands in another.</summary>
abstract class SimilarityPeer
{
    internal abstract string Name { get; }

    internal abstract string Version { get; }

    /// <summary>What it does not do, or what else must be known beside its figures.</summary>
    internal abstract string Remark { get; }

    /// <summary>Scores of each record with each original, of any scale; what it says nothing of is 0.</summary>
    /// <exception cref="LeakScan.Peers.PeerMissingException">It is not on this machine, or cannot do this set.</exception>
    internal abstract double[][] Compare(Material material);

    protected static double[][] NoScores(Material material) => [.. Enumerable.Range(0, material.Records.Count).Select(_ => new double[material.Originals.Count])];
}
