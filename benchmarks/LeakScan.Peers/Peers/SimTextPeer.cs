namespace LeakScan.Peers.Peers;

sealed class SimTextPeer : Peer
{
    internal override string Name => "sim_text -r 24 -n -S";

    internal override string Version => Tool.Version("sim_text", "-v");

    internal override string Remark => "runs of 24 words, 8 (its default) alarms everywhere; a file a record, all in memory at once; line numbers and escapes break runs; no index to keep";

    internal override bool IsSlow => true;

    internal override double Run(Material material, ISet<int> suspects)
    {
        (double seconds, string output) = Tool.Run("sim_text", ["-r", "24", "-n", "-S", "-T", "-i"], [.. material.RecordFiles(all: false), "/", .. Directory.GetFiles(material.ProtectedFolder)]);
        foreach (string line in output.Split('\n'))
        {
            int colon = line.IndexOf(": line", StringComparison.Ordinal);
            if (colon > 0 && line.StartsWith(material.RecordsFolder, StringComparison.Ordinal)) suspects.Add(Material.NumberOf(line[..colon]));
        }
        return seconds;
    }
}
