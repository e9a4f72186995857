using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace LeakScan.Sources.Files;

/// <summary>Small questions about UTF-8.</summary>
static class Utf8Text
{
    /// <summary>The start of the character that has a byte at this index; the index itself in ill-formed text.</summary>
    internal static int CharacterStart(ReadOnlySpan<byte> text, int index)
    {
        for (int start = index; start > 0 && index - start < 4; start--)
        {
            if ((text[start] & 0xC0) != 0x80) return start;
        }
        return index;
    }

    /// <summary>Counts ill-formed sequences.</summary>
    /// <param name="text">The bytes.</param>
    /// <param name="first">Index of the first, or -1.</param>
    internal static long CountIllFormed(ReadOnlySpan<byte> text, out int first)
    {
        first = -1;
        if (Utf8.IsValid(text)) return 0;
        long count = 0;
        for (int i = 0; i < text.Length;)
        {
            int ascii = text[i..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
            if (ascii < 0) break;
            i += ascii;
            if (Rune.DecodeFromUtf8(text[i..], out _, out int length) != OperationStatus.Done)
            {
                if (count++ == 0) first = i;
            }
            i += length;
        }
        return count;
    }
}
