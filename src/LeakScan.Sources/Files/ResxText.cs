namespace LeakScan.Sources.Files;

/// <summary>Leaves of a .NET resource file what its author wrote: the rest, a page of explanation and a schema, is the same in every one.</summary>
static class ResxText
{
    internal static bool IsResx(string name) => name.EndsWith(".resx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes what stands before the resources out of the file but the line feeds.</summary>
    /// <param name="text">The file, or its first part; overwritten.</param>
    /// <returns>The length of what is left; all of it if there is no such head.</returns>
    internal static int Keep(Span<byte> text)
    {
        ReadOnlySpan<byte> lastOfHead = "</resheader>"u8;
        int head = text.LastIndexOf(lastOfHead);
        if (head < 0) return text.Length;
        head += lastOfHead.Length;
        int lines = text[..head].Count((byte)'\n');
        text[..lines].Fill((byte)'\n');
        text[head..].CopyTo(text[lines..]);
        return text.Length - head + lines;
    }
}
