using System.Text.Json;

namespace LeakScan.Peers.Peers;

sealed class JscpdPeer : Peer
{
    internal override string Name => "jscpd, 1 thread";

    internal override string Version => Tool.Version("jscpd", "--version");

    internal override string Remark => "50 tokens, its default; all files of both sides against each other, a file a record; line numbers and escapes break clones; no index to keep";

    internal override bool IsSlow => true;

    internal override double Run(Material material, ISet<int> suspects)
    {
        string report = Path.Combine(material.Folder, "jscpd");
        (double seconds, _) = Tool.Run("jscpd", ["--skip-local", "--no-gitignore", "--absolute", "--workers", "1", "-r", "json", "-o", report, material.ProtectedFolder, Path.Combine(material.RecordsFolder, "0")]);
        using JsonDocument clones = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(report, "jscpd-report.json")));
        foreach (JsonElement clone in clones.RootElement.GetProperty("duplicates").EnumerateArray())
        {
            foreach (string side in (string[])["firstFile", "secondFile"])
            {
                string file = clone.GetProperty(side).GetProperty("name").GetString()!;
                if (file.Contains("/records/", StringComparison.Ordinal)) suspects.Add(Material.NumberOf(file));
            }
        }
        return seconds;
    }
}
