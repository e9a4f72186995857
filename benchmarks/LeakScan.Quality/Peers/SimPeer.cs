using System.Globalization;
using System.Text.RegularExpressions;
using LeakScan.Peers;

namespace LeakScan.Quality.Peers;

/// <param name="program">One of the programs of sim, each of which knows one language.</param>
/// <param name="extension">Of the files that it knows; null for any.</param>
/// <param name="run">Tokens of the shortest run that counts.</param>
sealed partial class SimPeer(string program, string? extension, int run) : SimilarityPeer
{
    internal override string Name => $"{program} -r {run}";

    internal override string Version => Tool.Version(program, "-v");

    internal override string Remark => "share of the record in runs of so many tokens of one original; line numbers, quotes and escapes break runs; no index to keep, no place in the text";

    [GeneratedRegex(@"^(\S+) consists for (\d+) % of (\S+) material")]
    static partial Regex Share { get; }

    internal override double[][] Compare(Material material)
    {
        if (extension is not null && material.Extension != extension) throw new PeerMissingException($"for {extension} files");
        double[][] scores = NoScores(material);
        IEnumerable<string> records = Enumerable.Range(0, material.Records.Count).Select(i => Path.Combine(material.Folder, material.RecordFile(i)));
        IEnumerable<string> originals = Enumerable.Range(0, material.Originals.Count).Select(i => Path.Combine(material.Folder, material.OriginalFile(i)));
        // -i: names of files from standard input, of which there may be too many for a command line.
        (_, string output) = Tool.Run(program, ["-r", run.ToString(CultureInfo.InvariantCulture), "-S", "-p", "-t", "1", "-T", "-i"], [.. records, "/", .. originals]);
        foreach (System.Text.RegularExpressions.Match line in output.Split('\n').Select(l => Share.Match(l)).Where(m => m.Success))
        {
            if (Material.Parse(line.Groups[1].Value) is (true, int record) && Material.Parse(line.Groups[3].Value) is (false, int original))
                scores[record][original] = int.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture);
        }
        return scores;
    }
}
