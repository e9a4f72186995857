using CsCheck;

namespace LeakScan.Tests.Support;

static class TextGenerators
{
    internal static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>Pieces of text that canonicalisation treats in some special way, and plain ones between them.</summary>
    internal static Gen<string> Hostile { get; } = Gen.Frequency(
        (12, Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Char['0', '9'], Among('_', ' ', 'N', 'U', 'T', '.', '(')), 0, 12]),
        (8, Among("\n", "\r\n", "\t", " ", "    ", "\\n", "\\t", "\\\\n", "\\\\\\", "\\", "\\\"", "\\/", "\\r", "\\f")),
        (8, Among(":", "-", "|", "→", "1", "12", "123:", "-12-", ":7:", "src/a.go:12:", "a-b-1-", "x[1]-2-", "\n  12→", "\n13\t", "\n14\\t", "\n15\\\\t", "\n16\\", "\n> 17 ")),
        (5, Among("\\u0041", "\\u004", "\\u", "\\\\u003c", "\\ud83d", "\\ude00", "\\ud83d\\\\ude00", "\\u001b[1m", "\\u0026", "\\uFEFF", "\\u2192", "\\u000a")),
        (5, Among("&", "&amp;", "&lt;", "&amp;amp;gt;", "&#65;", "&#x2192;", "&#10;", "amp;", "&quot", "&toolongname;", "&#38;lt;", "&a;", "&#8203;")),
        (3, Among("\u001b[31m", "\u001b[0K", "\u001b", "[0m", "\u001b[1;2")),
        (4, Among("é", "É", "ａ", "Ａ", "\u200b", "\ufeff", "\U0001D41A", "\u210E", "\u034f", "\u061c", "\u1160", "\u180e", "\uffa0", "а", "日本", "\u00a0", "😀", "→", "│", "“", "–", "…", "\u200f", "\u2028", "\u202a", "\u20ac", "\u2126", "\u212a", "\u2c00", "\u2fff", "＼", "ｎ", "：", "１", "·", "×", "ª", "\u00ad", "🚀", "\ue0a0", "❤\ufe0f")),
        (1, Gen.Int[480, 530].Select(n => new string(' ', n))),
        (1, Gen.Int[240, 530].Select(n => new string('a', n))));

    /// <summary>Text of up to so many pieces of one or the other kind.</summary>
    internal static Gen<string> Texts(int pieces) => Gen.Frequency((2, Hostile.Array[0, pieces]), (1, EastAsian.Array[0, pieces])).Select(string.Concat);

    /// <summary>East Asian text with the code, gutters and escapes that stand in it.</summary>
    internal static Gen<string> EastAsian { get; } = Gen.Frequency(
        (20, Gen.String[Gen.OneOf(Gen.Char['\u4e00', '\u9fff'], Gen.Char['\u3041', '\u30ff'], Gen.Char['\uac00', '\ud7a3'], Among('、', '。', '，', '！', '？', '；', '\u3000', '（', '：')), 0, 30]),
        (4, Among("\u2fff", "\u3000", "\u303f", "\u3040", "\u3fff", "\u4000", "\ucfff", "\ud000", "\ud7ff", "\ue000", "\uf900", "\ufeff", "ＡＢ", "１２", "＼n", "é", "а", "😀", "·", "×", "÷", "ª", "µ", "º", "\u00ad", "\u0080", "¿", "À", "🚀", "\U0001f000", "\U0001faff", "\U0001fb00", "\U0001efff", "\ue0a0", "\uf8ff", "❤\ufe0f")),
        (4, Among("\n", "\r\n", "\\n", "\\", "\\t", "\\u4e2d", "&amp;", "&", "\n  12→", "\n13\t", "\n14：", "\n15，", "\n16中", "\n目/a.go:12:", "\nsrc/目.go-12-", "\n中：7：", ":7:", "-12-", "\u001b[31m")),
        (4, Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Char['A', 'Z'], Gen.Char['0', '9'], Among('_', ' ', '.', '(')), 0, 12]),
        (1, Gen.Int[240, 530].Select(n => new string('漢', n / 3))));
}
