using System.Text;
using LeakScan.Text;

namespace LeakScan.Tests.Oracle;

/// <summary>CanonicalText step by step on lists: the specification, readable and slow.</summary>
static class CanonicalOracle
{
    /// <summary>A code point and the offset of the last byte it came from.</summary>
    internal readonly record struct Symbol(int Value, int Offset);

    internal static (byte[] Bytes, int[] Offsets) Canonicalize(ReadOnlySpan<byte> text)
    {
        List<Symbol> symbols = Lines(Control(Entities(Unescape(Fold(Decode(text))))), text.Length);
        List<byte> bytes = [];
        List<int> offsets = [];
        foreach (Symbol symbol in symbols)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(char.ConvertFromUtf32(symbol.Value));
            bytes.AddRange(utf8);
            offsets.AddRange(Enumerable.Repeat(symbol.Offset, utf8.Length));
        }
        return ([.. bytes], [.. offsets]);
    }

    static List<Symbol> Decode(ReadOnlySpan<byte> text)
    {
        List<Symbol> result = [];
        for (int i = 0; i < text.Length;)
        {
            bool valid = Rune.DecodeFromUtf8(text[i..], out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            i += length;
            result.Add(new(valid ? rune.Value : -2, i - 1));
        }
        return result;
    }

    static List<Symbol> Fold(List<Symbol> symbols) => [.. symbols
        .Select(s => new Symbol(s.Value == -2 ? ' ' : CodePointFold.Fold(s.Value), s.Offset))
        .Where(s => s.Value != CodePointFold.Removed)];

    static List<Symbol> Unescape(List<Symbol> symbols)
    {
        List<Symbol> result = [];
        for (int i = 0; i < symbols.Count;)
        {
            if (symbols[i].Value != '\\')
            {
                result.Add(symbols[i++]);
                continue;
            }
            int after = i;
            while (after < symbols.Count && symbols[after].Value == '\\') after++;
            int letter = after < symbols.Count ? symbols[after].Value : -1;
            if (letter is 'n' or 'r' or 't' or 'b' or 'f')
            {
                result.Add(new(letter is 'n' or 'r' ? '\n' : ' ', symbols[after].Offset));
                i = after + 1;
            }
            else if (Hex4(symbols, after) is int value)
            {
                i = after + 5;
                if (value is >= 0xD800 and < 0xDC00)
                {
                    int low = i;
                    while (low < symbols.Count && symbols[low].Value == '\\') low++;
                    if (low > i && Hex4(symbols, low) is int second and >= 0xDC00 and < 0xE000)
                    {
                        value = char.ConvertToUtf32((char)value, (char)second);
                        i = low + 5;
                    }
                }
                int folded = value is >= 0xD800 and < 0xE000 ? ' ' : CodePointFold.Fold(value);
                if (folded != CodePointFold.Removed) result.Add(new(folded, symbols[i - 1].Offset));
            }
            else
            {
                result.Add(new('\\', symbols[after - 1].Offset)); // not an escape: one mark, and what follows is text
                i = after;
            }
        }
        return result;
    }

    static int? Hex4(List<Symbol> symbols, int at)
    {
        if (at + 4 >= symbols.Count || symbols[at].Value != 'u') return null;
        int value = 0;
        for (int i = 1; i <= 4; i++)
        {
            int digit = CanonicalText.HexValue(symbols[at + i].Value);
            if (digit < 0) return null;
            value = value * 16 + digit;
        }
        return value;
    }

    static List<Symbol> Entities(List<Symbol> symbols)
    {
        List<Symbol> result = [];
        for (int i = 0; i < symbols.Count;)
        {
            if (symbols[i].Value != '&')
            {
                result.Add(symbols[i++]);
                continue;
            }
            int at = i + 1, lastAmp = i;
            while (true)
            {
                int end = at;
                while (end < symbols.Count && end - at < CanonicalText.EntityNameLimit
                    && (symbols[end].Value is '#' or (>= 'a' and <= 'z') or (>= '0' and <= '9'))) end++;
                string name = string.Concat(symbols[at..end].Select(s => (char)s.Value));
                int value = end == symbols.Count || symbols[end].Value != ';' ? -1
                    : name == "amp" ? '&'
                    : name is "lt" or "gt" or "quot" or "apos" or "nbsp" ? name switch { "lt" => '<', "gt" => '>', "quot" => '"', "apos" => '\'', _ => ' ' }
                    : CanonicalText.ParseNumericEntity(Encoding.ASCII.GetBytes(name));
                if (value == '&')
                {
                    lastAmp = at;
                    at = end + 1;
                    continue;
                }
                if (value >= 0)
                {
                    int folded = CodePointFold.Fold(value);
                    if (folded != CodePointFold.Removed) result.Add(new(folded, symbols[end].Offset));
                    i = end + 1;
                }
                else
                {
                    result.Add(new('&', symbols[lastAmp].Offset));
                    i = at;
                }
                break;
            }
        }
        return result;
    }

    static List<Symbol> Control(List<Symbol> symbols)
    {
        List<Symbol> result = [];
        for (int i = 0; i < symbols.Count;)
        {
            if (symbols[i].Value != CanonicalText.Escape)
            {
                result.Add(symbols[i++]);
                continue;
            }
            i++;
            if (i == symbols.Count || symbols[i].Value != '[') continue;
            i++;
            int end = i;
            while (end < symbols.Count && end - i < CanonicalText.ControlParameterLimit && symbols[end].Value is >= 0x20 and < 0x40) end++;
            i = end < symbols.Count && symbols[end].Value is >= 0x40 and < 0x7F ? end + 1 : end;
        }
        return result;
    }

    static List<Symbol> Lines(List<Symbol> symbols, int length)
    {
        List<Symbol> result = [];
        int lineStart = 0;
        for (int i = 0; i <= symbols.Count;)
        {
            int end = i;
            while (end < symbols.Count && !CanonicalText.IsLineEnd(symbols[end].Value)) end++;
            Symbol lineEnd = new('\n', end < symbols.Count ? symbols[end].Offset : length);
            int body = i;
            while (SkipGutter([.. symbols[body..end], lineEnd], lineStart) is int skipped) body = Math.Min(end, body + skipped);
            result.AddRange(symbols[body..end].Where(s => CanonicalText.IsContent(s.Value)));
            lineStart = lineEnd.Offset + 1;
            i = end + 1;
        }
        return result;
    }

    /// <summary>Symbols up to and with the gutter that the line begins with; null if it begins with none. The line end is the last symbol.</summary>
    static int? SkipGutter(List<Symbol> line, int lineStart)
    {
        int start = line.FindIndex(s => CanonicalText.IsContent(s.Value));
        if (start < 0) return null;
        int end = start;
        while (CanonicalText.IsDigit(line[end].Value)) end++;
        if (end > start && CanonicalText.IsNumberDelimiter(line[end].Value))
            return line[end].Offset - lineStart < CanonicalText.GutterLimitBytes ? end + 1 : null;
        for (int at = start + 1; at < line.Count && CanonicalText.IsPathSymbol(line[at - 1].Value); at++)
        {
            if (line[at].Value is not (':' or '-')) continue;
            int digits = at + 1;
            while (CanonicalText.IsDigit(line[digits].Value)) digits++;
            if (digits > at + 1 && line[digits].Value is ':' or '-')
            {
                if (digits == at + 1) continue;
                return line[digits].Offset - lineStart < CanonicalText.GutterLimitBytes ? digits + 1 : null;
            }
        }
        return null;
    }
}
