using System.IO.Compression;

namespace LeakScan.Sources.Tests.Support;

/// <summary>A stream that only reads.</summary>
abstract class TestStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public abstract override int Read(Span<byte> buffer);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Hands out bytes a few at a time.</summary>
sealed class ChoppedStream(byte[] bytes, int step) : TestStream
{
    int _position;

    public override int Read(Span<byte> buffer)
    {
        int count = Math.Min(Math.Min(step, buffer.Length), bytes.Length - _position);
        bytes.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}

/// <summary>The same bytes again and again.</summary>
sealed class RepeatingStream(byte[] pattern, long length) : TestStream
{
    long _position;

    public override int Read(Span<byte> buffer)
    {
        int at = (int)(_position % pattern.Length);
        int count = (int)Math.Min(Math.Min(buffer.Length, pattern.Length - at), length - _position);
        pattern.AsSpan(at, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}

/// <summary>Fails after its bytes.</summary>
sealed class FailingStream(byte[] bytes) : TestStream
{
    int _position;

    public override int Read(Span<byte> buffer)
    {
        if (_position == bytes.Length) throw new IOException("the disk is on fire");
        int count = Math.Min(buffer.Length, bytes.Length - _position);
        bytes.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}

static class Compressed
{
    internal static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream target = new();
        using (GZipStream gzip = new(target, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return target.ToArray();
    }

    internal static byte[] Zstd(byte[] bytes)
    {
        using MemoryStream target = new();
        using (ZstdSharp.CompressionStream zstd = new(target)) zstd.Write(bytes);
        return target.ToArray();
    }
}
