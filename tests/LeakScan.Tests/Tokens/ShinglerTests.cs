using CsCheck;
using LeakScan.Simd;
using LeakScan.Tests.Support;
using LeakScan.Tokens;

namespace LeakScan.Tests.Tokens;

public sealed class ShinglerTests
{
    const string Seed = "0000KLMNOPQR";
    const int Length = TokenParameters.ShingleLength;

    public static TheoryData<string> TierNames => Tiers.Names;

    /// <summary>Codes as the coder makes them of few names, some of them taken out.</summary>
    static readonly Gen<byte[]> s_codes = Gen.Frequency(
        (12, Gen.Int[0, 6].Select(n => Token.OfName((uint)n * 0x9E3779B9))), (6, TextGenerators.Among([.. "(){};,=."u8]).Select(Token.OfMark)), (2, Gen.UInt.Select(Token.OfNumber)), (1, Gen.Const(Token.None)))
        .Array[0, 120].Select(tokens =>
        {
            TokenCoder coder = new(7);
            coder.Reset();
            byte[] codes = new byte[tokens.Length];
            coder.Encode(tokens, codes);
            for (int i = 0; i < codes.Length; i++)
            {
                if (tokens[i] == Token.None) codes[i] = TokenCoder.Nothing;
            }
            return codes;
        });

    static ulong[] Hashes(Shingler shingler, ReadOnlySpan<byte> codes, params int[] cuts)
    {
        ulong[] hashes = new ulong[codes.Length];
        int from = 0;
        for (int i = 0; from < codes.Length; i++)
        {
            int count = cuts.Length == 0 ? codes.Length : Math.Min(cuts[i % cuts.Length], codes.Length - from);
            shingler.Append(codes.Slice(from, count), hashes.AsSpan(from));
            from += count;
        }
        return hashes;
    }

    /// <summary>The structure of ten codes alone: a name that was last used before them is new. Null if one must not match.</summary>
    static string? Naive(ReadOnlySpan<byte> ten)
    {
        List<int> structure = [];
        for (int i = 0; i < ten.Length; i++)
        {
            if (ten[i] == TokenCoder.Nothing) return null;
            structure.Add(TokenCoder.DistanceOf[ten[i]] > i ? TokenCoder.NewName : TokenCoder.StructureOf[ten[i]]);
        }
        return string.Join(' ', structure);
    }

    /// <summary>Equal structures have equal hashes, and the hash is that of the ten codes alone, whatever was before.</summary>
    [Theory]
    [MemberData(nameof(TierNames))]
    public void AHashIsThatOfTenCodesAlone(string tier)
    {
        Dictionary<string, ulong> hashOf = [];
        Dictionary<ulong, string> structureOf = [];
        Shingler shingler = new(Tiers.Parse(tier)), alone = new(Tiers.Parse(tier));
        s_codes.Sample(codes =>
        {
            shingler.Reset();
            ulong[] hashes = Hashes(shingler, codes);
            for (int i = 0; i < codes.Length; i++)
            {
                string? structure = i < Length - 1 ? null : Naive(codes.AsSpan(i - (Length - 1), Length));
                Assert.Equal(structure is null, hashes[i] == 0);
                if (structure is null) continue;
                alone.Reset();
                Assert.Equal(Hashes(alone, codes.AsSpan(i - (Length - 1), Length))[^1], hashes[i]);
                if (!hashOf.TryAdd(structure, hashes[i])) Assert.Equal(hashOf[structure], hashes[i]);
                if (!structureOf.TryAdd(hashes[i], structure)) Assert.Equal(structureOf[hashes[i]], structure);
            }
        }, threads: 1, iter: 2_000, seed: Seed);
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void IsTheSameHoweverCodesAreCutAndAfterReset(string tier)
    {
        Shingler whole = new(Tiers.Parse(tier)), cut = new(Tiers.Parse(tier));
        Gen.Select(s_codes, Gen.Int[1, 40].Array[1, 6]).Sample((codes, cuts) =>
        {
            whole.Reset();
            cut.Reset();
            Assert.Equal(Hashes(whole, codes), Hashes(cut, codes, cuts));
        }, threads: 1, iter: 4_000, seed: Seed);
    }

    /// <summary>Read from anywhere on, all hashes from the tenth code on are those of the whole.</summary>
    [Theory]
    [MemberData(nameof(TierNames))]
    public void ARegionHasTheHashesOfTheWhole(string tier)
    {
        Shingler whole = new(Tiers.Parse(tier)), region = new(Tiers.Parse(tier));
        Gen.Select(s_codes, Gen.Int[0, 120]).Sample((codes, from) =>
        {
            from = Math.Min(from, codes.Length);
            whole.Reset();
            region.Reset();
            ulong[] all = Hashes(whole, codes);
            ulong[] some = Hashes(region, codes.AsSpan(from));
            for (int i = 0; i < some.Length; i++) Assert.Equal(i < Length - 1 ? 0 : all[from + i], some[i]);
        }, threads: 1, iter: 4_000, seed: Seed);
    }

    /// <summary>Of any codes, even of what no coder makes, every tier makes the same, as an index that is damaged must be the same on each.</summary>
    [Fact]
    public void TiersAgree()
    {
        Gen.Select(Gen.OneOf(Gen.Byte.Array[0, 400], s_codes), Gen.Int[1, 300].Array[1, 6]).Sample((codes, cuts) =>
        {
            ulong[] expected = Hashes(new Shingler(SimdTier.Scalar), codes, cuts);
            foreach (SimdTier tier in Tiers.Available) Assert.Equal(expected, Hashes(new Shingler(tier), codes, cuts));
        }, iter: 4_000, seed: Seed);
    }
}
