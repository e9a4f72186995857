using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
        if (IsValid(text)) return 0;
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

    /// <summary>Whether all of it is well formed; the same as <see cref="Utf8.IsValid"/>, several times as fast in text with few characters beyond ASCII.</summary>
    // J. Keiser, D. Lemire: Validating UTF-8 in less than one instruction per byte, Software: Practice and Experience 51 (2021).
    // Each error shows in two bytes that follow one another, that is in three of their nibbles: a table for each nibble says which
    // errors it allows, and what all three allow is one. Only whether a second and third continuation is due depends on bytes before.
    internal static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (!Avx2.IsSupported || text.Length < Vector256<byte>.Count) return Utf8.IsValid(text);

        Vector256<byte> errors = default, previous = default;
        int i = 0;
        for (; i <= text.Length - 2 * Vector256<byte>.Count; i += 2 * Vector256<byte>.Count)
        {
            Vector256<byte> first = Vector256.Create(text[i..]);
            Vector256<byte> second = Vector256.Create(text[(i + Vector256<byte>.Count)..]);
            if ((first | second).ExtractMostSignificantBits() == 0)
            {
                errors |= Unfinished(previous);
            }
            else
            {
                errors |= ErrorsIn(previous, first) | ErrorsIn(first, second);
            }
            previous = second;
        }
        Span<byte> last = stackalloc byte[2 * Vector256<byte>.Count];
        last.Clear();
        text[i..].CopyTo(last);
        Vector256<byte> rest = Vector256.Create<byte>(last);
        return (errors | ErrorsIn(previous, rest) | ErrorsIn(rest, Vector256.Create<byte>(last[Vector256<byte>.Count..]))) == Vector256<byte>.Zero;
    }

    // What is wrong with two bytes.
    const byte TooShort = 1; // a character begins within another
    const byte TooLong = 2; // a continuation of nothing
    const byte Overlong3 = 4;
    const byte TooLarge = 8; // from U+110000
    const byte Surrogate = 16;
    const byte Overlong2 = 32;
    const byte Overlong4 = 64; // or far too large
    const byte TwoContinuations = 128;
    const byte Any = TooShort | TooLong | TwoContinuations; // where the low nibble says nothing

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> ErrorsIn(Vector256<byte> previous, Vector256<byte> current)
    {
        Vector128<byte> highOfFirst = Vector128.Create(
            TooLong, TooLong, TooLong, TooLong, TooLong, TooLong, TooLong, TooLong, TwoContinuations, TwoContinuations, TwoContinuations, TwoContinuations,
            TooShort | Overlong2, TooShort, TooShort | Overlong3 | Surrogate, TooShort | TooLarge | Overlong4);
        Vector128<byte> lowOfFirst = Vector128.Create(
            Any | Overlong2 | Overlong3 | Overlong4, Any | Overlong2, Any, Any, Any | TooLarge, Any | TooLarge | Overlong4, Any | TooLarge | Overlong4, Any | TooLarge | Overlong4,
            Any | TooLarge | Overlong4, Any | TooLarge | Overlong4, Any | TooLarge | Overlong4, Any | TooLarge | Overlong4, Any | TooLarge | Overlong4,
            Any | TooLarge | Overlong4 | Surrogate, Any | TooLarge | Overlong4, Any | TooLarge | Overlong4);
        const byte Continuation = TooLong | Overlong2 | TwoContinuations;
        Vector128<byte> highOfSecond = Vector128.Create(
            TooShort, TooShort, TooShort, TooShort, TooShort, TooShort, TooShort, TooShort,
            Continuation | Overlong3 | Overlong4, Continuation | Overlong3 | TooLarge, Continuation | Surrogate | TooLarge, Continuation | Surrogate | TooLarge,
            TooShort, TooShort, TooShort, TooShort);

        Vector256<byte> between = Avx2.Permute2x128(previous, current, 0x21);
        Vector256<byte> oneBefore = Avx2.AlignRight(current, between, 15);
        Vector256<byte> twoBefore = Avx2.AlignRight(current, between, 14);
        Vector256<byte> threeBefore = Avx2.AlignRight(current, between, 13);
        Vector256<byte> nibble = Vector256.Create((byte)0x0F);
        Vector256<byte> pairs = Avx2.Shuffle(Vector256.Create(highOfFirst, highOfFirst), (oneBefore.AsUInt16() >>> 4).AsByte() & nibble)
            & Avx2.Shuffle(Vector256.Create(lowOfFirst, lowOfFirst), oneBefore & nibble)
            & Avx2.Shuffle(Vector256.Create(highOfSecond, highOfSecond), (current.AsUInt16() >>> 4).AsByte() & nibble);
        // Two continuations are right exactly where the second or third of a character is due.
        Vector256<byte> due = Avx2.SubtractSaturate(twoBefore, Vector256.Create((byte)(0xE0 - 0x80))) | Avx2.SubtractSaturate(threeBefore, Vector256.Create((byte)(0xF0 - 0x80)));
        return (due & Vector256.Create(TwoContinuations)) ^ pairs;
    }

    /// <summary>Not zero if a character begins that does not end in this vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> Unfinished(Vector256<byte> vector) => Avx2.SubtractSaturate(vector, Vector256.Create(Vector128<byte>.AllBitsSet, Vector128.Create(
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xF0 - 1, 0xE0 - 1, (byte)(0xC0 - 1))));
}
