namespace LeakScan.Sources;

/// <summary>One SOURCE of a command line: what to read and the label its documents get.</summary>
/// <param name="Path">A folder, a file, or <c>-</c> for standard input.</param>
/// <param name="Label">The label.</param>
public sealed record SourceSpec(string Path, string Label)
{
    /// <summary>Splits <c>label=path</c>; without a label, or where what stands before <c>=</c> is no label, all of it is the path.</summary>
    /// <remarks>A label has letters, digits, <c>_</c>, <c>-</c> and <c>.</c>; write <c>./a=b</c> for a file of that name.</remarks>
    /// <param name="text">The argument.</param>
    /// <param name="defaultLabel">Label for a path that names none.</param>
    public static SourceSpec Parse(string text, string defaultLabel)
    {
        ArgumentNullException.ThrowIfNull(text);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        bool labelled = equals > 0 && equals < text.Length - 1 && text.AsSpan(0, equals).IndexOfAnyExcept(s_labelCharacters) < 0;
        return labelled ? new SourceSpec(text[(equals + 1)..], text[..equals]) : new SourceSpec(text, defaultLabel);
    }

    static readonly System.Buffers.SearchValues<char> s_labelCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");
}
