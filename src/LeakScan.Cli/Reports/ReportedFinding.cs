using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeakScan.Cli.Reports;

/// <summary>A line of leakscan.finding/1, as <c>leakscan scan</c> writes it; what a later version adds is left out.</summary>
sealed record ReportedFinding
{
    internal const string SchemaName = "leakscan.finding/1";

    public required string Schema { get; init; }
    public required string Id { get; init; }
    public required string Input { get; init; }
    public required long Line { get; init; }
    public required string Verdict { get; init; }
    public string? Label { get; init; }
    public required double Score { get; init; }
    public int MatchedCharacters { get; init; }
    public double Containment { get; init; }
    public required IReadOnlyList<ReportedMatch> Matches { get; init; }
    public bool? Sent { get; init; }
    public string? Format { get; init; }
    public string? Session { get; init; }
    public string? Project { get; init; }
    public int Count { get; init; } = 1;

    /// <summary>The line of the input where the best match begins, and where it ends. A record of JSON is a line; of a text the lines that match are known.</summary>
    internal (long First, long Last) Lines
    {
        get
        {
            bool isText = Format is null && Matches.All(m => m.Span.Field is null) && Id == string.Create(CultureInfo.InvariantCulture, $"{Input}:{Line}"); // of a database the line is a row
            return isText && Matches is [var best, ..] ? (Line + best.Span.StartLine - 1, Line + best.Span.EndLine - 1) : (Line, Line);
        }
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="problem">What is wrong with it if it is no finding. It quotes nothing.</param>
    /// <returns>The finding; null if it is none.</returns>
    internal static ReportedFinding? Parse(ReadOnlySpan<byte> line, out string problem)
    {
        problem = "";
        try
        {
            if (JsonSerializer.Deserialize(line, ReportJson.Default.ReportedFinding) is ReportedFinding { Schema: SchemaName, Verdict: "allow" or "warn" or "block" } finding
                && finding.Matches.All(m => m is { Source: not null, Span: not null })) return finding;
            problem = $"no finding of {SchemaName}, which leakscan scan --format jsonl writes";
        }
        catch (JsonException e)
        {
            problem = $"no finding of {SchemaName}, which leakscan scan --format jsonl writes (byte {e.BytePositionInLine ?? 0} of the line)";
        }
        if (IsCompressed(line)) problem = "compressed: decompress it into leakscan report -";
        return null;
    }

    /// <summary>Whether bytes begin as gzip or Zstandard do.</summary>
    internal static bool IsCompressed(ReadOnlySpan<byte> bytes) => bytes is [0x1F, 0x8B, ..] or [0x28, 0xB5, 0x2F, 0xFD, ..];
}

/// <summary>One of its matches, the best first.</summary>
sealed record ReportedMatch
{
    public required string Kind { get; init; }
    public required ReportedSource Source { get; init; }
    public required ReportedSpan Span { get; init; }
    public int MatchedCharacters { get; init; }
    public double Similarity { get; init; }
}

/// <summary>Lines of a document that must not leave.</summary>
sealed record ReportedSource
{
    public required string Path { get; init; }
    public required int StartLine { get; init; }
    public required int EndLine { get; init; }
    public string? Label { get; init; }
}

/// <summary>Where they stand in the record.</summary>
sealed record ReportedSpan
{
    public required int StartLine { get; init; }
    public required int EndLine { get; init; }
    public string? Field { get; init; }
    public string? Role { get; init; }
    public string? Tool { get; init; }
    public bool? Sent { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ReportedFinding))]
sealed partial class ReportJson : JsonSerializerContext;
