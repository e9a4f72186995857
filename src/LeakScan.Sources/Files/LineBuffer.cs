using System.Buffers;

namespace LeakScan.Sources.Files;

/// <summary>A pooled window on a <see cref="TextSource"/> that grows as asked.</summary>
sealed class LineBuffer : IDisposable
{
#if DEBUG
    // Tiny, so that refilling and growing run in every test.
    const int InitialBytes = 64;
#else
    const int InitialBytes = 256 * 1024;
#endif

    byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
    int _start;
    int _end;
    bool _ended;
    TextSource? _source;

    /// <summary>Offset of the first available byte in the source.</summary>
    internal long Position { get; private set; }

    internal int Count => _end - _start;

    internal ReadOnlySpan<byte> Available => _bytes.AsSpan(_start, Count);

    /// <summary>The first bytes, valid until the next <see cref="Fill"/>.</summary>
    internal ReadOnlyMemory<byte> Memory(int length) => _bytes.AsMemory(_start, length);

    internal void Start(TextSource source)
    {
        _source = source;
        (_start, _end, _ended, Position) = (0, 0, false, 0);
    }

    internal void Skip(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>Reads until so many bytes are available or the source ends.</summary>
    /// <returns>False if fewer are available.</returns>
    internal bool Fill(int wanted)
    {
        while (Count < wanted && !_ended)
        {
            MakeRoom(wanted);
            int read = _source!.Read(_bytes.AsSpan(_end));
            _ended = read == 0;
            _end += read;
        }
        return Count >= wanted;
    }

    void MakeRoom(int wanted)
    {
        int count = Count;
        if (_bytes.Length < wanted)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(wanted, Math.Min(2L * _bytes.Length, Array.MaxLength)));
            Available.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        else if (_start > 0 && _bytes.Length - _end < _bytes.Length / 2)
        {
            Available.CopyTo(_bytes);
        }
        else
        {
            return;
        }
        (_start, _end) = (0, count);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        (_start, _end, _ended) = (0, 0, true);
    }
}
