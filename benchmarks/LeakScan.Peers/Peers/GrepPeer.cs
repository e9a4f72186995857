using System.Globalization;

namespace LeakScan.Peers.Peers;

/// <summary>grep and ripgrep, which take the same options.</summary>
sealed class GrepPeer(string program, params string[] options) : Peer
{
    internal override string Name => $"{program} -F -f";

    internal override string Version => Tool.Version(program, "--version");

    internal override string Remark => "whole lines of the protected files as literals: a line must be unchanged within; no escapes, no evidence, no idea which lines are idiom";

    internal override double Run(Material material, ISet<int> suspects)
    {
        (double seconds, string output) = Tool.Run(program, [.. options, "-F", "-b", "-o", "-a", "-f", material.LinesFile, material.Outgoing]);
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // OFFSET:LINE; a line that is no such pair is the second half of one.
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && long.TryParse(line.AsSpan(0, colon), CultureInfo.InvariantCulture, out long offset)) suspects.Add(material.RecordAt(offset));
        }
        return seconds;
    }
}
