using LeakScan.Simd;
using LeakScan.Tokens;

namespace LeakScan.Matching;

/// <summary>Tells the names of others, which our code uses and does not declare (<see cref="Declarations"/>). One a thread.</summary>
// That two programs call the same library says no more than that; so what such a name says counts a quarter, of a verbatim stretch and of a name that
// structure has in the same place. docs/design.md has what that is worth.
sealed class OtherNames(FingerprintIndex index)
{
    /// <summary>What a name of others says, next to one of our own.</summary>
    internal const double Share = 0.25;

    /// <summary>A longer stretch is judged by its first so many bytes.</summary>
    const int MostBytes = 16 * 1024;

    readonly uint[] _tokens = new uint[1024];
    readonly int[] _starts = new int[1024];

    /// <summary>Whether no document declares a name.</summary>
    /// <param name="text">The text.</param>
    /// <param name="token">The name's token.</param>
    /// <param name="start">Where it begins in the text.</param>
    internal bool Contains(ReadOnlySpan<byte> text, uint token, int start) => Contains(text, token, start, Lexer.EndOf(text, start));

    bool Contains(ReadOnlySpan<byte> text, uint token, int start, int end) =>
        Token.IsName(token) && end - start is >= Declarations.MinLetters and <= Declarations.MaxLetters && !text[start..end].ContainsAnyInRange((byte)0x80, (byte)0xFF) && !index.MayDeclare(token);

    /// <summary>What a stretch of text says next to one without names of others.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the stretch begins in it; it may be within a word.</param>
    /// <param name="end">Where it ends; the same.</param>
    /// <param name="characters">Its canonical characters.</param>
    internal double ShareOf(ReadOnlySpan<byte> text, int start, int end, int characters)
    {
        if (end - start > MostBytes)
        {
            characters = (int)((long)characters * MostBytes / (end - start));
            end = start + MostBytes;
        }
        int at = start;
        while (at > 0 && start - at <= Declarations.MaxLetters && (text[at - 1] >= 0x80 || Declarations.IsLetterOrDigit(text[at - 1]))) at--;
        if (at > 0 && text[at - 1] == '\\') at--; // the letter is an escape's
        text = text[..Math.Min(text.Length, end + Declarations.MaxLetters + 1)];
        bool atLineStart = false;
        int others = 0;
        while (at < end)
        {
            int count = Lexer.Read(text, ref at, ref atLineStart, _tokens, _starts, SimdTier.Scalar);
            if (count == 0) break;
            for (int i = 0; i < count && _starts[i] < end; i++)
            {
                int wordEnd = Lexer.EndOf(text, _starts[i]);
                if (Contains(text, _tokens[i], _starts[i], wordEnd)) others += Math.Min(wordEnd, end) - Math.Max(_starts[i], start);
            }
        }
        return 1 - (1 - Share) * Math.Min(1, (double)others / Math.Max(1, characters));
    }
}
