using LeakScan.Simd;
using LeakScan.Tokens;

namespace LeakScan.Matching;

/// <summary>Tells the names of others, which our code uses and does not declare (<see cref="Declarations"/>). One a thread.</summary>
// That two programs call the same library says no more than that; so what such a name says counts a quarter, of a verbatim stretch and of a name that
// structure has in the same place. docs/design.md has what that is worth.
sealed class OtherNames(FingerprintIndex index, SimdTier tier)
{
    /// <summary>What a name of others says, next to one of our own.</summary>
    internal const double Share = 0.25;

    /// <summary>A longer stretch is judged by its first so many bytes.</summary>
    const int MostBytes = 16 * 1024;

    /// <summary>Tokens that are read at once.</summary>
    const int Tokens = 1024;

    readonly uint[] _tokens = new uint[Tokens];
    readonly int[] _starts = new int[Tokens];
    readonly ulong[] _names = new ulong[Tokens];
    readonly int[] _lengths = new int[Tokens]; // of each of them, within the stretch

    /// <summary>Whether no document declares a name.</summary>
    /// <param name="text">The text.</param>
    /// <param name="token">The name's token.</param>
    /// <param name="start">Where it begins in the text.</param>
    internal bool Contains(ReadOnlySpan<byte> text, uint token, int start)
    {
        if (!Token.IsName(token) || !MayBeDeclared(text[start..Lexer.EndOf(text, start)])) return false;
        ulong name = token;
        index.KeyNames(new Span<ulong>(ref name), tier);
        return !index.MayDeclare(name);
    }

    /// <summary>Whether what declares names could be told of this one.</summary>
    static bool MayBeDeclared(ReadOnlySpan<byte> name) => name.Length is >= Declarations.MinLetters and <= Declarations.MaxLetters && !name.ContainsAnyInRange((byte)0x80, (byte)0xFF);

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
            int count = Lexer.Read(text, ref at, ref atLineStart, _tokens, _starts, tier);
            if (count == 0) break;
            int names = 0;
            for (int i = 0; i < count && _starts[i] < end; i++)
            {
                if (!Token.IsName(_tokens[i])) continue;
                int wordEnd = Lexer.EndOf(text, _starts[i]);
                if (!MayBeDeclared(text[_starts[i]..wordEnd])) continue;
                _names[names] = _tokens[i];
                _lengths[names++] = Math.Min(wordEnd, end) - Math.Max(_starts[i], start);
            }
            index.KeyNames(_names.AsSpan(0, names), tier);
            for (int i = 0; i < names; i++)
            {
                if (!index.MayDeclare(_names[i])) others += _lengths[i];
            }
        }
        return 1 - (1 - Share) * Math.Min(1, (double)others / Math.Max(1, characters));
    }
}
