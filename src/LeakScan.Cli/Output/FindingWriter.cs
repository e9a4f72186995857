using LeakScan.Sources;

namespace LeakScan.Cli.Output;

/// <summary>A record with at least one match.</summary>
/// <param name="index">What it was scanned against.</param>
/// <param name="record">The record.</param>
/// <param name="isSent">Whether the part was sent that decides: the one with the graver verdict. Null if nothing is known about that.</param>
/// <param name="result">What the scan of that part came to.</param>
/// <param name="matches">Its matches, then those of the other part, all with offsets in the record.</param>
readonly ref struct RecordFinding(FingerprintIndex index, InputRecord record, bool? isSent, ScanResult result, IReadOnlyList<Match> matches)
{
    internal FingerprintIndex Index { get; } = index;
    internal InputRecord Record { get; } = record;
    internal bool? IsSent { get; } = isSent;
    internal ScanResult Result { get; } = result;
    internal IReadOnlyList<Match> Matches { get; } = matches;

    /// <summary>Whether the text of one match was sent.</summary>
    internal bool? IsMatchSent(in Match match) => IsSent is null ? null : match.Start < Record.SentLength;

    internal static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Block => "block",
        Verdict.Warn => "warn",
        _ => "allow",
    };

    internal static string Name(RecordFormat format) => format switch
    {
        RecordFormat.ClaudeCode => "claude-code",
        RecordFormat.Codex => "codex",
        RecordFormat.Cursor => "cursor",
        RecordFormat.Windsurf => "windsurf",
        RecordFormat.AnthropicRequest => "anthropic",
        RecordFormat.OpenAIRequest => "openai",
        RecordFormat.WrappedRequest => "request",
        RecordFormat.FineTune => "fine-tune",
        RecordFormat.Conversation => "conversation",
        RecordFormat.LiteLlm => "litellm",
        RecordFormat.OpenTelemetry => "otel",
        _ => "none",
    };

    internal static string Name(MatchKind kind) => kind switch
    {
        MatchKind.Verbatim => "verbatim",
        MatchKind.Edited => "edited",
        _ => "structural",
    };

    /// <summary>Where a match stands as the person sees it: in its field if the record has fields, else in the record.</summary>
    internal InputSpan Locate(in Match match) => Record.Locate(match.Start, match.Length);

    internal TextOrigin OriginOf(in Match match) => Record.GetOrigin(match.Start);

    /// <summary>The string that a match stands in, or all of the text.</summary>
    internal ReadOnlySpan<byte> TextAround(in Match match) =>
        Record.TryLocate(match.Start, out InputField field) ? Record.Text.Span.Slice(field.Start, field.Length) : Record.Text.Span;
}

/// <summary>A format of findings. Writes into a buffer that is put out in the order of the input.</summary>
abstract class FindingWriter
{
    /// <summary>Whether records that the policy lets through are written too.</summary>
    internal virtual bool WantsAllowed => true;

    internal virtual void Begin(Stream output)
    {
    }

    /// <summary>Writes one finding. Called by several threads, each with its own buffer.</summary>
    /// <returns>Where in what it wrote the text of <see cref="FormatCount"/> goes.</returns>
    internal abstract int Write(Stream output, in RecordFinding finding);

    /// <summary>What is added to a finding whose text was met more than once.</summary>
    internal abstract string FormatCount(int count);

    /// <summary>Puts out what <see cref="Write"/> wrote of one finding. Called by one thread, in the order of the input.</summary>
    internal virtual void Put(Stream output, ReadOnlySpan<byte> finding) => output.Write(finding);

    /// <param name="output">Where findings go.</param>
    /// <param name="isComplete">Whether all of the input could be read, and was.</param>
    internal virtual void End(Stream output, bool isComplete)
    {
    }
}
