namespace LeakScan.Cli;

/// <summary>Standard input or a named pipe, of which opening and reading can be given up: otherwise one that nobody writes to would hold up Ctrl-C.</summary>
sealed class InterruptibleStream(Func<Stream> open, CancellationToken cancellationToken) : Stream
{
    const int BufferBytes = 64 * 1024;

    readonly byte[] _buffer = new byte[BufferBytes];
    Stream? _inner;

    /// <summary>Whether a path may be that of a pipe, or a link to one as a shell's &lt;(command) is: such have no length.</summary>
    internal static bool IsWanted(string path) =>
        File.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)) is not FileInfo { Exists: true, Length: > 0 };

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        int wanted = Math.Min(buffer.Length, BufferBytes);
        Task<int> reading = Task.Run(() => (_inner ??= open()).Read(_buffer, 0, wanted), cancellationToken);
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
