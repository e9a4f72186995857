using System.Buffers;
using System.Text;
using System.Text.Json;
using LeakScan.Cli.Output;

namespace LeakScan.Cli.Reports;

/// <summary>The results that <c>leakscan scan --format sarif</c> would have written, with the labels that they have as rules.</summary>
sealed class SarifReport : Report
{
    readonly ArrayBufferWriter<byte> _results = new();
    readonly SortedSet<string> _labels = new(StringComparer.Ordinal);

    internal override void Add(ReportedFinding finding)
    {
        if (finding.Verdict == "allow") return;
        if (finding.Label is string label) _labels.Add(label);
        if (_results.WrittenCount > 0) _results.Write(","u8);
        using Utf8JsonWriter json = new(_results);
        (long first, long last) = finding.Lines;
        Sarif.WriteResult(json, new SarifResult(finding.Label, finding.Verdict, finding.Id, finding.MatchedCharacters, finding.Score, finding.Sent, finding.Input, first, last),
            finding.Matches.Select(m => (m.Source.Path, m.Source.StartLine, m.Source.EndLine)));
        if (finding.Count > 1) json.WriteNumber("occurrenceCount", finding.Count);
        json.WriteEndObject();
    }

    internal override void Write(Stream output, long problems)
    {
        output.Write(Encoding.UTF8.GetBytes(Sarif.Head(_labels)));
        output.Write(_results.WrittenSpan);
        output.Write(Sarif.Tail(isComplete: problems == 0));
    }
}
