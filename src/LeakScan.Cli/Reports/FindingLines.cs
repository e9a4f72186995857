namespace LeakScan.Cli.Reports;

/// <summary>Reads the lines of a stream as the bytes they are, so that what is wrong with one can be said where it stands.</summary>
/// <param name="stream">What to read.</param>
/// <param name="longest">Bytes from which on a line is not kept.</param>
sealed class FindingLines(Stream stream, int longest = 64 * 1024 * 1024)
{
    byte[] _buffer = new byte[Math.Min(longest, 64 * 1024)];
    int _start, _length, _behind, _end; // of the line, of what is behind it, and of all that was read
    long _taken;

    /// <summary>The line read last, without what ends it; valid until the next is read. Empty if it is too long.</summary>
    internal ReadOnlySpan<byte> Line => _buffer.AsSpan(_start, _length);

    internal bool IsTooLong { get; private set; }

    /// <summary>Its number, from 1.</summary>
    internal long Number { get; private set; }

    /// <summary>Bytes before it.</summary>
    internal long Offset { get; private set; }

    /// <summary>Reads a line.</summary>
    /// <returns>False if there is none left.</returns>
    internal bool Read()
    {
        _start = _behind;
        Offset += _taken;
        IsTooLong = false;
        long dropped = 0;
        int length = 0;
        bool ends;
        while (true)
        {
            int found = _buffer.AsSpan((_start + length).._end).IndexOf((byte)'\n');
            ends = found >= 0;
            length = ends ? length + found : _end - _start;
            if (ends) break;
            if (length >= longest)
            {
                dropped += length;
                (_start, _end, length, IsTooLong) = (0, 0, 0, true);
            }
            if (!Fill()) break;
        }
        _taken = dropped + length + (ends ? 1 : 0);
        _behind = _start + length + (ends ? 1 : 0);
        if (_taken == 0) return false;
        _length = IsTooLong ? 0 : length;
        if (++Number == 1 && Line.StartsWith("\uFEFF"u8)) (_start, _length) = (_start + 3, _length - 3);
        if (Line is [.., (byte)'\r']) _length--;
        return true;
    }

    bool Fill()
    {
        if (_end == _buffer.Length)
        {
            byte[] target = _start == 0 ? new byte[2 * _buffer.Length] : _buffer;
            _buffer.AsSpan(_start.._end).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, _end - _start);
        }
        int read = stream.Read(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }
}
