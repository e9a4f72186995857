namespace LeakScan.Cli;

/// <summary>Standard input, of which a read can be given up: otherwise a pipe that nobody writes to would hold up Ctrl-C.</summary>
sealed class InterruptibleStream(Stream inner, CancellationToken cancellationToken) : Stream
{
    const int BufferBytes = 64 * 1024;

    readonly byte[] _buffer = new byte[BufferBytes];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        int wanted = Math.Min(buffer.Length, BufferBytes);
        Task<int> reading = Task.Run(() => inner.Read(_buffer, 0, wanted), cancellationToken);
        Task.WaitAny([reading], cancellationToken);
        int read = reading.GetAwaiter().GetResult();
        _buffer.AsSpan(0, read).CopyTo(buffer);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
