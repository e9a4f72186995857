namespace LeakScan.Peers;

/// <summary>Something a user could pick instead of LeakScan, or LeakScan.</summary>
abstract class Peer
{
    internal abstract string Name { get; }

    /// <summary>What it cannot do that LeakScan does, or what else must be known beside its figures.</summary>
    internal abstract string Remark { get; }

    /// <summary>Of the program behind it, as it tells it.</summary>
    internal virtual string Version => Environment.Version.ToString();

    /// <summary>Gets an eighth of the records only.</summary>
    internal virtual bool IsSlow => false;

    /// <summary>Makes ready what is not timed.</summary>
    /// <exception cref="PeerMissingException">It is not on this machine.</exception>
    internal virtual void Prepare(Material material)
    {
    }

    /// <summary>Scans once.</summary>
    /// <param name="material">What to scan.</param>
    /// <param name="suspects">Receives the numbers of records that it holds for leaking, each any number of times.</param>
    /// <returns>Seconds.</returns>
    internal abstract double Run(Material material, ISet<int> suspects);
}

/// <summary>A peer cannot be run here; the message says why.</summary>
sealed class PeerMissingException(string message) : Exception(message);
