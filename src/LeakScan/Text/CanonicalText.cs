namespace LeakScan.Text;

/// <summary>The definition of canonical text, in constants.</summary>
// What leaves a machine is hardly ever the file: it is `cat -n` output, a diff, a grep listing, a JSON string inside a JSON
// string, a quoted mail, HTML. Fingerprints are taken of canonical text, which all of these share with the file:
//
//     canonical(wrap(x)) == canonical(x)     but for a few characters at each end of a cut
//
// with no detection of formats and one rule for indexing and scanning. Canonical text is what is left after six steps, each
// of which is a filter on a stream of symbols (code points), so that text can arrive in pieces cut anywhere:
//
//   1. Decode UTF-8. An ill-formed byte is a space.
//   2. Fold (CodePointFold): small letters; full-width forms and look-alikes to ASCII; zero-width characters vanish;
//      symbols outside ASCII are spaces.
//   3. Unescape. A run of backslashes, whatever its length (that is: at any depth of JSON in JSON), followed by n or r is a
//      line end, by t, b or f a space, by uXXXX that code point (surrogate pairs joined, then folded). Any other run of
//      backslashes is one punctuation mark.
//   4. Entities: & (amp;)* then lt; gt; quot; apos; nbsp; are the mark or space, #N; and #xN; the code point. Depth does not matter.
//   5. Terminal control: ESC [ ... letter vanishes.
//   6. Lines. At the start of a line, before its first letter, gutters are dropped, as often as there are any:
//        - digits followed by a space, a tab, ':', '-', '|' or the line end: `  12<tab>code`, `12:code`, `12|code`, and the
//          arrow of some tools, since it is a space by step 2;
//        - `path:12:` and `path-12-`: path characters (letters, digits, any of _./\@+~-[]() ), then one of :-, digits, one of :-.
//      What comes before a gutter and between gutters may be any punctuation (`+`, `-`, `> `, `//`).
//      A gutter ends less than GutterLimitBytes after its line's start, else it is text.
//   Of the rest only letters, digits, underscores and symbols outside ASCII are kept.
//
// The price: digits that begin a line of real code before a space or colon are lost, and so is `a-1-` at the start of a line;
// the same on both sides, so nothing is missed by it.
//
// Three implementations that must agree: Oracle/CanonicalOracle (tests; step by step on lists), Canonicalizer.Scalar (one
// symbol at a time, resumable anywhere) and Canonicalizer.Vector (64 bytes at a time, which hands the rare hard spots to the
// scalar one).
static class CanonicalText
{
    /// <summary>Stored in every index; any change to the rules is a new version.</summary>
    internal const int Version = 1;

    /// <summary>A gutter's last symbol must lie less than this many bytes after the first byte of its line.</summary>
    internal const int GutterLimitBytes = 512;

    /// <summary>The longest entity name looked at: #x10ffff.</summary>
    internal const int EntityNameLimit = 8;

    /// <summary>The longest parameter list of a terminal control sequence.</summary>
    internal const int ControlParameterLimit = 32;

    internal const int Escape = 0x1B;

    internal static bool IsLineEnd(int symbol) => symbol is '\n' or '\r';

    internal static bool IsSpace(int symbol) => symbol is <= ' ' or 0x7F;

    internal static bool IsDigit(int symbol) => (uint)(symbol - '0') < 10;

    internal static bool IsContent(int symbol) =>
        symbol >= 0x80 || (uint)(symbol - 'a') < 26 || IsDigit(symbol) || symbol == '_';

    /// <summary>What may stand in the path of a `path:12:` gutter; ':' ends it, '-' may do so. The backslash is for JSON writers that escape slashes, and Windows.</summary>
    internal static bool IsPathSymbol(int symbol) => IsContent(symbol) || symbol is '.' or '/' or '\\' or '@' or '+' or '~' or '-' or '[' or ']' or '(' or ')';

    /// <summary>What ends a line number, besides the line end.</summary>
    internal static bool IsNumberDelimiter(int symbol) => IsSpace(symbol) || symbol is ':' or '-' or '|';

    /// <summary>The mark that an entity of this name stands for, or -1. The mark itself: a space would end a line number where the mark does not.</summary>
    internal static int ParsePunctuationEntity(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("lt"u8) ? '<' : name.SequenceEqual("gt"u8) ? '>' : name.SequenceEqual("quot"u8) ? '"' : name.SequenceEqual("apos"u8) ? '\''
        : name.SequenceEqual("nbsp"u8) ? ' ' : -1;

    /// <summary>Reads the digits of #N or #xN: a code point, or -1.</summary>
    internal static int ParseNumericEntity(ReadOnlySpan<byte> name)
    {
        if (name.Length < 2 || name[0] != '#') return -1;
        bool hex = name[1] == 'x';
        ReadOnlySpan<byte> digits = name[(hex ? 2 : 1)..];
        if (digits.IsEmpty) return -1;
        int value = 0;
        foreach (byte digit in digits)
        {
            int d = HexValue(digit);
            if (d < 0 || (!hex && d > 9)) return -1;
            value = value * (hex ? 16 : 10) + d;
            if (value > 0x10FFFF) return -1;
        }
        return value is >= 0xD800 and < 0xE000 ? -1 : value;
    }

    internal static int HexValue(int symbol) =>
        IsDigit(symbol) ? symbol - '0' : (uint)(symbol - 'a') < 6 ? symbol - 'a' + 10 : -1;
}
