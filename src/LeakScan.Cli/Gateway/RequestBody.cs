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

    /// <summary>Undoes the encodings of a body, the last one first.</summary>
    /// <param name="body">The body as it came.</param>
    /// <param name="encodings">The header <c>Content-Encoding</c>.</param>
    /// <exception cref="UnreadableException">An encoding is not known, the body is not in it, or it becomes longer than <see cref="MaxBytes"/>.</exception>
    internal static ArraySegment<byte> Decode(ArraySegment<byte> body, string? encodings)
    {
        foreach (string encoding in (encodings ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            string name = encoding.ToLowerInvariant();
            if (name == "identity") continue;
            try
            {
                using Stream decoded = Open(name, new MemoryStream(body.Array!, body.Offset, body.Count, writable: false));
                body = ReadAll(decoded);
            }
            catch (Exception e) when (e is InvalidDataException or ZstdSharp.ZstdException or IOException)
            {
                throw new UnreadableException($"the request's body is not in the encoding that it says ({name})");
            }
        }
        return body;
    }

    static Stream Open(string encoding, Stream body) => encoding switch
    {
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        "zstd" => new ZstdSharp.DecompressionStream(body),
        _ => throw new UnreadableException("the request's body is in an encoding that is not known here; gzip, deflate, br and zstd are"),
    };

    static ArraySegment<byte> ReadAll(Stream stream)
    {
        MemoryStream all = new();
        byte[] piece = new byte[64 << 10];
        for (int read; (read = stream.Read(piece)) > 0;)
        {
            if (all.Length + read > MaxBytes) throw new UnreadableException(FormattableString.Invariant($"the request's body is longer than the {MaxBytes} bytes that are read when it is unpacked"));
            all.Write(piece, 0, read);
        }
        return new ArraySegment<byte>(all.GetBuffer(), 0, (int)all.Length);
    }
}
