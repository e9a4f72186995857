using System.Globalization;

namespace LeakScan.Peers.Peers;

/// <summary>winnow.c, the honest baseline: the textbook's algorithm, by us, with our k and w.</summary>
sealed class WinnowingPeer : Peer
{
    string _program = "";

    internal override string Name => "winnowing in C, 1 thread";

    internal override string Version => Tool.Version("cc", "--version");

    internal override string Remark => "a guarantee of 64 characters, on plain text; from memory; no escapes, no line numbers, no key, no rarity: two hits anywhere in a record alarm; which file, but no lines";

    internal override void Prepare(Material material)
    {
        _program = Path.Combine(material.Folder, "winnow");
        Tool.Run("cc", ["-O3", "-march=native", "-o", _program, Path.Combine(AppContext.BaseDirectory, "winnow.c")]);
    }

    internal override double Run(Material material, ISet<int> suspects)
    {
        string[] lines = Tool.Run(_program, [material.Outgoing, material.StartsFile, .. Directory.GetFiles(material.ProtectedFolder)]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string line in lines[..^1]) suspects.Add(int.Parse(line, CultureInfo.InvariantCulture));
        return double.Parse(lines[^1], CultureInfo.InvariantCulture);
    }
}
