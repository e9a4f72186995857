using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LeakScan.Simd;

/// <summary>Classes of 64 bytes as masks: one bit a byte, the first byte's lowest.</summary>
interface IByteClasses
{
    /// <summary>Bytes that equal <paramref name="value"/>.</summary>
    ulong Equal(byte value);

    /// <summary>Bytes of 0x80 and above.</summary>
    ulong High();

    /// <summary>Colons and hyphens.</summary>
    ulong Separators();

    /// <summary>What may stand behind a line number: spaces, controls, colons, hyphens, bars, backslashes.</summary>
    ulong Delimiters();

    /// <summary>Not all of what ends a path, but nothing that is in one: controls, spaces, ! " # $ % &amp; ', ; &lt; = &gt; ?.</summary>
    ulong PathEnds();

    /// <summary>The letters that a backslash makes a line end: n, r in either case; and u.</summary>
    ulong LineEndLetters();

    /// <summary>The letters that a backslash makes a space: t, b, f in either case; and u.</summary>
    ulong BlankLetters();
}

/// <summary>64 bytes in as many registers as the tier needs.</summary>
interface IByteBlock<TSelf> : IByteClasses where TSelf : struct, IByteBlock<TSelf>
{
    static abstract TSelf Load(ref byte source);

    /// <summary>Bytes in [<paramref name="low"/>, <paramref name="low"/> + <paramref name="count"/>).</summary>
    ulong InRange(byte low, byte count);

    /// <summary>ASCII letters, digits and underscores.</summary>
    ulong Content();

    ulong Digits();

    /// <summary>Line feeds and carriage returns.</summary>
    ulong LineEnds();

    ulong Backslashes();

    /// <summary>Ampersands, ESC, and bytes of 0x80 and above.</summary>
    ulong Special();

    /// <summary>The marks that are tokens of code, without the ampersand.</summary>
    ulong Marks();

    /// <summary>( ) [ ] { }.</summary>
    ulong Brackets();

    /// <summary>What a path has besides letters, digits and underscores: . / \ @ + ~ [ ] ( ) : -.</summary>
    ulong PathMarks();

    /// <summary>Writes for each of the bytes that <paramref name="keep"/> names, in order, what it stands for; may write up to 64.</summary>
    /// <param name="keep">Which; all are below 0x80.</param>
    /// <param name="values">What bytes stand for: 128.</param>
    /// <param name="source">Where the block was read.</param>
    /// <param name="start">Its place.</param>
    /// <param name="kept">Receives values.</param>
    /// <param name="places">Receives the bytes' places.</param>
    void Spread(ulong keep, ref byte values, ref byte source, int start, ref uint kept, ref int places);

    /// <summary>Writes <paramref name="start"/> plus the places of the bits of a mask, 32 at most, in order; may write up to 32.</summary>
    static abstract void SpreadPlaces(ulong mask, int start, ref int places);

    /// <summary>Writes the bytes that <paramref name="keep"/> names, in order, A-Z as a-z; may write up to 64 bytes. Returns their number.</summary>
    int CompressLower(ulong keep, ref byte destination);
}

/// <summary>Masks of a block's bytes, by class, in the order of the bits in <see cref="ByteBlock512"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
struct BlockMasks
{
    // Where they are content, path ends and delimiters are letters: BlankLetters and LineEndLetters.
    internal ulong Content, Digits, LineEnds, Separators, PathEnds, Backslashes, Delimiters, Special;
}

/// <summary>Masks of a block's bytes of 0x80 and above that belong to the commonest characters, all of three bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
struct HighByteMasks
{
    // First bytes: 0xE2; 0xE3; 0xE4 to 0xEC. Continuations: all; 0x82, 0x83, 0x85 to 0xAF; 0x80; 0x90 to 0xA9. And where they are continuations, FirstE2 has
    // 0xBC, and FirstEF the last bytes of the full-width ! , ; and ?.
    internal ulong FirstE2, FirstE3, FirstE4, Continuations, ContinuationsOfSymbols, Continuations80, Continuations90, FirstEF;
}

/// <summary>A block whose masks are known.</summary>
readonly ref struct ByteBlockMasked(ref BlockMasks masks, ref byte source) : IByteClasses
{
    readonly ref BlockMasks _masks = ref masks;
    readonly ref byte _source = ref source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Equal(byte value) => Vector512.Equals(Vector512.LoadUnsafe(ref _source), Vector512.Create(value)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong High() => Vector512.LoadUnsafe(ref _source).ExtractMostSignificantBits();

    public ulong Separators() => _masks.Separators;

    public ulong Delimiters() => _masks.Delimiters & ~_masks.Content;

    public ulong PathEnds() => _masks.PathEnds & ~_masks.Content;

    public ulong LineEndLetters() => _masks.Delimiters & _masks.Content;

    public ulong BlankLetters() => _masks.PathEnds & _masks.Content;
}

static class ByteBlock
{
    internal const int LengthBytes = 64;

    // Row m: the positions of the set bits of m, in order, then 0x80 (which shuffles give as zero).
    internal static readonly ulong[] s_compressRows = MakeCompressRows();

    static ulong[] MakeCompressRows()
    {
        ulong[] rows = new ulong[256];
        for (int mask = 0; mask < rows.Length; mask++)
        {
            ulong row = 0x8080808080808080;
            int count = 0;
            for (int bit = 0; bit < 8; bit++)
            {
                if ((mask >> bit & 1) == 0) continue;
                row = row & ~(0xFFUL << 8 * count) | (ulong)bit << 8 * count;
                count++;
            }
            rows[mask] = row;
        }
        return rows;
    }

    // Classes of bytes by their two halves (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019): a byte has those that both
    // tables have for its halves. So each bit stands for some lower halves times some upper ones: digits, letters (2 and 4), the underscore, line
    // ends, the backslash, the ampersand, ESC.
    internal const byte IsContent = 0x0F;
    internal const int DigitBit = 0, LineEndBit = 4, BackslashBit = 5, AmpersandBit = 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> LowHalves() => Vector128.Create((byte)5, 7, 7, 7, 7, 7, 71, 7, 7, 7, 22, 130, 34, 18, 2, 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> HighHalves() => Vector128.Create((byte)16, 128, 64, 1, 2, 44, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0);

    // The same for tokens: of marks (the lower four) ! % ( ) * + , - . / and : ; < = > ? and [ ] { } and |; then ( ) and [ \ ] and + - . / and the colon.
    internal const byte IsTokenMark = 0x0F, IsTokenBracket = 0x14, IsTokenPathMark = 0xF0; // of paths' marks these have not @ and ~

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> TokenLowHalves() => Vector128.Create((byte)0, 1, 0, 0, 0, 1, 0, 0, 17, 17, 131, 103, 43, 103, 67, 67);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> TokenHighHalves() => Vector128.Create((byte)0, 0, 81, 130, 0, 36, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0);

    internal static bool IsMark(byte value) => value is (byte)'!' or (byte)'%' or (>= (byte)'(' and <= (byte)'/') or (>= (byte)':' and <= (byte)'?') or (byte)'[' or (byte)']' or (>= (byte)'{' and <= (byte)'}');

    internal static bool IsBracket(byte value) => value is (byte)'(' or (byte)')' or (byte)'[' or (byte)']' or (byte)'{' or (byte)'}';

    internal static bool IsPathMark(byte value) => value is (byte)'.' or (byte)'/' or (byte)'\\' or (byte)'@' or (byte)'+' or (byte)'~' or (byte)'[' or (byte)']' or (byte)'(' or (byte)')' or (byte)':' or (byte)'-';

    /// <summary>The bits of <paramref name="value"/> at the places of those of <paramref name="mask"/>, moved together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Extract(ulong value, ulong mask)
    {
        if (Bmi2.X64.IsSupported) return Bmi2.X64.ParallelBitExtract(value, mask);
        ulong result = 0;
        for (int i = 0; mask != 0; mask &= mask - 1, i++) result |= (value >> BitOperations.TrailingZeroCount(mask) & 1) << i;
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SpreadPlaces(ulong mask, int start, ref int places)
    {
        for (int i = 0; mask != 0; mask &= mask - 1, i++) Unsafe.Add(ref places, i) = start + BitOperations.TrailingZeroCount(mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Spread(ulong keep, ref byte values, ref byte source, int start, ref uint kept, ref int places)
    {
        for (int i = 0; keep != 0; keep &= keep - 1, i++)
        {
            int place = BitOperations.TrailingZeroCount(keep);
            Unsafe.Add(ref kept, i) = Unsafe.Add(ref values, (nint)Unsafe.Add(ref source, place));
            Unsafe.Add(ref places, i) = start + place;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> Shuffle(Vector128<byte> table, Vector128<byte> indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(table, indices) : AdvSimd.Arm64.VectorTableLookup(table, indices);

    /// <summary>Compresses 16 bytes by two table shuffles; writes up to 16 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Compress16(Vector128<byte> bytes, uint keep, ref ulong rows, ref byte destination)
    {
        Vector128<byte> upperHalf = Vector128.Create(0x0808080808080808UL).AsByte();
        Vector128<byte> low = Vector128.CreateScalarUnsafe(Unsafe.Add(ref rows, keep & 0xFF)).AsByte();
        Vector128<byte> high = Vector128.CreateScalarUnsafe(Unsafe.Add(ref rows, keep >> 8 & 0xFF)).AsByte() | upperHalf;
        int count = BitOperations.PopCount(keep & 0xFF);
        Unsafe.WriteUnaligned(ref destination, Shuffle(bytes, low).AsUInt64().ToScalar());
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref destination, count), Shuffle(bytes, high).AsUInt64().ToScalar());
        return count + BitOperations.PopCount(keep >> 8 & 0xFF);
    }
}

readonly struct ByteBlock512 : IByteBlock<ByteBlock512>
{
    // One table look-up gives all classes of a byte, a bit each.
    const byte IsContent = 1;
    const byte IsDigit = 2;
    const byte IsLineEnd = 4;
    const byte IsSeparator = 8;
    const byte IsPathEndOrBlankLetter = 16;
    const byte IsBackslash = 32;
    const byte IsDelimiterOrLineEndLetter = 64;
    const byte IsSpecial = 128;

    static readonly Vector512<byte> s_classes0 = MakeTable(0, ClassesOf);
    static readonly Vector512<byte> s_classes64 = MakeTable(64, ClassesOf);

    // And a second one classes that only tokens have.
    const byte IsMark = 1;
    const byte IsBracket = 2;
    const byte IsPathMark = 4;

    static readonly Vector512<byte> s_tokenClasses0 = MakeTable(0, TokenClassesOf);
    static readonly Vector512<byte> s_tokenClasses64 = MakeTable(64, TokenClassesOf);

    readonly Vector512<byte> _bytes;
    readonly Vector512<byte> _classes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ByteBlock512(Vector512<byte> bytes) => (_bytes, _classes) = (bytes, Vector512.ConditionalSelect(Vector512.LessThan(bytes.AsSByte(), Vector512<sbyte>.Zero).AsByte(), Vector512<byte>.Zero, Avx512Vbmi.PermuteVar64x8x2(s_classes0, bytes, s_classes64)));

    static Vector512<byte> MakeTable(int first, Func<int, byte> valueOf) => Vector512.Create(Enumerable.Range(first, 64).Select(valueOf).ToArray());

    static byte ClassesOf(int value)
    {
        char lower = char.ToLowerInvariant((char)value);
        int classes = char.IsAsciiLetterOrDigit(lower) || lower == '_' ? IsContent : 0;
        if (char.IsAsciiDigit(lower)) classes |= IsDigit;
        if (lower is '\n' or '\r') classes |= IsLineEnd;
        if (lower is ':' or '-') classes |= IsSeparator;
        if (lower is < (char)0x28 or (>= (char)0x3B and < (char)0x40) or 't' or 'b' or 'f' or 'u') classes |= IsPathEndOrBlankLetter;
        if (lower is <= ' ' or '\x7F' or '|' or ':' or '-' or '\\' or 'n' or 'r' or 'u') classes |= IsDelimiterOrLineEndLetter;
        if (lower == '\\') classes |= IsBackslash;
        if (lower is '&' or '\x1B') classes |= IsSpecial;
        return (byte)classes;
    }

    static readonly Vector512<byte> s_highClasses0 = MakeTable(0x80, HighClassesOf);
    static readonly Vector512<byte> s_highClasses64 = MakeTable(0xC0, HighClassesOf);

    static byte HighClassesOf(int value) => value switch
    {
        0xE2 => 1,
        0xE3 => 2,
        >= 0xE4 and <= 0xEC => 4,
        0xEF => 128,
        >= 0xC0 => 0,
        _ => (byte)(8 | (value == 0xBC ? 1 : 0) | (value is 0x81 or 0x8C or 0x9B or 0x9F ? 128 : 0) | (value is 0x82 or 0x83 or (>= 0x85 and <= 0xAF) ? 16 : 0) | (value == 0x80 ? 32 : 0) | (value is >= 0x90 and <= 0xA9 ? 64 : 0)),
    };

    static byte TokenClassesOf(int value) => (byte)((ByteBlock.IsMark((byte)value) ? IsMark : 0) | (ByteBlock.IsBracket((byte)value) ? IsBracket : 0) | (ByteBlock.IsPathMark((byte)value) ? IsPathMark : 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteBlock512 Load(ref byte source) => new(Vector512.LoadUnsafe(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Masks(ref byte source, ref BlockMasks masks)
    {
        ByteBlock512 block = Load(ref source);
        Transpose(block._classes | block._bytes & Vector512.Create((byte)0x80)).StoreUnsafe(ref Unsafe.As<BlockMasks, byte>(ref masks));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Masks(ref byte source, ref HighByteMasks masks)
    {
        Vector512<byte> bytes = Vector512.LoadUnsafe(ref source);
        Vector512<byte> classes = Avx512Vbmi.PermuteVar64x8x2(s_highClasses0, bytes, s_highClasses64);
        Transpose(Vector512.ConditionalSelect(Vector512.LessThan(bytes.AsSByte(), Vector512<sbyte>.Zero).AsByte(), classes, Vector512<byte>.Zero)).StoreUnsafe(ref Unsafe.As<HighByteMasks, byte>(ref masks));
    }

    // Eight bytes of eight bits, transposed, are a byte of each class; then those of one class are brought together. The instruction multiplies
    // a vector by a matrix whose last byte is its first row: of the unit vectors it makes the columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Transpose(Vector512<byte> classes)
    {
        Vector512<byte> rows = Avx512BW.Shuffle(classes, Vector512.Create(0x0001020304050607UL, 0x08090A0B0C0D0E0F, 0x0001020304050607, 0x08090A0B0C0D0E0F, 0x0001020304050607, 0x08090A0B0C0D0E0F, 0x0001020304050607, 0x08090A0B0C0D0E0F).AsByte());
        Vector512<byte> columns = Gfni.V512.GaloisFieldAffineTransform(Vector512.Create(0x8040201008040201UL).AsByte(), rows, 0);
        return Avx512Vbmi.PermuteVar64x8(columns, Vector512.Create(
            0x3830282018100800UL, 0x3931292119110901, 0x3A322A221A120A02, 0x3B332B231B130B03,
            0x3C342C241C140C04, 0x3D352D251D150D05, 0x3E362E261E160E06, 0x3F372F271F170F07).AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ulong OfClass(byte bit) => (~Vector512.Equals(_classes & Vector512.Create(bit), Vector512<byte>.Zero)).ExtractMostSignificantBits();

    /// <summary>To be called before code with this is compiled: tables that are there by then become constants of it.</summary>
    internal static void MakeTables() => RuntimeHelpers.RunClassConstructor(typeof(ByteBlock512).TypeHandle);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ulong OfTokenClass(byte bit)
    {
        Vector512<byte> classes = Avx512Vbmi.PermuteVar64x8x2(s_tokenClasses0, Vector512.Min(_bytes, Vector512.Create((byte)0x7F)), s_tokenClasses64);
        return (~Vector512.Equals(classes & Vector512.Create(bit), Vector512<byte>.Zero)).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Marks() => OfTokenClass(IsMark);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Brackets() => OfTokenClass(IsBracket);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong PathMarks() => OfTokenClass(IsPathMark);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spread(ulong keep, ref byte values, ref byte source, int start, ref uint kept, ref int places)
    {
        Vector512<byte> mask = MaskOf(keep);
        Vector512<byte> looked = Avx512Vbmi.PermuteVar64x8x2(Vector512.LoadUnsafe(ref values), _bytes, Vector512.LoadUnsafe(ref values, (nuint)Vector512<byte>.Count));
        looked = Avx512Vbmi2.Compress(Vector512<byte>.Zero, mask, looked);
        Vector512<byte> from = Avx512Vbmi2.Compress(Vector512<byte>.Zero, mask, Vector512<byte>.Indices);
        Widen(looked.GetLower().GetLower(), from.GetLower().GetLower(), start, ref kept, ref places);
        Widen(looked.GetLower().GetUpper(), from.GetLower().GetUpper(), start, ref Unsafe.Add(ref kept, 16), ref Unsafe.Add(ref places, 16));
        if (BitOperations.PopCount(keep) <= 32) return;
        Widen(looked.GetUpper().GetLower(), from.GetUpper().GetLower(), start, ref Unsafe.Add(ref kept, 32), ref Unsafe.Add(ref places, 32));
        Widen(looked.GetUpper().GetUpper(), from.GetUpper().GetUpper(), start, ref Unsafe.Add(ref kept, 48), ref Unsafe.Add(ref places, 48));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SpreadPlaces(ulong mask, int start, ref int places)
    {
        Vector256<byte> from = Avx512Vbmi2.Compress(Vector512<byte>.Zero, MaskOf(mask), Vector512<byte>.Indices).GetLower();
        (Avx512F.ConvertToVector512Int32(from.GetLower()) + Vector512.Create(start)).StoreUnsafe(ref places);
        (Avx512F.ConvertToVector512Int32(from.GetUpper()) + Vector512.Create(start)).StoreUnsafe(ref Unsafe.Add(ref places, 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Widen(Vector128<byte> looked, Vector128<byte> from, int start, ref uint kept, ref int places)
    {
        Avx512F.ConvertToVector512UInt32(looked).StoreUnsafe(ref kept);
        (Avx512F.ConvertToVector512Int32(from) + Vector512.Create(start)).StoreUnsafe(ref places);
    }

    public ulong Content() => OfClass(IsContent);

    public ulong Digits() => OfClass(IsDigit);

    public ulong LineEnds() => OfClass(IsLineEnd);

    public ulong Separators() => OfClass(IsSeparator);

    public ulong Backslashes() => OfClass(IsBackslash);

    public ulong Special() => (_bytes | _classes).ExtractMostSignificantBits();

    public ulong LineEndLetters() => OfClass(IsDelimiterOrLineEndLetter) & Content();

    public ulong BlankLetters() => OfClass(IsPathEndOrBlankLetter) & Content();

    public ulong PathEnds() => OfClass(IsPathEndOrBlankLetter) & ~Content();

    public ulong Delimiters() => OfClass(IsDelimiterOrLineEndLetter) & ~Content();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Equal(byte value) => Vector512.Equals(_bytes, Vector512.Create(value)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong InRange(byte low, byte count) =>
        Vector512.LessThan(_bytes - Vector512.Create(low), Vector512.Create(count)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong High() => _bytes.ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CompressLower(ulong keep, ref byte destination)
    {
        Vector512<byte> lower = Vector512.ConditionalSelect(Vector512.LessThan(_bytes - Vector512.Create((byte)'A'), Vector512.Create((byte)26)), _bytes + Vector512.Create((byte)0x20), _bytes);
        Avx512Vbmi2.Compress(Vector512<byte>.Zero, MaskOf(keep), lower).StoreUnsafe(ref destination);
        return BitOperations.PopCount(keep);
    }

    // The JIT keeps masks as vectors: bit i of the word to byte i (shuffle the right byte of the word into place, test its bit).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> MaskOf(ulong keep)
    {
        Vector512<byte> spread = Avx512BW.Shuffle(Vector512.Create(keep).AsByte(), Vector512.Create(
            0x0000000000000000UL, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303,
            0x0404040404040404, 0x0505050505050505, 0x0606060606060606, 0x0707070707070707).AsByte());
        Vector512<byte> bits = Vector512.Create(0x8040201008040201UL).AsByte();
        return ~Vector512.Equals(spread & bits, Vector512<byte>.Zero);
    }
}

readonly struct ByteBlock256(Vector256<byte> low, Vector256<byte> high) : IByteBlock<ByteBlock256>
{
    readonly Vector256<byte> _low = low;
    readonly Vector256<byte> _high = high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteBlock256 Load(ref byte source) =>
        new(Vector256.LoadUnsafe(ref source), Vector256.LoadUnsafe(ref source, (nuint)Vector256<byte>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Join(Vector256<byte> low, Vector256<byte> high) =>
        low.ExtractMostSignificantBits() | (ulong)high.ExtractMostSignificantBits() << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Equal(byte value)
    {
        Vector256<byte> values = Vector256.Create(value);
        return Join(Vector256.Equals(_low, values), Vector256.Equals(_high, values));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> Within(Vector256<byte> bytes, byte low, byte count)
    {
        Vector256<byte> moved = bytes - Vector256.Create(low);
        return Vector256.Equals(Vector256.Min(moved, Vector256.Create((byte)(count - 1))), moved);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong InRange(byte low, byte count) => Join(Within(_low, low, count), Within(_high, low, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong High() => Join(_low, _high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ByteBlock256 Lower()
    {
        Vector256<byte> bit = Vector256.Create((byte)0x20);
        return new(_low | Within(_low, (byte)'A', 26) & bit, _high | Within(_high, (byte)'A', 26) & bit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> Classes(Vector256<byte> bytes, Vector128<byte> low, Vector128<byte> high) =>
        Avx2.Shuffle(Vector256.Create(low, low), bytes) & Avx2.Shuffle(Vector256.Create(high, high), bytes >>> 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> Classes(Vector256<byte> bytes) => Classes(bytes, ByteBlock.LowHalves(), ByteBlock.HighHalves());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> TokenClasses(Vector256<byte> bytes) => Classes(bytes, ByteBlock.TokenLowHalves(), ByteBlock.TokenHighHalves());

    /// <summary>Moves a bit of each byte to its top; what the other bits become does not matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> Top(Vector256<byte> classes, int bit) => (classes.AsUInt16() << 7 - bit).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> None(Vector256<byte> classes, byte bits) => Vector256.Equals(classes & Vector256.Create(bits), Vector256<byte>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Brackets() => ~Join(None(TokenClasses(_low), ByteBlock.IsTokenBracket), None(TokenClasses(_high), ByteBlock.IsTokenBracket));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Marks() => ~Join(None(TokenClasses(_low), ByteBlock.IsTokenMark), None(TokenClasses(_high), ByteBlock.IsTokenMark));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong PathMarks() => ~Join(None(TokenClasses(_low), ByteBlock.IsTokenPathMark), None(TokenClasses(_high), ByteBlock.IsTokenPathMark)) | Equal((byte)'@') | Equal((byte)'~');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spread(ulong keep, ref byte values, ref byte source, int start, ref uint kept, ref int places) => ByteBlock.Spread(keep, ref values, ref source, start, ref kept, ref places);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SpreadPlaces(ulong mask, int start, ref int places) => ByteBlock.SpreadPlaces(mask, start, ref places);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Content() => ~Join(None(Classes(_low), ByteBlock.IsContent), None(Classes(_high), ByteBlock.IsContent));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Digits() => Join(Top(Classes(_low), ByteBlock.DigitBit), Top(Classes(_high), ByteBlock.DigitBit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong LineEnds() => Join(Top(Classes(_low), ByteBlock.LineEndBit), Top(Classes(_high), ByteBlock.LineEndBit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Separators() => Equal((byte)':') | Equal((byte)'-');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Backslashes() => Join(Top(Classes(_low), ByteBlock.BackslashBit), Top(Classes(_high), ByteBlock.BackslashBit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong PathEnds() => InRange(0, 0x28) | InRange(0x3B, 5);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Delimiters() => InRange(0, ' ' + 1) | Equal((byte)'|') | Equal(0x7F) | Separators() | Backslashes();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Special() => Join(_low | Classes(_low) | Top(Classes(_low), ByteBlock.AmpersandBit), _high | Classes(_high) | Top(Classes(_high), ByteBlock.AmpersandBit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong LineEndLetters()
    {
        ByteBlock256 lower = Lower();
        return lower.Equal((byte)'n') | lower.Equal((byte)'r') | lower.Equal((byte)'u');
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong BlankLetters()
    {
        ByteBlock256 lower = Lower();
        return lower.Equal((byte)'t') | lower.Equal((byte)'b') | lower.Equal((byte)'f') | lower.Equal((byte)'u');
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CompressLower(ulong keep, ref byte destination)
    {
        ByteBlock256 lower = Lower();
        ref ulong rows = ref ByteBlock.s_compressRows[0];
        int count = ByteBlock.Compress16(lower._low.GetLower(), (uint)keep, ref rows, ref destination);
        count += ByteBlock.Compress16(lower._low.GetUpper(), (uint)(keep >> 16), ref rows, ref Unsafe.Add(ref destination, count));
        count += ByteBlock.Compress16(lower._high.GetLower(), (uint)(keep >> 32), ref rows, ref Unsafe.Add(ref destination, count));
        return count + ByteBlock.Compress16(lower._high.GetUpper(), (uint)(keep >> 48), ref rows, ref Unsafe.Add(ref destination, count));
    }
}

readonly struct ByteBlock128(Vector128<byte> b0, Vector128<byte> b1, Vector128<byte> b2, Vector128<byte> b3) : IByteBlock<ByteBlock128>
{
    readonly Vector128<byte> _b0 = b0;
    readonly Vector128<byte> _b1 = b1;
    readonly Vector128<byte> _b2 = b2;
    readonly Vector128<byte> _b3 = b3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteBlock128 Load(ref byte source) => new(
        Vector128.LoadUnsafe(ref source), Vector128.LoadUnsafe(ref source, 16),
        Vector128.LoadUnsafe(ref source, 32), Vector128.LoadUnsafe(ref source, 48));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Join(Vector128<byte> b0, Vector128<byte> b1, Vector128<byte> b2, Vector128<byte> b3) =>
        b0.ExtractMostSignificantBits() | b1.ExtractMostSignificantBits() << 16
        | (ulong)(b2.ExtractMostSignificantBits() | b3.ExtractMostSignificantBits() << 16) << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Equal(byte value)
    {
        Vector128<byte> values = Vector128.Create(value);
        return Join(Vector128.Equals(_b0, values), Vector128.Equals(_b1, values), Vector128.Equals(_b2, values), Vector128.Equals(_b3, values));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Within(Vector128<byte> bytes, byte low, byte count)
    {
        Vector128<byte> moved = bytes - Vector128.Create(low);
        return Vector128.Equals(Vector128.Min(moved, Vector128.Create((byte)(count - 1))), moved);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong InRange(byte low, byte count) =>
        Join(Within(_b0, low, count), Within(_b1, low, count), Within(_b2, low, count), Within(_b3, low, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong High() => Join(_b0, _b1, _b2, _b3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ByteBlock128 Lower()
    {
        Vector128<byte> bit = Vector128.Create((byte)0x20);
        return new(_b0 | Within(_b0, (byte)'A', 26) & bit, _b1 | Within(_b1, (byte)'A', 26) & bit,
            _b2 | Within(_b2, (byte)'A', 26) & bit, _b3 | Within(_b3, (byte)'A', 26) & bit);
    }

    // Of an index of 0x80 and above both instructions make zero; of others the one looks at the lower half alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Classes(Vector128<byte> bytes, Vector128<byte> low, Vector128<byte> high) =>
        ByteBlock.Shuffle(low, Ssse3.IsSupported ? bytes : bytes & Vector128.Create((byte)0x8F)) & ByteBlock.Shuffle(high, bytes >>> 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Classes(Vector128<byte> bytes) => Classes(bytes, ByteBlock.LowHalves(), ByteBlock.HighHalves());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> TokenClasses(Vector128<byte> bytes) => Classes(bytes, ByteBlock.TokenLowHalves(), ByteBlock.TokenHighHalves());

    /// <summary>Moves a bit of each byte to its top; what the other bits become does not matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Top(Vector128<byte> classes, int bit) => (classes.AsUInt16() << 7 - bit).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> None(Vector128<byte> classes, byte bits) => Vector128.Equals(classes & Vector128.Create(bits), Vector128<byte>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Brackets() => ~Join(None(TokenClasses(_b0), ByteBlock.IsTokenBracket), None(TokenClasses(_b1), ByteBlock.IsTokenBracket), None(TokenClasses(_b2), ByteBlock.IsTokenBracket), None(TokenClasses(_b3), ByteBlock.IsTokenBracket));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Marks() => ~Join(None(TokenClasses(_b0), ByteBlock.IsTokenMark), None(TokenClasses(_b1), ByteBlock.IsTokenMark), None(TokenClasses(_b2), ByteBlock.IsTokenMark), None(TokenClasses(_b3), ByteBlock.IsTokenMark));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong PathMarks() => ~Join(None(TokenClasses(_b0), ByteBlock.IsTokenPathMark), None(TokenClasses(_b1), ByteBlock.IsTokenPathMark), None(TokenClasses(_b2), ByteBlock.IsTokenPathMark), None(TokenClasses(_b3), ByteBlock.IsTokenPathMark)) | Equal((byte)'@') | Equal((byte)'~');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spread(ulong keep, ref byte values, ref byte source, int start, ref uint kept, ref int places) => ByteBlock.Spread(keep, ref values, ref source, start, ref kept, ref places);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SpreadPlaces(ulong mask, int start, ref int places) => ByteBlock.SpreadPlaces(mask, start, ref places);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Content() => ~Join(None(Classes(_b0), ByteBlock.IsContent), None(Classes(_b1), ByteBlock.IsContent), None(Classes(_b2), ByteBlock.IsContent), None(Classes(_b3), ByteBlock.IsContent));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Digits() => Join(Top(Classes(_b0), ByteBlock.DigitBit), Top(Classes(_b1), ByteBlock.DigitBit), Top(Classes(_b2), ByteBlock.DigitBit), Top(Classes(_b3), ByteBlock.DigitBit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong LineEnds() => Join(Top(Classes(_b0), ByteBlock.LineEndBit), Top(Classes(_b1), ByteBlock.LineEndBit), Top(Classes(_b2), ByteBlock.LineEndBit), Top(Classes(_b3), ByteBlock.LineEndBit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Separators() => Equal((byte)':') | Equal((byte)'-');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Backslashes() => Join(Top(Classes(_b0), ByteBlock.BackslashBit), Top(Classes(_b1), ByteBlock.BackslashBit), Top(Classes(_b2), ByteBlock.BackslashBit), Top(Classes(_b3), ByteBlock.BackslashBit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong PathEnds() => InRange(0, 0x28) | InRange(0x3B, 5);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Delimiters() => InRange(0, ' ' + 1) | Equal((byte)'|') | Equal(0x7F) | Separators() | Backslashes();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Special() => Join(_b0 | Classes(_b0) | Top(Classes(_b0), ByteBlock.AmpersandBit), _b1 | Classes(_b1) | Top(Classes(_b1), ByteBlock.AmpersandBit), _b2 | Classes(_b2) | Top(Classes(_b2), ByteBlock.AmpersandBit), _b3 | Classes(_b3) | Top(Classes(_b3), ByteBlock.AmpersandBit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong LineEndLetters()
    {
        ByteBlock128 lower = Lower();
        return lower.Equal((byte)'n') | lower.Equal((byte)'r') | lower.Equal((byte)'u');
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong BlankLetters()
    {
        ByteBlock128 lower = Lower();
        return lower.Equal((byte)'t') | lower.Equal((byte)'b') | lower.Equal((byte)'f') | lower.Equal((byte)'u');
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CompressLower(ulong keep, ref byte destination)
    {
        ByteBlock128 lower = Lower();
        ref ulong rows = ref ByteBlock.s_compressRows[0];
        int count = ByteBlock.Compress16(lower._b0, (uint)keep, ref rows, ref destination);
        count += ByteBlock.Compress16(lower._b1, (uint)(keep >> 16), ref rows, ref Unsafe.Add(ref destination, count));
        count += ByteBlock.Compress16(lower._b2, (uint)(keep >> 32), ref rows, ref Unsafe.Add(ref destination, count));
        return count + ByteBlock.Compress16(lower._b3, (uint)(keep >> 48), ref rows, ref Unsafe.Add(ref destination, count));
    }
}
