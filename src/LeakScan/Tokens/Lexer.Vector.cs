using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LeakScan.Simd;

namespace LeakScan.Tokens;

static partial class Lexer
{
    /// <summary>Reads tokens, 64 bytes at a time, up to where something must be unescaped, folded or looked at closely, or a word goes on behind the 64.</summary>
    /// <param name="text">All of the text.</param>
    /// <param name="at">Where to go on: at no word's middle.</param>
    /// <param name="atLineStart">Whether nothing but gutters stands before it in its line; receives the same of where it stops.</param>
    /// <param name="tokens">Receives tokens; blocks are read while there is room for all that one can hold.</param>
    /// <param name="starts">Receives their offsets.</param>
    /// <param name="count">Tokens so far.</param>
    /// <returns>Where it stopped.</returns>
    // Masks say where tokens begin and how long they are. All are written as marks first, then words over them: which kind comes next is what
    // no processor can predict, and a word's hash is too much work to do for a mark in vain. What a word is comes from the sixteen bytes at its
    // start without a branch.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int ReadBlocks<TBlock>(ReadOnlySpan<byte> text, int at, ref bool atLineStart, Span<uint> tokens, Span<int> starts, ref int count) where TBlock : struct, IByteBlock<TBlock>
    {
        // SAFETY: a block and the sixteen bytes from its last lie within the text; a block holds at most 64 tokens.
        ref byte source = ref MemoryMarshal.GetReference(text);
        ref uint token = ref MemoryMarshal.GetReference(tokens);
        ref int start = ref MemoryMarshal.GetReference(starts);
        ref ulong keywords = ref MemoryMarshal.GetArrayDataReference(Keywords.s_slots);
        uint multiplier = Keywords.s_multiplier;
        ref bool isPathMark = ref MemoryMarshal.GetArrayDataReference(s_isPathMark);
        ref ulong masks = ref MemoryMarshal.GetArrayDataReference(s_masks);
        int written = count;
        bool lineStart = atLineStart;
        while (at <= text.Length - ByteBlock.LengthBytes - 2 * sizeof(ulong) && written <= tokens.Length - ByteBlock.LengthBytes)
        {
            TBlock block = TBlock.Load(ref Unsafe.Add(ref source, at));
            ulong content = block.Content();
            ulong atSigns = block.Equal((byte)'@');
            ulong visible = block.InRange((byte)'!', '~' - '!' + 1);
            ulong marks = visible & ~content & ~block.Backslashes() & ~atSigns
                & ~(block.Equal((byte)'"') | block.Equal((byte)'\'') | block.Equal((byte)'`') | block.Equal((byte)'#') | block.Equal((byte)'$') | block.Equal((byte)'^') | block.Equal((byte)'~'));
            ulong digits = block.Digits();
            ulong lineEnds = block.LineEnds();
            ulong hard = block.Backslashes() | block.Special();
            ulong stops = hard | lineEnds;
            ulong wordStarts = content & ~(content << 1);
            ulong from = ulong.MaxValue; // bits not read yet
            int next; // where the block is left
            while (true)
            {
                if (lineStart)
                {
                    // Up to the line's first word or bracket; what might be a gutter is looked at closely.
                    ulong brackets = marks & (block.Equal((byte)'(') | block.Equal((byte)')') | block.Equal((byte)'[') | block.Equal((byte)']') | block.InRange((byte)'{', 1) | block.Equal((byte)'}'));
                    ulong candidates = (content | brackets | stops | atSigns) & from;
                    if (candidates == 0)
                    {
                        next = ByteBlock.LengthBytes;
                        break;
                    }
                    int first = BitOperations.TrailingZeroCount(candidates);
                    ulong bit = candidates & (0 - candidates);
                    if ((lineEnds & bit) != 0)
                    {
                        from = ulong.MaxValue - bit - (bit - 1);
                        if (from != 0) continue;
                        next = ByteBlock.LengthBytes;
                        break;
                    }
                    if ((brackets & bit) == 0)
                    {
                        // A word: a gutter only with a digit first or a path's mark behind it; or a diff's header.
                        int length = BitOperations.TrailingZeroCount(~(content >> first));
                        int behind = first + length;
                        if ((content & bit) == 0 || behind >= ByteBlock.LengthBytes
                            || IsGutterLike(ref Unsafe.Add(ref source, at + first), Unsafe.Add(ref isPathMark, (nint)Unsafe.Add(ref source, at + behind))) && IsGutter(text, at + first))
                        {
                            next = first;
                            goto Leave;
                        }
                    }
                    lineStart = false;
                    from = ulong.MaxValue - (bit - 1);
                }

                ulong ahead = stops & from;
                int end = ahead == 0 ? ByteBlock.LengthBytes : BitOperations.TrailingZeroCount(ahead);
                bool isLineEnd = ahead != 0 && (lineEnds & (ahead & (0 - ahead))) != 0;
                // A word at the end may go on; at a line end it cannot.
                next = isLineEnd || end == 0 ? end : StartOfRun(content, end);
                ulong before = next == ByteBlock.LengthBytes ? ulong.MaxValue : (1UL << next) - 1;
                ulong all = (wordStarts | marks) & from & before;
                int earlier = written;
                for (ulong remaining = all; remaining != 0; remaining &= remaining - 1, written++)
                {
                    int place = BitOperations.TrailingZeroCount(remaining);
                    Unsafe.Add(ref token, written) = Unsafe.Add(ref source, at + place);
                    Unsafe.Add(ref start, written) = at + place;
                }
                for (ulong remaining = all & wordStarts; remaining != 0; remaining &= remaining - 1)
                {
                    int place = BitOperations.TrailingZeroCount(remaining);
                    int length = BitOperations.TrailingZeroCount(~(content >> place));
                    ulong bytes = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, at + place));
                    ulong second = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, at + place + 8));
                    uint word = length <= 16
                        ? (uint)(Finish(Mix(bytes & Unsafe.Add(ref masks, length + 8), second & Unsafe.Add(ref masks, length), (ulong)length)) >> 32)
                        : HashOf(text.Slice(at + place, length));
                    ulong slot = Unsafe.Add(ref keywords, (nint)Keywords.SlotOf(word, multiplier));
                    uint differs = (uint)(slot >> 32) ^ word;
                    uint value = Select((uint)slot, Token.OfName(word), (uint)((int)(differs | 0 - differs) >> 31));
                    int number = earlier + BitOperations.PopCount(all & ((1UL << place) - 1));
                    Unsafe.Add(ref token, number) = Select(value, Token.OfNumber(word), 0 - (uint)(digits >> place & 1));
                }
                if (!isLineEnd) break;
                lineStart = true;
                if (next == ByteBlock.LengthBytes - 1)
                {
                    next++;
                    break;
                }
                from = ulong.MaxValue << next + 1;
            }
            at += next;
            if (next == 0 || (hard & 1UL << next) != 0 && next < ByteBlock.LengthBytes) break;
            continue;
        Leave:
            at += next;
            break;
        }
        count = written;
        atLineStart = lineStart;
        return at;
    }

    /// <summary>The second number where the mask is all ones, the first where it is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Select(uint first, uint second, uint mask) => first ^ (first ^ second) & mask;

    /// <summary>Whether a line's first word has to be looked at closely: it may be a line number, the beginning of a path, or a diff's header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsGutterLike(ref byte word, bool pathMarkBehind)
    {
        const ulong Diff = 0x67_2D_2D_20_66_66_69_64; // "diff --g"
        const ulong Index = 0x20_78_65_64_6E_69; // "index "
        ulong bytes = Unsafe.ReadUnaligned<ulong>(ref word);
        return (byte)bytes - (uint)'0' < 10 || pathMarkBehind || bytes == Diff || (bytes & 0xFFFFFFFFFFFF) == Index;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool IsGutter(ReadOnlySpan<byte> text, int at) => IsDiffHeader(text[at..]) || GutterEnd(text, at, at + GutterLimitBytes) != at;

    static readonly bool[] s_isPathMark = [.. Enumerable.Range(0, 256).Select(c => c is ':' or '-' or '.' or '/' or '\\' or '@' or '+' or '~' or '[' or ']' or '(' or ')' or >= 0x80)];

    /// <summary>Where the run of set bits begins that ends before a bit; the bit itself if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int StartOfRun(ulong bits, int end) => end - BitOperations.LeadingZeroCount(~(bits << 64 - end));

    // Entry n + 8: the lowest n bytes, for n from -8 to 16.
    static readonly ulong[] s_masks = [.. Enumerable.Range(-8, 25).Select(n => n <= 0 ? 0 : n >= 8 ? ulong.MaxValue : (1UL << 8 * n) - 1)];
}
