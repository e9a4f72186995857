using System.Text;
using CsCheck;
using LeakScan.Tests.Oracle;
using LeakScan.Tests.Support;
using LeakScan.Text;

namespace LeakScan.Tests.Text;

public sealed class OffsetMapTests
{
    static readonly Gen<string> s_texts = TextGenerators.Texts(400);

    public static TheoryData<string> TierNames => Tiers.Names;

    [Theory]
    [MemberData(nameof(TierNames))]
    public void AgreesWithTheOracleInWhateverOrderItIsAsked(string tier)
    {
        Gen.Select(s_texts, Gen.Int[1, 600], Gen.Int[1, 1 << 20].Array[40]).Sample((text, pieceBytes, positions) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            int[] wanted = CanonicalOracle.Canonicalize(bytes).Offsets;
            OffsetMap map = new(Tiers.Parse(tier), pieceBytes);
            foreach (int position in positions)
            {
                if (wanted.Length > 0) Assert.Equal(wanted[position % wanted.Length], map.OffsetOf(bytes, position % wanted.Length));
            }
            for (int position = 0; position < wanted.Length; position++) Assert.Equal(wanted[position], map.OffsetOf(bytes, position));
        }, threads: 1, iter: 2_000, seed: "0000KLMNOPQR", print: t => System.Text.Json.JsonSerializer.Serialize(t.Item1) + " " + t.Item2);
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void CopiesCanonicalTextFromWhereverItIsAsked(string tier)
    {
        Gen.Select(s_texts, Gen.Int[1, 600], Gen.Select(Gen.Int[-100, 1 << 20], Gen.Int[0, 200]).Array[20]).Sample((text, pieceBytes, ranges) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            byte[] wanted = [.. new byte[100], .. CanonicalOracle.Canonicalize(bytes).Bytes];
            OffsetMap map = new(Tiers.Parse(tier), pieceBytes);
            byte[] copy = new byte[200];
            foreach ((int any, int length) in ranges)
            {
                int position = any < 0 ? any : any % (wanted.Length - 99);
                int copied = map.CopyCanonical(bytes, position, copy.AsSpan(0, length));
                Assert.Equal(wanted.Skip(100 + position).Take(length), copy.Take(copied));
            }
        }, threads: 1, iter: 2_000, seed: "0000KLMNOPQR", print: t => System.Text.Json.JsonSerializer.Serialize(t.Item1) + " " + t.Item2);
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void ForgetsATextWhenCleared(string tier)
    {
        OffsetMap map = new(Tiers.Parse(tier), 64);
        byte[] first = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("x = 1;\n", 100)));
        byte[] second = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("value\n", 100)));
        Assert.Equal(CanonicalOracle.Canonicalize(first).Offsets[150], map.OffsetOf(first, 150));
        map.Clear();
        Assert.Equal(CanonicalOracle.Canonicalize(second).Offsets[150], map.OffsetOf(second, 150));
    }
}
