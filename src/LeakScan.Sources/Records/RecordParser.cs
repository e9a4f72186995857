using System.Globalization;
using System.Text.Json;
using LeakScan.Sources.Transcripts;

namespace LeakScan.Sources.Records;

/// <summary>Where a record stands in its input.</summary>
readonly record struct RecordPlace(string Input, long Line, long Offset, long RawBytes);

/// <summary>How a line was understood.</summary>
enum ParsedAs
{
    Json,

    /// <summary>As JSON, but it has no field of the name asked for: all strings of it are handed out.</summary>
    JsonWithoutTextField,

    /// <summary>As raw text, since it is no JSON.</summary>
    Raw,
}

/// <summary>Turns a line into a record. What comes out depends on the arguments alone, not on the lines before.</summary>
sealed class RecordParser(InputOptions options) : IDisposable
{
    internal InputOptions Options { get; } = options;

    readonly JsonStrings _strings = new(options.TextField, options.IdField);
    readonly JsonStrings _allStrings = new(null, options.IdField);

    /// <summary>Whether the shape of a record may say what it is.</summary>
    readonly bool _looksAtShape = options.Format != InputFormat.Jsonl && options.TextField is null;

    /// <summary>Whether the format of the last line that was parsed is beyond doubt.</summary>
    internal bool IsCertain { get; private set; }

    /// <summary>Parses a line, which must stay as it is for as long as the record is used.</summary>
    /// <param name="line">Without its line end.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="context">What it does not say about itself.</param>
    /// <param name="record">Overwritten.</param>
    /// <param name="errorOffset">Offset in the line at which it is no JSON.</param>
    internal ParsedAs Parse(ReadOnlyMemory<byte> line, in RecordPlace place, in LineContext context, InputRecord record, out long errorOffset)
    {
        errorOffset = 0;
        try
        {
            JsonStrings strings = _strings;
            strings.Parse(line);
            bool isMissing = strings.IsTextFieldMissing;
            if (isMissing)
            {
                // Rather too much than nothing: what is not looked at cannot be found.
                strings = _allStrings;
                strings.Parse(line);
            }
            RecordFormat format = _looksAtShape ? strings.FormatIn(context.Format) : context.Format;
            IsCertain = strings.IsCertain(format, context.Format);
            int sent = context.IsLocal ? 0 : IsCertain ? strings.Partition(format) : strings.Text.Length;
            record.Set(place, strings.Text, strings, format, sent, context);
            return isMissing ? ParsedAs.JsonWithoutTextField : ParsedAs.Json;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a property name with half a surrogate pair.
            errorOffset = (e as JsonException)?.BytePositionInLine ?? 0;
            SetRaw(line, place, context, record);
            return ParsedAs.Raw;
        }
    }

    /// <summary>Makes a record of text as it is.</summary>
    internal static void SetRaw(ReadOnlyMemory<byte> text, in RecordPlace place, in LineContext context, InputRecord record) =>
        record.Set(place, text, null, context.IsLocal ? context.Format : RecordFormat.None, context.IsLocal ? 0 : text.Length, context);

    /// <summary>Whether a line looks like a whole JSON value from both its ends.</summary>
    internal static bool LooksWhole(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t"u8);
        return line.Length >= 2 && (line[0], line[^1]) is ((byte)'{', (byte)'}') or ((byte)'[', (byte)']');
    }

    /// <summary>Whether a line begins as a JSON object does: if it is none, it is a damaged one, not text.</summary>
    internal static bool LooksBegun(ReadOnlySpan<byte> line) => line.TrimStart(" \t"u8).StartsWith("{\""u8);

    /// <summary>What to say of lines that are no JSON; null if it is the last, cut one of a tool that is at work.</summary>
    internal static SourceProblem? ProblemOf(in RecordPlace place, in LineContext context, bool isWholeLine, long errorOffset, int lines = 1)
    {
        if (lines > 1) return new SourceProblem(place.Input, place.Line, place.Offset + errorOffset, string.Create(CultureInfo.InvariantCulture, $"{lines} lines from this one on are not valid JSON; they are scanned as raw text"));
        return isWholeLine || context.Format == RecordFormat.None
            ? new SourceProblem(place.Input, place.Line, place.Offset + errorOffset, "the line is not valid JSON; it is scanned as raw text")
            : null;
    }

    public void Dispose()
    {
        _strings.Dispose();
        _allStrings.Dispose();
    }
}
