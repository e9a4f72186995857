using System.Buffers;
using System.Buffers.Text;

namespace LeakScan.Cli.Outgoing;

/// <summary>What stands in base64 within a text, as files are attached: alone, in a <c>data:</c> address, within JSON that is itself a string.</summary>
static class EncodedText
{
    /// <summary>Shorter runs hold fewer characters than a fingerprint needs, and words are as long.</summary>
    const int ShortestRun = 64;

    /// <summary>Text is readable for the most part from the right character on, and for a third of it from another.</summary>
    const double ReadableShare = 0.8;

    static readonly SearchValues<byte> s_alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"u8);

    /// <summary>Pictures, documents and archives: what is in them is compressed.</summary>
    static readonly byte[][] s_compressed = [[0x89, .. "PNG"u8], [0xFF, 0xD8, 0xFF], [.. "GIF8"u8], [.. "RIFF"u8], [.. "%PDF"u8], [.. "PK\x3\x4"u8], [0x1F, 0x8B]];

    /// <summary>Places, and bytes at each, at which is looked whether something is text.</summary>
    const int Samples = 16;

    const int SampleBytes = 256;

    static readonly SearchValues<byte> s_lineBreaks = SearchValues.Create("\r\n\\rn \t\"'`,>|"u8);

    const int MaxLineBreak = 64;

    static ReadOnlySpan<byte> Escape => "\\u00"u8;

    /// <summary>Shorter lines, but for a last one, are words one below the other.</summary>
    const int ShortestLine = 16;

    /// <summary>Encoded text that is itself encoded is decoded so often.</summary>
    const int MaxTimes = 3;

    /// <summary>Decodes all base64 within a text, of either alphabet, padded or not, and what then is base64 again; nothing if there is none.</summary>
    internal static IEnumerable<byte[]> AllIn(ReadOnlyMemory<byte> text)
    {
        text = Unescape(text);
        for (int i = 0; i < MaxTimes; i++)
        {
            if (In(text.Span) is not byte[] decoded) yield break;
            yield return decoded;
            text = decoded;
        }
    }

    /// <summary>Decodes all base64 within a text; null if there is none.</summary>
    // What is decoded need not be UTF-8: a scan goes around bytes that are none. Runs that only the end of a line divides are one, as in MIME
    // and as base64 -w makes them, whatever the lines' length is.
    internal static byte[]? In(ReadOnlySpan<byte> text)
    {
        ArrayBufferWriter<byte>? decoded = null;
        ArrayBufferWriter<byte> run = new();
        List<int> lineEnds = [];
        int line = 0, lineEnd = 0;
        for (int at = 0; at < text.Length;)
        {
            int start = text[at..].IndexOfAny(s_alphabet);
            if (start < 0) break;
            start += at;
            // The n of an escaped line break belongs to no run, an escaped slash does.
            bool isSlash = start > 0 && text[start - 1] == '\\' && text[start] == '/';
            if (start > 0 && text[start - 1] == '\\' && !isSlash) start++;
            int length = text[start..].IndexOfAnyExcept(s_alphabet);
            int end = length < 0 ? text.Length : start + length;
            if (!isSlash && (line < ShortestLine || !IsLineBreak(text[lineEnd..start])))
            {
                Decode(run.WrittenSpan, lineEnds, ref decoded);
                run.ResetWrittenCount();
                lineEnds.Clear();
            }
            run.Write(text[start..end]);
            at = end;
            if (end == start) continue;
            lineEnd = end;
            line = isSlash ? line + end - start : end - start;
            if (isSlash && lineEnds.Count > 0) lineEnds.RemoveAt(lineEnds.Count - 1);
            lineEnds.Add(run.WrittenCount);
        }
        Decode(run.WrittenSpan, lineEnds, ref decoded);
        return decoded is { WrittenCount: > 0 } ? decoded.WrittenSpan.ToArray() : null;
    }

    /// <summary>Puts the characters of ASCII that are escaped as their numbers in their places: JSON in lines, or in a string, may have + / and = so.</summary>
    static ReadOnlyMemory<byte> Unescape(ReadOnlyMemory<byte> text)
    {
        ReadOnlySpan<byte> rest = text.Span;
        int at = rest.IndexOf(Escape);
        if (at < 0) return text;
        ArrayBufferWriter<byte> unescaped = new(rest.Length);
        for (; at >= 0; at = rest.IndexOf(Escape))
        {
            int end = at + Escape.Length;
            if (rest.Length >= end + 2 && Utf8Parser.TryParse(rest.Slice(end, 2), out byte character, out int digits, 'x') && digits == 2 && char.IsAscii((char)character))
            {
                unescaped.Write(rest[..at].TrimEnd((byte)'\\')); // JSON within JSON has more of them
                unescaped.Write([character]);
                rest = rest[(end + 2)..];
                continue;
            }
            unescaped.Write(rest[..end]);
            rest = rest[end..];
        }
        unescaped.Write(rest);
        return unescaped.WrittenMemory;
    }

    /// <summary>Whether what stands between two runs is the end of a line, escaped or not, with what indents, quotes and joins lines around it.</summary>
    static bool IsLineBreak(ReadOnlySpan<byte> between) => between.Length is > 0 and <= MaxLineBreak && !between.ContainsAnyExcept(s_lineBreaks) && between.IndexOfAny("\r\n\\"u8) >= 0;

    /// <summary>Decodes a run as one, and where that is no text throughout, since its lines are encoded by themselves or the first is none of it, line by line too.</summary>
    static void Decode(ReadOnlySpan<byte> run, List<int> lineEnds, ref ArrayBufferWriter<byte>? decoded)
    {
        if (Decode(run, ref decoded) || lineEnds.Count < 2) return;
        int start = 0;
        foreach (int end in lineEnds)
        {
            Decode(run[start..end], ref decoded);
            start = end;
        }
    }

    // A word may stand before it that could be of it, as in id_c2VjcmV0: so it is decoded from each of its first four characters, until it can be read.
    /// <returns>Whether it is text throughout, or too short. A picture is neither: text may stand in the lines behind it.</returns>
    static bool Decode(ReadOnlySpan<byte> run, ref ArrayBufferWriter<byte>? decoded)
    {
        if (run.Length < ShortestRun) return true;
        byte[] best = [];
        for (int skipped = 0; skipped < 4 && !IsReadable(best); skipped++)
        {
            byte[] bytes = Decode(run[skipped..]);
            // From its first character on alone, and if it is no text: two bytes are found by chance one character on, and a text may begin with RIFF.
            if (skipped == 0 && !IsReadable(bytes) && IsCompressed(bytes)) return false;
            if (skipped == 0 || IsReadable(bytes)) best = bytes;
        }
        decoded ??= new ArrayBufferWriter<byte>();
        if (decoded.WrittenCount > 0) decoded.Write("\n"u8);
        decoded.Write(best);
        for (int i = 0; i < Samples; i++)
        {
            if (!IsReadable(best.AsSpan((int)((long)best.Length * i / Samples)))) return false;
        }
        return true;
    }

    static bool IsCompressed(ReadOnlySpan<byte> bytes)
    {
        foreach (byte[] mark in s_compressed)
        {
            if (bytes.StartsWith(mark)) return true;
        }
        return false;
    }

    /// <summary>Whether most of the first bytes are text in ASCII.</summary>
    static bool IsReadable(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, SampleBytes)];
        int readable = 0;
        foreach (byte b in bytes) readable += b is >= 32 and < 127 or (byte)'\t' or (byte)'\r' or (byte)'\n' ? 1 : 0;
        return readable > ReadableShare * bytes.Length;
    }

    static byte[] Decode(ReadOnlySpan<byte> run)
    {
        byte[] padded = new byte[(run.Length + 3) / 4 * 4];
        run.CopyTo(padded);
        Span<byte> characters = padded;
        characters[..run.Length].Replace((byte)'-', (byte)'+');
        characters[..run.Length].Replace((byte)'_', (byte)'/');
        // One character too many says nothing; of two and three the rest is padding.
        if (run.Length % 4 == 1) characters = characters[..(run.Length - 1)];
        else characters[run.Length..].Fill((byte)'=');
        byte[] target = new byte[characters.Length / 4 * 3];
        Base64.DecodeFromUtf8(characters, target, out _, out int length);
        return target[..length];
    }
}
