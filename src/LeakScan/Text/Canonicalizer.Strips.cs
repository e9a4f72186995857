using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LeakScan.Primitives;
using LeakScan.Simd;

namespace LeakScan.Text;

// The loop over whole blocks for 512-bit registers. Some blocks at a time, a strip, go through four passes:
//   Classify   the classes of all bytes, as masks;
//   Survey     the rules for all blocks, as far as they are arithmetic, and which blocks have something that may be more than that;
//   Resolve    these blocks, one after the other;
//   Compress   what is kept is written.
// All but Resolve have no branch that depends on the text, but for a few of Survey's, one for eight blocks. In one loop, each branch that is foreseen wrongly throws away what the
// processor has begun of the blocks behind it, and text is not foreseeable: a loop over everything takes a quarter to a third longer.
sealed partial class Canonicalizer
{
    /// <summary>Blocks of a strip: fewer than a word has bits; and fewer where strips were not done to their ends.</summary>
    const int StripBlocks = 32, FewestStripBlocks = 8;

    readonly BlockMasks[] _masks = new BlockMasks[StripBlocks];
    readonly HighByteMasks[] _highMasks = new HighByteMasks[StripBlocks + 1];
    readonly ulong[] _symbols = new ulong[StripBlocks];
    readonly ulong[] _kept = new ulong[StripBlocks];
    readonly ulong[] _lineEnds = new ulong[StripBlocks];

    // What is known of the blocks of a strip, a bit a block, and one more for what is behind the last:
    ulong _closer; // something in it may change what is kept
    ulong _startsLine; // it begins where its line has no letter yet
    ulong _followsDigit; // a digit that is kept stands before it
    ulong _openLine; // its line may be a path so far

    int _stripBlocks = StripBlocks;

    /// <summary>Whether characters outside ASCII are so frequent that the commonest are looked for at once; and how many blocks of the strip have some of them.</summary>
    bool _expectsHighBytes;
    int _withHighBytes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void ScanStrips(ReadOnlySpan<byte> source, ref byte bytes, ref BlockState state)
    {
        // SAFETY: all blocks of a strip are within the source. The destination holds the whole source and OutputSlack more, and at most
        // 64 bytes are written at or below the number of bytes read so far.
        ref byte input = ref MemoryMarshal.GetReference(source);
        while (source.Length - state.Index >= ByteBlock.LengthBytes)
        {
            int blocks = Math.Min((source.Length - state.Index) / ByteBlock.LengthBytes, _stripBlocks);
            ref byte strip = ref Unsafe.Add(ref input, state.Index);
            _withHighBytes = 0;
            Classify(ref strip, blocks);
            if (_expectsHighBytes) _withHighBytes = ClassifyHighBytes(ref strip, blocks);
            Survey(ref strip, blocks, ref state);
            int from = 0;
            while (from < blocks)
            {
                int taken = Resolve(ref strip, from, blocks, ref state);
                int end = from + (taken + ByteBlock.LengthBytes - 1) / ByteBlock.LengthBytes;
                if (LineFeeds is not null) AddLineFeeds(ref strip, from, end, state.Written, LineFeeds);
                state.Written += Compress(ref strip, from, end, ref Unsafe.Add(ref bytes, state.Written));
                NoteLineStart(from, end, ref state);
                state.Index += taken;
                if (taken % ByteBlock.LengthBytes != 0) break;
                if (end < blocks)
                {
                    if (!HardBlock<ByteBlock512>(source, ref bytes, ref state, LineFeeds))
                    {
                        _stripBlocks = Math.Max(FewestStripBlocks, _stripBlocks / 2);
                        return;
                    }
                    end++;
                    _closer &= _closer - 1;
                    Enter(end, state.AtStart, state.Digit, isOpen: 1, state.Backslash, ref _closer, ref _startsLine, ref _followsDigit, ref _openLine);
                }
                from = end;
            }
            _stripBlocks = from == blocks ? Math.Min(StripBlocks, 2 * _stripBlocks) : Math.Max(FewestStripBlocks, _stripBlocks / 2);
            _expectsHighBytes = 16 * _withHighBytes > blocks;
        }
    }

    /// <summary>Corrects what goes into a block; if it is something else than was thought, the block is looked at closely.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Enter(int block, ulong isStart, ulong isAfterDigit, ulong isOpen, ulong isAfterBackslash, ref ulong closer, ref ulong startsLine, ref ulong followsDigit, ref ulong openLine)
    {
        // A digit or an open line less can only mean that there is less to be seen.
        ulong start = (startsLine >> block ^ isStart) & 1, digit = (followsDigit >> block ^ isAfterDigit) & 1, open = isOpen & ~(openLine >> block);
        startsLine ^= start << block;
        followsDigit ^= digit << block;
        openLine |= open << block;
        closer |= (start | digit & isAfterDigit | open | isAfterBackslash) << block;
    }

    /// <summary>Notes where the last line of these blocks begins, if one does.</summary>
    void NoteLineStart(int from, int end, ref BlockState state)
    {
        int behind = 0;
        for (int i = end - 1; i >= from; i--)
        {
            ulong kept = _kept[i], lineEnds = _lineEnds[i];
            if (lineEnds == 0)
            {
                behind += BitOperations.PopCount(kept);
                continue;
            }
            int start = ByteBlock.LengthBytes - BitOperations.LeadingZeroCount(lineEnds);
            state.LineStart = state.Restart = state.Index + (i - from) * ByteBlock.LengthBytes + start;
            state.RestartWritten = state.Written - behind - (start == ByteBlock.LengthBytes ? 0 : BitOperations.PopCount(kept >> start));
            return;
        }
    }

    /// <summary>Where the line begins that reaches into a block, if not before the first of these blocks; else where it began before.</summary>
    long LineStartOf(int from, int block, ref BlockState state)
    {
        for (int i = block - 1; i >= from; i--)
        {
            if (_lineEnds[i] != 0) return state.Index + (i - from + 1) * ByteBlock.LengthBytes - BitOperations.LeadingZeroCount(_lineEnds[i]);
        }
        return state.LineStart;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Classify(ref byte strip, int blocks)
    {
        ref BlockMasks masks = ref MemoryMarshal.GetArrayDataReference(_masks);
        ReadOnlySpan<nint> waiting = Ahead is null ? [] : Ahead.Waiting;
        int asked = 0, aTurn = Ahead is null ? 0 : Ahead.ATurn;
        for (int i = 0; i < blocks; i++)
        {
            ByteBlock512.Masks(ref Unsafe.Add(ref strip, i * ByteBlock.LengthBytes), ref Unsafe.Add(ref masks, i));
            asked = PrefetchQueue.AskNext(waiting, asked, aTurn);
        }
        Ahead?.Took(asked);
    }

    /// <summary>Finds the commonest symbols and letters outside ASCII, which are no longer special then. Returns the number of blocks with some.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    int ClassifyHighBytes(ref byte strip, int blocks)
    {
        ref BlockMasks masks = ref MemoryMarshal.GetArrayDataReference(_masks);
        ref HighByteMasks highs = ref MemoryMarshal.GetArrayDataReference(_highMasks);
        ref ulong symbolsOf = ref MemoryMarshal.GetArrayDataReference(_symbols);
        for (int i = 0; i < blocks; i++) ByteBlock512.Masks(ref Unsafe.Add(ref strip, i * ByteBlock.LengthBytes), ref Unsafe.Add(ref highs, i));
        Unsafe.Add(ref highs, blocks) = default;

        // What the end of a block cuts is told by the next one.
        int count = 0;
        ulong nextSymbolPairs = SymbolPairs(in highs), nextPairs = highs.Continuations & highs.Continuations >> 1, nextMarkPairs = MarkPairs(in highs), leadsBefore = 0, lettersBefore = 0;
        for (int i = 0; i < blocks; i++)
        {
            ref HighByteMasks high = ref Unsafe.Add(ref highs, i), next = ref Unsafe.Add(ref highs, i + 1);
            ulong symbolPairs = nextSymbolPairs | high.ContinuationsOfSymbols & next.Continuations << 63 | high.Continuations80 & next.Continuations90 << 63;
            ulong pairs = nextPairs | high.Continuations & next.Continuations << 63;
            ulong markPairs = nextMarkPairs | high.FirstE2 & high.Continuations & (next.FirstEF & next.Continuations) << 63;
            nextSymbolPairs = SymbolPairs(in next);
            nextMarkPairs = MarkPairs(in next);
            nextPairs = next.Continuations & next.Continuations >> 1;
            ulong threes = (high.FirstE3 | high.FirstE4) & (pairs >> 1 | nextPairs << 63);
            ulong marks = threes & high.FirstE3 & (high.Continuations80 >> 1 | next.Continuations80 << 63);
            ulong symbols = high.FirstE2 & ~high.Continuations & (symbolPairs >> 1 | nextSymbolPairs << 63) | marks;
            ulong letters = threes & ~marks;
            ulong leads = symbols | letters | high.FirstEF & ~high.Continuations & (markPairs >> 1 | nextMarkPairs << 63);
            count += leads != 0 ? 1 : 0;
            Unsafe.Add(ref symbolsOf, i) = symbols;
            ref BlockMasks mask = ref Unsafe.Add(ref masks, i);
            mask.Special &= ~(leads | leads << 1 | leads << 2 | leadsBefore >> 63 | leadsBefore >> 62);
            mask.Content |= letters | letters << 1 | letters << 2 | lettersBefore >> 63 | lettersBefore >> 62;
            (leadsBefore, lettersBefore) = (leads, letters);
        }
        return count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static ulong MarkPairs(in HighByteMasks high) => high.FirstE2 & high.Continuations & (high.FirstEF & high.Continuations) >> 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static ulong SymbolPairs(in HighByteMasks high) => high.ContinuationsOfSymbols & high.Continuations >> 1 | high.Continuations80 & high.Continuations90 >> 1;
    }

    /// <summary>The rules for eight blocks at a time, a lane each, as far as they are arithmetic: escaped letters, line numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Survey(ref byte strip, int blocks, ref BlockState state)
    {
        ref BlockMasks masks = ref MemoryMarshal.GetArrayDataReference(_masks);
        ref ulong symbolsOf = ref MemoryMarshal.GetArrayDataReference(_symbols);
        ref ulong keptOf = ref MemoryMarshal.GetArrayDataReference(_kept);
        ref ulong lineEndsOf = ref MemoryMarshal.GetArrayDataReference(_lineEnds);
        ulong closer = 0, startsLine = state.AtStart, followsDigit = state.Digit, followsBackslash = state.Backslash, openLine = state.Open, passesBefore = 1;
        nint text = PrefetchQueue.AddressOf(ref strip);
        Vector512<ulong> zero = Vector512<ulong>.Zero, one = Vector512<ulong>.One, lanes = Vector512<ulong>.Indices;
        Vector512<ulong> symbols = zero;
        for (int i = 0; i < blocks; i += Vector512<ulong>.Count)
        {
            for (int j = 0; j < Vector512<ulong>.Count; j++) PrefetchQueue.Ask(text + (i + j + 2 * StripBlocks) * ByteBlock.LengthBytes);
            Transpose(ref Unsafe.Add(ref masks, i), out Vector512<ulong> content, out Vector512<ulong> digits, out Vector512<ulong> lineEnds, out Vector512<ulong> separators,
                out Vector512<ulong> pathEnds, out Vector512<ulong> backslashes, out Vector512<ulong> delimiters, out Vector512<ulong> special);
            if (_expectsHighBytes) symbols = Vector512.LoadUnsafe(ref symbolsOf, (nuint)i);

            Vector512<ulong> ampersands = special & pathEnds & ~delimiters;
            if (ampersands != zero) special = WithoutPlain(ampersands, content, pathEnds, backslashes, delimiters, special);
            Vector512<ulong> surprises = special, escaped = zero;
            followsBackslash |= Bits(backslashes) << i + 1;
            if (backslashes != zero || (followsBackslash >> i & 1) != 0)
            {
                Vector512<ulong> escapes = (backslashes << 1 | Lanes(followsBackslash >> i)) & ~backslashes & content;
                escaped = (pathEnds | delimiters) & escapes;
                surprises |= pathEnds & delimiters & escapes; // \u
                lineEnds |= delimiters & escapes;
                pathEnds &= ~content;
                delimiters &= ~content;
                content &= ~escaped;
                pathEnds |= escaped;
            }
            else
            {
                pathEnds &= ~content;
                delimiters &= ~content;
            }
            pathEnds |= symbols;
            followsDigit |= Bits(digits) << i + 1;
            Vector512<ulong> before = content, begun, atStart;

            // Begun as if all digits were line numbers; where they count, it is seen whether they are.
            Vector512<ulong> words = content & ~digits;
            ulong begins = Bits(Vector512.LessThan(words, lineEnds)), passes = Bits(Vector512.Equals(words | lineEnds, zero)), unsure = 0;
            for (int round = 0; ; round++)
            {
                // A line that begins in a block and has no letter in it goes through blocks without letters.
                ulong starts = begins << 1 | startsLine >> i & 1;
                starts |= (starts & passes) + passes ^ passes;
                atStart = Lanes(starts);
                Vector512<ulong> lineStarts = lineEnds << 1 | atStart;
                begun = Begun(lineStarts, before);
                Vector512<ulong> leading = begun & digits;
                ulong numbered = Bits(~Vector512.Equals(leading, zero));
                if (numbered == 0)
                {
                    startsLine |= starts << i;
                    break;
                }

                // Numbers that begin a line and end in their block: dropped if a delimiter is behind them, else a word. No further one on that line.
                Vector512<ulong> summed = leading + digits;
                Vector512<ulong> ends = summed & ~digits;
                Vector512<ulong> runs = (ends & backslashes) + backslashes;
                Vector512<ulong> wrong = Vector512.LessThan(summed, digits) | Vector512.LessThan(runs, backslashes) | runs & ~backslashes & ~escaped;
                Vector512<ulong> numbers = ends - leading;
                Vector512<ulong> kept = RunsBelow(ends & ~(delimiters | symbols), numbers);
                content = before & ~numbers | kept;
                begun = Begun(lineStarts, content);
                wrong |= begun & digits & ~kept;

                // What goes into the next block may be another thing without the numbers.
                ulong changed = begins | passes << 8;
                begins = Bits(Vector512.LessThan(content, lineEnds));
                passes = Bits(Vector512.Equals(content | lineEnds, zero));
                changed ^= begins | passes << 8;
                if (changed != 0 && round < 2) continue;
                surprises |= wrong;
                startsLine |= starts << i;
                unsure = numbered & starts & (passes << 1 | passesBefore) | (changed | changed >> 8) & 0xFF;
                break;
            }
            passesBefore = passes >> 7;
            digits &= content;
            Vector512<ulong> names = begun | atStart ^ one;
            openLine |= (Bits(Vector512.GreaterThanOrEqual(names, pathEnds)) & 0xFF) << i + 1;
            surprises |= GutterEnds(begun | Lanes(openLine >> i) & ~atStart, (digits << 1 | Lanes(followsDigit >> i)) & separators, pathEnds);
            closer |= (Bits(~Vector512.Equals(surprises, zero)) | unsure) << i;
            content.StoreUnsafe(ref keptOf, (nuint)i);
            lineEnds.StoreUnsafe(ref lineEndsOf, (nuint)i);
        }
        ulong all = (1UL << blocks) - 1;
        (_closer, _startsLine, _followsDigit, _openLine) = (closer & all, startsLine, followsDigit, openLine);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        ulong Bits(Vector512<ulong> vector) => vector.ExtractMostSignificantBits();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector512<ulong> Lanes(ulong bits) => Avx512F.ShiftRightLogicalVariable(Vector512.Create(bits), lanes) & one;
    }

    /// <summary>Brings the same mask of eight blocks together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transpose(ref BlockMasks masks, out Vector512<ulong> content, out Vector512<ulong> digits, out Vector512<ulong> lineEnds, out Vector512<ulong> separators,
        out Vector512<ulong> pathEnds, out Vector512<ulong> backslashes, out Vector512<ulong> delimiters, out Vector512<ulong> special)
    {
        ref ulong first = ref Unsafe.As<BlockMasks, ulong>(ref masks);
        Vector512<ulong> row0 = Vector512.LoadUnsafe(ref first), row1 = Vector512.LoadUnsafe(ref first, 8), row2 = Vector512.LoadUnsafe(ref first, 16), row3 = Vector512.LoadUnsafe(ref first, 24);
        Vector512<ulong> row4 = Vector512.LoadUnsafe(ref first, 32), row5 = Vector512.LoadUnsafe(ref first, 40), row6 = Vector512.LoadUnsafe(ref first, 48), row7 = Vector512.LoadUnsafe(ref first, 56);
        Vector512<ulong> even01 = Avx512F.UnpackLow(row0, row1), odd01 = Avx512F.UnpackHigh(row0, row1), even23 = Avx512F.UnpackLow(row2, row3), odd23 = Avx512F.UnpackHigh(row2, row3);
        Vector512<ulong> even45 = Avx512F.UnpackLow(row4, row5), odd45 = Avx512F.UnpackHigh(row4, row5), even67 = Avx512F.UnpackLow(row6, row7), odd67 = Avx512F.UnpackHigh(row6, row7);

        // Masks 0 and 4 of four blocks each; 2 and 6; and the same of the odd ones.
        Vector512<ulong> former = Vector512.Create(0UL, 1, 8, 9, 4, 5, 12, 13), latter = Vector512.Create(2UL, 3, 10, 11, 6, 7, 14, 15);
        Vector512<ulong> low04 = Avx512F.PermuteVar8x64x2(even01, former, even23), high04 = Avx512F.PermuteVar8x64x2(even45, former, even67);
        Vector512<ulong> low26 = Avx512F.PermuteVar8x64x2(even01, latter, even23), high26 = Avx512F.PermuteVar8x64x2(even45, latter, even67);
        Vector512<ulong> low15 = Avx512F.PermuteVar8x64x2(odd01, former, odd23), high15 = Avx512F.PermuteVar8x64x2(odd45, former, odd67);
        Vector512<ulong> low37 = Avx512F.PermuteVar8x64x2(odd01, latter, odd23), high37 = Avx512F.PermuteVar8x64x2(odd45, latter, odd67);
        const byte Lower = 0x44, Upper = 0xEE;
        content = Avx512F.Shuffle4x128(low04, high04, Lower);
        pathEnds = Avx512F.Shuffle4x128(low04, high04, Upper);
        digits = Avx512F.Shuffle4x128(low15, high15, Lower);
        backslashes = Avx512F.Shuffle4x128(low15, high15, Upper);
        lineEnds = Avx512F.Shuffle4x128(low26, high26, Lower);
        delimiters = Avx512F.Shuffle4x128(low26, high26, Upper);
        separators = Avx512F.Shuffle4x128(low37, high37, Lower);
        special = Avx512F.Shuffle4x128(low37, high37, Upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> Begun(Vector512<ulong> starts, Vector512<ulong> content) => ((starts & ~content) + ~content | starts) & content;

    /// <summary>Takes ampersands that begin no entity out of what is special: after a name, if any, comes neither a semicolon nor what may be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> WithoutPlain(Vector512<ulong> ampersands, Vector512<ulong> content, Vector512<ulong> pathEnds, Vector512<ulong> backslashes, Vector512<ulong> delimiters, Vector512<ulong> special)
    {
        // Neither ; nor # is told from other marks that no path has, but what is of no class at all is neither.
        Vector512<ulong> after = ampersands << 1;
        Vector512<ulong> summed = (after & content) + content;
        Vector512<ulong> nameEnds = (summed | after) & ~content;
        Vector512<ulong> doubtful = (pathEnds | special) & ~(delimiters | ampersands) | backslashes;
        Vector512<ulong> wrong = nameEnds & doubtful | ampersands >>> 63 | Vector512.LessThan(summed, content);
        return Vector512.ConditionalSelect(Vector512.Equals(wrong, Vector512<ulong>.Zero), special & ~ampersands, special);
    }

    /// <summary>Those of <paramref name="runs"/> of bits that reach to just below one of <paramref name="ends"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> RunsBelow(Vector512<ulong> ends, Vector512<ulong> runs)
    {
        // Carries go upwards only.
        Vector512<ulong> reversed = Reverse(runs);
        return Reverse(reversed & ~((Reverse(ends) << 1) + reversed));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<ulong> Reverse(Vector512<ulong> lanes)
        {
            Vector512<byte> bytes = Avx512BW.Shuffle(lanes.AsByte(), Vector512.Create(0x0001020304050607UL, 0x08090A0B0C0D0E0F, 0x0001020304050607, 0x08090A0B0C0D0E0F, 0x0001020304050607, 0x08090A0B0C0D0E0F, 0x0001020304050607, 0x08090A0B0C0D0E0F).AsByte());
            return Gfni.V512.GaloisFieldAffineTransform(bytes, Vector512.Create(0x8040201008040201UL).AsByte(), 0).AsUInt64();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> GutterEnds(Vector512<ulong> names, Vector512<ulong> separators, Vector512<ulong> pathEnds)
    {
        Vector512<ulong> unreached = (names & ~pathEnds) + ~pathEnds;
        return separators & ~pathEnds & ~unreached;
    }

    /// <summary>Looks closely at blocks, up to the first hard spot. Returns the number of bytes before it, or before what the end of its block cuts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    int Resolve(ref byte strip, int from, int blocks, ref BlockState state)
    {
        ref BlockMasks masks = ref MemoryMarshal.GetArrayDataReference(_masks);
        ulong closer = _closer, startsLine = _startsLine, followsDigit = _followsDigit, openLine = _openLine, backslashBefore = state.Backslash;
        int taken = (blocks - from) * ByteBlock.LengthBytes;
        for (; closer != 0; closer &= closer - 1)
        {
            int i = BitOperations.TrailingZeroCount(closer);
            if (i == blocks) break;
            ref BlockMasks mask = ref Unsafe.Add(ref masks, i);
            ref byte source = ref Unsafe.Add(ref strip, i * ByteBlock.LengthBytes);
            ulong atStart = startsLine >> i & 1, digitCarry = followsDigit >> i & 1, backslashCarry = i == from ? backslashBefore : Unsafe.Add(ref mask, -1).Backslashes >> 63;
            int index = (i - from) * ByteBlock.LengthBytes;
            long lineBytes = atStart == 0 ? 0 : state.Index + index + ByteBlock.LengthBytes - LineStartOf(from, i, ref state);
            ulong content = mask.Content, digits = mask.Digits, lineEnds = mask.LineEnds, backslashes = mask.Backslashes, symbols = _expectsHighBytes ? _symbols[i] : 0;
            ByteBlockMasked block = new(ref mask, ref source);
            bool isEasy = ResolveBlock<ByteBlock512, ByteBlockMasked>(block, ref source, mask.Special, atStart, backslashCarry, digitCarry, openLine >> i & 1, lineBytes, i + 1 < blocks, ref Unsafe.Add(ref mask, 1),
                ref content, ref digits, ref lineEnds, ref backslashes, ref symbols, out int takenOfBlock, out ulong begun, out ulong escaped, out bool reachesOn);
            if (!isEasy || takenOfBlock < ByteBlock.LengthBytes)
            {
                (_closer, _startsLine, _followsDigit, _openLine) = (closer, startsLine, followsDigit, openLine);
                if (!isEasy)
                {
                    (state.AtStart, state.Digit, state.Backslash) = (atStart, digitCarry, backslashCarry);
                    return Before(ref strip, i, from, ref state);
                }
                _kept[i] = content;
                _lineEnds[i] = lineEnds;
                state.AtStart = StartsNext(content, lineEnds, atStart);
                state.Digit = digits >> takenOfBlock - 1 & 1;
                state.Backslash = backslashes >> takenOfBlock - 1 & 1;
                state.Open = 1;
                return index + takenOfBlock;
            }
            _kept[i] = content;
            _lineEnds[i] = lineEnds;
            if (mask.Special != 0 && !_expectsHighBytes && block.High() != 0) _withHighBytes++;
            closer |= (reachesOn ? 2UL : 0) << i;
            Enter(i + 1, StartsNext(content, lineEnds, atStart), digits >> 63, OpensNext(begun | atStart ^ 1, block.PathEnds() | symbols | lineEnds | escaped), 0, ref closer, ref startsLine, ref followsDigit, ref openLine);
        }
        state.AtStart = startsLine >> blocks & 1;
        state.Digit = followsDigit >> blocks & 1;
        state.Open = openLine >> blocks & 1;
        state.Backslash = Unsafe.Add(ref masks, blocks - 1).Backslashes >> 63;
        return taken;
    }

    /// <summary>The bytes before a block with a hard spot, without a character that reaches into it.</summary>
    int Before(ref byte strip, int block, int from, ref BlockState state)
    {
        int index = (block - from) * ByteBlock.LengthBytes;
        ref byte start = ref Unsafe.Add(ref strip, block * ByteBlock.LengthBytes);
        if (block == from || start is < 0x80 or >= 0xC0) return index;
        int cut = CutBytes(ref start, ulong.MaxValue);
        if (cut == 0) return index;
        _kept[block - 1] &= ulong.MaxValue >> cut;
        state.AtStart = StartsNext(_kept[block - 1], _lineEnds[block - 1], _startsLine >> block - 1 & 1);
        state.Digit = 0;
        state.Backslash = 0;
        state.Open = 1;
        return index - cut;
    }

    /// <summary>Writes what is kept of blocks. Returns the number of bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    int Compress(ref byte strip, int from, int end, ref byte bytes)
    {
        ReadOnlySpan<nint> waiting = Ahead is null ? [] : Ahead.Waiting;
        int asked = 0, aTurn = Ahead is null ? 0 : Ahead.ATurn;
        ref ulong kept = ref MemoryMarshal.GetArrayDataReference(_kept);
        nint written = 0;
        for (int i = from; i < end; i++)
        {
            written += ByteBlock512.Load(ref Unsafe.Add(ref strip, i * ByteBlock.LengthBytes)).CompressLower(Unsafe.Add(ref kept, i), ref Unsafe.Add(ref bytes, written));
            asked = PrefetchQueue.AskNext(waiting, asked, aTurn);
        }
        Ahead?.Took(asked);
        return (int)written;
    }

    void AddLineFeeds(ref byte strip, int from, int end, int written, List<int> lineFeeds)
    {
        int counted = from;
        for (int i = from; i < end; i++)
        {
            // Not escaped ones.
            ulong lineEnds = _masks[i].LineEnds & _lineEnds[i];
            if (lineEnds == 0) continue;
            for (; counted < i; counted++) written += BitOperations.PopCount(_kept[counted]);
            AddLineFeeds(ByteBlock512.Load(ref Unsafe.Add(ref strip, i * ByteBlock.LengthBytes)).Equal((byte)'\n') & lineEnds, _kept[i], written, lineFeeds);
        }
    }
}
