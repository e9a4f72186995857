using System.Buffers;
using System.Globalization;
using System.Text.Json;
using LeakScan.Sources;

namespace LeakScan.Cli.Output;

/// <summary>leakscan.finding/1: one object a line.</summary>
sealed class JsonlFindingWriter(TokenCounter tokens) : FindingWriter
{
    [ThreadStatic]
    static ArrayBufferWriter<byte>? s_buffer;

    [ThreadStatic]
    static Utf8JsonWriter? s_json;

    internal override int Write(Stream output, in RecordFinding finding)
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
        json.WriteNumber("matchedTokens", tokens.Count(finding.Record.Text.Span, [.. finding.Matches.Take(finding.Result.Matches)]));
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
            InputSpan span = finding.Locate(match);
            json.WriteStartObject("span");
            json.WriteNumber("start", span.Start);
            json.WriteNumber("length", span.Length);
            json.WriteNumber("startLine", span.StartLine);
            json.WriteNumber("endLine", span.EndLine);
            if (span.Field is not null) json.WriteString("field", span.Field); // of a record that is one string the name is empty
            TextOrigin origin = finding.OriginOf(match);
            WriteIfKnown(json, "role", origin.Role);
            WriteIfKnown(json, "tool", origin.Tool);
            if (finding.IsMatchSent(match) is bool isSent) json.WriteBoolean("sent", isSent);
            json.WriteEndObject();
            json.WriteNumber("matchedCharacters", match.MatchedCharacters);
            WriteFraction(json, "similarity", match.Similarity);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteOrigin(json, finding);
        json.WriteEndObject();
        json.Flush();
        output.Write(s_buffer.WrittenSpan);
        output.WriteByte((byte)'\n');
        return s_buffer.WrittenCount - 1;
    }

    internal override string FormatCount(int count) => string.Create(CultureInfo.InvariantCulture, $",\"count\":{count}");

    static void WriteOrigin(Utf8JsonWriter json, in RecordFinding finding)
    {
        if (finding.IsSent is not bool isSent) return;
        TextOrigin origin = finding.OriginOf(finding.Matches[0]);
        json.WriteBoolean("sent", isSent);
        json.WriteString("format", RecordFinding.Name(finding.Record.Format));
        WriteIfKnown(json, "session", origin.Session);
        WriteIfKnown(json, "turn", origin.Turn);
        WriteIfKnown(json, "project", origin.Project);
    }

    static void WriteIfKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) json.WriteString(name, value);
    }

    /// <summary>At most four digits after the point, and at least one, as the contract has them.</summary>
    static void WriteFraction(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value.ToString("0.0###", CultureInfo.InvariantCulture));
    }
}
