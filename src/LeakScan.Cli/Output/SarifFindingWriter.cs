using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LeakScan.Cli.Output;

/// <summary>SARIF 2.1.0: one result a finding, rules by label, sources as related locations.</summary>
sealed class SarifFindingWriter(string version, IReadOnlyList<string> labels) : FindingWriter
{
    bool _hasResults;

    internal override bool WantsAllowed => false;

    internal override void Begin(Stream output)
    {
        string rules = string.Join(",", labels.Select(l => $"{{\"id\":{JsonEncodedText.Encode(l).Quoted()},\"shortDescription\":{{\"text\":{JsonEncodedText.Encode($"Outgoing text matches {l}").Quoted()}}}}}"));
        output.Write(Encoding.UTF8.GetBytes(
            "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"leakscan\",\"version\":"
            + JsonEncodedText.Encode(version).Quoted() + ",\"rules\":[" + rules + "]}},\"columnKind\":\"utf16CodeUnits\",\"results\":["));
    }

    internal override int Write(Stream output, in RecordFinding finding)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ruleId", finding.Result.Label);
            json.WriteString("level", finding.Result.Verdict == Verdict.Block ? "error" : "warning");
            json.WriteStartObject("message");
            json.WriteString("text", string.Create(CultureInfo.InvariantCulture,
                $"{RecordFinding.Name(finding.Result.Verdict)}: record {finding.Record.Id} matches {finding.Result.Label}: {finding.Result.MatchedCharacters} characters, score {finding.Result.Score:F2}{(finding.IsSent == false ? ", in the log only, not sent" : "")}"));
            json.WriteEndObject();
            json.WriteStartArray("locations");
            // A record of JSON is a line; of a text the lines that match best are named.
            bool isText = finding.Record.Fields.Count == 0;
            long first = finding.Record.Line + (isText ? finding.Matches[0].StartLine - 1 : 0);
            long last = finding.Record.Line + (isText ? finding.Matches[0].EndLine - 1 : 0);
            WriteLocation(json, null, finding.Record.Input, (int)Math.Min(first, int.MaxValue), (int)Math.Min(last, int.MaxValue));
            json.WriteEndArray();
            json.WriteStartArray("relatedLocations");
            int id = 0;
            foreach (Match match in finding.Matches)
                WriteLocation(json, id++, finding.Index.GetDocument(match.DocumentId).Path, match.SourceStartLine, match.SourceEndLine);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteByte((byte)',');
        output.Write(buffer.WrittenSpan);
        return buffer.WrittenCount;
    }

    internal override string FormatCount(int count) => string.Create(CultureInfo.InvariantCulture, $",\"occurrenceCount\":{count}");

    internal override void Put(Stream output, ReadOnlySpan<byte> finding)
    {
        if (finding.IsEmpty) return;
        output.Write(_hasResults ? finding : finding[1..]); // every result begins with the comma that parts it from the one before
        _hasResults = true;
    }

    static void WriteLocation(Utf8JsonWriter json, int? id, string path, int startLine, int endLine)
    {
        json.WriteStartObject();
        if (id is int number) json.WriteNumber("id", number);
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal));
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", startLine);
        json.WriteNumber("endLine", endLine);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    internal override void End(Stream output) => output.Write("]}]}\n"u8);
}

file static class JsonText
{
    internal static string Quoted(this JsonEncodedText text) => $"\"{text}\"";
}
