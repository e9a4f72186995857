using System.Text.Json;

namespace LeakScan.Sources.Files;

/// <summary>Leaves of a Jupyter notebook what its author wrote and what that printed.</summary>
// The rest is the format's, the same in every notebook, or a picture: indexed, it would make anybody's notebook look like one's own. Strings stay
// where they stand, on their line and with their escapes, which canonical text and tokens see through.
static class NotebookText
{
    /// <summary>A longer notebook is indexed as the text that it is.</summary>
    internal const int MaxBytes = 64 * 1024 * 1024;

    internal static bool IsNotebook(string name) => name.EndsWith(".ipynb", StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes all else out of a notebook but the line feeds.</summary>
    /// <param name="text">The notebook; overwritten.</param>
    /// <returns>The length of what is left; all of it if it is no notebook.</returns>
    internal static int Keep(Span<byte> text)
    {
        List<(int Start, int End)> kept = [];
        try
        {
            if (!Find(text, kept)) return text.Length;
        }
        catch (JsonException)
        {
            return text.Length;
        }
        int length = 0, from = 0;
        foreach ((int start, int end) in kept)
        {
            KeepLineFeeds(text, from, start, ref length);
            text[start..end].CopyTo(text[length..]);
            length += end - start;
            from = end;
        }
        KeepLineFeeds(text, from, text.Length, ref length);
        return length;
    }

    // Cells have "source", those of the oldest format "input"; a cell's output has "text", as it was streamed, or "text/plain", what a value looks like,
    // of which <Figure size 640x480 with 1 Axes> is a name and a place in memory.
    static bool Find(ReadOnlySpan<byte> json, List<(int Start, int End)> kept)
    {
        Utf8JsonReader reader = new(json);
        bool isNotebook = false, isWanted = false, isValue = false, isName = false, isWarning = false;
        int wantedDepth = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    if (reader.CurrentDepth == 1) isNotebook |= reader.ValueTextEquals("cells"u8) || reader.ValueTextEquals("worksheets"u8);
                    isValue = reader.ValueTextEquals("text/plain"u8);
                    isWanted = reader.ValueTextEquals("source"u8) || reader.ValueTextEquals("input"u8) || isValue || (reader.ValueTextEquals("text"u8) && !isWarning);
                    isName = reader.ValueTextEquals("name"u8);
                    wantedDepth = reader.CurrentDepth;
                    break;
                case JsonTokenType.String when isWanted:
                    if (!isValue || !reader.ValueSpan.StartsWith("<"u8)) kept.Add(((int)reader.TokenStartIndex + 1, (int)reader.TokenStartIndex + 1 + reader.ValueSpan.Length));
                    isWanted = reader.CurrentDepth > wantedDepth; // more of an array
                    break;
                case JsonTokenType.String when isName:
                    // Of libraries, mostly, and the same for everybody. Properties are in the order of their names.
                    isWarning = reader.ValueTextEquals("stderr"u8);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.EndObject:
                    isWanted = isWarning = false;
                    break;
                case JsonTokenType.EndArray:
                    isWanted = false;
                    break;
                default:
                    break;
            }
        }
        return isNotebook;
    }

    static void KeepLineFeeds(Span<byte> text, int from, int to, ref int length)
    {
        int before = length;
        for (int at = text[from..to].IndexOf((byte)'\n'); at >= 0; at = text[from..to].IndexOf((byte)'\n'))
        {
            text[length++] = (byte)'\n';
            from += at + 1;
        }
        if (length == before && before > 0) text[length++] = (byte)' ';
    }
}
