using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeakScan.Tests.Support;

/// <summary>The ways in which text leaves a machine. None adds letters outside of what canonical text drops.</summary>
static class Wrappers
{
    internal delegate string Wrapper(string text, Random random);

    /// <summary>Change the lines; the text is whole lines.</summary>
    internal static readonly (string Name, Wrapper Wrap)[] OfLines =
    [
        ("cat -n", (t, r) => Numbered(t, r, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{n,6}\t{l}"))),
        ("arrow", (t, r) => Numbered(t, r, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{n,6}→{l}"))),
        ("bare number", (t, r) => Numbered(t, r, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{n}\t{l}"))),
        ("number and colon", (t, r) => Numbered(t, r, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{n}:{l}"))),
        ("number and bar", (t, r) => Numbered(t, r, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{n,4}| {l}"))),
        ("sed =", (t, r) => Numbered(t, r, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{n}\n{l}"))),
        ("grep -n", (t, r) => Numbered(t, r, (n, l) => string.Create(CultureInfo.InvariantCulture, $"src/train-er/run_2.py:{n}:{l}"))),
        ("grep context", (t, r) => Numbered(t, r, (n, l) => string.Create(CultureInfo.InvariantCulture, $"app/[id]/page.tsx{(r.Next(3) == 0 ? ':' : '-')}{n}{(r.Next(3) == 0 ? ':' : '-')}{l}"))),
        ("diff", (t, r) => Lines(t, l => " +-"[r.Next(3)] + l)),
        ("quote", (t, _) => Lines(t, l => "> " + l)),
        ("quote twice", (t, _) => Lines(t, l => "> > " + l)),
        ("fence", (t, _) => "```\n" + t + "\n```"),
        ("indented", (t, r) => Lines(t, l => new string(r.Next(2) == 0 ? ' ' : '\t', r.Next(9)) + l)),
        ("crlf", (t, _) => t.Replace("\n", "\r\n", StringComparison.Ordinal)),
        ("blank lines", (t, r) => Lines(t, l => r.Next(4) == 0 ? l + "\n" : l)),
        ("mark", (t, _) => "\ufeff" + t),
    ];

    /// <summary>Change characters wherever they stand.</summary>
    internal static readonly (string Name, Wrapper Wrap)[] OfCharacters =
    [
        ("upper case", (t, _) => t.ToUpperInvariant()),
        ("full width", (t, r) => Characters(t, c => char.IsAsciiLetter(c) && r.Next(3) == 0 ? ((char)(c - '!' + 0xFF01)).ToString() : null)),
        ("homoglyphs", (t, r) => Characters(t, c => r.Next(2) == 0 && "aceopxyABEHKMOPTX".IndexOf(c, StringComparison.Ordinal) is >= 0 and int i ? "асеорхуАВЕНКМОРТХ"[i].ToString() : null)),
        // Not within an escape: once the pair is escaped again nobody can tell that its parts belonged together.
        ("zero width", (t, r) => Before(t, (last, c) => last != '\\' && !char.IsLowSurrogate(c) && r.Next(5) == 0 ? "\u200b\u200c\u200d\u2060\ufeff"[r.Next(5)].ToString() : "")),
        // As highlighters do it: a code before a word or mark, none within an escape or entity.
        ("ansi", (t, r) => Before(t, (last, c) => !char.IsAsciiLetterOrDigit(last) && last is not ('\\' or '&' or '#' or '_') && !char.IsLowSurrogate(c) && r.Next(4) == 0 ? $"\u001b[{r.Next(108)};1m" : "")),
    ];

    /// <summary>Carry the text in another format.</summary>
    internal static readonly (string Name, Wrapper Wrap)[] OfFormats =
    [
        ("json", (t, _) => JsonSerializer.Serialize(t, s_relaxed)),
        ("json, ascii", (t, _) => JsonSerializer.Serialize(t)),
        ("json in json", (t, _) => JsonSerializer.Serialize(JsonSerializer.Serialize(t, s_relaxed), s_relaxed)),
        ("json in json in json, ascii", (t, _) => JsonSerializer.Serialize(JsonSerializer.Serialize(JsonSerializer.Serialize(t)))),
        ("html", (t, _) => t.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#x27;", StringComparison.Ordinal)),
        ("html, numeric", (t, _) => Characters(t, c => c < 0x80 && !char.IsAsciiLetterOrDigit(c) && c is not ('\n' or '\\' or ' ' or '#' or ';' or '_') ? string.Create(CultureInfo.InvariantCulture, $"&#{(int)c};") : null)),
    ];

    static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static string Numbered(string text, Random random, Func<int, string, string> wrap)
    {
        int number = random.Next(1, 3000);
        return Lines(text, l => wrap(number++, l));
    }

    static string Lines(string text, Func<string, string> wrap) => string.Join('\n', text.Split('\n').Select(wrap));

    static string Before(string text, Func<char, char, string> insert)
    {
        char last = '\n';
        return Walk(text, (c, inEscape) =>
        {
            string result = insert(inEscape ? '\\' : last, c) + c;
            last = c;
            return result;
        });
    }

    static string Characters(string text, Func<char, string?> replace) => Walk(text, (c, inEscape) => (inEscape ? null : replace(c)) ?? c.ToString());

    /// <summary>Tells for each character whether it may belong to an escape: a backslash was at most the u and four digits ago.</summary>
    static string Walk(string text, Func<char, bool, string> write)
    {
        StringBuilder result = new();
        int escaped = 0;
        foreach (char c in text)
        {
            result.Append(write(c, escaped > 0));
            escaped = c == '\\' ? 5 : Math.Max(0, escaped - 1);
        }
        return result.ToString();
    }
}
