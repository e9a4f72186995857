namespace LeakScan.Sources.Files;

/// <summary>Lines whose author says that they may leave.</summary>
static class AllowedLines
{
    static ReadOnlySpan<byte> Mark => "leakscan:allow"u8;

    /// <summary>Makes every line of a text that holds the mark empty, so that the lines' numbers stay.</summary>
    /// <returns>The length of what is left, at the beginning of the text.</returns>
    internal static int Empty(Span<byte> text)
    {
        Span<byte> rest = text;
        int written = 0;
        for (int mark = rest.IndexOf(Mark); mark >= 0; mark = rest.IndexOf(Mark))
        {
            int lineStart = rest[..mark].LastIndexOf((byte)'\n') + 1;
            rest[..lineStart].CopyTo(text[written..]);
            written += lineStart;
            int lineEnd = rest[mark..].IndexOf((byte)'\n');
            rest = lineEnd < 0 ? default : rest[(mark + lineEnd)..];
        }
        if (written < text.Length - rest.Length) rest.CopyTo(text[written..]);
        return written + rest.Length;
    }
}
