using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LeakScan.Simd;

namespace LeakScan.Text;

// 64 bytes at a time. A handful of vector compares turn the block into masks, one bit a byte; the rules of CanonicalText are
// then arithmetic on these words, the same on every tier; one compression writes what is kept.
//
//   text       }   r e t u r n \n     1 2 \t x   =
//   content        1 1 1 1 1 1        1 1    1           letters, digits, _
//   lineEnd                    1
//   first                             1                  first content after each line end: (starts & skip) + skip carries
//                                                        each start bit through what is skipped to the first content bit
//   dropped                           1 1                a first digit whose run ends before a delimiter
//   keep           1 1 1 1 1 1               1
//
// A backslash run ends at the first bit after it, so one shift finds every escaped letter: n, r, t, b, f are taken out of the
// content there, and n, r added to the line ends. A number that begins a line is its first digit's bit plus the digits, whose
// carry runs to the bit behind it.
//
// Most blocks are done by the loops of Blocks and, with 512-bit registers, Strips. They stop at a block with something less common,
// which HardBlock looks at more closely: what may be an entity or a path gutter, rare characters outside ASCII. What is rare goes to the
// automata of Canonicalizer.Scalar, from a point at which their state is known, until they are idle again:
//   - bytes outside ASCII other than common symbols (Symbols), ESC, \uXXXX;
//   - an ampersand before something that looks like an entity;
//   - `path:12:` at the start of a line. Its signature SEPARATOR digits SEPARATOR is looked for everywhere (two shifts and an
//     addition); where it stands after nothing but path characters, the line is done again from its start. Its letters
//     were written already, so the output is taken back to where the line began, which is kept as the restart point. A line is
//     "open" as long as nothing in it has ended the path;
//   - digits or backslashes that run into the next block, where more than a shift would be needed.
sealed partial class Canonicalizer
{
    /// <summary>Everything the block loops carry from block to block.</summary>
    ref struct BlockState
    {
        internal int Index;
        internal int Written;

        /// <summary>1 if the line has no letter yet, so that gutters may follow.</summary>
        internal ulong AtStart;

        /// <summary>1 if the block before ended in a backslash.</summary>
        internal ulong Backslash;

        /// <summary>1 if the block before ended in a digit.</summary>
        internal ulong Digit;

        /// <summary>0 if the line is known to be past all gutters.</summary>
        internal ulong Open;

        /// <summary>Where the line began in the source, and what had been written by then; -1 if it began earlier and is past its gutters.</summary>
        internal int Restart;
        internal int RestartWritten;

        /// <summary>Where the line began, in the source's offsets; negative if in an earlier piece.</summary>
        internal long LineStart;

        /// <summary>Bytes that the automata must do at least, where the loops have stopped.</summary>
        internal int Hard;
    }

    /// <summary>Bytes outside ASCII from which on a block is done by the automata at once, not from one such byte to the next.</summary>
    const int ManyHighBytes = 16;

    /// <summary>A source for which room is made as if it were all line feeds: that costs less than to count them.</summary>
    const int UncountedBytes = 64 * 1024;

    /// <summary>Not all of what ends a path, but nothing that is in one.</summary>
    static readonly SearchValues<byte> s_pathEnds = SearchValues.Create([.. Enumerable.Range(0, 128).Where(b => b is < 0x28 or (>= 0x3B and < 0x40)).Select(b => (byte)b)]);

    /// <param name="source">Text.</param>
    /// <param name="bytes">Receives canonical bytes.</param>
    /// <param name="moreFollows">Leave what can be done at vector speed together with what follows.</param>
    /// <param name="written">Canonical bytes written.</param>
    /// <returns>Bytes of the source that were taken.</returns>
    int AppendVector<TBlock>(ReadOnlySpan<byte> source, ref byte bytes, bool moreFollows, out int written) where TBlock : struct, IByteBlock<TBlock>
    {
        long start = _position;
        int index = 0;
        written = 0;
        // Strips add one at a time; the loop over single blocks writes without asking.
        if (typeof(TBlock) != typeof(ByteBlock512)) LineFeeds?.EnsureCapacity(LineFeeds.Count + (source.Length <= UncountedBytes ? source.Length : source.Count((byte)'\n')));
        while (index < source.Length)
        {
            // The automata go on until they hold nothing.
            _position = start + index;
            while (index < source.Length && !CanTakeOver)
            {
                written = AppendScalar<NoOffsets>(source.Slice(index, 1), ref bytes, ref Unsafe.NullRef<int>(), written);
                index++;
            }
            if (source.Length - index < ByteBlock.LengthBytes)
            {
                if (moreFollows) break;
                if (index < source.Length) written = AppendScalar<NoOffsets>(source[index..], ref bytes, ref Unsafe.NullRef<int>(), written);
                index = source.Length;
                break;
            }

            BlockState state = new()
            {
                Index = index,
                Written = written,
                AtStart = _line == LineState.Start ? 1UL : 0,
                Open = 1,
                Restart = _line == LineState.Start ? index : -1,
                RestartWritten = written,
                LineStart = _lineStart - start,
            };
            ScanBlocks<TBlock>(source, ref bytes, ref state);

            // Back to the automata's state, at the last point at which it is known.
            bool open = IsOpen(source, ref state);
            index = open ? state.Restart : state.Index;
            written = open ? state.RestartWritten : state.Written;
            _position = start + index;
            _lineStart = start + state.LineStart;
            _line = open || state.AtStart != 0 ? LineState.Start : LineState.Body;
            _held = 0;
            if (!open && state.Backslash != 0) _escape = EscapeState.Backslash;
            if (moreFollows && source.Length - state.Index < ByteBlock.LengthBytes) break;

            if (CanTakeOver && _line == LineState.Start)
            {
                int body = SkipGutters(source, index, start, written);
                if (body > index || _line == LineState.Body)
                {
                    index = body;
                    continue;
                }
            }

            // Past the hard spot, and the line before it if it is open.
            int next = Math.Min(source.Length, state.Index + state.Hard);
            written = AppendScalar<NoOffsets>(source[index..next], ref bytes, ref Unsafe.NullRef<int>(), written);
            index = next;
        }
        _position = start + index;
        return index;
    }

    bool CanTakeOver => IsIdle && (_line is LineState.Body or LineState.Start);

    /// <summary>Does one block, or what of it comes before a hard spot; false if there is one.</summary>
    static bool HardBlock<TBlock>(ReadOnlySpan<byte> source, ref byte bytes, ref BlockState state, List<int>? lineFeeds) where TBlock : struct, IByteBlock<TBlock>
    {
        // SAFETY: as in EasyBlocks; the caller has seen that 64 bytes are left.
        TBlock block = TBlock.Load(ref Unsafe.Add(ref MemoryMarshal.GetReference(source), state.Index));
        ulong high = block.High();
        ulong escapes = block.Equal(CanonicalText.Escape);
        ulong symbols = 0, letters = 0;
        int count = ByteBlock.LengthBytes;
        if (high != 0)
        {
            symbols = Symbols(block, high, out letters, out ulong others);
            if (BitOperations.PopCount(others) >= ManyHighBytes)
            {
                state.Hard = ByteBlock.LengthBytes;
                return false;
            }
            escapes |= others;
        }
        if (escapes != 0) count = BitOperations.TrailingZeroCount(escapes);
        state.Hard = 1;
        while (count > 0)
        {
            int spot = HardBlock(source, block, symbols, letters, count, ref bytes, ref state, lineFeeds);
            if (spot == count) return count == ByteBlock.LengthBytes;
            count = spot;
        }
        return false;
    }

    /// <summary>Does the first so many bytes of a block; if there is a hard spot among them, nothing. Returns where it begins, else the number of bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int HardBlock<TBlock>(ReadOnlySpan<byte> source, TBlock block, ulong symbols, ulong letters, int count, ref byte bytes, ref BlockState state, List<int>? lineFeeds)
        where TBlock : struct, IByteBlock<TBlock>
    {
        int index = state.Index;
        int written = state.Written;
        ulong wanted = ulong.MaxValue >> ByteBlock.LengthBytes - count;
        symbols &= wanted;
        ulong digits = block.Digits() & wanted;
        ulong content = (block.Content() | letters) & wanted;
        ulong lineEnds = block.LineEnds() & wanted;
        ulong backslashes = block.Backslashes() & wanted;
        ulong escaped = 0;
        if ((backslashes | state.Backslash) != 0)
        {
            ulong after = (backslashes << 1 | state.Backslash) & ~backslashes & wanted;
            ulong newLines = block.LineEndLetters() & after;
            ulong blanks = block.BlankLetters() & after;
            ulong unicode = newLines & blanks;
            if (unicode != 0)
            {
                // From the first backslash of the run.
                ulong before = ~backslashes & (unicode ^ unicode - 1) >> 1;
                return ByteBlock.LengthBytes - BitOperations.LeadingZeroCount(before);
            }
            escaped = newLines | blanks;
            lineEnds |= newLines;
            content &= ~escaped;
        }
        ulong ampersands = block.Equal((byte)'&') & wanted;
        if (ampersands != 0)
        {
            int entity = FindEntity(source, index, ampersands);
            if (entity < count) return entity;
        }

        ulong starts = lineEnds << 1 | state.AtStart;
        ulong skipped = ~content;
        ulong leading = ((starts & skipped) + skipped | starts) & content & digits;
        ulong dropped = 0;
        if (leading != 0)
        {
            if (state.AtStart != 0 && index + ByteBlock.LengthBytes - state.LineStart >= CanonicalText.GutterLimitBytes) return BitOperations.TrailingZeroCount(leading);
            ulong delimiters = (block.InRange(0, ' ' + 1) | block.Separators() | block.Equal((byte)'|') | block.Equal(0x7F)) & wanted | symbols;
            int number = DropLineNumbers(leading, digits, content, lineEnds, delimiters, backslashes, escaped, wanted, ref dropped);
            if (number < count) return number;
        }
        ulong keep = content & ~dropped;

        ulong separators = block.Separators() & wanted;
        (ulong separatorBefore, ulong digitsBefore) = SeparatorBefore(source, index);
        ulong separated = (separators << 1 | separatorBefore | digitsBefore) & digits;
        ulong gutterEnds = (separated + digits & ~digits | digitsBefore) & separators;
        if (gutterEnds != 0)
        {
            ulong pathEnds = block.InRange(0, 0x28) | block.InRange(0x3B, 5) | symbols;
            int path = FindPath(gutterEnds, keep, lineEnds, pathEnds, state.AtStart != 0, IsOpen(source, ref state), index - state.Restart);
            if (path < count) return path;
        }

        if (lineEnds != 0)
        {
            if (lineFeeds is not null) AddLineFeeds(block.Equal((byte)'\n') & wanted, keep, written, lineFeeds);
            int last = 63 - BitOperations.LeadingZeroCount(lineEnds);
            ulong below = ulong.MaxValue >> 63 - last;
            state.Restart = index + last + 1;
            state.RestartWritten = written + BitOperations.PopCount(keep & below);
            state.LineStart = state.Restart;
            state.AtStart = (keep & ~below) == 0 ? 1UL : 0;
        }
        else if (keep != 0)
        {
            state.AtStart = 0;
        }
        state.Backslash = backslashes >> count - 1 & 1;
        state.Digit = (digits & keep) >> count - 1 & 1;
        state.Written += block.CompressLower(keep, ref Unsafe.Add(ref bytes, written));
        state.Index += count;
        return count;
    }

    /// <summary>Whether a separator, or one and digits, stand before a position, as far back as a gutter may reach.</summary>
    static (ulong Separator, ulong Digits) SeparatorBefore(ReadOnlySpan<byte> source, int index)
    {
        int limit = Math.Max(0, index - CanonicalText.GutterLimitBytes);
        int at = index;
        while (at > limit && char.IsAsciiDigit((char)source[at - 1])) at--;
        bool isSeparator = at > limit && source[at - 1] is (byte)':' or (byte)'-';
        return (isSeparator && at == index ? 1UL : 0, isSeparator && at < index ? 1UL : 0);
    }

    /// <summary>Whether the line that the blocks are in may still turn out to begin with a path gutter. May say yes too often: that costs time only.</summary>
    static bool IsOpen(ReadOnlySpan<byte> source, ref BlockState state)
    {
        if (state.Restart < 0 || state.AtStart != 0 || state.Index - state.LineStart >= CanonicalText.GutterLimitBytes) return false;
        ReadOnlySpan<byte> line = source[state.Restart..state.Index];
        int afterEnd = line.LastIndexOfAny(s_pathEnds) + 1;

        // What ends a path, before the first letter ends nothing; letters before it were written, and those after it are counted.
        int letters = 0;
        foreach (byte value in line[afterEnd..]) letters += value == '_' || value >= 0x80 || char.IsAsciiLetterOrDigit((char)value) ? 1 : 0;
        return state.Written - state.RestartWritten <= letters;
    }

    /// <summary>
    /// The first bytes of the block's characters outside ASCII that are symbols, which fold to a space, and lie in the block: arrows, boxes,
    /// dashes, quotation marks, which prose and the listings of tools are full of, East Asian punctuation, Latin marks, emoji, icons.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <param name="high">Its bytes outside ASCII.</param>
    /// <param name="letters">All bytes of letters that stay as they are: ideographs, kana, hangul.</param>
    /// <param name="others">The bytes outside ASCII that belong to none of these, nor to a full-width mark without a meaning in gutters, which is neither.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Symbols<TBlock>(TBlock block, ulong high, out ulong letters, out ulong others) where TBlock : struct, IByteBlock<TBlock>
    {
        ulong thirds = block.InRange(0x80, 0x40);
        ulong leads = CommonSymbols(block, thirds);
        others = high & ~(leads << 1 | leads << 2 | leads);
        letters = 0;
        if (others != 0) leads |= EastAsian(block, thirds, ref letters, ref others);
        return others == 0 ? leads : leads | OtherSymbols(block, thirds, ref others);
    }

    /// <summary>U+2080 to 20FF and U+2140 to 2BFF, by their second byte; U+2010 to 2029 by the third too. The zero-width ones are elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong CommonSymbols<TBlock>(TBlock block, ulong thirds) where TBlock : struct, IByteBlock<TBlock>
    {
        ulong seconds = (block.InRange(0x82, 2) | block.InRange(0x85, 0x2B) | block.Equal(0x80) & block.InRange(0x90, 0x1A) >> 1) & thirds >> 1;
        return block.Equal(0xE2) & seconds >> 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong EastAsian<TBlock>(TBlock block, ulong thirds, ref ulong letters, ref ulong others) where TBlock : struct, IByteBlock<TBlock>
    {
        // U+3000 to 303F are symbols, U+3040 to CFFF letters; of the full-width marks ! , ; ?.
        ulong two = thirds >> 1 & thirds >> 2;
        ulong first = block.Equal(0xE3) & two;
        ulong leads = first & block.Equal(0x80) >> 1;
        ulong letterLeads = first & ~leads | block.InRange(0xE4, 9) & two;
        ulong marks = block.Equal(0xEF) & block.Equal(0xBC) >> 1 & (block.Equal(0x81) | block.Equal(0x8C) | block.Equal(0x9B) | block.Equal(0x9F)) >> 2;
        letters = letterLeads | letterLeads << 1 | letterLeads << 2;
        marks |= leads;
        others &= ~(letters | marks | marks << 1 | marks << 2);
        return leads;
    }

    /// <summary>Latin marks but for ordinals, the soft hyphen and the micro sign; what is in private use, such as icons; U+1F000 to 1FAFF.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong OtherSymbols<TBlock>(TBlock block, ulong thirds, ref ulong others) where TBlock : struct, IByteBlock<TBlock>
    {
        ulong letters = block.Equal(0xAA) | block.Equal(0xAD) | block.Equal(0xB5) | block.Equal(0xBA);
        ulong ofTwo = block.Equal(0xC2) & (thirds & ~letters) >> 1 | block.Equal(0xC3) & (block.Equal(0x97) | block.Equal(0xB7)) >> 1;
        ulong ofThree = (block.Equal(0xEE) | block.Equal(0xEF) & block.InRange(0x80, 0x24) >> 1) & thirds >> 1 & thirds >> 2;
        ulong ofFour = block.Equal(0xF0) & block.Equal(0x9F) >> 1 & block.InRange(0x80, 0x2C) >> 2 & thirds >> 3;
        ulong twoOrMore = ofTwo | ofThree | ofFour;
        ulong threeOrMore = ofThree | ofFour;
        others &= ~(twoOrMore | twoOrMore << 1 | threeOrMore << 2 | ofFour << 3);
        return twoOrMore;
    }

    static void AddLineFeeds(ulong feeds, ulong keep, int written, List<int> lineFeeds)
    {
        for (; feeds != 0; feeds &= feeds - 1)
            lineFeeds.Add(written + BitOperations.PopCount(keep & (1UL << BitOperations.TrailingZeroCount(feeds)) - 1));
    }

    /// <summary>Takes the line numbers that begin lines out of the content. Returns where one begins that runs out of the block; else 64.</summary>
    static int DropLineNumbers(
        ulong leading, ulong digits, ulong content, ulong lineEnds, ulong delimiters, ulong backslashes, ulong escaped, ulong wanted, ref ulong dropped)
    {
        do
        {
            int at = BitOperations.TrailingZeroCount(leading);
            leading &= leading - 1;
            while (true)
            {
                ulong beyond = ~digits & wanted & ulong.MaxValue << at;
                if (beyond == 0) return at;
                int end = BitOperations.TrailingZeroCount(beyond);
                int delimiter = end;
                if ((backslashes >> end & 1) != 0)
                {
                    ulong afterRun = ~backslashes & wanted & ulong.MaxValue << end;
                    if (afterRun == 0) return at;
                    delimiter = BitOperations.TrailingZeroCount(afterRun);
                    if ((escaped >> delimiter & 1) == 0) break;
                }
                else if ((delimiters >> end & 1) == 0)
                {
                    break;
                }
                dropped |= (1UL << end) - (1UL << at);

                // After one gutter another may come, on the same line.
                ulong onwards = ulong.MaxValue << delimiter;
                ulong nextContent = content & onwards;
                if (nextContent == 0) break;
                at = BitOperations.TrailingZeroCount(nextContent);
                if ((lineEnds & onwards & (1UL << at) - 1) != 0 || (digits >> at & 1) == 0) break;
            }
        }
        while (leading != 0);
        return ByteBlock.LengthBytes;
    }

    /// <summary>
    /// Where a path begins that one of the marked separators may make a gutter of: nothing but path characters between the line's
    /// first letter and the separator. 0 if in an earlier block; 64 if nowhere.
    /// </summary>
    static int FindPath(ulong gutterEnds, ulong keep, ulong lineEnds, ulong pathEnds, bool atStart, bool open, int bytesBefore)
    {
        for (; gutterEnds != 0; gutterEnds &= gutterEnds - 1)
        {
            int at = BitOperations.TrailingZeroCount(gutterEnds);
            ulong before = (1UL << at) - 1;
            ulong endsBefore = lineEnds & before;
            int start = ByteBlock.LengthBytes - BitOperations.LeadingZeroCount(endsBefore);
            if (endsBefore == 0 && !atStart)
            {
                if (open && (pathEnds & before) == 0 && bytesBefore + at < CanonicalText.GutterLimitBytes) return 0;
                continue;
            }
            ulong name = keep & before & ulong.MaxValue << start;
            int first = BitOperations.TrailingZeroCount(name);
            if (name != 0 && (pathEnds & before & ulong.MaxValue << first) == 0) return first;
        }
        return ByteBlock.LengthBytes;
    }

    /// <summary>Where one of the marked ampersands may begin an entity; 64 if none does.</summary>
    static int FindEntity(ReadOnlySpan<byte> source, int index, ulong ampersands)
    {
        for (; ampersands != 0; ampersands &= ampersands - 1)
        {
            int ampersand = BitOperations.TrailingZeroCount(ampersands);
            int at = index + ampersand + 1;
            int limit = at + CanonicalText.EntityNameLimit + 1;
            for (int i = at; i < limit; i++)
            {
                if (i >= source.Length) return ampersand;
                byte value = source[i];
                if (value is (byte)';' or (byte)'\\' or >= 0x80 or CanonicalText.Escape) return ampersand;
                if (value != '#' && !char.IsAsciiLetterOrDigit((char)value)) break;
            }
        }
        return ByteBlock.LengthBytes;
    }
}
