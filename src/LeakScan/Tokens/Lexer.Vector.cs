using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LeakScan.Simd;

namespace LeakScan.Tokens;

static partial class Lexer
{
    /// <summary>Blocks of which the words are listed before they are hashed, and words in them at most.</summary>
    const int ListedBlocks = 16, ListedWords = ListedBlocks * ByteBlock.LengthBytes / 2;

    /// <summary>Reads tokens, 64 bytes at a time, up to where something must be folded, unescaped or looked at closely.</summary>
    /// <param name="text">All of the text.</param>
    /// <param name="at">Where to go on: at no word's middle.</param>
    /// <param name="atLineStart">Whether nothing but gutters stands before it in its line; receives the same of where it stops.</param>
    /// <param name="tokens">Receives tokens; blocks are read while there is room for all that one can hold.</param>
    /// <param name="starts">Receives their offsets.</param>
    /// <param name="count">Tokens so far.</param>
    /// <returns>Where it stopped: at no word's middle.</returns>
    // Which kind of byte comes next is what no processor can predict, so no branch depends on it unless on what is rare. Masks of 64 bytes say
    // where lines and tokens begin. What follows the start of a line is found as additions carry: a mask of runs, added to the bit that
    // a run begins with, loses the run and gets the bit behind it. All tokens are written as marks first, and where words begin and end is
    // listed; then the words of many blocks are hashed in one loop, from the sixteen bytes at their starts.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int ReadBlocks<TBlock>(ReadOnlySpan<byte> text, int at, ref bool atLineStart, Span<uint> tokens, Span<int> starts, ref int count) where TBlock : struct, IByteBlock<TBlock>
    {
        // SAFETY: a block lies within the text, or within the copy of its end; a block holds at most 64 tokens and 32 words, of which one may have begun before.
        Span<byte> tail = stackalloc byte[2 * ByteBlock.LengthBytes];
        Span<int> wordNumbers = stackalloc int[ListedWords + ByteBlock.LengthBytes], wordEnds = stackalloc int[ListedWords + ByteBlock.LengthBytes];
        ref int wordNumber = ref MemoryMarshal.GetReference(wordNumbers);
        ref int wordEnd = ref MemoryMarshal.GetReference(wordEnds);
        scoped ref byte source = ref MemoryMarshal.GetReference(text);
        ref uint token = ref MemoryMarshal.GetReference(tokens);
        ref int start = ref MemoryMarshal.GetReference(starts);
        ref byte marksOf = ref MemoryMarshal.GetReference(Token.Marks);
        int sourceStart = 0;
        bool isTail = false;
        int written = count;
        int words = 0, ended = 0; // listed
        ulong lineStart = atLineStart ? 1UL : 0;
        ulong inWord = 0; // 1 if a word goes on
        bool goesOn = true;
        while (goesOn)
        {
            for (int blocks = 0; blocks < ListedBlocks; blocks++)
            {
                goesOn = at < text.Length && written <= tokens.Length - ByteBlock.LengthBytes;
                if (!goesOn) break;
                if (at > text.Length - ByteBlock.LengthBytes && !isTail)
                {
                    tail.Fill((byte)' ');
                    text[at..].CopyTo(tail);
                    source = ref MemoryMarshal.GetReference(tail);
                    (sourceStart, isTail) = (at, true);
                }
                ref byte first = ref Unsafe.Add(ref source, at - sourceStart);
                TBlock block = TBlock.Load(ref first);
                ulong backslashes = block.Backslashes();
                ulong escaped = backslashes << 1 & ~backslashes; // what stands behind a run of backslashes
                ulong lineEndLetters = block.LineEndLetters(), blankLetters = block.BlankLetters();
                ulong escapedCharacters = escaped & lineEndLetters & blankLetters;
                ulong content = block.Content() & ~(escaped & (lineEndLetters ^ blankLetters));
                ulong lineEnds = block.LineEnds() | escaped & lineEndLetters & ~blankLetters;
                ulong hard = block.Special();
                if (escapedCharacters != 0) hard |= 1UL << StartOfRun(backslashes, BitOperations.TrailingZeroCount(escapedCharacters));
                if ((long)backslashes < 0) hard |= 1UL << StartOfRun(backslashes, ByteBlock.LengthBytes);

                // What a line begins with, and its first word or bracket.
                ulong brackets = block.Brackets();
                ulong atSigns = block.Equal((byte)'@');
                ulong hunkHeaders = atSigns & (atSigns >> 1 | 1UL << ByteBlock.LengthBytes - 1);
                ulong blank = ~(content | brackets | lineEnds | hard | hunkHeaders);
                ulong lineStarts = lineEnds << 1 | lineStart;
                ulong behind = blank + (lineStarts & blank);
                ulong leading = blank & ~behind;
                ulong firsts = (behind | lineStarts) & ~blank;

                // A word there may be a gutter if it is a number, if a colon or hyphen, digits, and one of these again follow before anything that
                // no path has, or if a diff's header begins with it. What cannot be told within the block is told in the next, which begins with it.
                ulong firstWords = firsts & content;
                ulong digits = block.Digits();
                ulong separators = block.Separators();
                ulong path = content | block.PathMarks();
                ulong pathEnds = path + firstWords;
                ulong cut = pathEnds < path ? 1UL << BitOperations.Log2(firstWords) : 0;
                ulong numbers = separators & digits + (separators << 1 & digits) & path & ~pathEnds;
                ulong fs = block.Equal((byte)'f');
                ulong gutters = firstWords & (digits | fs >> 2 & fs >> 3 | block.Equal((byte)'x') >> 4);
                for (; numbers != 0; numbers &= numbers - 1) gutters |= 1UL << BitOperations.Log2(firstWords & (numbers & 0 - numbers) - 1);
                ulong stops = hard | firsts & hunkHeaders | cut;
                for (gutters &= ~stops & stops - 1; gutters != 0; gutters &= gutters - 1)
                {
                    if (!IsGutter(text, at + BitOperations.TrailingZeroCount(gutters))) continue;
                    stops |= gutters & 0 - gutters;
                    break;
                }

                ulong wordStarts = content & ~(content << 1 | inWord);
                ulong ends = ~content & (content << 1 | inWord);
                ulong marks = block.Marks() & ~leading;
                int next = ByteBlock.LengthBytes;
                if (stops == 0)
                {
                    inWord = content >> ByteBlock.LengthBytes - 1;
                    lineStart = lineEnds >> ByteBlock.LengthBytes - 1 | (behind < blank ? 1UL : 0);
                }
                else
                {
                    // The word before a stop may go on behind it.
                    int stop = BitOperations.TrailingZeroCount(stops);
                    next = stop == 0 ? 0 : StartOfRun(content, stop);
                    goesOn = next != 0 && (next != stop || (cut & 1UL << stop) != 0);
                    if (next == 0)
                    {
                        if (inWord != 0)
                        {
                            at = Unsafe.Add(ref start, --written);
                            words--;
                            (inWord, lineStart) = (0, 0);
                        }
                        break;
                    }
                    ulong before = (1UL << next) - 1;
                    wordStarts &= before;
                    ends &= before;
                    marks &= before;
                    (inWord, lineStart) = (0, (leading | firsts) >> next & 1);
                }
                ulong all = wordStarts | marks;
                block.Spread(all, ref marksOf, ref first, at, ref Unsafe.Add(ref token, written), ref Unsafe.Add(ref start, written));
                TBlock.SpreadPlaces(ByteBlock.Extract(wordStarts, all), written, ref Unsafe.Add(ref wordNumber, words));
                TBlock.SpreadPlaces(ends, at, ref Unsafe.Add(ref wordEnd, ended));
                written += BitOperations.PopCount(all);
                words += BitOperations.PopCount(wordStarts);
                ended += BitOperations.PopCount(ends);
                at += next;
                if (!goesOn) break;
            }
            if (!goesOn && inWord != 0)
            {
                if (at >= text.Length)
                {
                    Unsafe.Add(ref wordEnd, ended++) = text.Length;
                }
                else
                {
                    at = Unsafe.Add(ref start, --written);
                    words--;
                }
            }
            int open = Unsafe.Add(ref wordNumber, ended); // the word that goes on, if there is one
            HashWords(text, ref wordNumber, ref wordEnd, ended, ref token, ref start);
            wordNumber = open;
            words -= ended;
            ended = 0;
        }
        count = written;
        atLineStart = lineStart != 0;
        return Math.Min(at, text.Length);
    }

    /// <summary>Makes tokens of words.</summary>
    /// <param name="text">All of the text.</param>
    /// <param name="wordNumber">For each word its number among the tokens.</param>
    /// <param name="wordEnd">For each word where it ends in the text.</param>
    /// <param name="words">How many there are.</param>
    /// <param name="token">The first token; those of the words are written.</param>
    /// <param name="start">The first token's place in the text.</param>
    // Longer words are listed over those that were hashed, and done with the last ones in the text afterwards: with a call in the loop all that
    // it needs would be in memory instead of registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void HashWords(ReadOnlySpan<byte> text, ref int wordNumber, ref int wordEnd, int words, ref uint token, ref int start)
    {
        // SAFETY: the caller's numbers are those of tokens, whose places lie in the text; sixteen bytes are read where there are so many.
        const int HashedBytes = 2 * sizeof(ulong);
        ref byte source = ref MemoryMarshal.GetReference(text);
        ref ulong masks = ref MemoryMarshal.GetArrayDataReference(s_masks);
        ref uint keywords = ref MemoryMarshal.GetArrayDataReference(Keywords.s_slots);
        uint multiplier = Keywords.s_multiplier;
        int whole = words;
        while (whole > 0 && Unsafe.Add(ref start, Unsafe.Add(ref wordNumber, whole - 1)) > text.Length - HashedBytes) whole--;
        int longer = 0;
        for (int i = 0; i < whole; i++)
        {
            int number = Unsafe.Add(ref wordNumber, i);
            int place = Unsafe.Add(ref start, number);
            int end = Unsafe.Add(ref wordEnd, i);
            nint length = Math.Min(end - place, HashedBytes);
            ulong bytes = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, place));
            ulong second = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, place + sizeof(ulong)));
            uint word = (uint)(Finish(Mix(bytes & Unsafe.Add(ref masks, length + 8), second & Unsafe.Add(ref masks, length), (ulong)length)) >> 32);
            uint slot = Unsafe.Add(ref keywords, (nint)Keywords.SlotOf(word, multiplier));
            uint differs = (slot ^ word) & ~Keywords.TokenMask;
            uint value = Select(slot & Keywords.TokenMask, Token.OfName(word), (uint)((int)(differs | 0 - differs) >> 31));
            Unsafe.Add(ref token, number) = Select(value, Token.OfNumber(word), (uint)((byte)bytes - ('9' + 1) >> 31)); // only digits begin a word below '9' + 1
            Unsafe.Add(ref wordNumber, longer) = number;
            Unsafe.Add(ref wordEnd, longer) = end;
            longer += (HashedBytes - (end - place)) >>> 31;
        }
        for (int i = 0; i < longer; i++) HashWord(text, Unsafe.Add(ref wordNumber, i), Unsafe.Add(ref wordEnd, i), ref token, ref start);
        for (int i = whole; i < words; i++) HashWord(text, Unsafe.Add(ref wordNumber, i), Unsafe.Add(ref wordEnd, i), ref token, ref start);
    }

    static void HashWord(ReadOnlySpan<byte> text, int number, int end, ref uint token, ref int start) =>
        Unsafe.Add(ref token, number) = OfWord(text[Unsafe.Add(ref start, number)..end]);

    /// <summary>The second number where the mask is all ones, the first where it is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Select(uint first, uint second, uint mask) => first ^ (first ^ second) & mask;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool IsGutter(ReadOnlySpan<byte> text, int at) => IsDiffHeader(text[at..]) || GutterEnd(text, at, at + GutterLimitBytes) != at;

    /// <summary>Where the run of set bits begins that ends before a bit; the bit itself if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int StartOfRun(ulong bits, int end) => end - BitOperations.LeadingZeroCount(~(bits << 64 - end));

    // Entry n + 8: the lowest n bytes, for n from -8 to 16.
    static readonly ulong[] s_masks = [.. Enumerable.Range(-8, 25).Select(n => n <= 0 ? 0 : n >= 8 ? ulong.MaxValue : (1UL << 8 * n) - 1)];
}
