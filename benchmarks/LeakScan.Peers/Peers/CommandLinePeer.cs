using System.Text.Json;
using LeakScan.Benchmarks;

namespace LeakScan.Peers.Peers;

sealed class CommandLinePeer(string? program) : Peer
{
    LeakScanCli? _leakscan;
    string _index = "";

    internal override string Name => "leakscan scan, 1 thread";

    internal override string Remark => "a file a record; starting it is within the time";

    internal override void Prepare(Material material)
    {
        if (program is null) throw new PeerMissingException("leakscan is not built: dotnet build src/LeakScan.Cli -c Release");
        _leakscan = new LeakScanCli(program, Path.Combine(material.Folder, "key"));
        _index = Path.Combine(material.Folder, "protected.lsi");
        using FingerprintIndexBuilder builder = material.ToBuilder();
        builder.Write(_index);
    }

    internal override double Run(Material material, ISet<int> suspects)
    {
        string findings = Path.Combine(material.Folder, "findings.jsonl");
        LeakScanCli.Outcome outcome = _leakscan!.Scan(_index, 1, findings, material.RecordsFolder);
        foreach (string line in File.ReadLines(findings))
        {
            using JsonDocument finding = JsonDocument.Parse(line);
            if (finding.RootElement.GetProperty("verdict").GetString() != "allow") suspects.Add(Material.NumberOf(finding.RootElement.GetProperty("input").GetString()!));
        }
        return outcome.Seconds;
    }
}
