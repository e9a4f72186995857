using System.Text;
using LeakScan.Simd;
using LeakScan.Tests.Support;
using LeakScan.Tokens;

namespace LeakScan.Tests.Tokens;

/// <summary>The shingles of wrapped code hold those of the code.</summary>
// What holds exactly: of lines that begin with a letter and hold no ampersand, all shingles of the text are among those of the wrapped text but
// for those at its ends. A mark or number at the start of a line is dropped by rule, a number that is cut by a character without width
// is another number there, an entity that was encoded by number or \u0026 is read once, not twice, and a path before a line is told
// from code by ASCII alone, so grep's lines are not wrapped in what changes characters;
// and what ends a line number must not be an entity, so nests have no numeric HTML.
public sealed class WrappedShinglesTests
{
    const int Rounds = 100;

    static readonly TokenKeys s_keys = new(IndexKey.FromBytes(Encoding.ASCII.GetBytes("wrapper test key with 32 bytes..")));

    static List<ulong> Shingles(string text)
    {
        ShingleReader reader = new(s_keys, SimdTiers.Current);
        reader.Reset();
        List<ulong> shingles = [];
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        ulong[] piece = new ulong[ShingleReader.PieceTokens];
        while (reader.Next(bytes))
        {
            reader.ReadShingles(piece);
            shingles.AddRange(piece.AsSpan(0, reader.Codes.Length));
        }
        return shingles;
    }

    static string Code(Random random) => string.Join('\n', CodeText.Lines(random, random.Next(10, 60)).Split('\n').Where(l => l.Trim() is { Length: > 0 } line && char.IsAsciiLetter(line[0]) && !line.Contains('&', StringComparison.Ordinal)));

    static void AssertHolds(string text, string wrapped, string what)
    {
        List<ulong> plain = Shingles(text);
        HashSet<ulong> among = [.. Shingles(wrapped)];
        for (int i = TokenParameters.ShingleLength; i < plain.Count - TokenParameters.ShingleLength; i++)
            Assert.True(plain[i] == 0 || among.Contains(plain[i]), $"{what}: the shingle that ends with token {i} of {plain.Count} is gone\ntext:\n{text}\nwrapped:\n{wrapped}");
    }

    static (string Name, Wrappers.Wrapper Wrap)[] All => [.. Wrappers.OfLines, .. Wrappers.OfCharacters, .. Wrappers.OfFormats];

    public static TheoryData<string> Names => [.. All.Select(w => w.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryWrapperAlone(string name)
    {
        Wrappers.Wrapper wrap = All.First(w => w.Name == name).Wrap;
        for (int seed = 0; seed < Rounds; seed++)
        {
            Random random = new(seed);
            string text = Code(random);
            AssertHolds(text, wrap(text, random), $"{name}, seed {seed}");
        }
    }

    /// <summary>Lines before characters, both before formats, as in WrapperInvarianceTests.</summary>
    [Fact]
    public void NestsOfTwo()
    {
        for (int seed = 0; seed < 20 * Rounds; seed++)
        {
            Random random = new(seed);
            string text = Code(random);
            (string Name, Wrappers.Wrapper Wrap) inner = Wrappers.OfLines[random.Next(Wrappers.OfLines.Length)];
            (string Name, Wrappers.Wrapper Wrap)[] outers = inner.Name.StartsWith("grep", StringComparison.Ordinal) ? [.. Wrappers.OfLines, .. Wrappers.OfFormats] : All;
            outers = [.. outers.Where(w => w.Name != "html, numeric")];
            (string Name, Wrappers.Wrapper Wrap) outer = outers[random.Next(outers.Length)];
            AssertHolds(text, outer.Wrap(inner.Wrap(text, random), random), $"{inner.Name} < {outer.Name}, seed {seed}");
        }
    }
}
