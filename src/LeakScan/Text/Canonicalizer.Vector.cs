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
// content there, and n, r added to the line ends. What is rare goes to the automata of Canonicalizer.Scalar, from a point at
// which their state is known, until they are idle again:
//   - bytes outside ASCII other than common symbols (Symbols), ESC, \uXXXX;
//   - an ampersand before something that looks like an entity;
//   - `path:12:` at the start of a line. Its signature SEPARATOR digits SEPARATOR is looked for everywhere (two shifts and an
//     addition); where it stands after nothing but path characters, the line is done again from its start. Its letters
//     were written already, so the output is taken back to where the line began: the line's beginning is kept as the
//     restart point for as long as it is "open", that is, until something ends the path.
//   - digits or backslashes that run into the next block, where more than a shift would be needed.
sealed partial class Canonicalizer
{
    /// <summary>Everything the block loop carries from block to block.</summary>
    ref struct BlockState
    {
        internal int Index;
        internal int Written;

        /// <summary>1 if the line has no letter yet, so that gutters may follow.</summary>
        internal ulong AtStart;

        /// <summary>1 if the block before ended in a backslash.</summary>
        internal ulong Backslash;

        /// <summary>The line may still turn out to begin with a path gutter.</summary>
        internal bool Open;

        /// <summary>Where the line, or what was seen of it, began in the source, and what had been written by then.</summary>
        internal int Restart;
        internal int RestartWritten;

        /// <summary>Where the line began, in the source's offsets; negative if in an earlier piece.</summary>
        internal long LineStart;
    }

    int AppendVector<TBlock>(ReadOnlySpan<byte> source, ref byte bytes) where TBlock : struct, IByteBlock<TBlock>
    {
        long start = _position;
        int index = 0;
        int written = 0;
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
                if (index < source.Length) written = AppendScalar<NoOffsets>(source[index..], ref bytes, ref Unsafe.NullRef<int>(), written);
                break;
            }

            BlockState state = new()
            {
                Index = index,
                Written = written,
                AtStart = _line == LineState.Start ? 1UL : 0,
                Open = false,
                Restart = index,
                RestartWritten = written,
                LineStart = _lineStart - start,
            };
            ScanBlocks<TBlock>(source, ref bytes, ref state, LineFeeds);

            // Back to the automata, from the last point at which their state is known, past the block that was too hard.
            int resume = state.Open ? state.Restart : state.Index;
            written = state.Open ? state.RestartWritten : state.Written;
            _position = start + resume;
            _lineStart = start + state.LineStart;
            _line = state.Open || state.AtStart != 0 ? LineState.Start : LineState.Body;
            _held = 0;
            if (!state.Open && state.Backslash != 0) _escape = EscapeState.Backslash;
            index = Math.Min(source.Length, state.Index + ByteBlock.LengthBytes);
            written = AppendScalar<NoOffsets>(source[resume..index], ref bytes, ref Unsafe.NullRef<int>(), written);
        }
        _position = start + source.Length;
        return written;
    }

    bool CanTakeOver => IsIdle && (_line is LineState.Body or LineState.Start);

    /// <summary>Does whole blocks until one is too hard or fewer than 64 bytes are left; that block is left undone.</summary>
    static void ScanBlocks<TBlock>(ReadOnlySpan<byte> source, ref byte bytes, ref BlockState state, List<int>? lineFeeds) where TBlock : struct, IByteBlock<TBlock>
    {
        ref byte input = ref MemoryMarshal.GetReference(source);
        int index = state.Index;
        int written = state.Written;
        ulong atStart = state.AtStart;
        ulong backslashCarry = 0;
        ulong separatorCarry = 0;
        ulong separatorDigitsCarry = 0;
        bool open = state.Open;
        int restart = state.Restart;
        int restartWritten = state.RestartWritten;
        long lineStart = state.LineStart;

        while (source.Length - index >= ByteBlock.LengthBytes)
        {
            // SAFETY: the loop condition leaves 64 readable bytes at index; the caller's destination holds the whole source
            // and OutputSlack more, and at most 64 bytes are written at or below the number of bytes read so far.
            TBlock block = TBlock.Load(ref Unsafe.Add(ref input, index));
            ulong high = block.High();
            ulong symbols = 0;
            if ((high | block.Equal(CanonicalText.Escape)) != 0)
            {
                symbols = Symbols(block, high);
                if (symbols == 0) break;
            }

            TBlock lower = block.Lower();
            ulong digits = block.InRange((byte)'0', 10);
            ulong content = lower.InRange((byte)'a', 26) | digits | block.Equal((byte)'_');
            ulong lineEnds = block.Equal((byte)'\n') | block.Equal((byte)'\r');
            ulong backslashes = block.Equal((byte)'\\');
            ulong escaped = 0;
            if ((backslashes | backslashCarry) != 0)
            {
                ulong after = (backslashes << 1 | backslashCarry) & ~backslashes;
                if ((after & lower.Equal((byte)'u')) != 0) break;
                ulong newLines = (lower.Equal((byte)'n') | lower.Equal((byte)'r')) & after;
                escaped = (lower.Equal((byte)'t') | lower.Equal((byte)'b') | lower.Equal((byte)'f')) & after | newLines;
                lineEnds |= newLines;
                content &= ~escaped;
            }
            ulong ampersands = block.Equal((byte)'&');
            if (ampersands != 0 && HasEntity(source, index, ampersands)) break;

            ulong starts = lineEnds << 1 | atStart;
            ulong skipped = ~content;
            ulong first = ((starts & skipped) + skipped | starts) & content;
            ulong dropped = 0;
            if ((first & digits) != 0)
            {
                if (index + ByteBlock.LengthBytes - lineStart >= CanonicalText.GutterLimitBytes && atStart != 0) break;
                ulong delimiters = block.InRange(0, ' ' + 1) | block.Equal((byte)':') | block.Equal((byte)'-') | block.Equal((byte)'|') | block.Equal(0x7F) | symbols;
                if (!DropLineNumbers(first & digits, digits, content, lineEnds, delimiters, backslashes, escaped, ref dropped)) break;
            }
            ulong keep = content & ~dropped;

            ulong separators = block.Equal((byte)':') | block.Equal((byte)'-');
            ulong numberStarts = (separators << 1 | separatorCarry | separatorDigitsCarry) & digits;
            ulong summed = numberStarts + digits;
            ulong gutterEnds = (summed & ~digits | separatorDigitsCarry) & separators;
            ulong pathEnds = block.InRange(0, 0x28) | block.InRange(0x3B, 5) | symbols; // not all of them, but nothing that is in a path
            if (gutterEnds != 0)
            {
                bool carried = atStart != 0 || open;
                if (MayBePath(gutterEnds, keep, lineEnds, pathEnds, carried, open, index - restart)) break;
            }

            int count = lower.Compress(keep, ref Unsafe.Add(ref bytes, written));

            // What the next block has to know of the line it begins in.
            if (lineEnds != 0)
            {
                if (lineFeeds is not null) AddLineFeeds(block.Equal((byte)'\n'), keep, written, lineFeeds);
                int last = 63 - BitOperations.LeadingZeroCount(lineEnds);
                ulong below = ulong.MaxValue >> 63 - last;
                restart = index + last + 1;
                restartWritten = written + BitOperations.PopCount(keep & below);
                lineStart = restart;
                ulong rest = keep & ~below;
                atStart = rest == 0 ? 1UL : 0;
                open = rest != 0 && (pathEnds & (ulong.MaxValue << BitOperations.TrailingZeroCount(rest))) == 0;
            }
            else if (atStart != 0)
            {
                if (keep != 0)
                {
                    atStart = 0;
                    open = (pathEnds & (ulong.MaxValue << BitOperations.TrailingZeroCount(keep))) == 0;
                }
            }
            else
            {
                open &= pathEnds == 0;
            }
            backslashCarry = backslashes >> 63;
            separatorCarry = separators >> 63;
            separatorDigitsCarry = (digits & ~summed) >> 63;
            written += count;
            index += ByteBlock.LengthBytes;
            open &= index - lineStart < CanonicalText.GutterLimitBytes;
        }

        state.Index = index;
        state.Written = written;
        state.AtStart = atStart;
        state.Backslash = backslashCarry;
        state.Open = open;
        state.Restart = restart;
        state.RestartWritten = restartWritten;
        state.LineStart = lineStart;
    }

    /// <summary>
    /// The first bytes of the block's symbols outside ASCII if each is one that folds to a space, lies in the block and has the
    /// usual three bytes: arrows, boxes, dashes, quotation marks, which prose and the listings of tools are full of. Else 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Symbols<TBlock>(TBlock block, ulong high) where TBlock : struct, IByteBlock<TBlock>
    {
        ulong leads = block.Equal(0xE2); // U+2000 to U+2FFF
        if ((leads << 1 | leads << 2 | leads) != high || leads >> 62 != 0 || block.Equal(CanonicalText.Escape) != 0) return 0;
        // U+2080 to 20FF and U+2140 to 2BFF, by their second byte; U+2010 to 2029 by the third too. The zero-width ones are elsewhere.
        ulong seconds = block.InRange(0x82, 2) | block.InRange(0x85, 0x2B) | block.Equal(0x80) & block.InRange(0x90, 0x1A) >> 1;
        return (seconds & leads << 1) == leads << 1 && (block.InRange(0x80, 0x40) & leads << 2) == leads << 2 ? leads : 0;
    }

    static void AddLineFeeds(ulong feeds, ulong keep, int written, List<int> lineFeeds)
    {
        for (; feeds != 0; feeds &= feeds - 1)
            lineFeeds.Add(written + BitOperations.PopCount(keep & (1UL << BitOperations.TrailingZeroCount(feeds)) - 1));
    }

    /// <summary>Takes the line numbers that begin lines out of the content; false if one runs out of the block.</summary>
    static bool DropLineNumbers(
        ulong leading, ulong digits, ulong content, ulong lineEnds, ulong delimiters, ulong backslashes, ulong escaped, ref ulong dropped)
    {
        do
        {
            int at = BitOperations.TrailingZeroCount(leading);
            leading &= leading - 1;
            while (true)
            {
                ulong beyond = ~digits & ulong.MaxValue << at;
                if (beyond == 0) return false;
                int end = BitOperations.TrailingZeroCount(beyond);
                int delimiter = end;
                if ((backslashes >> end & 1) != 0)
                {
                    ulong afterRun = ~backslashes & ulong.MaxValue << end;
                    if (afterRun == 0) return false;
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
        return true;
    }

    /// <summary>Whether one of the marked separators may end a `path:12:` gutter: nothing but path characters between it and its line's first letter.</summary>
    static bool MayBePath(ulong gutterEnds, ulong keep, ulong lineEnds, ulong pathEnds, bool carried, bool open, int bytesBefore)
    {
        for (; gutterEnds != 0; gutterEnds &= gutterEnds - 1)
        {
            int at = BitOperations.TrailingZeroCount(gutterEnds);
            ulong before = (1UL << at) - 1;
            ulong endsBefore = lineEnds & before;
            ulong line = before;
            if (endsBefore != 0)
            {
                line &= ulong.MaxValue << 63 - BitOperations.LeadingZeroCount(endsBefore);
            }
            else if (!carried)
            {
                continue;
            }
            else if (open)
            {
                if ((pathEnds & before) == 0 && bytesBefore + at < CanonicalText.GutterLimitBytes) return true;
                continue;
            }
            ulong name = keep & line;
            if (name == 0) continue;
            ulong fromName = line & ulong.MaxValue << BitOperations.TrailingZeroCount(name);
            if ((pathEnds & fromName) == 0) return true;
        }
        return false;
    }

    /// <summary>Whether one of the marked ampersands may begin an entity.</summary>
    static bool HasEntity(ReadOnlySpan<byte> source, int index, ulong ampersands)
    {
        for (; ampersands != 0; ampersands &= ampersands - 1)
        {
            int at = index + BitOperations.TrailingZeroCount(ampersands) + 1;
            int limit = at + CanonicalText.EntityNameLimit + 1;
            for (int i = at; i < limit; i++)
            {
                if (i >= source.Length) return true;
                byte value = source[i];
                if (value is (byte)';' or (byte)'\\' or >= 0x80 or CanonicalText.Escape) return true;
                if (value != '#' && !char.IsAsciiLetterOrDigit((char)value)) break;
            }
        }
        return false;
    }
}
