using System.IO.Compression;

namespace LeakScan.Sources.Files;

/// <summary>A <see cref="GZipStream"/> that tells a file which was cut from one which ended.</summary>
// GZipStream ends in silence wherever its input does. So the input is followed by one more gzip member of known content: if the
// file was complete, that content comes out of it; if it was cut, anything else does, and is thrown away. All that the file
// itself holds has come out by then, because the inflater asks for more input only when it has nothing left to give.
sealed class GzipReader : ReadOnlyStream
{
    static readonly byte[] s_mark = "leakscan: end of the gzip file"u8.ToArray();
    static readonly byte[] s_markMember = Compress(s_mark);

    readonly MarkedInput _input;
    readonly GZipStream _gzip;
    bool _ended;

    internal GzipReader(Stream input)
    {
        _input = new MarkedInput(input);
        _gzip = new GZipStream(_input, CompressionMode.Decompress);
    }

    public override int Read(Span<byte> buffer)
    {
        if (_ended || buffer.Length == 0) return 0;
        int read = _gzip.Read(buffer);
        if (!_input.IsMarkRead) return read > 0 ? read : throw new InvalidDataException("other bytes follow the gzip data; they are not read");
        _ended = true;
        Span<byte> tail = stackalloc byte[s_mark.Length + 1];
        int length = Math.Min(read, tail.Length);
        buffer[..length].CopyTo(tail);
        while (read > 0 && length < tail.Length && (read = _gzip.Read(tail[length..])) > 0) length += read;
        if (!_input.IsEmpty && !tail[..length].SequenceEqual(s_mark)) throw new EndOfStreamException("the gzip data ends too early");
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _gzip.Dispose();
        base.Dispose(disposing);
    }

    static byte[] Compress(byte[] content)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return compressed.ToArray();
    }

    sealed class MarkedInput(Stream input) : ReadOnlyStream
    {
        int _markRead;

        internal bool IsMarkRead => _markRead > 0;

        internal bool IsEmpty { get; private set; } = true;

        public override int Read(Span<byte> buffer)
        {
            int read = _markRead > 0 ? 0 : input.Read(buffer);
            if (read > 0)
            {
                IsEmpty = false;
                return read;
            }
            read = Math.Min(buffer.Length, s_markMember.Length - _markRead);
            s_markMember.AsSpan(_markRead, read).CopyTo(buffer);
            _markRead += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) input.Dispose();
            base.Dispose(disposing);
        }
    }
}
