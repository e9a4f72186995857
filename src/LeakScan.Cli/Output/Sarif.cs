using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace LeakScan.Cli.Output;

/// <summary>What SARIF has of a finding.</summary>
readonly record struct SarifResult(string? Label, string Verdict, string Id, int MatchedCharacters, double Score, bool? IsSent, string Input, long FirstLine, long LastLine);

/// <summary>SARIF 2.1.0: one result a finding, rules by label, sources as related locations.</summary>
static class Sarif
{
    static readonly string s_version = typeof(Sarif).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>What stands before the results.</summary>
    internal static string Head(IEnumerable<string> labels)
    {
        string rules = string.Join(",", labels.Select(l => $"{{\"id\":{Quoted(l)},\"shortDescription\":{{\"text\":{Quoted($"Outgoing text matches {l}")}}}}}"));
        return "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"leakscan\",\"version\":"
            + Quoted(s_version) + ",\"rules\":[" + rules + "]}},\"columnKind\":\"utf16CodeUnits\",\"results\":[";
    }

    /// <summary>What stands behind them: whether all was read, without which few results are no good news (3.20.14).</summary>
    internal static ReadOnlySpan<byte> Tail(bool isComplete) =>
        isComplete ? "],\"invocations\":[{\"executionSuccessful\":true}]}]}\n"u8 : "],\"invocations\":[{\"executionSuccessful\":false}]}]}\n"u8;

    /// <summary>Writes a result, but for the end of its object.</summary>
    internal static void WriteResult(Utf8JsonWriter json, in SarifResult result, IEnumerable<(string Path, int StartLine, int EndLine)> sources)
    {
        json.WriteStartObject();
        if (result.Label is not null) json.WriteString("ruleId", result.Label);
        json.WriteString("level", result.Verdict == "block" ? "error" : "warning");
        json.WriteStartObject("message");
        json.WriteString("text", string.Create(CultureInfo.InvariantCulture,
            $"{result.Verdict}: record {Plain(result.Id)} matches {(result.Label is null ? null : Plain(result.Label))}: {result.MatchedCharacters} characters, score {Math.Round(result.Score, 4):F2}{(result.IsSent == false ? ", in the log only, not sent" : "")}"));
        json.WriteEndObject();
        json.WriteStartArray("locations");
        WriteLocation(json, null, result.Input, (int)Math.Min(result.FirstLine, int.MaxValue), (int)Math.Min(result.LastLine, int.MaxValue));
        json.WriteEndArray();
        json.WriteStartArray("relatedLocations");
        int id = 0;
        foreach ((string path, int startLine, int endLine) in sources) WriteLocation(json, id++, path, startLine, endLine);
        json.WriteEndArray();
    }

    static void WriteLocation(Utf8JsonWriter json, int? id, string path, int startLine, int endLine)
    {
        json.WriteStartObject();
        if (id is int number) json.WriteNumber("id", number);
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        // `scan .` and `scan FILE` mean one file.
        string file = path;
        while (file.StartsWith("./", StringComparison.Ordinal) && file[2..].TrimStart('/') is { Length: > 0 } rest) file = rest;
        string uri = Uri.EscapeDataString(file).Replace("%2F", "/", StringComparison.Ordinal);
        json.WriteString("uri", uri.StartsWith('/') ? $"file://{uri}" : uri);
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", Math.Max(1, startLine));
        json.WriteNumber("endLine", Math.Max(Math.Max(1, startLine), endLine));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>A message may have links in brackets (3.11.6); a name that has brackets has none.</summary>
    static string Plain(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal);

    static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
