namespace LeakScan.Tokens;

/// <summary>A token in one number: what it is, and for names and numbers a hash of which.</summary>
// 31              0
// 1 hhhhhhh...hhhhh   a name
// 01 hhhhhh...hhhhh   a number
// 00 ......k        a keyword (1 and up) or a mark (its ASCII code)
static class Token
{
    const uint Name = 1u << 31;
    const uint Number = 1u << 30;
    const uint Keyword = 1u << 8;

    /// <summary>No token: never equal to one of a text.</summary>
    internal const uint None = 0;

    internal static uint OfName(uint hash) => Name | hash;

    internal static uint OfNumber(uint hash) => Number | hash & (Number - 1);

    internal static uint OfKeyword(int number) => Keyword | (uint)number;

    internal static uint OfMark(byte mark) => mark;

    internal static bool IsName(uint token) => token >= Name;

    internal static bool IsNumber(uint token) => token >> 30 == 1;

    /// <summary>The keyword's number, or -1.</summary>
    internal static int KeywordOf(uint token) => token >> 8 == 1 ? (int)(token & 0xFF) : -1;
}
