using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LeakScan.Tests.Support;

/// <summary>Ways in which text leaves a machine, with random parameters. Written from the formats, not from the rules of canonical text.</summary>
static partial class RandomWrappers
{
    internal delegate string Wrapper(string text, Random random);

    internal readonly record struct Named(string Name, Wrapper Wrap)
    {
        public override string ToString() => Name;
    }

    /// <summary>Put something in front of every line; no letters but those of a gutter.</summary>
    internal static readonly Named[] Gutters =
    [
        new("cat -n", CatN), new("arrow", Arrow), new("bare tab", BareTab), new("nl", Nl), new("sed-like", SedLike),
        new("grep -n", GrepN), new("grep context", GrepContext), new("grep mixed", GrepMixed),
    ];

    internal static readonly Named[] Marks =
    [
        new("diff lines", DiffLines), new("quote", Quote), new("indent", Indent), new("crlf", CrLf), new("bom", Bom), new("bare fence", BareFence),
    ];

    /// <summary>Add lines of their own, which have letters.</summary>
    internal static readonly Named[] Headed =
    [
        new("unified diff", UnifiedDiff), new("apply_patch", ApplyPatch), new("fence", Fence), new("mail", Mail), new("json record", JsonRecord), new("html page", HtmlPage),
    ];

    /// <summary>Change or add characters wherever they like, letters but in escapes and entities, raw text only: nothing may encode the text again after them.</summary>
    internal static readonly Named[] RawCharacters =
    [
        new("zero width anywhere", ZeroWidth), new("full width", OutsideEscapes(FullWidth)), new("homoglyphs", OutsideEscapes(Homoglyphs)), new("upper case", Upper), new("ansi anywhere", Ansi),
    ];

    /// <summary>The same outside of what could be an escape: in a `\n` they would have to be undone before what was done last.</summary>
    internal static readonly Named[] Characters =
    [
        new("zero width", OutsideEscapes(ZeroWidth)), new("full width", OutsideEscapes(FullWidth)), new("homoglyphs", OutsideEscapes(Homoglyphs)),
        new("upper case", Upper), new("ansi", Ansi),
    ];

    internal static readonly Named[] Encodings =
    [
        new("json raw", (t, r) => Json(t, r, JsonStyle.Raw)), new("json ascii", (t, r) => Json(t, r, JsonStyle.Ascii)), new("json html-safe", (t, r) => Json(t, r, JsonStyle.HtmlSafe)),
        new("json slashes", (t, r) => Json(t, r, JsonStyle.Slashes)), new("json mixed", (t, r) => Json(t, r, (JsonStyle)r.Next(8))),
        new("html named", HtmlNamed), new("html decimal", HtmlDecimal), new("html hex", HtmlHex),
    ];

    internal static string CatN(string text, Random random) => Numbered(text, random, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{n,6}\t{l}"));

    internal static string Arrow(string text, Random random) => Numbered(text, random, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{n,6}→{l}"));

    internal static string BareTab(string text, Random random) => Numbered(text, random, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{n}\t{l}"));

    /// <summary>Numbers only lines that have something on them; the others are indented as far.</summary>
    internal static string Nl(string text, Random random)
    {
        int number = random.Next(1, 5000);
        string separator = random.Next(3) switch { 0 => "\t", 1 => "  ", _ => ": " };
        return Lines(text, l => l.Length == 0 ? "       " : string.Create(CultureInfo.InvariantCulture, $"{number++,6}{separator}{l}"));
    }

    internal static string SedLike(string text, Random random)
    {
        string separator = random.Next(6) switch { 0 => ":", 1 => "|", 2 => " ", 3 => " | ", 4 => "│", _ => "-" };
        int width = random.Next(7);
        return Numbered(text, random, (n, l) => n.ToString(CultureInfo.InvariantCulture).PadLeft(width) + separator + l);
    }

    internal static string GrepN(string text, Random random)
    {
        string path = Path(random);
        return Numbered(text, random, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{path}:{n}:{l}"));
    }

    internal static string GrepContext(string text, Random random)
    {
        string path = Path(random);
        return Numbered(text, random, (n, l) => string.Create(CultureInfo.InvariantCulture, $"{path}-{n}-{l}"));
    }

    /// <summary>Hits and their context, from several files, with `--` between the groups.</summary>
    internal static string GrepMixed(string text, Random random)
    {
        string path = Path(random);
        return Numbered(text, random, (n, l) =>
        {
            string group = "";
            if (random.Next(6) == 0)
            {
                path = Path(random);
                group = "--\n";
            }
            char separator = random.Next(3) == 0 ? ':' : '-';
            return string.Create(CultureInfo.InvariantCulture, $"{group}{path}{separator}{n}{separator}{l}");
        });
    }

    internal static string DiffLines(string text, Random random) => Lines(text, l => "+- "[random.Next(3)] + l);

    internal static string Quote(string text, Random random)
    {
        string mark = random.Next(4) switch { 0 => "> ", 1 => "> > ", 2 => ">> ", _ => ">" };
        return Lines(text, l => mark + l);
    }

    internal static string Indent(string text, Random random)
    {
        int columns = random.Next(1, 20);
        return random.Next(3) switch
        {
            0 => Lines(text, l => new string(' ', columns) + l),
            1 => Lines(text, l => new string('\t', columns / 2) + l),
            _ => Lines(text, l => new string('\t', (l.Length - l.TrimStart().Length) / 2) + l.TrimStart()),
        };
    }

    internal static string CrLf(string text, Random random) => text.Replace("\n", "\r\n", StringComparison.Ordinal);

    internal static string Bom(string text, Random random) => "\ufeff" + text;

    internal static string BareFence(string text, Random random) => random.Next(2) == 0 ? $"```\n{text}\n```\n" : $"~~~~\n{text}\n~~~~";

    internal static string Fence(string text, Random random)
    {
        string language = random.Next(4) switch { 0 => "python", 1 => "ts title=\"src/app.ts\"", 2 => "12:90:src/main.rs", _ => "diff" };
        return $"Here it is:\n\n```{language}\n{text}\n```\nThat is all.";
    }

    internal static string UnifiedDiff(string text, Random random) =>
        $"diff --git a/src/x.py b/src/x.py\nindex 83db48f..bf2ac1d 100644\n--- a/src/x.py\n+++ b/src/x.py\n@@ -{random.Next(100)},7 +{random.Next(100)},9 @@ def head(a):\n{DiffLines(text, random)}\n\\ No newline at end of file\n";

    internal static string ApplyPatch(string text, Random random) =>
        $"*** Begin Patch\n*** Update File: src/x.py\n@@ class Head\n{DiffLines(text, random)}\n*** End Patch";

    internal static string Mail(string text, Random random) => $"On Tue, 3 Nov 2026 at 10:11, A. Person <a@example.com> wrote:\n>\n{Quote(text, random)}\n\nThanks!\n";

    internal static string JsonRecord(string text, Random random) =>
        $"{{\"role\":\"user\",\n\"content\":{(random.Next(2) == 0 ? "" : " ")}{Json("\n" + text + "\n", random, (JsonStyle)random.Next(8))},\"tokens\":12}}\n";

    internal static string HtmlPage(string text, Random random) => $"<!doctype html>\n<pre class=\"code\">\n{HtmlNamed(text, random)}\n</pre>\n<p>12 views</p>";

    /// <summary>For texts whose lines begin with no gutter, which stop beginning a line.</summary>
    internal static string OneLine(string text, Random random) => string.Join(random.Next(2) == 0 ? " " : "  ", text.Split('\n').Select(l => l.Trim()));

    [Flags]
    internal enum JsonStyle { Raw = 0, Ascii = 1, HtmlSafe = 2, Slashes = 4 }

    internal static string Json(string text, Random random, JsonStyle style)
    {
        bool capitals = random.Next(2) == 0;
        StringBuilder result = new("\"");
        foreach (char c in text)
        {
            switch (c)
            {
                case '\n': result.Append("\\n"); break;
                case '\r': result.Append("\\r"); break;
                case '\t': result.Append("\\t"); break;
                case '"': result.Append("\\\""); break;
                case '\\': result.Append("\\\\"); break;
                case '/' when style.HasFlag(JsonStyle.Slashes): result.Append("\\/"); break;
                case '<' or '>' or '&' or '\'' or '+' or '=' when style.HasFlag(JsonStyle.HtmlSafe): Hex(c); break;
                case < ' ' or '\u007f': Hex(c); break;
                case > '\u007f' when style.HasFlag(JsonStyle.Ascii): Hex(c); break;
                default: result.Append(c); break;
            }
        }
        return result.Append('"').ToString();

        void Hex(char c) => result.Append("\\u").Append(((int)c).ToString(capitals ? "X4" : "x4", CultureInfo.InvariantCulture));
    }

    internal static string HtmlNamed(string text, Random random)
    {
        string apostrophe = random.Next(3) switch { 0 => "&apos;", 1 => "&#39;", _ => "'" };
        return Each(text, c => c.Value switch
        {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => apostrophe,
            0xA0 => "&nbsp;",
            _ => null,
        });
    }

    internal static string HtmlDecimal(string text, Random random) => HtmlNumeric(text, random, c => string.Create(CultureInfo.InvariantCulture, $"&#{c};"));

    internal static string HtmlHex(string text, Random random)
    {
        int style = random.Next(3);
        return HtmlNumeric(text, random, c => style switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"&#x{c:x};"),
            1 => string.Create(CultureInfo.InvariantCulture, $"&#X{c:X};"),
            _ => string.Create(CultureInfo.InvariantCulture, $"&#x{c:x4};"),
        });
    }

    /// <summary>Always what HTML requires, at times all marks (not backslashes), and what is not ASCII.</summary>
    static string HtmlNumeric(string text, Random random, Func<int, string> write)
    {
        bool marks = random.Next(2) == 0, foreign = random.Next(2) == 0;
        return Each(text, c => c.Value is '<' or '>' or '"' or '\'' || (foreign && !c.IsAscii) || (marks && c.IsAscii && (Rune.IsPunctuation(c) || Rune.IsSymbol(c)) && c.Value is not ('\\' or '_' or '&' or '#' or ';'))
            ? write(c.Value) : c.Value == '&' ? "&amp;" : null);
    }

    /// <summary>Anywhere but within an escape or entity of the text, which a terminal writes in one go.</summary>
    internal static string Ansi(string text, Random random)
    {
        bool[] free = FreePlaces(text);
        return Between(text, i => free[i] && random.Next(6) == 0 ? random.Next(6) switch
        {
            0 => "\u001b[0m",
            1 => "\u001b[K",
            2 => "\u001b[m\u001b[K",
            3 => "\u001b[38;2;12;255;7m",
            4 => "\u001b[01;31m\u001b[K",
            _ => string.Create(CultureInfo.InvariantCulture, $"\u001b[{random.Next(108)}m"),
        } : "");
    }

    internal static string ZeroWidth(string text, Random random) =>
        Between(text, _ => random.Next(6) == 0 ? "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\ufe0f\u034f\u061c\u115f\u17b4\u180e\uffa0"[random.Next(14)].ToString() : "");

    internal static string FullWidth(string text, Random random) =>
        Each(text, c => char.IsAsciiLetter((char)c.Value) && c.IsAscii && random.Next(3) == 0 ? ((char)(c.Value + 0xFEE0)).ToString() : null);

    internal static string Homoglyphs(string text, Random random)
    {
        const string Latin = "aeopcyxijsABEKMHOPCTX" + "aoxABEZHIKMNOPTYX";
        const string Alike = "аеорсухіјѕАВЕКМНОРСТХ" + "αοχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";
        int half = random.Next(2) * 21;
        return Each(text, c =>
        {
            int at = c.IsAscii && random.Next(2) == 0 ? Latin.IndexOf((char)c.Value, half) : -1;
            return at < 0 ? null : Alike[at].ToString();
        });
    }

    internal static string Upper(string text, Random random) => text.ToUpperInvariant();

    /// <summary>The wrapper on the pieces of the text between its escapes and entities.</summary>
    static Wrapper OutsideEscapes(Wrapper wrapper) => (text, random) =>
    {
        StringBuilder result = new();
        int last = 0;
        foreach (System.Text.RegularExpressions.Match escape in Escapes().Matches(text))
        {
            result.Append(wrapper(text[last..escape.Index], random)).Append(escape.Value);
            last = escape.Index + escape.Length;
        }
        return result.Append(wrapper(text[last..], random)).ToString();
    };

    static bool[] FreePlaces(string text)
    {
        bool[] free = new bool[text.Length + 1];
        Array.Fill(free, true);
        foreach (System.Text.RegularExpressions.Match escape in Escapes().Matches(text)) free.AsSpan(escape.Index + 1, escape.Length - 1).Clear();
        return free;
    }

    [GeneratedRegex(@"(\\+[uU][0-9a-fA-F]{4})+|\\+[\s\S]|&(amp;)*[#0-9a-zA-Z]{1,9};|&", RegexOptions.CultureInvariant)]
    private static partial Regex Escapes();

    static string Path(Random random) => random.Next(10) switch
    {
        0 => "a.py",
        1 => "./src/train-er/run_2.py",
        2 => "/home/someone/src/x.y/z.go",
        3 => "app/[id]/(group)/page.tsx",
        4 => "2026-11-24-notes.md",
        5 => "3rdparty/lib-1/a+b.cc",
        6 => "node_modules/@scope/pkg/index.js",
        7 => "Makefile",
        8 => "~/données/größe-7.csv",
        _ => string.Create(CultureInfo.InvariantCulture, $"pkg{random.Next(100)}/v{random.Next(9)}-beta/mod_{random.Next(1000)}.rs"),
    };

    static string Numbered(string text, Random random, Func<int, string, string> wrap)
    {
        int number = random.Next(3) == 0 ? 1 : random.Next(1, 20_000);
        return Lines(text, l => wrap(number++, l));
    }

    static string Lines(string text, Func<string, string> wrap) => string.Join('\n', text.Split('\n').Select(wrap));

    static string Each(string text, Func<Rune, string?> replace)
    {
        StringBuilder result = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (replace(rune) is string other) result.Append(other);
            else result.Append(rune.ToString());
        }
        return result.ToString();
    }

    /// <summary>Before each character and at the end, but not between halves of a surrogate pair.</summary>
    static string Between(string text, Func<int, string> insert)
    {
        StringBuilder result = new();
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || !char.IsLowSurrogate(text[i])) result.Append(insert(i));
            if (i < text.Length) result.Append(text[i]);
        }
        return result.ToString();
    }
}
