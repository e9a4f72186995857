using CsCheck;
using LeakScan.Tests.Support;
using LeakScan.Tokens;

namespace LeakScan.Tests.Tokens;

public sealed class TokenCoderTests
{
    const string Seed = "0000KLMNOPQR";
    const uint Key = 0xC0FFEE11;

    static readonly Gen<uint> s_token = Gen.Frequency(
        (6, Gen.Int[0, 11].Select(n => Token.OfName((uint)n * 0x9E3779B9))),
        (3, TextGenerators.Among([.. "(){}[];,=<>&|!?:.+-*/%"u8]).Select(Token.OfMark)),
        (2, Gen.Int[0, Keywords.Count - 1].Select(Token.OfKeyword)),
        (1, Gen.UInt.Select(Token.OfNumber)));

    static byte[] Encode(uint[] tokens, uint key, params int[] cuts)
    {
        TokenCoder coder = new(key);
        coder.Reset();
        byte[] codes = new byte[tokens.Length];
        int from = 0;
        for (int i = 0; from < tokens.Length; i++)
        {
            int count = cuts.Length == 0 ? tokens.Length : Math.Min(cuts[i % cuts.Length], tokens.Length - from);
            coder.Encode(tokens.AsSpan(from, count), codes.AsSpan(from));
            from += count;
        }
        return codes;
    }

    static int Structure(byte code) => TokenCoder.StructureOf[code];

    /// <summary>How many tokens ago a name was used, if within nine; else 0.</summary>
    static int Distance(uint[] tokens, int at)
    {
        for (int distance = 1; distance < TokenParameters.NameMemory && distance <= at; distance++)
        {
            if (tokens[at - distance] == tokens[at]) return distance;
        }
        return 0;
    }

    [Fact]
    public void ANameIsItsDistanceAndAHashAndWhateverElseIsFixed()
    {
        Dictionary<uint, int> hashes = [];
        Dictionary<uint, byte> codesOf = [];
        s_token.Array[0, 80].Sample(tokens =>
        {
            byte[] codes = Encode(tokens, Key);
            for (int i = 0; i < tokens.Length; i++)
            {
                Assert.Equal(Token.IsName(tokens[i]), TokenCoder.IsName(codes[i]));
                if (Token.IsName(tokens[i]))
                {
                    Assert.Equal(Distance(tokens, i), TokenCoder.DistanceOf[codes[i]]);
                    Assert.Equal(TokenCoder.NewName + Distance(tokens, i), Structure(codes[i]));
                    int hash = TokenCoder.NameHashOf(codes[i]);
                    Assert.InRange(hash, 0, 12);
                    if (!hashes.TryAdd(tokens[i], hash)) Assert.Equal(hashes[tokens[i]], hash);
                    continue;
                }
                Assert.NotEqual(TokenCoder.Nothing, codes[i]);
                Assert.Equal(codes[i], Structure(codes[i]));
                if (!Token.IsNumber(tokens[i])) Assert.Equal(tokens[i], codes[i]);
                Assert.Equal(Token.IsNumber(tokens[i]), codes[i] == TokenCoder.Number);
                if (!Token.IsNumber(tokens[i]) && !codesOf.TryAdd(tokens[i], codes[i])) Assert.Equal(codesOf[tokens[i]], codes[i]);
            }
        }, threads: 1, iter: 4_000, seed: Seed);
        byte[] marks = Encode([.. "(){}[];,=<>&|!?:.+-*/%".Select(c => Token.OfMark((byte)c))], Key);
        Assert.Equal(marks.Length, marks.Distinct().Count());
    }

    [Fact]
    public void IsTheSameHoweverTokensAreCut() =>
        Gen.Select(s_token.Array[0, 120], Gen.Int[1, 40].Array[1, 6]).Sample((tokens, cuts) => Assert.Equal(Encode(tokens, Key), Encode(tokens, Key, cuts)), threads: 1, iter: 4_000, seed: Seed);

    [Fact]
    public void RenamingChangesNothingButTheNamesHashes()
    {
        Gen.Select(s_token.Array[0, 120], Gen.UInt).Sample((tokens, salt) =>
        {
            uint[] renamed = [.. tokens.Select(t => Token.IsName(t) ? Token.OfName((t ^ salt) * 0x2545F491) : t)]; // odd: no two names become one
            byte[] codes = Encode(tokens, Key), others = Encode(renamed, Key);
            Assert.Equal(codes.Select(Structure), others.Select(Structure));
            for (int i = 0; i < codes.Length; i++)
            {
                if (!Token.IsName(tokens[i])) Assert.Equal(codes[i], others[i]);
            }
        }, threads: 1, iter: 4_000, seed: Seed);
    }

    /// <summary>All values occur about equally often, and another key gives others.</summary>
    [Fact]
    public void HashesOfNamesAreSpreadByTheKey()
    {
        int[] counts = new int[TokenCoder.NameHashes];
        int same = 0;
        const int Names = 13_000;
        for (uint i = 0; i < Names; i++)
        {
            uint name = Token.OfName(i * 0x9E3779B9);
            int hash = TokenCoder.NameHashOf(Encode([name], Key)[0]);
            counts[hash]++;
            if (hash == TokenCoder.NameHashOf(Encode([name], 0x1234567)[0])) same++;
        }
        Assert.All(counts, c => Assert.InRange(c, Names / 13 * 8 / 10, Names / 13 * 12 / 10));
        Assert.InRange(same, Names / 13 / 2, Names / 13 * 2);
    }
}
