using System.Text;
using LeakScan.Text;
using LeakScan.Tokens;

namespace LeakScan.Tests.Oracle;

/// <summary>The rules above <see cref="Lexer"/>, one character after the other.</summary>
static class LexerOracle
{
    const int GutterLimit = 256;
    const int WordLimit = 128;
    const string Brackets = "(){}[]";
    const string Marks = ";,=<>&|!?:.+-*/%";

    internal static List<(uint Token, int Start)> Read(byte[] text)
    {
        List<(uint, int)> tokens = [];
        bool atLineStart = true;
        int at = 0;
        while (at < text.Length)
        {
            int gutter = atLineStart ? Gutter(text, at) : 0;
            if (gutter > 0)
            {
                at += gutter;
                continue;
            }
            (int symbol, int length) = Symbol(text, at);
            if (symbol is '\n' or '\r')
            {
                atLineStart = true;
            }
            else if (IsOfWord(symbol))
            {
                (uint token, length) = Word(text, at);
                tokens.Add((token, at));
                atLineStart = false;
            }
            else if (symbol > 0 && (Brackets.Contains((char)symbol) || !atLineStart && Marks.Contains((char)symbol)))
            {
                tokens.Add((Token.OfMark((byte)symbol), at));
                atLineStart = false;
            }
            at += length;
        }
        return tokens;
    }

    static bool IsOfWord(int symbol) => symbol >= 0x80 || symbol >= 0 && (char.IsAsciiLetterOrDigit((char)symbol) || symbol == '_');

    static (uint Token, int Length) Word(byte[] text, int start)
    {
        List<byte> word = [];
        int at = start;
        while (at < text.Length)
        {
            (int symbol, int length) = Symbol(text, at);
            if (symbol >= 0 && !IsOfWord(symbol)) break;
            if (symbol >= 0 && word.Count < WordLimit) word.AddRange(Encoding.UTF8.GetBytes(new Rune(symbol).ToString()));
            at += length;
        }
        uint hash = Lexer.HashOf([.. word]);
        uint keyword = Keywords.Find(hash);
        return (char.IsAsciiDigit((char)word[0]) ? Token.OfNumber(hash) : keyword != 0 ? keyword : Token.OfName(hash), at - start);
    }

    /// <summary>The character here, folded, and the bytes that it takes; -1 for what cannot be seen.</summary>
    static (int Symbol, int Length) Symbol(byte[] text, int at)
    {
        if (text[at] == '\\') return Escape(text, at);
        if (text[at] == '&') return Entity(text, at);
        if (text[at] == 0x1B) return Control(text, at);
        if (text[at] < 0x80) return (char.ToLowerInvariant((char)text[at]), 1);
        return Rune.DecodeFromUtf8(text.AsSpan(at), out Rune rune, out int length) == System.Buffers.OperationStatus.Done ? (CodePointFold.Fold(rune.Value), length) : (' ', 1);
    }

    static (int, int) Escape(byte[] text, int at)
    {
        int run = Backslashes(text, at);
        int letter = at + run < text.Length ? char.ToLowerInvariant((char)text[at + run]) : -1;
        if (letter is 'n' or 'r') return ('\n', run + 1);
        if (letter is 't' or 'b' or 'f') return (' ', run + 1);
        if (letter != 'u' || Hex(text, at + run + 1) is not int unit) return (' ', run);
        int length = run + 5;
        if (char.IsHighSurrogate((char)unit))
        {
            int second = Backslashes(text, at + length);
            int low = at + length + second;
            return second > 0 && low < text.Length && (text[low] | 0x20) == 'u' && Hex(text, low + 1) is int half && char.IsLowSurrogate((char)half)
                ? (CodePointFold.Fold(char.ConvertToUtf32((char)unit, (char)half)), length + second + 5) : (' ', length);
        }
        if (char.IsLowSurrogate((char)unit)) return (' ', length);
        if (unit == 0x1B) return (Control(text, at + length - 1).Symbol, length - 1 + Control(text, at + length - 1).Length);
        return (CodePointFold.Fold(unit), length);
    }

    static int Backslashes(byte[] text, int at) => text.Skip(at).TakeWhile(b => b == '\\').Count();

    static int? Hex(byte[] text, int at) =>
        at + 4 <= text.Length && text[at..(at + 4)].All(b => char.IsAsciiHexDigit((char)b)) ? Convert.ToInt32(Encoding.ASCII.GetString(text, at, 4), 16) : null;

    static (int, int) Entity(byte[] text, int at)
    {
        int start = at + 1;
        while (text.AsSpan(start).StartsWith("amp;"u8)) start += 4;
        int end = Array.IndexOf(text, (byte)';', start);
        if (end > start && end - start <= CanonicalText.EntityNameLimit)
        {
            byte[] name = [.. text[start..end].Select(b => (byte)char.ToLowerInvariant((char)(b & 0x7F)))];
            int symbol = CanonicalText.ParsePunctuationEntity(name);
            if (symbol < 0 && CanonicalText.ParseNumericEntity(name) is >= 0 and int number) return (CodePointFold.Fold(number), end + 1 - at);
            if (symbol >= 0) return (symbol, end + 1 - at);
        }
        return ('&', start - at);
    }

    /// <summary>ESC, [, parameters, letter.</summary>
    static (int Symbol, int Length) Control(byte[] text, int at)
    {
        if (at + 1 >= text.Length || text[at + 1] != '[') return (' ', 1);
        int parameters = text.Skip(at + 2).TakeWhile(b => b is >= (byte)'0' and <= (byte)'?').Count();
        int last = at + 2 + parameters;
        return parameters < CanonicalText.ControlParameterLimit && last < text.Length && (char.IsAsciiLetter((char)text[last]) || text[last] == '_') ? (-1, last + 1 - at) : (' ', 1);
    }

    /// <summary>Bytes of the gutter that begins here; 0 if there is none.</summary>
    static int Gutter(byte[] text, int start)
    {
        string line = Encoding.Latin1.GetString(text, start, text.Length - start);
        if (line.StartsWith("@@ -", StringComparison.Ordinal))
        {
            int end = line[4..Math.Min(64, line.Length)].IndexOf(" @@", StringComparison.Ordinal);
            return end < 0 ? 0 : 4 + end + 3;
        }
        if (!(char.IsAsciiLetterOrDigit(line[0]) || line[0] == '_')) return 0;
        if (line.StartsWith("diff --git ", StringComparison.Ordinal) || line.StartsWith("index ", StringComparison.Ordinal) && line.Length > 17 && line[6..17].IndexOf("..", StringComparison.Ordinal) >= 5)
        {
            int end = line.IndexOfAny(['\n', '\r', '\\']);
            return end < 0 ? line.Length : end;
        }

        int digits = Digits(line, 0);
        if (digits is > 0 and <= GutterLimit && digits == line.Length) return digits;
        if (digits is > 0 and < GutterLimit && EndsNumber(line[digits])) return digits;
        line = line[..Math.Min(line.Length, GutterLimit)];
        for (int i = digits; i < line.Length; i++)
        {
            if (i > 0 && line[i - 1] == '\\' && "nrtbfNRTBF".Contains(line[i])) return 0;
            if (line[i] is ':' or '-')
            {
                int number = Digits(line, i + 1);
                int behind = i + 1 + number;
                if (number > 0 && behind < line.Length && (line[behind] is ':' or '-')) return behind + 1;
                if (line[i] == ':') return 0;
            }
            else if (!(char.IsAsciiLetterOrDigit(line[i]) || "_./\\@+~[]()".Contains(line[i])))
            {
                return 0;
            }
        }
        return 0;
    }

    static bool EndsNumber(char c) => c is <= ' ' or ':' or '-' or '|' or '\\' or '&' or >= '\u00E2';

    static int Digits(string line, int at) => line.Skip(at).TakeWhile(char.IsAsciiDigit).Count();
}
