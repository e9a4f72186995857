using System.Globalization;
using System.Text;

namespace LeakScan.Tests.Support;

/// <summary>Made-up code that looks like code, a function of the random generator alone.</summary>
static class CodeText
{
    static readonly string[] s_words =
    [
        "batch", "beam", "cursor", "delta", "epoch", "frame", "gate", "heron", "index", "kernel", "lattice", "merge", "node", "offset", "phase", "quota",
        "router", "shard", "token", "upsert", "vector", "weight", "yield", "zone", "alpha", "bias", "cache", "drift", "entry", "flush", "graph", "hash",
    ];

    internal static string Lines(Random random, int lines)
    {
        StringBuilder text = new();
        for (int i = 0; i < lines; i++)
        {
            if (i > 0) text.Append('\n');
            text.Append(Line(random));
        }
        return text.ToString();
    }

    static string Line(Random random)
    {
        string a = Name(random), b = Name(random), c = Name(random);
        int n = random.Next(10_000);
        return random.Next(16) switch
        {
            0 => "",
            1 => "    }",
            2 => $"// {a} keeps the {b} of {c}; see \"{b}\" & <{a}>",
            3 => $"def {a}({b}, {c}={n}):",
            4 => string.Create(CultureInfo.InvariantCulture, $"    {n}, {n / 7}, {n / 3},"),
            5 => string.Create(CultureInfo.InvariantCulture, $"  {n}: {a}"),
            6 => $"    if ({a} == nullptr && !{b}->{c}()) return '{a}\\n';",
            7 => $"\tprintf(\"{a}=%d\\t{b}\\\\{c}\\n\", {b});",
            8 => $"SELECT {a}, {b} FROM {c} WHERE {a} >= {n};",
            9 => $"const {a} = `{b}/${{{c}}}`; // 日本語 café Ünïcode",
            10 => $"- {a}: [{b}, {c}, {n}]",
            11 => $"C:\\{a}\\new\\{b}\\table.txt",
            12 => $"&{a}; let {b} = &mut {c}[{n}..]; x &amp; y",
            13 => string.Create(CultureInfo.InvariantCulture, $"2026-11-{n % 28 + 1:00} {a} {b}-{n}-{c}"),
            14 => $"    {a}.{b}({c} - {n} - 1, \"\\u{n % 4096 + 0x4000:x4}{a}\")",
            _ => $"        {a}_{b}[{c}] += {Name(random)} * {n} + {Name(random)}({Name(random)})",
        };
    }

    static string Name(Random random) => s_words[random.Next(s_words.Length)] + (random.Next(3) == 0 ? "" : "_" + s_words[random.Next(s_words.Length)] + random.Next(100).ToString(CultureInfo.InvariantCulture));
}
