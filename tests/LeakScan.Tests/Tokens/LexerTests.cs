using System.Text;
using CsCheck;
using LeakScan.Simd;
using LeakScan.Tests.Oracle;
using LeakScan.Tests.Support;
using LeakScan.Tokens;

namespace LeakScan.Tests.Tokens;

public sealed class LexerTests
{
    const string Seed = "0000KLMNOPQR";

    public static TheoryData<string> TierNames => Tiers.Names;

    /// <summary>What the canonical rules find hard, and what only tokens do.</summary>
    static readonly Gen<string> s_hostile = Gen.Frequency(
        (3, TextGenerators.Hostile),
        (2, TextGenerators.Among("(", ")", "{", "}", "[", "]", ";", ",", "=", "<", ">", "&", "|", "!", "?", ":", ".", "+", "-", "*", "/", "%", "#", "$", "@", "^", "~", "\"", "'", "`")),
        (1, TextGenerators.Among("if", "RETURN", "while", "x", "0x2A", "1.5e-3", "\n", "\n@@ -1,2 +3 @@", "\n@@ -1", "\ndiff --git a/x b/x\n", "\nindex 83db48f..bf2ac1d 100644", "\nindex 83db48f..bf2ac1d 1\\n", "\nindex x", "\ndiff --gitx", "é1", "1é", "\\U00e9", "\\N", "&#40;", "&#x7B;", "\\u007b")));

    static (uint, int)[] Read(ReadOnlySpan<byte> text, SimdTier tier, int room)
    {
        List<(uint, int)> result = [];
        uint[] tokens = new uint[room];
        int[] starts = new int[room];
        int at = 0;
        bool atLineStart = true;
        while (true)
        {
            int count = Lexer.Read(text, ref at, ref atLineStart, tokens, starts, tier);
            for (int i = 0; i < count; i++) result.Add((tokens[i], starts[i]));
            if (count == 0) break;
        }
        return [.. result];
    }

    static void AssertAgrees(byte[] text, SimdTier tier, int room)
    {
        (uint, int)[] got = Read(text, tier, room);
        Assert.Equal(LexerOracle.Read(text), got);
        for (int i = 1; i < got.Length; i++) Assert.True(got[i].Item2 > got[i - 1].Item2, $"token {i} begins at {got[i].Item2}, the one before at {got[i - 1].Item2}");
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void AgreesWithTheOracleOnHardTextHoweverManyAreReadAtOnce(string tier)
    {
        int[] rooms = [1, 2, 3, 63, 64, 65, 100, 128, 2048];
        Gen.Select(s_hostile.Array[0, 60].Select(string.Concat), TextGenerators.Among(rooms)).Sample(
            (text, room) => AssertAgrees(Encoding.UTF8.GetBytes(text), Tiers.Parse(tier), room),
            threads: 1, iter: 6_000, seed: Seed, print: t => $"{t.Item2} at once: {System.Text.Json.JsonSerializer.Serialize(t.Item1)}");
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void AgreesWithTheOracleOnDamagedBytes(string tier)
    {
        Gen.OneOf(Gen.Byte, TextGenerators.Among((byte)'\\', (byte)'n', (byte)'u', (byte)'&', (byte)'\n', (byte)'1', (byte)':', (byte)'(', (byte)'@', (byte)0x1B, (byte)0xE2, (byte)0x80, (byte)0xC3)).Array[0, 300].Sample(
            bytes => AssertAgrees(bytes, Tiers.Parse(tier), 2048), threads: 1, iter: 4_000, seed: Seed, print: Convert.ToHexString);
    }

    /// <summary>Every awkward piece at every place of a block of 64 bytes, at the start of a line and within one, behind and before words.</summary>
    [Theory]
    [MemberData(nameof(TierNames))]
    public void AgreesWithTheOracleAtEveryPlaceOfABlock(string tier)
    {
        string[] pieces =
        [
            "\n", "\r\n", "\\n", "\\", "&", "&lt;", "&x;", "&amp;amp;lt;", "&#65;", "é", "\u200b", "→", "\u001b[1m", "\u001b", "\"", "@", "@@ -1 +1 @@", "(", "-", "12", "12:", "12 x", "a:7:", "a/b-7-", "diff --git a b", "index 83db48f..bf2ac1d 1",
            "word", new string('w', 17), new string('w', 64), new string('w', 130), "12" + new string('3', 70), "if", "\\u0041", "_",
        ];
        string[] before = ["", "x ", "x\n", "x", "\n+ "], behind = ["", " y", "y", "\ny", "(y)"];
        SimdTier instructions = Tiers.Parse(tier);
        string[] fillings = [new string(' ', 64), string.Concat(Enumerable.Repeat("ab (1);\n", 8))];
        string end = string.Concat(Enumerable.Repeat(" tail(of_it, 3);\n", 8));
        foreach (string piece in pieces)
        {
            foreach (string filling in fillings)
            {
                for (int place = 0; place < 64; place++)
                    AssertAgrees(Encoding.UTF8.GetBytes(filling[..place] + before[place % before.Length] + piece + behind[place / before.Length % behind.Length] + end), instructions, 2048);
            }
        }
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void ReadsNothingOutsideOfItsInput(string tier)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("12: a\\nb(&lt;é \u001b[1mx-1-y\\u0041) ", 8)));
        foreach (Guard guard in Enum.GetValues<Guard>())
        {
            for (int length = 0; length <= text.Length; length++)
            {
                using GuardedMemory memory = new(text.AsSpan(0, length), guard);
                (uint, int)[] got = Read(memory.Span, Tiers.Parse(tier), 2048);
                Assert.Equal(LexerOracle.Read(text[..length]), got);
                Assert.All(got, t => Assert.InRange(Lexer.EndOf(text.AsSpan(0, length), t.Item2), t.Item2 + 1, length));
            }
        }
    }

    [Theory]
    [InlineData("qq───", 2)]
    [InlineData("数据，更多", 6)]
    [InlineData("数据ab１２（x）", 14)]
    [InlineData("naïve_x.y", 8)]
    public void AWordEndsWhereTheLexerSays(string text, int end) => Assert.Equal(end, Lexer.EndOf(Encoding.UTF8.GetBytes(text), 0));

    [Theory]
    [InlineData("int  Foo_1 = 0x2A;", "int foo_1 = 0x2a ;")]
    [InlineData("   12→code\n   13→more()", "code more ( )")]
    [InlineData("src/a-b.go:12:x := 1\nsrc/a-b.go-13-y := 2", "x : = 1 y : = 2")]
    [InlineData("src/a.go:12:f()\\nsrc/a.go:13:g()", "f ( ) g ( )")]
    [InlineData("+  12: a", "a")]
    [InlineData("> > // a", "a")]
    [InlineData("- (a)", "( a )")]
    [InlineData("diff --git a/x.py b/x.py\nindex 83db48f..bf2ac1d 100644\n@@ -1,7 +1,9 @@ head\n+y", "head y")]
    [InlineData("diff --git a/x.py b/x.py\\nindex 83db48f..bf2ac1d 100644\\n y", "y")]
    [InlineData("a\\nb(\\\"c\\\")", "a b ( c )")]
    [InlineData("C:\\new", "c : ew")]
    [InlineData("x a&amp;&amp;b &lt; &#40;", "x a & & b < (")]
    [InlineData("fo\u001b[1mo fo\u200bo ｆoo \\u0066oo fo\\u006F f&#111;o", "foo foo foo foo foo foo")]
    [InlineData("\"a b\" 'c' #d $e", "a b c d e")]
    [InlineData("é1 1é", "é1 1é")]
    [InlineData("a \\u00\u001441", "a u00 41")]
    public void KnownAnswers(string text, string tokens)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        uint[] wanted = [.. tokens.Split(' ').Select(t => "(){}[];,=<>&|!?:.+-*/%".Contains(t, StringComparison.Ordinal) ? Token.OfMark((byte)t[0]) : OfWord(t))];
        Assert.Equal(wanted, LexerOracle.Read(bytes).Select(t => t.Token));
        foreach (SimdTier tier in Tiers.Available) Assert.Equal(wanted, Read(bytes, tier, 100).Select(t => t.Item1));
    }

    static uint OfWord(string word)
    {
        uint hash = Lexer.HashOf(Encoding.UTF8.GetBytes(word));
        return char.IsAsciiDigit(word[0]) ? Token.OfNumber(hash) : Keywords.Find(hash) is not 0 and var keyword ? keyword : Token.OfName(hash);
    }

    /// <summary>Of a long word what counts is the same however it is written.</summary>
    [Fact]
    public void LongWordsAreTheSameHoweverTheyAreWritten()
    {
        string word = string.Concat(Enumerable.Repeat("abcdefghij", 30));
        uint plain = Read(Encoding.UTF8.GetBytes(word), SimdTier.Scalar, 2)[0].Item1;
        foreach (string written in (string[])[word.ToUpperInvariant(), "ａ" + word[1..], word[..299] + "ｊ", word[..50] + "\u200b" + word[50..], word + "\u001b[0m", "\\u0061" + word[1..], word + "é", "x " + word])
        {
            foreach (SimdTier tier in Tiers.Available) Assert.Equal(plain, Read(Encoding.UTF8.GetBytes(written), tier, 2)[^1].Item1);
        }
    }
}
