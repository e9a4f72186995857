using System.Text;
using LeakScan.Simd;
using LeakScan.Tests.Support;
using LeakScan.Text;

namespace LeakScan.Tests.Text;

/// <summary>canonical(wrap(x)) == canonical(x), for every wrapper and for nests of three.</summary>
public sealed class WrapperInvarianceTests
{
    const int Rounds = 400;

    public static TheoryData<string> TierNames => Tiers.Names;

    [Theory]
    [MemberData(nameof(TierNames))]
    public void EveryWrapperAlone(string tier)
    {
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        foreach ((string name, Wrappers.Wrapper wrap) in (IEnumerable<(string, Wrappers.Wrapper)>)[.. Wrappers.OfLines, .. Wrappers.OfCharacters, .. Wrappers.OfFormats])
        {
            for (int seed = 0; seed < Rounds; seed++)
            {
                Random random = new(seed);
                string text = CodeText.Lines(random, random.Next(1, 30));
                AssertSame(canonicalizer, text, wrap(text, random), $"{name}, seed {seed}, tier {tier}");
            }
        }
    }

    /// <summary>Lines are wrapped before characters and both before formats: that is how tools do it, and a number put before half of an escape is another text.</summary>
    [Theory]
    [MemberData(nameof(TierNames))]
    public void NestsOfThree(string tier)
    {
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        for (int seed = 0; seed < 20 * Rounds; seed++)
        {
            Random random = new(seed);
            string text = CodeText.Lines(random, random.Next(1, 20));
            (string Name, Wrappers.Wrapper Wrap)[] nest =
            [
                Wrappers.OfLines[random.Next(Wrappers.OfLines.Length)],
                random.Next(2) == 0 ? Wrappers.OfLines[random.Next(Wrappers.OfLines.Length)] : Wrappers.OfCharacters[random.Next(Wrappers.OfCharacters.Length)],
                Wrappers.OfFormats[random.Next(Wrappers.OfFormats.Length)],
            ];
            string wrapped = text;
            foreach ((_, Wrappers.Wrapper wrap) in nest) wrapped = wrap(wrapped, random);
            AssertSame(canonicalizer, text, wrapped, $"{string.Join(" < ", nest.Select(n => n.Name))}, seed {seed}, tier {tier}");
        }
    }

    [Fact]
    public void LinesThatAreJoinedToOne()
    {
        Canonicalizer canonicalizer = new(SimdTiers.Current);
        for (int seed = 0; seed < Rounds; seed++)
        {
            Random random = new(seed);
            // A number that begins a line is a line number there, and is not when the line is no longer a line.
            string text = string.Join('\n', CodeText.Lines(random, 20).Split('\n').Where(l => Encoding.UTF8.GetString(Canonical(canonicalizer, "x " + l.Trim())[1..]) == Encoding.UTF8.GetString(Canonical(canonicalizer, l))));
            AssertSame(canonicalizer, text, string.Join(' ', text.Split('\n').Select(l => l.Trim())), $"one line, seed {seed}");
        }
    }

    static void AssertSame(Canonicalizer canonicalizer, string text, string wrapped, string what)
    {
        string wanted = Encoding.UTF8.GetString(Canonical(canonicalizer, text));
        string got = Encoding.UTF8.GetString(Canonical(canonicalizer, wrapped));
        if (wanted == got) return;
        int at = wanted.Zip(got).TakeWhile(p => p.First == p.Second).Count();
        Assert.Fail($"{what}: at {at} wanted ...{wanted[Math.Max(0, at - 20)..Math.Min(wanted.Length, at + 20)]}, got ...{got[Math.Max(0, at - 20)..Math.Min(got.Length, at + 20)]}\ntext:\n{text}\nwrapped:\n{wrapped}");
    }

    static byte[] Canonical(Canonicalizer canonicalizer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] output = new byte[bytes.Length + 2 * Canonicalizer.OutputSlack];
        canonicalizer.Reset();
        int count = canonicalizer.Append(bytes, output);
        count += canonicalizer.Finish(output.AsSpan(count));
        return output[..count];
    }
}
