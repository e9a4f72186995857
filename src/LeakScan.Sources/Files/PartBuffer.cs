using System.Buffers;

namespace LeakScan.Sources.Files;

/// <summary>Reads a <see cref="TextSource"/> into arrays of the pool, which pass to whoever takes what is in them.</summary>
sealed class PartBuffer : IDisposable
{
#if DEBUG
    // Tiny, so that growing runs in every test.
    const int LeastBytes = 16;
#else
    const int LeastBytes = 4096;
#endif

    readonly TextSource _source;
    byte[] _bytes;
    int _start;
    int _end;
    bool _ended;

    /// <param name="source">What is read.</param>
    /// <param name="expected">How much it may be: what is more takes longer.</param>
    internal PartBuffer(TextSource source, int expected)
    {
        _source = source;
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(LeastBytes, expected));
    }

    /// <summary>Offset of the first available byte in the source.</summary>
    internal long Position { get; private set; }

    internal Span<byte> Available => _bytes.AsSpan(_start, _end - _start);

    internal void Skip(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>Reads until so many bytes are available or the source ends.</summary>
    internal void Fill(int wanted)
    {
        while (_end - _start < wanted && !_ended)
        {
            if (_end == _bytes.Length) Move((int)Math.Min(Math.Max(wanted, LeastBytes), 2L * _bytes.Length));
            int read = _source.Read(_bytes.AsSpan(_end));
            _ended = read == 0;
            _end += read;
        }
    }

    /// <summary>Takes the first bytes out, and the array that holds them; they need not be returned.</summary>
    internal (byte[] Pooled, ReadOnlyMemory<byte> Memory) Take(int length)
    {
        (byte[] taken, int start) = (_bytes, _start);
        Skip(length);
        Span<byte> rest = Available;
        _bytes = rest.IsEmpty && _ended ? [] : ArrayPool<byte>.Shared.Rent(Math.Max(rest.Length, taken.Length));
        rest.CopyTo(_bytes);
        (_start, _end) = (0, rest.Length);
        return (taken, taken.AsMemory(start, length));
    }

    void Move(int room)
    {
        Span<byte> available = Available;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(room, available.Length + 1));
        available.CopyTo(larger);
        Return();
        (_bytes, _start, _end) = (larger, 0, available.Length);
    }

    void Return()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    public void Dispose()
    {
        Return();
        (_start, _end, _ended) = (0, 0, true);
    }
}
