using System.Buffers;
using System.Buffers.Text;

namespace LeakScan.Cli.Outgoing;

/// <summary>What stands in base64 within a text, as files are attached: alone, in a <c>data:</c> address, within JSON that is itself a string.</summary>
static class EncodedText
{
    /// <summary>Shorter runs hold fewer characters than a fingerprint needs, and words are as long.</summary>
    const int ShortestRun = 64;

    static readonly SearchValues<byte> s_alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"u8);

    /// <summary>Pictures, documents and archives: what is in them is compressed.</summary>
    static readonly byte[][] s_compressed = [[0x89, .. "PNG"u8], [0xFF, 0xD8, 0xFF], [.. "GIF8"u8], [.. "RIFF"u8], [.. "%PDF"u8], [.. "PK\x3\x4"u8], [0x1F, 0x8B]];

    /// <summary>Decodes all runs of base64, of either alphabet, padded or not; null if there are none.</summary>
    // What is decoded need not be UTF-8: a scan goes around bytes that are none. Runs that only the end of a line divides are one text, as in MIME,
    // whose lines are a multiple of four characters long.
    internal static byte[]? In(ReadOnlySpan<byte> text)
    {
        ArrayBufferWriter<byte>? decoded = null;
        for (int at = 0; text.Length - at >= ShortestRun;)
        {
            int start = text[at..].IndexOfAny(s_alphabet);
            if (start < 0) break;
            start += at;
            int length = text[start..].IndexOfAnyExcept(s_alphabet);
            int end = length < 0 ? text.Length : start + length;
            // The n of an escaped line break belongs to no run.
            int first = start > 0 && text[start - 1] == '\\' ? start + 1 : start;
            if (end - first >= ShortestRun)
            {
                decoded ??= new ArrayBufferWriter<byte>();
                if (!IsLineBreak(text[at..start]) && decoded.WrittenCount > 0) decoded.Write("\n"u8);
                Decode(text[first..end], decoded);
            }
            at = end;
        }
        return decoded is { WrittenCount: > 0 } ? decoded.WrittenSpan.ToArray() : null;
    }

    static bool IsLineBreak(ReadOnlySpan<byte> between) => between.Length > 0 && !between.ContainsAnyExcept("\r\n\\"u8);

    static void Decode(ReadOnlySpan<byte> run, ArrayBufferWriter<byte> decoded)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(run.Length + 3);
        Span<byte> padded = rented.AsSpan(0, (run.Length + 3) / 4 * 4);
        run.CopyTo(padded);
        padded[..run.Length].Replace((byte)'-', (byte)'+');
        padded[..run.Length].Replace((byte)'_', (byte)'/');
        // One character too many says nothing; of two and three the rest is padding.
        padded = run.Length % 4 == 1 ? padded[..(run.Length - 1)] : padded;
        if (run.Length % 4 > 1) padded[run.Length..].Fill((byte)'=');
        Span<byte> target = decoded.GetSpan(padded.Length);
        Base64.DecodeFromUtf8(padded, target, out _, out int length);
        bool isCompressed = false;
        foreach (byte[] mark in s_compressed) isCompressed |= target[..length].StartsWith(mark);
        if (!isCompressed) decoded.Advance(length);
        ArrayPool<byte>.Shared.Return(rented);
    }
}
