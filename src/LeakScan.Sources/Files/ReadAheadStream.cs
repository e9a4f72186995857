using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace LeakScan.Sources.Files;

/// <summary>Reads a stream on a thread of its own, a few buffers ahead: decompression then costs no time of whoever reads.</summary>
sealed class ReadAheadStream : ReadOnlyStream
{
    const int BufferBytes = 1 << 20;
    const int Buffers = 8;

    readonly Stream _inner;
    readonly Thread _thread;
    readonly BlockingCollection<byte[]> _free = [];
    readonly BlockingCollection<(byte[] Buffer, int Count)> _filled = [];
    int _made;
    ExceptionDispatchInfo? _failure;
    byte[]? _current;
    int _position;
    int _count;

    /// <param name="inner">Read by the thread alone; disposed with this.</param>
    internal ReadAheadStream(Stream inner)
    {
        _inner = inner;
        _thread = new Thread(ReadAhead) { IsBackground = true, Name = "read ahead" };
        _thread.Start();
    }

    void ReadAhead()
    {
        while (TryTakeFree(out byte[]? buffer))
        {
            int count = 0;
            try
            {
                for (int read = 1; count < BufferBytes && read > 0; count += read) read = _inner.Read(buffer, count, BufferBytes - count);
            }
            catch (Exception e)
            {
                // Whatever it is, it is whoever reads that has to know, after what came before it.
                _failure = ExceptionDispatchInfo.Capture(e);
            }
            _filled.Add((buffer, count));
            if (count < BufferBytes || _failure is not null) break;
        }
        _filled.CompleteAdding();
    }

    /// <summary>False once nobody reads any more.</summary>
    bool TryTakeFree([NotNullWhen(true)] out byte[]? buffer)
    {
        if (_free.TryTake(out buffer)) return true;
        if (_made == Buffers) return _free.TryTake(out buffer, Timeout.Infinite);
        _made++;
        buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        return true;
    }

    public override int Read(Span<byte> buffer)
    {
        while (_position == _count)
        {
            if (_current is not null) _free.Add(_current);
            (_current, _position, _count) = (null, 0, 0);
            if (!_filled.TryTake(out (byte[] Buffer, int Count) next, Timeout.Infinite))
            {
                _failure?.Throw();
                return 0;
            }
            (_current, _count) = next;
        }
        int length = Math.Min(buffer.Length, _count - _position);
        _current.AsSpan(_position, length).CopyTo(buffer);
        _position += length;
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_free.IsAddingCompleted)
        {
            _free.CompleteAdding();
            _thread.Join();
            if (_current is not null) ArrayPool<byte>.Shared.Return(_current);
            foreach ((byte[] buffer, _) in _filled) ArrayPool<byte>.Shared.Return(buffer);
            foreach (byte[] buffer in _free) ArrayPool<byte>.Shared.Return(buffer);
            _free.Dispose();
            _filled.Dispose();
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
