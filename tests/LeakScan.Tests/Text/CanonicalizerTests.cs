using System.Text;
using CsCheck;
using LeakScan.Simd;
using LeakScan.Tests.Oracle;
using LeakScan.Tests.Support;
using LeakScan.Text;

namespace LeakScan.Tests.Text;

public sealed class CanonicalizerTests
{
    static readonly Gen<string> s_texts = TextGenerators.Texts(60);

    public static TheoryData<string> TierNames => Tiers.Names;

    [Theory]
    [MemberData(nameof(TierNames))]
    public void AgreesWithTheOracleOnHardTextAtEveryStart(string tier)
    {
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        s_texts.Sample(text =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Assert.Equal(Show(CanonicalOracle.Canonicalize(bytes).Bytes), Show(Run(canonicalizer, bytes)));
        }, threads: 1, iter: 8_000, seed: "0000KLMNOPQR", print: text => System.Text.Json.JsonSerializer.Serialize(text));
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void AgreesWithTheOracleOnDamagedBytes(string tier)
    {
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        Gen.OneOf(Gen.Byte, TextGenerators.Among((byte)'\\', (byte)'n', (byte)'u', (byte)'&', (byte)'\n', (byte)'1', (byte)':', (byte)0xE2, (byte)0x80, (byte)0xC3, (byte)0xE3, (byte)0xE4, (byte)0xB8, (byte)0xEF, (byte)0xBC)).Array[0, 300].Sample(bytes =>
            Assert.Equal(Show(CanonicalOracle.Canonicalize(bytes).Bytes), Show(Run(canonicalizer, bytes))),
            threads: 1, iter: 8_000, seed: "0000KLMNOPQR", print: Convert.ToHexString);
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void IsTheSameHoweverTheTextIsCut(string tier)
    {
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        Gen.Select(s_texts, Gen.Int[1, 90].Array[1, 8]).Sample((text, sizes) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Assert.Equal(Show(Run(canonicalizer, bytes)), Show(Run(canonicalizer, bytes, sizes)));
        }, threads: 1, iter: 8_000, seed: "0000KLMNOPQR", print: t => System.Text.Json.JsonSerializer.Serialize(t.Item1) + " " + string.Join(",", t.Item2));
    }

    static readonly string[] s_constructs =
    [
        "\n12", "\n1234567", "\\n12", "\\\\n12", "12:", "12|", "\t3 4", "\u2192", "\u2192\t", "\u2028", "\u200B", "日本", "、", "，", "\uFF1F", "한", "あ", "é", "\u00A0", "😀", "\uFF11", "\uFF1B", "\u001B[31m", "\u001B[0K",
        "&", "&amp;", "&amp", "&&x", "&#65;", "&\u034Famp;", "&\u200Blt;", "&l\u00ADt;", "\\u0041", "\\t", "\\", "\\\\", "\r\n", "\n\n", "a/b.go:12:", "-7-", "\n> 17 ", "_x", "\u007F", "                ",
    ];

    [Theory]
    [MemberData(nameof(TierNames))]
    public void AgreesWithTheOracleWhereverABlockEnds(string tier)
    {
        // Every pair of constructs at every place of a block, or of each at every place with one in five of the others, and long enough for the loops over many blocks.
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        string rest = string.Concat(Enumerable.Repeat("    if (x[i] != 0) return f(a, b);\n", 6));
        int pairs = 0;
        foreach (string first in s_constructs)
        {
            foreach (string second in s_constructs)
            {
                pairs++;
                string text = first + second + "q" + rest;
                for (int place = tier == "avx512" ? 0 : pairs % 5; place < 64; place += tier == "avx512" ? 1 : 5)
                {
                    byte[] bytes = Encoding.UTF8.GetBytes(new string('a', place) + text + first + second);
                    string wanted = Show(CanonicalOracle.Canonicalize(bytes).Bytes);
                    string got = Show(Run(canonicalizer, bytes));
                    if (wanted != got) Assert.Fail($"at {place}: {System.Text.Json.JsonSerializer.Serialize(first + second)}: wanted {wanted}, got {got}");
                }
            }
        }
    }

    [Fact]
    public void OffsetsAgreeWithTheOracle()
    {
        Canonicalizer canonicalizer = new(SimdTier.Scalar);
        s_texts.Sample(text =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            byte[] output = new byte[bytes.Length + 2 * Canonicalizer.OutputSlack];
            int[] offsets = new int[output.Length];
            canonicalizer.Reset();
            int count = canonicalizer.Append(bytes, output, offsets);
            count += canonicalizer.Finish(output.AsSpan(count), offsets.AsSpan(count));
            (byte[] wantedBytes, int[] wantedOffsets) = CanonicalOracle.Canonicalize(bytes);
            Assert.Equal(Show(wantedBytes), Show(output[..count]));
            Assert.Equal(wantedOffsets, offsets[..count]);
        }, threads: 1, iter: 8_000, seed: "0000KLMNOPQR", print: text => System.Text.Json.JsonSerializer.Serialize(text));
    }

    [Theory]
    [InlineData("int  Foo_1 = 0x2A;", "intfoo_10x2a")]
    [InlineData("   12→code\n   13→more", "codemore")]
    [InlineData("12\tcode\n13\t\tmore", "codemore")]
    [InlineData("src/a-b.go:12:x := 1\nsrc/a-b.go-13-y := 2", "x1y2")]
    [InlineData("src\\/a-b.go:12:x := 1\\nsrc\\/a-b.go-13-y := 2", "x1y2")]
    [InlineData("src\\main.rs:12:x", "x")]
    [InlineData("+  12: a", "a")]
    [InlineData("12, 13", "1213")]
    [InlineData("12.5 0.3", "12503")]
    [InlineData("a\\nb", "ab")]
    [InlineData("a\\\\\\\\nb\\tc\\\"d", "abcd")]
    [InlineData("\\u0041\\\\u00e9", "aé")]
    [InlineData("\\ud83d\\ude00x\\ud83dy", "xy")]
    [InlineData("a &amp;amp;lt; b &#65; &#x42; &unknown; &amp", "ababunknownamp")]
    [InlineData("12\" a\n13&quot; b\n14&lt;c\n15\\u003cd", "12a13b14c15d")]
    [InlineData("16&nbsp;a\n17&#32;b", "ab")]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("ｆｕｌｌ wi\u200bdth сорy", "fullwidthcopy")]
    [InlineData("ÀÉ Straße", "àéstraße")]
    [InlineData("\ufeff> quoted", "quoted")]
    public void KnownAnswers(string text, string canonical)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(canonical, Encoding.UTF8.GetString(CanonicalOracle.Canonicalize(bytes).Bytes));
        foreach (SimdTier tier in Tiers.Available) Assert.Equal(canonical, Encoding.UTF8.GetString(Run(new Canonicalizer(tier), bytes)));
    }

    /// <summary>Found by the property test: half a surrogate pair that ends the text ends a line number before the limit, not behind it.</summary>
    [Fact]
    public void AHalfSurrogatePairStandsWhereItsEscapeEnds()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(new string(' ', 505) + "7\\ud833");
        Assert.Empty(CanonicalOracle.Canonicalize(bytes).Bytes);
        foreach (SimdTier tier in Tiers.Available) Assert.Empty(Run(new Canonicalizer(tier), bytes));
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void ReadsNothingOutsideOfItsInput(string tier)
    {
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("12: a\\nb &lt;é x-1-y\n", 20)));
        foreach (Guard guard in Enum.GetValues<Guard>())
        {
            for (int length = 0; length < 260; length++)
            {
                using GuardedMemory memory = new(text.AsSpan(0, length), guard);
                byte[] output = new byte[length + 2 * Canonicalizer.OutputSlack];
                canonicalizer.Reset();
                int count = canonicalizer.Append(memory.Span, output);
                count += canonicalizer.Finish(output.AsSpan(count));
                Assert.Equal(Show(CanonicalOracle.Canonicalize(text.AsSpan(0, length)).Bytes), Show(output[..count]));
            }
        }
    }

    static string Show(byte[] canonical) => Encoding.Latin1.GetString(canonical);

    static byte[] Run(Canonicalizer canonicalizer, byte[] text, params int[] sizes)
    {
        byte[] output = new byte[text.Length + 2 * Canonicalizer.OutputSlack];
        int written = 0;
        canonicalizer.Reset();
        for (int at = 0, piece = 0; at < text.Length; piece++)
        {
            int size = sizes.Length == 0 ? text.Length : Math.Min(text.Length - at, sizes[piece % sizes.Length]);
            // Every other piece may be taken in part.
            int taken = canonicalizer.Append(text.AsSpan(at, size), output.AsSpan(written), moreFollows: piece % 2 == 1 && at + size < text.Length, out int count);
            Assert.InRange(taken, 0, size);
            written += count;
            at += taken;
        }
        written += canonicalizer.Finish(output.AsSpan(written));
        return output[..written];
    }
}
