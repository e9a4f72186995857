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
        // The explanation is a comment, and has resources of its own.
        int comment = text.IndexOf("-->"u8);
        int first = comment < 0 ? text.IndexOf("<data "u8) : text[comment..].IndexOf("<data "u8) is >= 0 and int behind ? comment + behind : -1;
        ReadOnlySpan<byte> before = first < 0 ? text : text[..first];
        int head = Math.Max(EndOf(before, "</resheader>"u8), EndOf(before, "</xsd:schema>"u8));
        int lines = text[..head].Count((byte)'\n');
        text[..lines].Fill((byte)'\n');
        text[head..].CopyTo(text[lines..]);
        return text.Length - head + lines;
    }

    /// <summary>Behind the last; 0 if there is none.</summary>
    static int EndOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> tag) => text.LastIndexOf(tag) is >= 0 and int at ? at + tag.Length : 0;
}
