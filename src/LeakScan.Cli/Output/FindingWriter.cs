using LeakScan.Sources;

namespace LeakScan.Cli.Output;

/// <summary>One record with at least one match.</summary>
readonly ref struct RecordFinding(FingerprintIndex index, InputRecord record, ScanResult result, IReadOnlyList<Match> matches)
{
    internal FingerprintIndex Index { get; } = index;
    internal InputRecord Record { get; } = record;
    internal ScanResult Result { get; } = result;
    internal IReadOnlyList<Match> Matches { get; } = matches;

    internal static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Block => "block",
        Verdict.Warn => "warn",
        _ => "allow",
    };

    internal static string Name(MatchKind kind) => kind switch
    {
        MatchKind.Verbatim => "verbatim",
        MatchKind.Edited => "edited",
        _ => "structural",
    };

    /// <summary>Where a match stands as the person sees it: in its field if the record has fields, else in the record.</summary>
    internal (string? Field, int Start, int Length, int StartLine, int EndLine) Locate(in Match match)
    {
        if (!Record.TryLocate(match.Start, out InputField field)) return (null, match.Start, match.Length, match.StartLine, match.EndLine);
        int start = match.Start - field.Start;
        int length = Math.Min(match.Length, Math.Max(0, field.Length - start));
        ReadOnlySpan<byte> text = Record.Text.Span;
        int startLine = 1 + text[field.Start..match.Start].Count((byte)'\n');
        int endLine = startLine + text.Slice(match.Start, Math.Max(0, length - 1)).Count((byte)'\n');
        return (field.Name, start, length, startLine, endLine);
    }
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
    internal abstract void Write(Stream output, in RecordFinding finding);

    /// <summary>Puts out what <see cref="Write"/> wrote of one or more findings. Called by one thread, in the order of the input.</summary>
    internal virtual void Put(Stream output, ReadOnlySpan<byte> findings) => output.Write(findings);

    internal virtual void End(Stream output)
    {
    }
}
