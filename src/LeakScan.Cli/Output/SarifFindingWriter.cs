using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LeakScan.Cli.Output;

/// <summary>SARIF 2.1.0, for what reads the results of code analysis.</summary>
sealed class SarifFindingWriter(IReadOnlyList<string> labels) : FindingWriter
{
    bool _hasResults;

    internal override bool WantsAllowed => false;

    internal override void Begin(Stream output) => output.Write(Encoding.UTF8.GetBytes(Sarif.Head(labels)));

    internal override int Write(Stream output, in RecordFinding finding)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            // A record of JSON is a line, one of a database a row; of a text the lines that match best are named.
            bool isText = finding.Record.Fields.Count == 0 && finding.Record.Id == string.Create(CultureInfo.InvariantCulture, $"{finding.Record.Input}:{finding.Record.Line}");
            long first = finding.Record.Line + (isText ? finding.Matches[0].StartLine - 1 : 0);
            long last = finding.Record.Line + (isText ? finding.Matches[0].EndLine - 1 : 0);
            FingerprintIndex index = finding.Index;
            Sarif.WriteResult(json,
                new SarifResult(finding.Result.Label, RecordFinding.Name(finding.Result.Verdict), finding.Record.Id, finding.Result.MatchedCharacters, finding.Result.Score, finding.IsSent, finding.Record.Input, first, last),
                finding.Matches.Select(m => (index.GetDocument(m.DocumentId).Path, m.SourceStartLine, m.SourceEndLine)));
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

    internal override void End(Stream output, bool isComplete) => output.Write(Sarif.Tail(isComplete));
}
