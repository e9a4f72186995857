using System.Globalization;
using System.Text;

namespace LeakScan.Tests.Support;

/// <summary>Lines as they stand in files of many kinds, the awkward ones more often than in life.</summary>
static class CodeLines
{
    const string Consonants = "bcdfghjklmnpqrstvwxz";
    const string Vowels = "aeiouy";

    static readonly string[] s_keywords = ["return", "if", "for", "func", "fn", "def", "class", "let", "const", "static", "void", "await", "match", "SELECT", "WHERE", "export", "newtype", "unsafe", "self", "this"];
    static readonly string[] s_operators = [" + ", " - ", " * ", " / ", " % ", " == ", " != ", " && ", " || ", " << ", " >> ", " <= ", " >= ", " & ", " | ", " ^ ", " => ", "->", "::", ".", ", ", " = ", " += ", " ?? ", "&"];
    static readonly string[] s_escapes = ["\\n", "\\t", "\\r\\n", "\\\\", "\\\"", "\\'", "\\0", "\\x1b[0m", "\\u00e9", "\\u65e5", "\\ud83d\\ude00", "\\u{1f600}", "\\U0001F600", "\\b", "\\f", "\\d+", "\\/", "\\N", "%s\\n", "C:\\new\\table", "\\$"];
    static readonly string[] s_phrases = ["日本語の説明", "café à la crème", "größer", "中文注释：测试", "naïve", "переменная", "μεταβλητή", "→ see above", "🙂 done", "10 µs", "“quoted” — dash", "İstanbul", "Łódź", "한국어", "x² ≤ y", "ŒUVRE"];
    static readonly string[] s_entities = ["&lt;", "&amp;", "&nbsp;", "&#39;", "&#x27;", "&copy;", "&amp;lt;", "&mut ", "&a;", "&1;", "a&b;c", "?a=1&lt=2&b;", "&", "&&"];

    internal static string Text(Random random, int lines)
    {
        StringBuilder text = new();
        for (int i = 0; i < lines; i++)
        {
            if (i > 0) text.Append('\n');
            Append(text, random);
        }
        return text.ToString();
    }

    internal static string Line(Random random)
    {
        StringBuilder text = new();
        Append(text, random);
        return text.ToString();
    }

    static void Append(StringBuilder text, Random random)
    {
        Indent(text, random);
        switch (random.Next(30))
        {
            case 0:
                break; // empty but for the indentation
            case 1:
                text.Append(")}];,"[random.Next(5)]);
                break;
            case 2:
                Number(text, random);
                for (int i = random.Next(6); i > 0; i--) Number(text.Append(", "), random);
                text.Append(',');
                break;
            case 3:
                Name(text.Append(Digits(random)).Append(": "), random);
                break;
            case 4:
                text.Append(random.Next(10)).Append('d');
                Name(text.Append(" = "), random);
                break;
            case 5:
                text.Append(CultureInfo.InvariantCulture, $"{random.Next(1990, 2030)}-{random.Next(1, 13):00}-{random.Next(1, 29):00}{(random.Next(2) == 0 ? ' ' : 'T')}{random.Next(24):00}:{random.Next(60):00}:{random.Next(60):00} ");
                Phrase(text, random);
                break;
            case 6:
                text.Append(Digits(random)); // nothing but a number
                break;
            case 7:
                text.Append(CultureInfo.InvariantCulture, $"{random.Next(100)}. ");
                Phrase(text, random);
                break;
            case 8:
                Name(text, random);
                Name(text.Append(CultureInfo.InvariantCulture, $"-{random.Next(100)}-"), random);
                break;
            case 9:
                Name(text, random);
                Phrase(text.Append(CultureInfo.InvariantCulture, $":{random.Next(100)}: "), random);
                break;
            case 10 or 11:
                Phrase(text.Append(random.Next(4) switch { 0 => "// ", 1 => "# ", 2 => "-- ", _ => "/* " }), random);
                break;
            case 12:
                Name(text.Append("- "), random);
                Literal(text.Append(": "), random);
                break;
            case 13:
                Name(text.Append('<'), random);
                Literal(Name(text.Append(' '), random).Append('='), random);
                text.Append('>').Append(s_entities[random.Next(s_entities.Length)]).Append("</");
                Name(text, random).Append('>');
                break;
            case 14:
                Name(text.Append("#define "), random);
                Expression(text.Append(' '), random).Append(" \\");
                break;
            case 15:
                text.Append(CultureInfo.InvariantCulture, $"-{random.Next(100)} ");
                Expression(text, random);
                break;
            case 16:
                text.Append(CultureInfo.InvariantCulture, $"|{random.Next(100)}| ");
                Name(text, random).Append(" |");
                break;
            default:
                if (random.Next(2) == 0) text.Append(s_keywords[random.Next(s_keywords.Length)]).Append(' ');
                Expression(text, random);
                text.Append(random.Next(4) switch { 0 => ";", 1 => " {", 2 => ":", _ => "" });
                break;
        }
    }

    static void Indent(StringBuilder text, Random random)
    {
        int depth = random.Next(5);
        if (random.Next(3) == 0) text.Append('\t', depth);
        else text.Append(' ', 2 * depth);
    }

    static StringBuilder Expression(StringBuilder text, Random random)
    {
        Name(text, random);
        for (int terms = random.Next(1, 5); terms > 0; terms--)
        {
            text.Append(s_operators[random.Next(s_operators.Length)]);
            switch (random.Next(6))
            {
                case 0: Number(text, random); break;
                case 1: Literal(text, random); break;
                case 2: Name(Name(text, random).Append('('), random).Append(')'); break;
                case 3: Number(Name(text, random).Append('['), random); text.Append(']'); break;
                default: Name(text, random); break;
            }
        }
        return text;
    }

    static void Literal(StringBuilder text, Random random)
    {
        char quote = "\"'`"[random.Next(3)];
        text.Append(quote);
        for (int parts = random.Next(4); parts > 0; parts--)
        {
            switch (random.Next(4))
            {
                case 0: text.Append(s_escapes[random.Next(s_escapes.Length)]); break;
                case 1: text.Append(s_phrases[random.Next(s_phrases.Length)]); break;
                default: Name(text, random).Append(' '); break;
            }
        }
        text.Append(quote);
    }

    static void Phrase(StringBuilder text, Random random)
    {
        for (int words = random.Next(2, 9); words > 0; words--)
        {
            if (random.Next(8) == 0) text.Append(s_phrases[random.Next(s_phrases.Length)]);
            else if (random.Next(20) == 0) text.Append(s_entities[random.Next(s_entities.Length)]);
            else Name(text, random);
            text.Append(random.Next(9) == 0 ? ", " : " ");
        }
    }

    static void Number(StringBuilder text, Random random)
    {
        switch (random.Next(4))
        {
            case 0: text.Append(CultureInfo.InvariantCulture, $"0x{random.Next():X}"); break;
            case 1: text.Append(CultureInfo.InvariantCulture, $"{random.Next(1000)}.{random.Next(100)}e-{random.Next(9)}"); break;
            default: text.Append(Digits(random)); break;
        }
    }

    static string Digits(Random random) => random.Next(random.Next(4) == 0 ? 1_000_000 : 100).ToString(CultureInfo.InvariantCulture);

    /// <summary>Made of syllables, so that hardly any two are the same.</summary>
    static StringBuilder Name(StringBuilder text, Random random)
    {
        int style = random.Next(4);
        for (int word = random.Next(1, 4); word > 0; word--)
        {
            int start = text.Length;
            for (int syllable = random.Next(1, 4); syllable > 0; syllable--)
                text.Append(Consonants[random.Next(Consonants.Length)]).Append(Vowels[random.Next(Vowels.Length)]);
            if (random.Next(3) == 0) text.Append(Consonants[random.Next(Consonants.Length)]);
            if (style == 0 || style == 3) text[start] = char.ToUpperInvariant(text[start]);
            if (style == 1 && word > 1) text.Append('_');
        }
        if (random.Next(6) == 0) text.Append(random.Next(100));
        return text;
    }
}
