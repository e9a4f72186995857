using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
        Span<int> wordNumbers = stackalloc int[ListedWords + ByteBlock.LengthBytes], wordPlaces = stackalloc int[ListedWords + ByteBlock.LengthBytes], wordEnds = stackalloc int[ListedWords + ByteBlock.LengthBytes];
        ref int wordNumber = ref MemoryMarshal.GetReference(wordNumbers);
        ref int wordPlace = ref MemoryMarshal.GetReference(wordPlaces);
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
                ulong ampersands = block.Equal((byte)'&');
                ulong hard = block.Special() & ~ampersands;

                // An ampersand is a mark unless there is a semicolon behind what may be an entity's name.
                ulong name = block.Content() | hard | ampersands | block.Equal((byte)'#');
                ulong behindName = name + (ampersands << 1 & name);
                if ((behindName & ~name & block.Equal((byte)';')) != 0 || behindName < name || (long)ampersands < 0) hard |= FirstEntity(text, at, ampersands);
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
                ulong marks = (block.Marks() | ampersands) & ~leading;
                ulong stops = hard | firsts & hunkHeaders | cut;
                for (gutters &= ~stops & stops - 1; gutters != 0; gutters &= gutters - 1)
                {
                    if (!IsGutter(text, at + BitOperations.TrailingZeroCount(gutters))) continue;
                    stops |= gutters & 0 - gutters;
                    break;
                }

                ulong wordStarts = content & ~(content << 1 | inWord);
                ulong ends = ~content & (content << 1 | inWord);
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
                // Loaded again: with the call above it would be kept in memory all the time.
                TBlock.Load(ref first).Spread(all, ref marksOf, ref first, at, ref Unsafe.Add(ref token, written), ref Unsafe.Add(ref start, written));
                TBlock.SpreadPlaces(ByteBlock.Extract(wordStarts, all), written, ref Unsafe.Add(ref wordNumber, words));
                TBlock.SpreadPlaces(wordStarts, at, ref Unsafe.Add(ref wordPlace, words));
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
            (int openNumber, int openPlace) = (Unsafe.Add(ref wordNumber, ended), Unsafe.Add(ref wordPlace, ended)); // of the word that goes on, if there is one
            HashWords<TBlock>(text, ref wordNumber, ref wordPlace, ref wordEnd, ended, ref token);
            (wordNumber, wordPlace) = (openNumber, openPlace);
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
    /// <param name="wordPlace">For each word where it begins in the text.</param>
    /// <param name="wordEnd">For each word where it ends.</param>
    /// <param name="words">How many there are.</param>
    /// <param name="token">The first token; those of the words are written.</param>
    // Longer words are listed over those that were hashed, and done with the last ones in the text afterwards: with a call in the loop all that
    // it needs would be in memory instead of registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void HashWords<TBlock>(ReadOnlySpan<byte> text, ref int wordNumber, ref int wordPlace, ref int wordEnd, int words, ref uint token) where TBlock : struct, IByteBlock<TBlock>
    {
        // SAFETY: the caller's numbers are those of tokens, and places and ends lie in the text; sixteen bytes are read where there are so many.
        ref byte source = ref MemoryMarshal.GetReference(text);
        ref ulong masks = ref MemoryMarshal.GetArrayDataReference(s_masks);
        ref uint keywords = ref MemoryMarshal.GetArrayDataReference(Keywords.s_slots);
        uint multiplier = Keywords.s_multiplier;
        int whole = words;
        while (whole > 0 && Unsafe.Add(ref wordPlace, whole - 1) > text.Length - HashedBytes) whole--;
        int longer = 0;
        int done = typeof(TBlock) == typeof(ByteBlock512) ? HashEights(ref source, ref wordNumber, ref wordPlace, ref wordEnd, whole, ref token, ref longer) : 0;
        for (int i = done; i < whole; i++)
        {
            (int number, int place, int end) = (Unsafe.Add(ref wordNumber, i), Unsafe.Add(ref wordPlace, i), Unsafe.Add(ref wordEnd, i));
            nint length = Math.Min(end - place, HashedBytes);
            ulong bytes = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, place));
            ulong second = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, place + sizeof(ulong)));
            uint word = (uint)(Finish(Mix(bytes & Unsafe.Add(ref masks, length + 8), second & Unsafe.Add(ref masks, length), (ulong)length)) >> 32);
            uint slot = Unsafe.Add(ref keywords, (nint)Keywords.SlotOf(word, multiplier));
            uint differs = (slot ^ word) & ~Keywords.TokenMask;
            uint value = Select(slot & Keywords.TokenMask, Token.OfName(word), (uint)((int)(differs | 0 - differs) >> 31));
            Unsafe.Add(ref token, number) = Select(value, Token.OfNumber(word), (uint)((byte)bytes - BehindDigits >> 31));
            (Unsafe.Add(ref wordNumber, longer), Unsafe.Add(ref wordPlace, longer), Unsafe.Add(ref wordEnd, longer)) = (number, place, end);
            longer += (HashedBytes - (end - place)) >>> 31;
        }
        for (int i = 0; i < longer; i++) Unsafe.Add(ref token, Unsafe.Add(ref wordNumber, i)) = OfWord(text[Unsafe.Add(ref wordPlace, i)..Unsafe.Add(ref wordEnd, i)]);
        for (int i = whole; i < words; i++) Unsafe.Add(ref token, Unsafe.Add(ref wordNumber, i)) = OfWord(text[Unsafe.Add(ref wordPlace, i)..Unsafe.Add(ref wordEnd, i)]);
    }

    /// <summary>Bytes of a word that are hashed without a call.</summary>
    const int HashedBytes = 2 * sizeof(ulong);

    /// <summary>Of what words begin with digits alone are less.</summary>
    const int BehindDigits = '9' + 1;

    /// <summary>Does the same for as many words as are a multiple of eight, and lists the longer ones.</summary>
    /// <returns>Words done.</returns>
    // Four words, sixteen bytes each, stand in a vector, and another four in a second; their halves, put together, stand for words 0 4 1 5 2 6 3 7.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static unsafe int HashEights(ref byte source, ref int wordNumber, ref int wordPlace, ref int wordEnd, int words, ref uint token, ref int longer)
    {
        // SAFETY: as in the caller; the table of keywords is pinned, and its slots are fewer than a slot's number can say. What is listed stands before what was read.
        const int Eight = 8;
        uint* keywords = (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Keywords.s_slots));
        Vector512<ulong> multipliers = Vector512.Create(FirstMultiplier, SecondMultiplier, FirstMultiplier, SecondMultiplier, FirstMultiplier, SecondMultiplier, FirstMultiplier, SecondMultiplier);
        Vector512<ulong> mixedOrder = Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7);
        Vector256<uint> order = Vector256.Create(0u, 2, 4, 6, 1, 3, 5, 7);
        Vector512<byte> byteNumbers = Vector512.Create(0x0706050403020100UL, 0x0F0E0D0C0B0A0908, 0x0706050403020100, 0x0F0E0D0C0B0A0908, 0x0706050403020100, 0x0F0E0D0C0B0A0908, 0x0706050403020100, 0x0F0E0D0C0B0A0908).AsByte();
        Vector512<byte> lengthOfLane = Vector512.Create(0UL, 0, 0x0404040404040404, 0x0404040404040404, 0x0808080808080808, 0x0808080808080808, 0x0C0C0C0C0C0C0C0C, 0x0C0C0C0C0C0C0C0C).AsByte();
        Vector512<byte> small = Vector512.Create(Small).AsByte();
        uint* values = stackalloc uint[Eight];
        int done = 0;
        int listed = longer;
        for (; done <= words - Eight; done += Eight)
        {
            ref int place = ref Unsafe.Add(ref wordPlace, done);
            Vector512<byte> first = Vector512.Create(
                Vector256.Create(Vector128.LoadUnsafe(ref Unsafe.Add(ref source, place)), Vector128.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref place, 1)))),
                Vector256.Create(Vector128.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref place, 2))), Vector128.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref place, 3)))));
            Vector512<byte> second = Vector512.Create(
                Vector256.Create(Vector128.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref place, 4))), Vector128.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref place, 5)))),
                Vector256.Create(Vector128.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref place, 6))), Vector128.LoadUnsafe(ref Unsafe.Add(ref source, Unsafe.Add(ref place, 7)))));
            Vector256<int> numbers = Vector256.LoadUnsafe(ref wordNumber, (nuint)done), places = Vector256.LoadUnsafe(ref place), ends = Vector256.LoadUnsafe(ref wordEnd, (nuint)done);
            Vector256<int> all = ends - places;
            Vector256<int> lengths = Vector256.Min(all, Vector256.Create(HashedBytes));
            Vector512<ulong> initials = Avx512F.UnpackLow(first.AsUInt64(), second.AsUInt64()) & Vector512.Create(0xFFUL);

            Vector512<byte> spread = lengths.ToVector512().AsByte();
            first = Vector512.ConditionalSelect(Vector512.LessThan(byteNumbers, Avx512Vbmi.PermuteVar64x8(spread, lengthOfLane)), first, Vector512<byte>.Zero) | small;
            second = Vector512.ConditionalSelect(Vector512.LessThan(byteNumbers, Avx512Vbmi.PermuteVar64x8(spread, lengthOfLane + Vector512.Create((byte)0x10))), second, Vector512<byte>.Zero) | small;
            Vector512<ulong> firstProducts = first.AsUInt64() * multipliers, secondProducts = second.AsUInt64() * multipliers;
            Vector512<ulong> hash = Avx512F.UnpackLow(firstProducts, secondProducts) + Avx512F.UnpackHigh(firstProducts, secondProducts)
                + Avx512F.PermuteVar8x64(Avx512F.ConvertToVector512UInt64(lengths.AsUInt32()), mixedOrder) * LengthMultiplier;
            hash = (hash ^ hash >>> 32) * FinishMultiplier >>> 32;

            Vector256<uint> word = Avx2.PermuteVar8x32(Avx512F.ConvertToVector256UInt32(hash), order);
            Vector256<uint> initial = Avx2.PermuteVar8x32(Avx512F.ConvertToVector256UInt32(initials), order);
            Vector256<uint> slot = Avx2.GatherVector256(keywords, (word * Keywords.s_multiplier >>> 32 - Keywords.SlotBits).AsInt32(), sizeof(uint));
            Vector256<uint> isName = ~Vector256.Equals((slot ^ word) & Vector256.Create(~Keywords.TokenMask), Vector256<uint>.Zero);
            Vector256<uint> value = Vector256.ConditionalSelect(isName, word | Vector256.Create(Token.OfName(0)), slot & Vector256.Create(Keywords.TokenMask));
            Vector256<uint> number = word & Vector256.Create(Token.OfNumber(0) - 1) | Vector256.Create(Token.OfNumber(0));
            Vector256.ConditionalSelect(Vector256.LessThan(initial, Vector256.Create((uint)BehindDigits)), number, value).Store(values);
            ref int to = ref Unsafe.Add(ref wordNumber, done);
            Unsafe.Add(ref token, to) = values[0];
            Unsafe.Add(ref token, Unsafe.Add(ref to, 1)) = values[1];
            Unsafe.Add(ref token, Unsafe.Add(ref to, 2)) = values[2];
            Unsafe.Add(ref token, Unsafe.Add(ref to, 3)) = values[3];
            Unsafe.Add(ref token, Unsafe.Add(ref to, 4)) = values[4];
            Unsafe.Add(ref token, Unsafe.Add(ref to, 5)) = values[5];
            Unsafe.Add(ref token, Unsafe.Add(ref to, 6)) = values[6];
            Unsafe.Add(ref token, Unsafe.Add(ref to, 7)) = values[7];

            Vector256<int> isLonger = Vector256.GreaterThan(all, Vector256.Create(HashedBytes));
            Avx512F.VL.Compress(Vector256<int>.Zero, isLonger, numbers).StoreUnsafe(ref wordNumber, (nuint)listed);
            Avx512F.VL.Compress(Vector256<int>.Zero, isLonger, places).StoreUnsafe(ref wordPlace, (nuint)listed);
            Avx512F.VL.Compress(Vector256<int>.Zero, isLonger, ends).StoreUnsafe(ref wordEnd, (nuint)listed);
            listed += BitOperations.PopCount(isLonger.ExtractMostSignificantBits());
        }
        longer = listed;
        return done;
    }

    /// <summary>The second number where the mask is all ones, the first where it is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Select(uint first, uint second, uint mask) => first ^ (first ^ second) & mask;

    /// <summary>The first of a block's ampersands that begins an entity; 0 if none does.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static ulong FirstEntity(ReadOnlySpan<byte> text, int at, ulong ampersands)
    {
        for (; ampersands != 0; ampersands &= ampersands - 1)
        {
            int start = at + BitOperations.TrailingZeroCount(ampersands);
            if (ReadEntity(text, start, out int next) != '&' || next != start + 1) return ampersands & 0 - ampersands;
        }
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool IsGutter(ReadOnlySpan<byte> text, int at) => IsDiffHeader(text[at..]) || GutterEnd(text, at, at + GutterLimitBytes) != at;

    /// <summary>Where the run of set bits begins that ends before a bit; the bit itself if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int StartOfRun(ulong bits, int end) => end - BitOperations.LeadingZeroCount(~(bits << 64 - end));

    // Entry n + 8: the lowest n bytes, for n from -8 to 16.
    static readonly ulong[] s_masks = [.. Enumerable.Range(-8, 25).Select(n => n <= 0 ? 0 : n >= 8 ? ulong.MaxValue : (1UL << 8 * n) - 1)];
}
