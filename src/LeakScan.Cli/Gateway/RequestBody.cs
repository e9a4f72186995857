using System.IO.Compression;
using LeakScan.Cli.Outgoing;
using Microsoft.AspNetCore.Http;

namespace LeakScan.Cli.Gateway;

/// <summary>The body of a request: as it came, and as it reads.</summary>
static class RequestBody
{
    /// <summary>The longest body, as it came and as it reads: twice what providers take of a conversation. Files and batches may be longer, and must be sent in parts.</summary>
    internal const int MaxBytes = 64 << 20;

    const int FirstBytes = 1 << 20;

    /// <summary>A body that is longer is large.</summary>
    internal const int LargeBytes = 8 << 20;

    /// <summary>What is packed again is unpacked so often.</summary>
    const int MaxTimes = 4;

    /// <summary>Reads all of a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="beforeLarge">Waited for once it turns out to be large.</param>
    /// <param name="cancellationToken">Whoever sent it is gone.</param>
    /// <exception cref="UnreadableException">It is longer than <see cref="MaxBytes"/>.</exception>
    internal static async Task<ArraySegment<byte>> ReadAsync(HttpRequest request, Func<Task> beforeLarge, CancellationToken cancellationToken)
    {
        // What a request says of its length is believed as it comes.
        MemoryStream body = new((int)Math.Clamp(request.ContentLength ?? 0, 0, FirstBytes));
        byte[] piece = new byte[64 << 10];
        for (int read; (read = await request.Body.ReadAsync(piece, cancellationToken)) > 0;)
        {
            if (body.Length + read > MaxBytes) throw new UnreadableException(FormattableString.Invariant($"the request is longer than the {MaxBytes} bytes that are read"));
            if (body.Length <= LargeBytes && body.Length + read > LargeBytes) await beforeLarge();
            await body.WriteAsync(piece.AsMemory(0, read), cancellationToken);
        }
        return new ArraySegment<byte>(body.GetBuffer(), 0, (int)body.Length);
    }

    /// <summary>Undoes the encodings of a body, the last one first, and then what packs it without saying so.</summary>
    /// <param name="body">The body as it came.</param>
    /// <param name="encodings">The header <c>Content-Encoding</c>.</param>
    /// <exception cref="UnreadableException">An encoding is not known, the body is not in it or goes on behind it, or it becomes longer than <see cref="MaxBytes"/>.</exception>
    internal static ArraySegment<byte> Decode(ArraySegment<byte> body, string? encodings)
    {
        foreach (string encoding in (encodings ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            string name = encoding.ToLowerInvariant();
            if (name != "identity") body = Decode(body, name, MaxBytes);
        }
        return Unpack(body, MaxBytes);
    }

    /// <summary>Unpacks what begins as gzip or zstd does, and what then does so again; anything else comes back as it is.</summary>
    /// <exception cref="UnreadableException">It is not what it begins as, or becomes longer than there is room for.</exception>
    internal static ArraySegment<byte> Unpack(ArraySegment<byte> bytes, int room)
    {
        for (int i = 0; PackedAs(bytes) is string name; i++)
        {
            if (i == MaxTimes) throw new UnreadableException(FormattableString.Invariant($"the request's body is packed more than {MaxTimes} times"));
            bytes = Decode(bytes, name, room);
        }
        return bytes;
    }

    /// <summary>What bytes are packed with, by the first of them; null if they are not.</summary>
    internal static string? PackedAs(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0x1F, 0x8B, 0x08, ..] => "gzip",
        // A frame, or one to be skipped before it: https://datatracker.ietf.org/doc/html/rfc8878#section-3.1
        [0x28, 0xB5, 0x2F, 0xFD, ..] or [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => "zstd",
        _ => null,
    };

    static ArraySegment<byte> Decode(ArraySegment<byte> body, string encoding, int room)
    {
        try
        {
            using LastByteApart input = new(body);
            using Stream decoded = Open(encoding, input);
            ArraySegment<byte> all = ReadAll(decoded, room);
            return input.IsRead ? all : throw new UnreadableException($"the request's body goes on behind the end of what is packed ({encoding})");
        }
        catch (Exception e) when (e is InvalidDataException or ZstdSharp.ZstdException or IOException)
        {
            throw new UnreadableException($"the request's body is not in the encoding that it says or begins with ({encoding})");
        }
    }

    static Stream Open(string encoding, Stream body) => encoding switch
    {
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress, leaveOpen: true),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true),
        "br" => new BrotliStream(body, CompressionMode.Decompress, leaveOpen: true),
        "zstd" => new ZstdSharp.DecompressionStream(body, leaveOpen: true),
        _ => throw new UnreadableException("the request's body is in an encoding that is not known here; gzip, deflate, br and zstd are"),
    };

    static ArraySegment<byte> ReadAll(Stream stream, int room)
    {
        MemoryStream all = new();
        byte[] piece = new byte[64 << 10];
        for (int read; (read = stream.Read(piece)) > 0;)
        {
            if (all.Length + read > room) throw new UnreadableException(FormattableString.Invariant($"the request's body is longer than the {MaxBytes} bytes that are read when it is unpacked"));
            all.Write(piece, 0, read);
        }
        return new ArraySegment<byte>(all.GetBuffer(), 0, (int)all.Length);
    }

    /// <summary>Bytes of which the last comes by itself: a decoder that has come to its end before does not ask for it.</summary>
    sealed class LastByteApart(ArraySegment<byte> bytes) : MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
    {
        internal bool IsRead => Position == Length;

        // All other ways to read come here.
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, (int)Math.Min(count, Math.Max(1, Length - Position - 1)));
    }
}
