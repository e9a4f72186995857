using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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

    const int BlockBytes = 64;

    /// <summary>Whether all of it is well formed; the same as <see cref="Utf8.IsValid"/>, faster in text that is not ASCII alone, as logs of tools are not.</summary>
    // Masks of 64 bytes say which begin a character of two, three or four bytes: continuations have to stand where they make them due, and
    // nowhere else. What no character begins with, and what its first two bytes rule out, is looked for where such a first byte stands.
    internal static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (!Vector256.IsHardwareAccelerated) return Utf8.IsValid(text);

        ulong due = 0, wrong = 0; // due: continuations of the next block, which characters of this one have begun
        while (text.Length >= BlockBytes)
        {
            if (due != 0 || !IsAscii(text))
            {
                wrong |= Check(text, ref due, out ulong doubtful);
                if (doubtful != 0 && !AreSecondsAllowed(text, doubtful)) return false;
            }
            text = text[BlockBytes..];
        }
        // What is left, and zeros, which begin no character and go on with none.
        Span<byte> rest = stackalloc byte[BlockBytes];
        rest.Clear();
        text.CopyTo(rest);
        wrong |= Check(rest, ref due, out ulong doubtfulOfRest);
        return wrong == 0 && AreSecondsAllowed(rest, doubtfulOfRest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsAscii(ReadOnlySpan<byte> block) => Vector512.IsHardwareAccelerated
        ? Vector512.Create(block).ExtractMostSignificantBits() == 0
        : (Vector256.Create(block) | Vector256.Create(block[Vector256<byte>.Count..])).ExtractMostSignificantBits() == 0;

    /// <summary>Checks 64 bytes.</summary>
    /// <param name="block">The bytes, and what is behind them.</param>
    /// <param name="due">Continuations that the block before has begun, in the lowest bits; receives the same for the next block.</param>
    /// <param name="doubtful">Receives the bytes of which it depends on the next whether they may begin a character, and those that never may.</param>
    /// <returns>Not zero if something is wrong.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Check(ReadOnlySpan<byte> block, ref ulong due, out ulong doubtful)
    {
        ulong high, twoOrMore, threeOrMore, four;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<byte> bytes = Vector512.Create(block);
            high = bytes.ExtractMostSignificantBits();
            twoOrMore = Vector512.GreaterThanOrEqual(bytes, Vector512.Create((byte)0xC0)).ExtractMostSignificantBits();
            threeOrMore = Vector512.GreaterThanOrEqual(bytes, Vector512.Create((byte)0xE0)).ExtractMostSignificantBits();
            four = Vector512.GreaterThanOrEqual(bytes, Vector512.Create((byte)0xF0)).ExtractMostSignificantBits();
            doubtful = four | (Vector512.Equals(bytes, Vector512.Create((byte)0xE0)) | Vector512.Equals(bytes, Vector512.Create((byte)0xED))
                | Vector512.Equals(bytes & Vector512.Create((byte)0xFE), Vector512.Create((byte)0xC0))).ExtractMostSignificantBits();
        }
        else
        {
            (ulong High, ulong TwoOrMore, ulong ThreeOrMore, ulong Four, ulong Doubtful) former = Masks(block), latter = Masks(block[Vector256<byte>.Count..]);
            high = former.High | latter.High << 32;
            twoOrMore = former.TwoOrMore | latter.TwoOrMore << 32;
            threeOrMore = former.ThreeOrMore | latter.ThreeOrMore << 32;
            four = former.Four | latter.Four << 32;
            doubtful = former.Doubtful | latter.Doubtful << 32;
        }
        ulong expected = twoOrMore << 1 | threeOrMore << 2 | four << 3 | due;
        due = twoOrMore >> 63 | threeOrMore >> 62 | four >> 61;
        return expected ^ high & ~twoOrMore;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (ulong High, ulong TwoOrMore, ulong ThreeOrMore, ulong Four, ulong Doubtful) Masks(ReadOnlySpan<byte> half)
        {
            // As signed numbers, what is not ASCII is less than what is.
            Vector256<sbyte> bytes = Vector256.Create(half).AsSByte();
            ulong high = bytes.ExtractMostSignificantBits();
            ulong four = high & Vector256.GreaterThan(bytes, Vector256.Create((sbyte)(0xF0 - 0x101))).ExtractMostSignificantBits();
            return (high, high & Vector256.GreaterThan(bytes, Vector256.Create((sbyte)(0xC0 - 0x101))).ExtractMostSignificantBits(),
                high & Vector256.GreaterThan(bytes, Vector256.Create((sbyte)(0xE0 - 0x101))).ExtractMostSignificantBits(), four,
                four | (Vector256.Equals(bytes, Vector256.Create((sbyte)(0xE0 - 0x100))) | Vector256.Equals(bytes, Vector256.Create((sbyte)(0xED - 0x100)))
                    | Vector256.Equals(bytes & Vector256.Create((sbyte)(0xFE - 0x100)), Vector256.Create((sbyte)(0xC0 - 0x100)))).ExtractMostSignificantBits());
        }
    }

    /// <summary>Whether bytes may begin a character, by the ones behind them: no longer than it has to be, no surrogate, no more than U+10FFFF.</summary>
    static bool AreSecondsAllowed(ReadOnlySpan<byte> text, ulong firsts)
    {
        for (; firsts != 0; firsts &= firsts - 1)
        {
            int at = BitOperations.TrailingZeroCount(firsts);
            if (at + 1 == text.Length) return false;
            byte second = text[at + 1];
            bool isAllowed = text[at] switch
            {
                0xE0 => second >= 0xA0,
                0xED => second < 0xA0,
                0xF0 => second >= 0x90,
                0xF4 => second < 0x90,
                >= 0xF1 and <= 0xF3 => true,
                _ => false,
            };
            if (!isAllowed) return false;
        }
        return true;
    }
}
