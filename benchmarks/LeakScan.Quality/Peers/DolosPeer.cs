using System.Globalization;
using System.Text.Json;
using LeakScan.Peers;

namespace LeakScan.Quality.Peers;

/// <param name="folder">Where npm put <c>@dodona/dolos-lib</c>; null if it could not be had.</param>
sealed class DolosPeer(string? folder) : SimilarityPeer
{
    string _version = "";

    internal override string Name => "Dolos";

    internal override string Version => _version;

    internal override string Remark => "similarity of whole programs by their syntax trees, defaults; needs code of one language that parses, not what a tool sends; no place in a larger text, no index to keep";

    internal override double[][] Compare(Material material)
    {
        if (folder is null) throw new PeerMissingException("no @dodona/dolos-lib from npm");
        if (!material.WantsPairs) throw new PeerMissingException("compares whole programs: pair sets only");
        string language = material.Extension switch
        {
            ".java" => "java",
            ".py" => "python",
            ".c" => "c",
            ".cpp" => "cpp",
            _ => throw new PeerMissingException($"not tried with {material.Extension}"),
        };
        string input = JsonSerializer.Serialize(new { language, originals = material.OriginalTexts, records = material.RecordTexts });
        (_, string output) = Tool.Run("node", [Path.Combine(AppContext.BaseDirectory, "Peers", "dolos.mjs"), folder], [input]);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length != material.Records.Count + 1) throw new PeerMissingException("its script failed");
        _version = lines[0];
        return [.. lines.Skip(1).Select(l => l.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray())];
    }
}
