namespace LeakScan.Sources.Files;

/// <summary>Lines whose author says that they may leave.</summary>
static class AllowedLines
{
    static ReadOnlySpan<byte> Mark => "leakscan:allow"u8;

    /// <summary>A copy of a text with every line that holds the mark made empty, so that the lines' numbers stay.</summary>
    internal static byte[] Empty(ReadOnlySpan<byte> text)
    {
        int mark = text.IndexOf(Mark);
        if (mark < 0) return text.ToArray();
        byte[] copy = new byte[text.Length];
        int written = 0;
        while (mark >= 0)
        {
            int lineStart = text[..mark].LastIndexOf((byte)'\n') + 1;
            text[..lineStart].CopyTo(copy.AsSpan(written));
            written += lineStart;
            int lineEnd = text[mark..].IndexOf((byte)'\n');
            text = lineEnd < 0 ? default : text[(mark + lineEnd)..];
            mark = text.IndexOf(Mark);
        }
        text.CopyTo(copy.AsSpan(written));
        return copy[..(written + text.Length)];
    }
}
