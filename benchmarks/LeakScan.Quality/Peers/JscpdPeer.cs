using System.Text.Json;
using LeakScan.Peers;

namespace LeakScan.Quality.Peers;

sealed class JscpdPeer(params string[] options) : SimilarityPeer
{
    internal override string Name => $"jscpd {string.Join(' ', options)}".TrimEnd();

    internal override string Version => Tool.Version("jscpd", "--version");

    internal override string Remark => "share of both texts' lines in clones, on code sets of the record's; line numbers, quotes and escapes break clones; no index to keep";

    // A clone of a text is found once, in the first file that has it: with each original by itself where all are asked for.
    internal override double[][] Compare(Material material)
    {
        double[][] scores = NoScores(material);
        if (!material.WantsPairs)
        {
            Run(material, "originals", scores);
            return scores;
        }
        for (int i = 0; i < material.Originals.Count; i++) Run(material, Material.OriginalFolder(i), scores);
        return scores;
    }

    void Run(Material material, string originals, double[][] scores)
    {
        string report = Path.Combine(material.Folder, "jscpd");
        Tool.Run("jscpd", ["--skip-local", "--no-gitignore", "--absolute", "--workers", "1", "--max-size", "100mb", .. options, "-r", "json", "-o", report, Path.Combine(material.Folder, originals), Path.Combine(material.Folder, "records")]);
        using JsonDocument clones = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(report, "jscpd-report.json")));
        Dictionary<(int Record, int Original), (HashSet<int> Record, HashSet<int> Original)> lines = [];
        foreach (JsonElement clone in clones.RootElement.GetProperty("duplicates").EnumerateArray())
        {
            (JsonElement first, JsonElement second) = (clone.GetProperty("firstFile"), clone.GetProperty("secondFile"));
            if (Material.Parse(NameOf(first)) is not (bool firstIsRecord, int firstNumber) || Material.Parse(NameOf(second)) is not (bool secondIsRecord, int secondNumber) || firstIsRecord == secondIsRecord) continue;
            if (!firstIsRecord) (first, second, firstNumber, secondNumber) = (second, first, secondNumber, firstNumber);
            if (!lines.TryGetValue((firstNumber, secondNumber), out (HashSet<int> Record, HashSet<int> Original) both)) lines[(firstNumber, secondNumber)] = both = ([], []);
            both.Record.UnionWith(LinesOf(first));
            both.Original.UnionWith(LinesOf(second));
        }
        foreach (((int record, int original), (HashSet<int> inRecord, HashSet<int> inOriginal)) in lines)
            scores[record][original] = material.WantsPairs
                ? (double)(inRecord.Count + inOriginal.Count) / (LineCount(material.Records[record].Text) + LineCount(material.Originals[original].Text))
                : (double)inRecord.Count / LineCount(material.Records[record].Text);
    }

    static string NameOf(JsonElement file) => file.GetProperty("name").GetString()!;

    static IEnumerable<int> LinesOf(JsonElement file)
    {
        int start = file.GetProperty("start").GetInt32();
        return Enumerable.Range(start, file.GetProperty("end").GetInt32() - start + 1);
    }

    static int LineCount(byte[] text) => text.AsSpan().Count((byte)'\n') + 1;
}
