using System.Text.RegularExpressions;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Quality.Making;

/// <summary>What may become of lines of code before they are sent.</summary>
static partial class Transform
{
    internal delegate IReadOnlyList<string> Apply(IReadOnlyList<string> lines, IReadOnlyList<string> foreign, ref SplitMix random);

    /// <summary>By name. Heavy ones leave too little of a few lines to call it the same.</summary>
    internal static readonly IReadOnlyList<(string Name, bool IsHeavy, Apply Apply)> s_all =
    [
        ("none", false, (lines, _, ref _) => lines),
        ("reindent", false, Reindent),
        ("nocomments", false, (lines, _, ref _) => WithoutComments(lines)),
        ("drop20", false, (lines, _, ref random) => Drop(lines, 20, ref random)),
        ("insert20", false, (lines, foreign, ref random) => Insert(lines, foreign, 20, ref random)),
        ("shuffle", true, (lines, _, ref random) => Shuffle(lines, ref random)),
        ("rename40", false, (lines, _, ref random) => Rename(lines, 40, ref random)),
        ("rename100", true, (lines, _, ref random) => Rename(lines, 100, ref random)),
        ("heavy", true, (lines, foreign, ref random) => Shuffle(Rename(Insert(Drop(lines, 10, ref random), foreign, 10, ref random), 40, ref random), ref random)),
    ];

    static readonly string[] s_words =
    [
        "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "islet", "juniper", "kelp", "larch", "marsh", "nectar", "onyx", "pebble",
        "quartz", "reed", "slate", "thistle", "umber", "vale", "willow", "yarrow", "basin", "cairn", "dune", "fern", "gorse", "lichen", "moss", "tarn",
    ];

    static readonly HashSet<string> s_keywords = new(StringComparer.Ordinal)
    {
        "abstract", "and", "async", "await", "bool", "break", "byte", "case", "catch", "char", "class", "const", "continue", "create", "def", "default", "double", "elif", "else",
        "enum", "except", "export", "extends", "false", "final", "finally", "float", "fn", "for", "foreach", "from", "func", "function", "group", "if", "impl", "import", "in",
        "int", "interface", "internal", "is", "join", "lambda", "let", "long", "match", "mod", "mut", "namespace", "new", "nil", "none", "not", "null", "object", "on", "or", "out",
        "override", "package", "pass", "private", "protected", "pub", "public", "raise", "range", "readonly", "record", "ref", "return", "sealed", "select", "self", "static",
        "string", "struct", "super", "switch", "table", "this", "throw", "true", "try", "type", "typeof", "use", "using", "value", "var", "void", "where", "while", "with", "yield",
        "None", "True", "False", "Self",
    };

    [GeneratedRegex(@"[A-Za-z_][A-Za-z0-9_]{2,}")]
    static partial Regex Identifier { get; }

    [GeneratedRegex(@"^\s*(//|#|--|/\*|\*)|^\s*$")]
    static partial Regex CommentOrEmpty { get; }

    [GeneratedRegex(@"\s+(//|#|--) .*$")]
    static partial Regex TrailingComment { get; }

    static IReadOnlyList<string> Reindent(IReadOnlyList<string> lines, IReadOnlyList<string> foreign, ref SplitMix random)
    {
        string unit = ((string[])["\t", "  ", "   "])[random.Next(3)];
        string outer = new(' ', random.Next(6));
        return [.. lines.Select(l => outer + string.Concat(Enumerable.Repeat(unit, Indent(l) / 2)) + l.TrimStart())];
    }

    static int Indent(string line) => line.TakeWhile(char.IsWhiteSpace).Sum(c => c == '\t' ? 4 : 1);

    static IReadOnlyList<string> WithoutComments(IReadOnlyList<string> lines) => [.. lines.Where(l => !CommentOrEmpty.IsMatch(l)).Select(l => TrailingComment.Replace(l, ""))];

    static List<string> Drop(IReadOnlyList<string> lines, int percent, ref SplitMix random)
    {
        List<string> kept = [];
        foreach (string line in lines)
        {
            if (random.Next(100) >= percent) kept.Add(line);
        }
        return kept;
    }

    static List<string> Insert(IReadOnlyList<string> lines, IReadOnlyList<string> foreign, int percent, ref SplitMix random)
    {
        List<string> result = [];
        foreach (string line in lines)
        {
            result.Add(line);
            if (random.Next(100) < percent) result.Add(line[..(line.Length - line.TrimStart().Length)] + foreign[random.Next(foreign.Count)].Trim());
        }
        return result;
    }

    static IReadOnlyList<string> Shuffle(IReadOnlyList<string> lines, ref SplitMix random)
    {
        const int MinBlock = 3;
        List<string[]> blocks = [];
        for (int i = 0; i < lines.Count;)
        {
            string[] block = [.. lines.Skip(i).Take(MinBlock + random.Next(MinBlock))];
            blocks.Insert(random.Next(blocks.Count + 1), block);
            i += block.Length;
        }
        return [.. blocks.SelectMany(b => b)];
    }

    /// <summary>Gives a share of the names others, each the same everywhere and written in the way of the old.</summary>
    static IReadOnlyList<string> Rename(IReadOnlyList<string> lines, int percent, ref SplitMix random)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (string name in lines.SelectMany(l => Identifier.Matches(l).Select(m => m.Value)))
        {
            if (names.ContainsKey(name)) continue;
            names[name] = s_keywords.Contains(name) || random.Next(100) >= percent ? name : LikeOld(name, s_words[random.Next(s_words.Length)], s_words[random.Next(s_words.Length)]);
        }
        return [.. lines.Select(l => Identifier.Replace(l, m => names[m.Value]))];
    }

    static string LikeOld(string old, string first, string second)
    {
        string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
        if (old.Skip(1).Contains('_')) return old.Any(char.IsAsciiLetterLower) ? $"{first}_{second}" : $"{first}_{second}".ToUpperInvariant();
        return char.IsAsciiLetterUpper(old[0]) ? Capital(first) + Capital(second) : old.Any(char.IsAsciiLetterUpper) ? first + Capital(second) : first;
    }
}
