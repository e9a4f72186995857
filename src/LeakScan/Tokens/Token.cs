namespace LeakScan.Tokens;

/// <summary>A token in one number: what it is, and for names and numbers a hash of which.</summary>
// 31              0
// 1 hhhhhhh...hhhhh   a name
// 01 hhhhhh...hhhhh   a number
// 00 ...... cccccccc  a mark or a keyword: its code (TokenCoder); several keywords may share one
static class Token
{
    const uint Name = 1u << 31;
    const uint Number = 1u << 30;

    static readonly byte[] s_codesOfMarks = MakeCodesOfMarks();

    /// <summary>No token: never equal to one of a text.</summary>
    internal const uint None = 0;

    internal static uint OfName(uint hash) => Name | hash;

    internal static uint OfNumber(uint hash) => Number | hash & (Number - 1);

    internal static uint OfKeyword(int number) => (uint)(TokenCoder.FirstKeyword + number % TokenCoder.KeywordCodes);

    internal static uint OfMark(byte mark) => s_codesOfMarks[mark];

    /// <summary>For each byte that is a mark its token; else 0.</summary>
    internal static ReadOnlySpan<byte> Marks => s_codesOfMarks;

    internal static bool IsName(uint token) => token >= Name;

    internal static bool IsNumber(uint token) => token >> 30 == 1;

    static byte[] MakeCodesOfMarks()
    {
        byte[] codes = new byte[256];
        byte code = TokenCoder.FirstMark;
        foreach (byte mark in "(){}[];,=<>&|!?:.+-*/%"u8) codes[mark] = code++;
        return codes;
    }
}
