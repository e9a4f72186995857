using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using LeakScan.Simd;
using LeakScan.Text;

namespace LeakScan.Tokens;

/// <summary>Cuts text into tokens: words, numbers and marks, of any language and through any wrapping.</summary>
// The counterpart of canonical text for code that was changed. Where that drops marks, structure lives of them, so wrapping
// must be told from code by other means. The rules, the same for indexing and scanning:
//
//   1. A word is a run of letters, digits, underscores and characters outside ASCII that begins with no digit; case does not matter,
//      and of a long one the first 128 bytes count. A number is such a run that begins with a digit. A mark is one of
//      ( ) { } [ ] ; , = < > & | ! ? : . + - * / %.
//      Everything else separates: white space, quotation marks (so a string is the words in it), # $ @ ^ ~.
//   2. Escapes, at any depth of JSON in JSON: a run of backslashes and n or r (in either case, as the others) ends a line; and t, b or f
//      is a space; and uXXXX is that character; any other run separates. Entities of marks and numeric ones are the character they stand
//      for. Terminal control sequences are nothing: a word goes on behind one, as behind characters without width.
//   3. Characters outside ASCII are folded as in canonical text: full-width forms and look-alikes to ASCII, symbols to spaces.
//   4. At the start of a line, marks before the first word or bracket are dropped (`+`, `-`, `> `, `//`, ` * `), and so are line
//      numbers and `path:12:` and `path-12-` prefixes of up to 256 bytes, as often as there are any; of diffs the `diff --git` and `index`
//      lines and what is between `@@`, too. A line number ends at white space, a colon, hyphen, bar or backslash, or a symbol outside ASCII.
//
// The price: marks that begin a line of real code are lost, the same on both sides.
static partial class Lexer
{
    /// <summary>A line number or path prefix is shorter.</summary>
    const int GutterLimitBytes = 256;

    /// <summary>Bytes of a word that are looked at.</summary>
    const int LongestWord = 128;

    enum Kind : byte
    {
        Separator,
        Letter,
        Digit,
        Mark,
        Bracket,
        LineEnd,
        Backslash,
        Ampersand,
        Control,
        Other,
    }

    static readonly Kind[] s_kinds = MakeKinds();

    static Kind[] MakeKinds()
    {
        Kind[] kinds = new Kind[256];
        for (int c = 0; c < 256; c++)
        {
            kinds[c] = c switch
            {
                '\n' or '\r' => Kind.LineEnd,
                '\\' => Kind.Backslash,
                '&' => Kind.Ampersand,
                CanonicalText.Escape => Kind.Control,
                '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => Kind.Letter,
                >= '0' and <= '9' => Kind.Digit,
                '(' or ')' or '[' or ']' or '{' or '}' => Kind.Bracket,
                ';' or ',' or '=' or '<' or '>' or '|' or '!' or '?' or ':' or '.' or '+' or '-' or '*' or '/' or '%' => Kind.Mark,
                >= 0x80 => Kind.Other,
                _ => Kind.Separator,
            };
        }
        return kinds;
    }

    /// <summary>Reads tokens until the text or the room for them ends.</summary>
    /// <param name="text">All of it.</param>
    /// <param name="at">Where to go on: 0 at first; receives where it stopped.</param>
    /// <param name="atLineStart">True at first; carried from call to call.</param>
    /// <param name="tokens">Receives tokens (<see cref="Token"/>).</param>
    /// <param name="starts">Receives the offset of each token's first byte; as long as <paramref name="tokens"/>.</param>
    /// <param name="tier">Instructions to use; the result is the same with all.</param>
    /// <returns>The number of tokens; 0 at the end of the text only.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Read(ReadOnlySpan<byte> text, ref int at, ref bool atLineStart, Span<uint> tokens, Span<int> starts, SimdTier tier)
    {
        ReadOnlySpan<Kind> kinds = s_kinds;
        starts = starts[..tokens.Length];
        int count = 0;
        int i = at;
        bool lineStart = atLineStart;
        while (count < tokens.Length)
        {
            switch (tier)
            {
                case SimdTier.Avx512:
                    i = ReadBlocks<ByteBlock512>(text, i, ref lineStart, tokens, starts, ref count);
                    break;
                case SimdTier.Avx2:
                    i = ReadBlocks<ByteBlock256>(text, i, ref lineStart, tokens, starts, ref count);
                    break;
                case SimdTier.V128:
                    i = ReadBlocks<ByteBlock128>(text, i, ref lineStart, tokens, starts, ref count);
                    break;
            }
            if (count == tokens.Length || (count > 0 && tier != SimdTier.Scalar && count > tokens.Length - ByteBlock.LengthBytes)) break;
            if (lineStart)
            {
                i = SkipGutters(text, i, out lineStart);
                if (lineStart) break; // nothing but gutters up to the end
            }
            if (i >= text.Length) break;
            switch (kinds[text[i]])
            {
                case Kind.Letter or Kind.Digit:
                    {
                        int end = i + 1;
                        while (end < text.Length && kinds[text[end]] is Kind.Letter or Kind.Digit) end++;
                        starts[count] = i;
                        // A letter outside ASCII, or an escaped one, goes on with the word; so may what stands behind a control sequence.
                        if (end < text.Length && (kinds[text[end]] is Kind.Other or Kind.Control or Kind.Ampersand || text[end] == '\\' && IsEscapedCharacter(text, end)))
                        {
                            i = ReadFolded(text, i, out tokens[count]);
                            count++;
                            break;
                        }
                        tokens[count++] = OfWord(text[i..end]);
                        i = end;
                        break;
                    }
                case Kind.Mark or Kind.Bracket:
                    starts[count] = i;
                    tokens[count++] = Token.OfMark(text[i++]);
                    break;
                case Kind.LineEnd:
                    lineStart = true;
                    i++;
                    break;
                case Kind.Separator:
                    i++;
                    break;
                default:
                    {
                        int symbol = ReadSymbol(text, i, out int next);
                        if (symbol is '\n' or '\r')
                        {
                            lineStart = true;
                        }
                        else if (symbol >= 0x80 || symbol >= 0 && kinds[symbol] is Kind.Letter or Kind.Digit)
                        {
                            starts[count] = i;
                            next = ReadFolded(text, i, out tokens[count]);
                            count++;
                        }
                        else if (symbol == '&' || symbol >= 0 && kinds[symbol] is Kind.Mark or Kind.Bracket)
                        {
                            starts[count] = i;
                            tokens[count++] = Token.OfMark((byte)symbol);
                        }
                        i = next;
                        break;
                    }
            }
        }
        (at, atLineStart) = (i, lineStart);
        return count;
    }

    /// <summary>Where the token ends that begins here.</summary>
    internal static int EndOf(ReadOnlySpan<byte> text, int start)
    {
        int end = start;
        while (end < text.Length && s_kinds[text[end]] is Kind.Letter or Kind.Digit or Kind.Other)
        {
            if (text[end] < 0x80)
            {
                end++;
                continue;
            }
            int symbol = ReadSymbol(text, end, out int next);
            if (symbol is >= 0 and < 0x80 && s_kinds[symbol] is not (Kind.Letter or Kind.Digit)) break;
            end = next;
        }
        return Math.Min(Math.Max(end, start + 1), text.Length);
    }

    static bool IsEscapedCharacter(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] == '\\') at++;
        return at < text.Length && (text[at] | 0x20) == 'u';
    }

    static uint OfWord(ReadOnlySpan<byte> word)
    {
        uint hash = HashOf(word[..Math.Min(word.Length, LongestWord)]);
        if (s_kinds[word[0]] == Kind.Digit) return Token.OfNumber(hash);
        return Keywords.Find(hash) is not 0 and var keyword ? keyword : Token.OfName(hash);
    }

    /// <summary>Makes capital letters of ASCII small.</summary>
    const ulong Small = 0x2020202020202020;

    /// <summary>The hash of a word of ASCII, or of UTF-8 with small letters; capital letters of ASCII count as small ones.</summary>
    internal static uint HashOf(ReadOnlySpan<byte> word)
    {
        ulong hash = (ulong)word.Length;
        for (; word.Length > 16; word = word[16..])
        {
            hash = Finish(Mix(BinaryPrimitives.ReadUInt64LittleEndian(word), BinaryPrimitives.ReadUInt64LittleEndian(word[8..]), hash));
        }
        Span<byte> last = stackalloc byte[16];
        last.Clear();
        word.CopyTo(last);
        return (uint)(Finish(Mix(BinaryPrimitives.ReadUInt64LittleEndian(last), BinaryPrimitives.ReadUInt64LittleEndian(last[8..]), hash)) >> 32);
    }

    // Multilinear hashing of 16 bytes at a time, then one round of a mixer.
    const ulong FirstMultiplier = 0x9E3779B97F4A7C15, SecondMultiplier = 0xD6E8FEB86659FD93, LengthMultiplier = 0xA0761D6478BD642F, FinishMultiplier = 0xBF58476D1CE4E5B9;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Mix(ulong first, ulong second, ulong hash) => (first | Small) * FirstMultiplier + (second | Small) * SecondMultiplier + hash * LengthMultiplier;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Finish(ulong hash) => (hash ^ hash >> 32) * FinishMultiplier;

    /// <summary>Reads a word with characters that must be folded or unescaped.</summary>
    static int ReadFolded(ReadOnlySpan<byte> text, int at, out uint token)
    {
        Span<byte> folded = stackalloc byte[LongestWord + 4];
        int length = 0;
        while (at < text.Length)
        {
            int symbol = ReadSymbol(text, at, out int next);
            if (symbol >= 0)
            {
                if (symbol < 0x80 && s_kinds[symbol] is not (Kind.Letter or Kind.Digit)) break;
                if (length < LongestWord) length += new Rune(symbol).EncodeToUtf8(folded[length..]);
            }
            at = next;
        }
        token = OfWord(folded[..length]);
        return at;
    }

    /// <summary>Reads a character, unescaped and folded; <see cref="CodePointFold.Removed"/> if there is nothing to see of it.</summary>
    static int ReadSymbol(ReadOnlySpan<byte> text, int at, out int next)
    {
        byte first = text[at];
        next = at + 1;
        switch (s_kinds[first])
        {
            case Kind.Backslash:
                return ReadEscape(text, at, out next);
            case Kind.Ampersand:
                return ReadEntity(text, at, out next);
            case Kind.Control:
                return ReadControl(text, at, out next);
            case Kind.Other:
                if (Rune.DecodeFromUtf8(text[at..], out Rune rune, out int bytes) != System.Buffers.OperationStatus.Done) return ' ';
                next = at + bytes;
                return CodePointFold.Fold(rune.Value);
            default:
                return first;
        }
    }

    static int ReadEscape(ReadOnlySpan<byte> text, int at, out int next)
    {
        int end = at;
        while (end < text.Length && text[end] == '\\') end++;
        next = end;
        if (end == text.Length) return ' ';
        switch (text[end] | 0x20)
        {
            case 'n' or 'r':
                next = end + 1;
                return '\n';
            case 't' or 'b' or 'f':
                next = end + 1;
                return ' ';
            case 'u':
                int unit = ReadHex(text, end + 1);
                if (unit < 0) return ' ';
                next = end + 5;
                if (char.IsHighSurrogate((char)unit))
                {
                    int low = next;
                    while (low < text.Length && text[low] == '\\') low++;
                    int second = low > next && low < text.Length && (text[low] | 0x20) == 'u' ? ReadHex(text, low + 1) : -1;
                    if (second < 0 || !char.IsLowSurrogate((char)second)) return ' ';
                    next = low + 5;
                    return CodePointFold.Fold(char.ConvertToUtf32((char)unit, (char)second));
                }
                if (char.IsLowSurrogate((char)unit)) return ' ';
                if (unit == CanonicalText.Escape) return ReadControl(text, end + 4, out next);
                return CodePointFold.Fold(unit);
            default:
                return ' ';
        }
    }

    static int ReadHex(ReadOnlySpan<byte> text, int at)
    {
        if (at + 4 > text.Length) return -1;
        int value = 0;
        for (int i = 0; i < 4; i++)
        {
            if (!char.IsAsciiHexDigit((char)text[at + i])) return -1; // small letters are made by a bit that makes digits of controls
            value = value << 4 | CanonicalText.HexValue(text[at + i] | 0x20);
        }
        return value;
    }

    static int ReadEntity(ReadOnlySpan<byte> text, int at, out int next)
    {
        next = at + 1;
        int start = at + 1;
        while (text[start..].StartsWith("amp;"u8)) start += 4;
        ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + CanonicalText.EntityNameLimit + 1)];
        int length = rest.IndexOf((byte)';');
        if (length > 0)
        {
            Span<byte> name = stackalloc byte[CanonicalText.EntityNameLimit];
            for (int i = 0; i < length; i++) name[i] = (byte)CodePointFold.Fold(rest[i] & 0x7F);
            int mark = CanonicalText.ParsePunctuationEntity(name[..length]);
            int codePoint = mark >= 0 ? mark : CanonicalText.ParseNumericEntity(name[..length]);
            if (codePoint >= 0)
            {
                next = start + length + 1;
                return mark >= 0 ? mark : CodePointFold.Fold(codePoint);
            }
        }
        if (start > at + 1) next = start;
        return '&';
    }

    /// <summary>Reads ESC [ parameters letter; <paramref name="at"/> is the place of ESC's last byte.</summary>
    static int ReadControl(ReadOnlySpan<byte> text, int at, out int next)
    {
        next = at + 1;
        if (next >= text.Length || text[next] != '[') return ' ';
        int end = next + 1;
        int limit = Math.Min(text.Length, end + CanonicalText.ControlParameterLimit);
        while (end < limit && (text[end] is >= (byte)'0' and <= (byte)'?')) end++;
        if (end >= limit || s_kinds[text[end]] != Kind.Letter) return ' ';
        next = end + 1;
        return CodePointFold.Removed;
    }

    /// <summary>Skips what stands before a line's first word or bracket.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Somewhere before it.</param>
    /// <param name="atLineStart">Whether the text ended first.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int SkipGutters(ReadOnlySpan<byte> text, int at, out bool atLineStart)
    {
        atLineStart = false;
        while (at < text.Length)
        {
            switch (s_kinds[text[at]])
            {
                case Kind.Separator or Kind.Mark:
                    at += text[at] == '@' ? HunkHeaderLength(text[at..]) : 1;
                    continue;
                case Kind.LineEnd:
                    at++;
                    continue;
                case Kind.Bracket:
                    return at;
                case Kind.Letter or Kind.Digit:
                    {
                        int end = IsDiffHeader(text[at..]) ? LineEnd(text, at) : GutterEnd(text, at, at + GutterLimitBytes);
                        if (end == at) return at;
                        at = end;
                        continue;
                    }
                default:
                    {
                        int symbol = ReadSymbol(text, at, out int next);
                        if (symbol >= 0x80 || symbol >= 0 && s_kinds[symbol] is Kind.Letter or Kind.Digit or Kind.Bracket) return at;
                        at = next;
                        continue;
                    }
            }
        }
        atLineStart = true;
        return at;
    }

    static bool IsDiffHeader(ReadOnlySpan<byte> line) => line[0] == 'd' ? line.StartsWith("diff --git "u8)
        : line[0] == 'i' && line.StartsWith("index "u8) && line.Length > 17 && line[6..17].IndexOf(".."u8) >= 5;

    /// <summary>The end of a line, or of what stands before its first escape.</summary>
    static int LineEnd(ReadOnlySpan<byte> text, int at) => text[at..].IndexOfAny((byte)'\n', (byte)'\r', (byte)'\\') is >= 0 and int length ? at + length : text.Length;

    /// <summary>Length of a diff's `@@ -1,2 +1,2 @@`; else 1.</summary>
    static int HunkHeaderLength(ReadOnlySpan<byte> text)
    {
        const int Start = 4, Longest = 64;
        if (!text.StartsWith("@@ -"u8)) return 1;
        int length = text[Start..Math.Min(text.Length, Longest)].IndexOf(" @@"u8);
        return length < 0 ? 1 : Start + length + 3;
    }

    /// <summary>The end of the line number or path prefix that begins here; <paramref name="at"/> if there is none.</summary>
    static int GutterEnd(ReadOnlySpan<byte> text, int at, int limit)
    {
        limit = Math.Min(limit, text.Length);
        int i = at;
        while (i < limit && s_kinds[text[i]] == Kind.Digit) i++;
        if (i > at && (i == text.Length || i < limit && IsNumberEnd(text[i]))) return i;
        for (; i < limit; i++)
        {
            byte c = text[i];
            if (s_isInPath[c]) continue;
            if (c is (byte)':' or (byte)'-')
            {
                int digits = i + 1;
                while (digits < limit && s_kinds[text[digits]] == Kind.Digit) digits++;
                if (digits > i + 1 && digits < limit && text[digits] is (byte)':' or (byte)'-') return digits + 1;
                if (c == ':') return at;
            }
            else if (c != '\\' || (i + 1 < limit && IsBlankLetter(text[i + 1]))) // the next line's path is not this one's
            {
                return at;
            }
        }
        return at;
    }

    /// <summary>What a path is of, but colons, dashes and backslashes.</summary>
    static readonly bool[] s_isInPath = [.. Enumerable.Range(0, 256).Select(c => c < 0x80 && (s_kinds[c] is Kind.Letter or Kind.Digit || "./@+~[]()".Contains((char)c)))];

    /// <summary>What a backslash makes white space.</summary>
    static bool IsBlankLetter(byte c) => (c | 0x20) is 'n' or 'r' or 't' or 'b' or 'f';

    /// <summary>What ends a line number: white space, an arrow, a mark; a backslash or an ampersand, since all of these may be escaped.</summary>
    static bool IsNumberEnd(byte c) => c is <= (byte)' ' or (byte)':' or (byte)'-' or (byte)'|' or (byte)'\\' or (byte)'&' or >= 0xE2;
}
