using System.Globalization;
using System.Text;
using ZstdSharp;

namespace LeakScan.Sources.Files;

/// <summary>The text of a file: opened, decompressed, UTF-16 decoded. What fails ends it and is told by <see cref="Failure"/>.</summary>
sealed class TextSource : IDisposable
{
    internal const string StandardInput = "-";

    /// <summary>So much of the beginning tells what packs a text.</summary>
    const int HeadBytes = 5;

    const int CompressedBufferBytes = 64 * 1024;

    /// <summary>What is compressed again is unpacked so often.</summary>
    const int MaxCompressions = 4;

    readonly HeadStream _raw;
    readonly string _name;
    readonly bool _isFile;
    Stream? _text;

    /// <param name="raw">Bytes of the file; disposed with this.</param>
    /// <param name="name">Its name, of which the end tells the compression; else the first bytes do.</param>
    /// <param name="counter">Counts the bytes as they are in the file.</param>
    internal TextSource(Stream raw, string name, ByteCounter counter)
    {
        _raw = new HeadStream(raw, counter);
        _name = name;
        _isFile = raw is FileStream { CanSeek: true };
        InnerName = IsGzip || IsZstd ? Path.GetFileNameWithoutExtension(name) : Path.GetFileName(name);
    }

    /// <summary>The file's name without that of its compression.</summary>
    internal string InnerName { get; }

    /// <summary>The ending of what packs the text, if it cannot be unpacked here; known once something was read.</summary>
    internal string? Packed { get; private set; }

    /// <summary>Why reading ended before the end; null if it did not.</summary>
    internal string? Failure { get; private set; }

    bool IsGzip => _name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    bool IsZstd => _name.EndsWith(".zst", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be opened.</exception>
    internal static TextSource Open(string path, ByteCounter counter)
    {
        if (path == StandardInput) return new TextSource(Console.OpenStandardInput(), path, counter);
        // The readers have buffers of their own; only decompressors read in small steps.
        bool compressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase);
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, compressed ? CompressedBufferBytes : 0, FileOptions.SequentialScan);
        return new TextSource(file, path, counter);
    }

    /// <summary>Reads on; 0 at the end or after a failure.</summary>
    internal int Read(Span<byte> buffer)
    {
        if (Failure is not null) return 0;
        try
        {
            _text ??= OpenText();
            return _text.Read(buffer);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or ZstdException)
        {
            Failure = string.Create(CultureInfo.InvariantCulture, $"cannot be read on after byte {_raw.BytesRead} of the file: {e.Message}");
            return 0;
        }
    }

    /// <summary>With the largest window there is: what `zstd --long=31` writes can be read.</summary>
    internal static DecompressionStream OpenZstd(Stream compressed)
    {
        DecompressionStream stream = new(compressed, leaveOpen: false);
        stream.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, 31);
        return stream;
    }

    /// <summary>A file is read ahead; a pipe is not, since a thread that waits for one cannot be ended.</summary>
    Stream Ahead(Stream decompressed) => _isFile ? new ReadAheadStream(decompressed) : decompressed;

    Stream OpenText()
    {
        HeadStream bytes = _raw;
        for (int i = 0; ; i++)
        {
            ReadOnlySpan<byte> head = bytes.Peek(HeadBytes);
            bool isGzip = head is [0x1F, 0x8B, 0x08, ..];
            // A frame, or one to be skipped before it: https://datatracker.ietf.org/doc/html/rfc8878#section-3.1
            bool isZstd = head is [0x28, 0xB5, 0x2F, 0xFD, ..] or [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..];
            if (i == 0 && ((IsGzip && !isGzip) || (IsZstd && !isZstd)) && head.Length > 0)
                throw new InvalidDataException("its name says that it is compressed, its first bytes that it is not (so, at least); rename it if it is text");
            if ((!isGzip && !isZstd) || i == MaxCompressions)
            {
                Packed = isGzip ? ".gz" : isZstd ? ".zst" : head is [(byte)'P', (byte)'K', 3, 4, ..] ? ".zip" : head is [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] ? ".bz2"
                    : head is [0xFD, (byte)'7', (byte)'z', (byte)'X', ..] ? ".xz" : head is [(byte)'7', (byte)'z', 0xBC, 0xAF, ..] ? ".7z"
                    : head is [(byte)'P', (byte)'A', (byte)'R', (byte)'1', 0x15] ? ".parquet" : null; // and the header of a page, or the footer: here it comes from a pipe, or out of .gz
                break;
            }
            bytes = new HeadStream(Ahead(isGzip ? new GzipReader(bytes) : OpenZstd(bytes)), null);
        }
        ReadOnlySpan<byte> mark = bytes.Peek(2);
        Encoding? utf16 = mark.SequenceEqual((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode
            : mark.SequenceEqual((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode
            : null;
        if (utf16 is null) return bytes;
        bytes.DropHead();
        return Encoding.CreateTranscodingStream(bytes, utf16, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    public void Dispose()
    {
        _text?.Dispose();
        _raw.Dispose();
    }

    /// <summary>A stream of which the first bytes can be looked at, and which counts what is read.</summary>
    sealed class HeadStream(Stream inner, ByteCounter? counter) : ReadOnlyStream
    {
        readonly byte[] _head = new byte[HeadBytes];
        int _headStart;
        int _headEnd;

        internal long BytesRead { get; private set; }

        /// <summary>Up to so many bytes of those to come; fewer only at the end.</summary>
        internal ReadOnlySpan<byte> Peek(int count)
        {
            while (_headEnd < count)
            {
                int read = ReadInner(_head.AsSpan(_headEnd, count - _headEnd));
                if (read == 0) break;
                _headEnd += read;
            }
            return _head.AsSpan(0, Math.Min(count, _headEnd));
        }

        internal void DropHead() => _headStart = 2;

        public override int Read(Span<byte> buffer)
        {
            if (_headStart == _headEnd) return ReadInner(buffer);
            int count = Math.Min(buffer.Length, _headEnd - _headStart);
            _head.AsSpan(_headStart, count).CopyTo(buffer);
            _headStart += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }

        int ReadInner(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            BytesRead += read;
            counter?.Add(read);
            return read;
        }
    }
}
