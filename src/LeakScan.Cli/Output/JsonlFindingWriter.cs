using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace LeakScan.Cli.Output;

/// <summary>leakscan.finding/1: one object a line.</summary>
sealed class JsonlFindingWriter(TokenCounter tokens) : FindingWriter
{
    [ThreadStatic]
    static ArrayBufferWriter<byte>? s_buffer;

    [ThreadStatic]
    static Utf8JsonWriter? s_json;

    internal override void Write(Stream output, in RecordFinding finding)
    {
        s_buffer ??= new ArrayBufferWriter<byte>(4096);
        s_json ??= new Utf8JsonWriter(s_buffer);
        s_buffer.ResetWrittenCount();
        s_json.Reset(s_buffer);
        Utf8JsonWriter json = s_json;
        json.WriteStartObject();
        json.WriteString("schema", "leakscan.finding/1");
        json.WriteString("id", finding.Record.Id);
        json.WriteString("input", finding.Record.Input);
        json.WriteNumber("line", finding.Record.Line);
        json.WriteNumber("offset", finding.Record.Offset);
        json.WriteString("verdict", RecordFinding.Name(finding.Result.Verdict));
        json.WriteString("label", finding.Result.Label);
        WriteFraction(json, "score", finding.Result.Score);
        json.WriteNumber("matchedCharacters", finding.Result.MatchedCharacters);
        json.WriteNumber("matchedTokens", tokens.Count(finding.Record.Text.Span, finding.Matches));
        WriteFraction(json, "containment", finding.Result.Containment);
        json.WriteStartArray("matches");
        foreach (Match match in finding.Matches)
        {
            IndexedDocument document = finding.Index.GetDocument(match.DocumentId);
            json.WriteStartObject();
            json.WriteString("kind", RecordFinding.Name(match.Kind));
            json.WriteStartObject("source");
            json.WriteString("path", document.Path);
            json.WriteNumber("startLine", match.SourceStartLine);
            json.WriteNumber("endLine", match.SourceEndLine);
            json.WriteString("label", document.Label);
            json.WriteEndObject();
            (string? field, int start, int length, int startLine, int endLine) = finding.Locate(match);
            json.WriteStartObject("span");
            json.WriteNumber("start", start);
            json.WriteNumber("length", length);
            json.WriteNumber("startLine", startLine);
            json.WriteNumber("endLine", endLine);
            if (!string.IsNullOrEmpty(field)) json.WriteString("field", field);
            json.WriteEndObject();
            json.WriteNumber("matchedCharacters", match.MatchedCharacters);
            WriteFraction(json, "similarity", match.Similarity);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.Write(s_buffer.WrittenSpan);
        output.WriteByte((byte)'\n');
    }

    /// <summary>At most four digits after the point, and at least one, as the contract has them.</summary>
    static void WriteFraction(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value.ToString("0.0###", CultureInfo.InvariantCulture));
    }
}
