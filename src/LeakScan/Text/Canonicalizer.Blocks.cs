using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using LeakScan.Primitives;
using LeakScan.Simd;

namespace LeakScan.Text;

// The loop over whole blocks, one at a time, and the rules for one of them; with 512-bit registers many blocks are done together (Strips).
sealed partial class Canonicalizer
{
    interface ILineFeedCounting
    {
        static abstract bool Wanted { get; }
    }

    readonly struct Uncounted : ILineFeedCounting
    {
        public static bool Wanted => false;
    }

    readonly struct Counted : ILineFeedCounting
    {
        public static bool Wanted => true;
    }

    /// <summary>Does whole blocks until one needs the automata or fewer than 64 bytes are left; that block is left undone.</summary>
    void ScanBlocks<TBlock>(ReadOnlySpan<byte> source, ref byte bytes, ref BlockState state) where TBlock : struct, IByteBlock<TBlock>
    {
        if (typeof(TBlock) == typeof(ByteBlock512))
        {
            ScanStrips(source, ref bytes, ref state);
        }
        else
        {
            do
            {
                if (LineFeeds is null) EasyBlocks<TBlock, Uncounted>(source, ref bytes, ref state);
                else EasyBlocks<TBlock, Counted>(source, ref bytes, ref state);
            }
            while (source.Length - state.Index >= ByteBlock.LengthBytes && HardBlock<TBlock>(source, ref bytes, ref state, LineFeeds));
        }
        state.Hard = Math.Clamp(state.Hard, 1, ByteBlock.LengthBytes);
    }

    // Optimized at once, like the other kernels: code of the first tier takes a hundred times as long, for a second or more.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void EasyBlocks<TBlock, TCounting>(ReadOnlySpan<byte> source, ref byte bytes, ref BlockState state)
        where TBlock : struct, IByteBlock<TBlock> where TCounting : struct, ILineFeedCounting
    {
        // SAFETY: AppendVector has made room in the list for all line feeds of the source.
        List<int>? lineFeeds = LineFeeds;
        int feedsBefore = TCounting.Wanted ? lineFeeds!.Count : 0;
        nint feeds = 0;
        if (TCounting.Wanted) CollectionsMarshal.SetCount(lineFeeds!, lineFeeds!.Capacity);
        ref int feed = ref MemoryMarshal.GetReference(CollectionsMarshal.AsSpan(lineFeeds)[feedsBefore..]);
        ref byte input = ref MemoryMarshal.GetReference(source);
        nint end = source.Length - ByteBlock.LengthBytes;
        nint index = state.Index;
        nint written = state.Written;
        ulong atStart = state.AtStart;
        ulong backslashCarry = state.Backslash;
        ulong digitCarry = state.Digit;
        nint restart = state.Restart;
        nint restartWritten = state.RestartWritten;
        nint lineStart = (nint)state.LineStart;
        ReadOnlySpan<nint> waiting = Ahead is null ? [] : Ahead.Waiting;
        int asked = 0, aTurn = Ahead is null ? 0 : 2 * Ahead.ATurn;

        // SAFETY: the source has 64 bytes (AppendVector), and Math.Min leaves them at each next block; the destination holds the
        // whole source and OutputSlack more, and at most 64 bytes are written at or below the number of bytes read so far.
        TBlock next = TBlock.Load(ref Unsafe.Add(ref input, Math.Min(index, end)));
        while (index <= end)
        {
            TBlock block = next;
            ulong content = block.Content();
            ulong digits = block.Digits();
            ulong lineEnds = block.LineEnds();
            ulong backslashes = block.Backslashes();

            ulong symbols = 0;
            if (!ResolveBlock<TBlock, TBlock>(block, ref Unsafe.Add(ref input, index), block.Special(), atStart, backslashCarry, digitCarry, openLine: 1, index + ByteBlock.LengthBytes - lineStart, hasNext: false, ref Unsafe.NullRef<BlockMasks>(),
                ref content, ref digits, ref lineEnds, ref backslashes, ref symbols, out int taken, out _, out _, out _)) break;
            if (lineEnds != 0)
            {
                if (TCounting.Wanted)
                {
                    for (ulong rest = block.Equal((byte)'\n'); rest != 0; rest &= rest - 1)
                        Unsafe.Add(ref feed, feeds++) = (int)written + BitOperations.PopCount(content & (rest ^ rest - 1) >> 1);
                }
                int last = 63 - BitOperations.LeadingZeroCount(lineEnds);
                restart = index + last + 1;
                restartWritten = written + BitOperations.PopCount(content & ulong.MaxValue >> 63 - last);
                lineStart = restart;
            }
            atStart = StartsNext(content, lineEnds, atStart);
            backslashCarry = backslashes >> taken - 1 & 1;
            digitCarry = digits >> taken - 1 & 1;
            index += taken;
            // Read before the block is written: a read behind a write whose place is not known yet is held back by processors that
            // once took the two for the same place, and then no two blocks are done at once.
            next = TBlock.Load(ref Unsafe.Add(ref input, Math.Min(index, end)));
            written += block.CompressLower(content, ref Unsafe.Add(ref bytes, written));
            asked = PrefetchQueue.AskNext(waiting, asked, aTurn);
        }

        Ahead?.Took(asked);
        if (TCounting.Wanted) CollectionsMarshal.SetCount(lineFeeds!, feedsBefore + (int)feeds);
        state.Index = (int)index;
        state.Written = (int)written;
        state.AtStart = atStart;
        state.Backslash = backslashCarry;
        state.Digit = digitCarry;
        state.Restart = (int)restart;
        state.RestartWritten = (int)restartWritten;
        state.LineStart = lineStart;
    }

    /// <summary>The rules for one block. False if it has a hard spot.</summary>
    /// <param name="block">Its classes.</param>
    /// <param name="source">Where they are.</param>
    /// <param name="special">Those that need a closer look: <see cref="IByteBlock{TSelf}.Special"/>.</param>
    /// <param name="atStart">1 if its line has no letter before it.</param>
    /// <param name="followsBackslash">1 if a backslash stands before it.</param>
    /// <param name="followsDigit">1 if a digit that is kept stands before it.</param>
    /// <param name="openLine">0 if what its line has before it is no path.</param>
    /// <param name="lineBytes">Bytes from where its line began to its end.</param>
    /// <param name="hasNext">Whether <paramref name="next"/> is known.</param>
    /// <param name="next">The masks of the next block: what belongs to a number or a character that begins in this one is taken out.</param>
    /// <param name="content">Its content; receives what is kept.</param>
    /// <param name="digits">Its digits; receives those that are kept.</param>
    /// <param name="lineEnds">Its line ends; receives escaped ones, too.</param>
    /// <param name="backslashes">Its backslashes.</param>
    /// <param name="symbols">The symbols that are known; receives all.</param>
    /// <param name="taken">Receives the number of bytes that are done: fewer than all if the end cuts what has to be seen whole.</param>
    /// <param name="begun">Receives the first content of each line.</param>
    /// <param name="escaped">Receives the letters that backslashes make spaces or line ends.</param>
    /// <param name="reachesOn">Receives whether the next block's masks were changed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ResolveBlock<TBlock, TClasses>(TClasses block, ref byte source, ulong special, ulong atStart, ulong followsBackslash, ulong followsDigit, ulong openLine, long lineBytes, bool hasNext, ref BlockMasks next,
        ref ulong content, ref ulong digits, ref ulong lineEnds, ref ulong backslashes, ref ulong symbols, out int taken, out ulong begun, out ulong escaped, out bool reachesOn)
        where TBlock : struct, IByteBlock<TBlock> where TClasses : struct, IByteClasses, allows ref struct
    {
        taken = ByteBlock.LengthBytes;
        escaped = begun = 0;
        reachesOn = false;
        if (special != 0)
        {
            ulong high = block.High() & special;
            if (high != 0)
            {
                int cut = CutBytes(ref Unsafe.Add(ref source, ByteBlock.LengthBytes), high);
                symbols |= SymbolsAt<TBlock>(ref source, high & ulong.MaxValue >> cut, out ulong letters, out ulong others);
                if (others != 0) return false;
                content |= letters;
                if (cut != 0)
                {
                    // It goes on in the next block; if that is not known here, it begins it.
                    if (hasNext && GoesOn(ref Unsafe.Add(ref source, ByteBlock.LengthBytes - cut), cut, ref next, ref content, ref symbols)) reachesOn = true;
                    else taken = ByteBlock.LengthBytes - cut;
                }
            }
            if (special != high)
            {
                // An ampersand and a name, if any, then neither a semicolon nor anything that may be one, or that may be removed: no entity.
                ulong ampersands = block.Equal((byte)'&');
                ulong names = content | block.Equal((byte)'#');
                ulong summed = (ampersands << 1 & names) + names;
                if ((special ^ high) != ampersands || ampersands >> 63 != 0 || summed < names || ((summed | ampersands << 1) & ~names & (block.Equal((byte)';') | backslashes | block.High())) != 0) return false;
            }
        }

        if ((backslashes | followsBackslash) != 0)
        {
            ulong after = (backslashes << 1 | followsBackslash) & ~backslashes;
            ulong newLines = block.LineEndLetters() & after;
            ulong blanks = block.BlankLetters() & after;
            if ((newLines & blanks) != 0) return false; // \u
            escaped = newLines | blanks;
            lineEnds |= newLines;
            content &= ~escaped;
        }

        ulong starts = lineEnds << 1 | atStart;
        begun = Begun(starts, content);
        ulong leading = begun & digits;
        if (leading != 0)
        {
            if (atStart != 0 && lineBytes >= CanonicalText.GutterLimitBytes) return false;
            ulong delimiters = block.Delimiters() | symbols;
            ulong kept = 0;
            do
            {
                ulong summed = leading + digits;
                ulong ends = summed & ~digits;
                bool reaches = hasNext && (next.Digits & 1) != 0;
                if (hasNext && taken == ByteBlock.LengthBytes && summed < digits && (atStart == 0 || lineBytes + ByteBlock.LengthBytes < CanonicalText.GutterLimitBytes)
                    && RunsOn<TBlock>(ref Unsafe.Add(ref source, ByteBlock.LengthBytes), ref next, out bool dropped))
                {
                    ulong number = ulong.MaxValue << BitOperations.TrailingZeroCount(leading & ulong.MaxValue << ByteBlock.LengthBytes - BitOperations.LeadingZeroCount(~digits));
                    if (dropped)
                    {
                        content &= ~number;
                        digits &= ~number;
                        reachesOn |= reaches;
                    }
                    else
                    {
                        kept |= number;
                    }
                }
                else if (taken == ByteBlock.LengthBytes ? summed < digits : (ends >> taken & 1) != 0)
                {
                    // The block's end cuts the number, or the symbol behind it: it begins the next block.
                    taken = ByteBlock.LengthBytes - BitOperations.LeadingZeroCount(~digits & ulong.MaxValue >> ByteBlock.LengthBytes - taken);
                    if (taken == 0) return false;
                    ulong wanted = ulong.MaxValue >> ByteBlock.LengthBytes - taken;
                    content &= wanted;
                    digits &= wanted;
                    lineEnds &= wanted;
                    escaped &= wanted;
                    symbols &= wanted;
                    backslashes &= wanted;
                    starts = lineEnds << 1 | atStart;
                }
                else
                {
                    for (ulong words = ends & ~delimiters; words != 0; words &= words - 1)
                    {
                        ulong below = (words & 0 - words) - 1;
                        kept |= below & ulong.MaxValue << ByteBlock.LengthBytes - BitOperations.LeadingZeroCount(~digits & below);
                    }
                    leading &= ~kept;
                    ends = leading + digits & ~digits;
                    ulong runs = (ends & backslashes) + backslashes;
                    if (runs < backslashes || (runs & ~backslashes & ~escaped) != 0) return false;
                    content &= ~(ends - leading);
                }
                begun = Begun(starts, content);
                leading = begun & digits & ~kept;
            }
            while (leading != 0);
        }

        digits &= content;
        ulong gutterEnds = (digits << 1 | followsDigit) & block.Separators();
        return gutterEnds == 0 || GutterEnds(begun | ~atStart & openLine, gutterEnds, block.PathEnds() | symbols | lineEnds | escaped) == 0;
    }

    /// <summary>The first content after each start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Begun(ulong starts, ulong content) => ((starts & ~content) + ~content | starts) & content;

    /// <summary>The separators to which nothing but what is in paths leads from one of <paramref name="names"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong GutterEnds(ulong names, ulong separators, ulong pathEnds)
    {
        ulong unreached = (names & ~pathEnds) + ~pathEnds;
        return separators & ~pathEnds & ~unreached;
    }

    /// <summary>1 if the line has no letter yet where a block ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong StartsNext(ulong kept, ulong lineEnds, ulong atStart) => (kept < lineEnds ? 1UL : 0) | ((kept | lineEnds) == 0 ? 1UL : 0) & atStart;

    /// <summary>0 if something that is not in paths stands behind all of <paramref name="names"/>, so that what begins with one of them goes on in no path; else 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong OpensNext(ulong names, ulong pathEnds) => names < pathEnds ? 0UL : 1;

    /// <summary><see cref="Symbols"/>, in a method of its own: inlined, it is more than the JIT inlines into one method, and then all of it becomes calls.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static ulong SymbolsAt<TBlock>(ref byte source, ulong high, out ulong letters, out ulong others) where TBlock : struct, IByteBlock<TBlock> =>
        Symbols(TBlock.Load(ref source), high, out letters, out others);

    /// <summary>Bytes before the end of a block of a character that it cuts.</summary>
    /// <param name="end">What is behind the block.</param>
    /// <param name="high">Which bytes of the block may belong to one.</param>
    static int CutBytes(ref byte end, ulong high)
    {
        int cut = 0;
        while (cut < 3 && (long)high < 0)
        {
            cut++;
            high <<= 1;
            byte value = Unsafe.Subtract(ref end, cut);
            if (value >= 0xC0) return LengthOf(value) > cut ? cut : 0;
            if (value < 0x80) return 0;
        }
        return 0;
    }

    static int LengthOf(byte lead) => lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;

    /// <summary>Does a character that the end of a block cuts, and takes the rest of it out of the next block's. False if it is none that is done here.</summary>
    /// <param name="lead">Its first byte.</param>
    /// <param name="cut">How many of its bytes are in the first block.</param>
    /// <param name="next">Of the next block.</param>
    /// <param name="content">Of its block.</param>
    /// <param name="symbols">Of its block.</param>
    static bool GoesOn(ref byte lead, int cut, ref BlockMasks next, ref ulong content, ref ulong symbols)
    {
        if (Rune.DecodeFromUtf8(MemoryMarshal.CreateReadOnlySpan(ref lead, LengthOf(lead)), out Rune character, out int length) != OperationStatus.Done) return false;
        int folded = CodePointFold.Fold(character.Value);
        ulong rest = (1UL << length - cut) - 1;
        if (folded == CodePointFold.Space)
        {
            symbols |= 1UL << ByteBlock.LengthBytes - cut;
        }
        else if (folded == character.Value)
        {
            content |= ~(ulong.MaxValue >> cut);
            next.Content |= rest;
        }
        else
        {
            return false;
        }
        next.Special &= ~rest;
        return true;
    }

    /// <summary>Takes the rest of a number that begins a line out of the next block, if a delimiter follows it. False if that is not to be seen there.</summary>
    static bool RunsOn<TBlock>(ref byte source, ref BlockMasks masks, out bool dropped) where TBlock : struct, IByteBlock<TBlock>
    {
        dropped = false;
        int end = BitOperations.TrailingZeroCount(~masks.Digits);
        if (end == ByteBlock.LengthBytes || (masks.Backslashes >> end & 1) != 0) return false;
        TBlock block = TBlock.Load(ref source);
        ulong delimiters = block.Delimiters();
        if ((block.Special() >> end & 1) != 0)
        {
            delimiters = SymbolsAt<TBlock>(ref source, block.High(), out ulong letters, out _);
            if (((delimiters | letters) >> end & 1) == 0) return false;
        }
        dropped = (delimiters >> end & 1) != 0;
        if (dropped)
        {
            masks.Content &= ulong.MaxValue << end;
            masks.Digits &= ulong.MaxValue << end;
        }
        return true;
    }
}
