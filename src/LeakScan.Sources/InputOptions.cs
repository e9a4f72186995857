namespace LeakScan.Sources;

/// <summary>How an input is cut into records.</summary>
public enum InputFormat
{
    /// <summary>
    /// By path, name and content: the logs of the four tools; Parquet if named .parquet or with its magic numbers; JSONL if named .jsonl or .ndjson, or if its first line is a
    /// complete JSON object; a .json file that is one JSON value up to 64 MiB is one record; else text.
    /// </summary>
    Auto,

    /// <summary>A file is one record, or several if it is long.</summary>
    Text,

    /// <summary>
    /// A line is one record: a JSON value, of which the strings are scanned. Lines between that are no JSON, and do not begin as an
    /// object does, are one record of text together.
    /// </summary>
    Jsonl,

    /// <summary>As <see cref="Auto"/>, but whatever does not say what it is belongs to Claude Code.</summary>
    ClaudeCode,

    /// <summary>The same for Codex.</summary>
    Codex,

    /// <summary>As <see cref="Auto"/>, but whatever does not say what it is belongs to Cursor.</summary>
    Cursor,

    /// <summary>The same for Windsurf and Devin.</summary>
    Windsurf,

    /// <summary>
    /// A row is one record: what <see cref="Jsonl"/> makes of the row as a JSON object of its columns of text, at any nesting, and of
    /// its whole numbers, which may name it. Not from a pipe.
    /// </summary>
    Parquet,
}

/// <summary>How <see cref="InputReader"/> reads.</summary>
public sealed record InputOptions
{
    /// <summary>The format of every input. Default: <see cref="InputFormat.Auto"/>.</summary>
    public InputFormat Format { get; init; }

    /// <summary>JSONL: the top-level property, or Parquet's column, whose strings, at any nesting, are the text. Default: null, every string of the record.</summary>
    public string? TextField { get; init; }

    /// <summary>
    /// Hand out lines of JSONL as they are, to be parsed by <see cref="InputRecord.Parse"/> if they are found to be worth it: of
    /// most lines a scan of the raw text already says that nothing is in them. A line that does not begin and end as a JSON object or
    /// array does is parsed at once, so that one that was cut short is told of. Has no effect with <see cref="TextField"/>.
    /// </summary>
    public bool ParsesOnDemand { get; init; }

    /// <summary>JSONL: the top-level property, a string or number, that names the record. Default: <c>id</c>.</summary>
    public string IdField { get; init; } = "id";
}

/// <summary>One string of a JSON record.</summary>
/// <param name="Name">Where it stands in the record, as in <c>messages[3].content[0].text</c>; empty if the record is a string.</param>
/// <param name="Start">Offset of its first byte in <see cref="InputRecord.Text"/>.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct InputField(string Name, int Start, int Length);
