namespace LeakScan.Matching;

/// <summary>Line numbers of offsets in a text, counted on from the last one asked for when that lies before.</summary>
sealed class LineCounter
{
    int _offset;
    int _line;

    internal void Reset() => (_offset, _line) = (0, 1);

    internal int LineOf(ReadOnlySpan<byte> text, int offset)
    {
        if (offset < _offset) (_offset, _line) = (0, 1);
        _line += text[_offset..offset].Count((byte)'\n');
        _offset = offset;
        return _line;
    }
}
