using System.Globalization;

namespace LeakScan.Peers.Peers;

/// <summary>minhash.py: the textbook's MinHash with bands, vectorised with NumPy, by us.</summary>
sealed class MinHashPeer : Peer
{
    internal override string Name => "MinHash with NumPy, 1 thread";

    internal override string Version => Tool.Version("python3", "-c", "import sys, numpy; print('Python', sys.version.split()[0] + ', NumPy', numpy.__version__)");

    internal override string Remark => "chunks of 12 lines on both sides, so that a passage can resemble one; the time is that of sketching and comparing the records; no guarantee, no lines";

    internal override bool IsSlow => true;

    internal override double Run(Material material, ISet<int> suspects)
    {
        string[] lines = Tool.Run("python3", [Path.Combine(AppContext.BaseDirectory, "minhash.py"), material.ProtectedFolder], material.RecordFiles(all: false)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string line in lines[..^1]) suspects.Add(int.Parse(line, CultureInfo.InvariantCulture));
        return double.Parse(lines[^1], CultureInfo.InvariantCulture);
    }
}
