namespace LeakScan.Cli.Outgoing;

/// <summary>Lines of a file, 1-based.</summary>
readonly record struct LineRange(long First, long Count)
{
    internal static LineRange All => new(1, long.MaxValue);

    /// <summary>What a reading tool's offset and limit mean; whatever is not plain means the whole file.</summary>
    internal static LineRange From(long? offset, long? limit) => offset < 0 || limit <= 0 ? All : new(Math.Max(1, offset ?? 1), limit ?? long.MaxValue);

    /// <summary>The bytes of these lines.</summary>
    internal ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> text)
    {
        if (this == All) return text;
        int start = Skip(text.Span, First - 1);
        text = text[start..];
        return Count == long.MaxValue ? text : text[..Skip(text.Span, Count)];
    }

    /// <summary>Whether there is more of a text behind these lines.</summary>
    internal bool EndsWithin(ReadOnlyMemory<byte> text) => Count < long.MaxValue - First && Skip(text.Span, First - 1 + Count) < text.Length;

    /// <summary>The last lines of a text.</summary>
    internal static ReadOnlyMemory<byte> Last(ReadOnlyMemory<byte> text, long count)
    {
        ReadOnlySpan<byte> span = text.Span;
        int start = span.Length;
        while (count-- > 0 && start > 0) start = span[..(start - 1)].LastIndexOf((byte)'\n') + 1;
        return text[start..];
    }

    static int Skip(ReadOnlySpan<byte> text, long lines)
    {
        int at = 0;
        while (lines-- > 0 && at < text.Length)
        {
            int end = text[at..].IndexOf((byte)'\n');
            at = end < 0 ? text.Length : at + end + 1;
        }
        return at;
    }
}
