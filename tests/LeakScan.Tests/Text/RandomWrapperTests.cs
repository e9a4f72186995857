using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using LeakScan.Tests.Support;
using LeakScan.Text;

namespace LeakScan.Tests.Text;

/// <summary>canonical(wrap(x)) == canonical(x), with wrappers and texts that were written without a look at the rules.</summary>
/// <remarks>
/// Nests go line wrappers, characters, encodings, and a line wrapper again around the one line that a JSON text is. Left out:
/// line wrappers around the pieces of an encoded text and characters put into an encoded text (no tool numbers half of an
/// escape), and nothing else: encodings come in any order.
/// </remarks>
public sealed partial class RandomWrapperTests
{
    static readonly Gen<(string[] Lines, int Seed)> s_texts = Gen.Select(Gen.Int.Select(seed => CodeLines.Line(new Random(seed))).Array[1, 40], Gen.Int[0, 1_000_000]);

    public static TheoryData<string, string> Exact => Pairs([.. RandomWrappers.Gutters, .. RandomWrappers.Marks, .. RandomWrappers.RawCharacters, .. RandomWrappers.Encodings]);

    public static TheoryData<string, string> Headed => Pairs(RandomWrappers.Headed);

    public static TheoryData<string> TierNames => Tiers.Names;

    static TheoryData<string, string> Pairs(RandomWrappers.Named[] wrappers)
    {
        TheoryData<string, string> data = [];
        foreach (string tier in Tiers.Available.Select(LeakScan.Simd.SimdTiers.NameOf))
        {
            foreach (RandomWrappers.Named wrapper in wrappers) data.Add(tier, wrapper.Name);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Exact))]
    public void AloneChangesNothing(string tier, string name)
    {
        RandomWrappers.Named wrapper = Named(name);
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        Check(250, (text, random) => AssertSame(canonicalizer, text, wrapper.Wrap(text, random)));
    }

    [Theory]
    [MemberData(nameof(Headed))]
    public void WithHeadersHoldsTheTextInOnePiece(string tier, string name)
    {
        RandomWrappers.Named wrapper = Named(name);
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        Check(250, (text, random) => AssertContains(canonicalizer, text, wrapper.Wrap(text, random)));
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void NestsOfThree(string tier)
    {
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        Check(1500, (text, random) =>
        {
            RandomWrappers.Named[] nest = random.Next(4) switch
            {
                0 => [OfLines(random), OfLines(random), Among(RandomWrappers.Encodings, random)],
                1 => [OfLines(random), Among(RandomWrappers.Characters, random), Among(RandomWrappers.Encodings, random)],
                2 => [OfLines(random), Among(RandomWrappers.Encodings, random), Among(RandomWrappers.Encodings, random)],
                _ => [Among(RandomWrappers.Encodings, random), Among(RandomWrappers.Encodings, random), Among(RandomWrappers.Encodings, random)],
            };
            AssertSame(canonicalizer, text, Wrap(nest, text, random), nest);
        });
    }

    /// <summary>`cat -n log.jsonl`, a diff of it, a mail with it.</summary>
    [Theory]
    [MemberData(nameof(TierNames))]
    public void LineWrappersAroundJsonOfWrappedLines(string tier)
    {
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        Check(800, (text, random) =>
        {
            RandomWrappers.Named[] nest = [OfLines(random), RandomWrappers.Encodings[random.Next(5)], OfLines(random)];
            AssertSame(canonicalizer, text, Wrap(nest, text, random), nest);
        });
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void HeadersInEncodings(string tier)
    {
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        Check(800, (text, random) =>
        {
            RandomWrappers.Named[] nest = [Among(RandomWrappers.Headed, random), random.Next(2) == 0 ? OfLines(random) : Among(RandomWrappers.Encodings, random), Among(RandomWrappers.Encodings, random)];
            AssertContains(canonicalizer, text, Wrap(nest, text, random), nest);
        });
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void JoinedToOneLine(string tier)
    {
        Canonicalizer canonicalizer = new(Tiers.Parse(tier));
        Check(250, (text, random) =>
        {
            text = string.Join('\n', text.Split('\n').Where(l => !BeginsWithGutter().IsMatch(l) && !l.EndsWith('\\')));
            AssertSame(canonicalizer, text, RandomWrappers.OneLine(text, random));
        });
    }

    /// <summary>Digits or a path with a number in it, up to which there may be anything that is no letter, escaped or not.</summary>
    [GeneratedRegex(@"^([^\p{L}\p{Nd}_]|&(amp;)*#?\w+;|\\\w)*([0-9]|[\p{L}\p{N}_./@+~\-\[\]()]+[:\-][0-9]+[:\-])", RegexOptions.CultureInvariant)]
    private static partial Regex BeginsWithGutter();

    static string Wrap(RandomWrappers.Named[] nest, string text, Random random)
    {
        foreach (RandomWrappers.Named wrapper in nest) text = wrapper.Wrap(text, random);
        return text;
    }

    static RandomWrappers.Named Named(string name) =>
        ((RandomWrappers.Named[])[.. RandomWrappers.Gutters, .. RandomWrappers.Marks, .. RandomWrappers.Headed, .. RandomWrappers.RawCharacters, .. RandomWrappers.Encodings]).First(w => w.Name == name);

    static RandomWrappers.Named Among(RandomWrappers.Named[] wrappers, Random random) => wrappers[random.Next(wrappers.Length)];

    static RandomWrappers.Named OfLines(Random random) => Among(random.Next(3) == 0 ? RandomWrappers.Marks : RandomWrappers.Gutters, random);

    static void Check(int rounds, Action<string, Random> check) => s_texts.Sample(
        x => check(string.Join('\n', x.Lines), new Random(x.Seed)), threads: 1, iter: rounds, seed: "0000KLMNOPQR",
        print: x => $"random {x.Seed}, text {JsonSerializer.Serialize(string.Join('\n', x.Lines))}");

    /// <summary>The same text, where a number that ends it may count as a line's only content or, with a quotation mark behind it, not.</summary>
    static void AssertSame(Canonicalizer canonicalizer, string text, string wrapped, RandomWrappers.Named[]? nest = null)
    {
        string got = Canonical(canonicalizer, wrapped);
        string wanted = Canonical(canonicalizer, text);
        if (got == wanted || got == Canonical(canonicalizer, text + "\"")) return;
        int at = wanted.Zip(got).TakeWhile(p => p.First == p.Second).Count();
        Assert.Fail($"{Show(nest)}at {at} wanted ...{Near(wanted, at)}..., got ...{Near(got, at)}...\nwrapped: {JsonSerializer.Serialize(wrapped)}");
    }

    static void AssertContains(Canonicalizer canonicalizer, string text, string wrapped, RandomWrappers.Named[]? nest = null)
    {
        string got = Canonical(canonicalizer, wrapped);
        string wanted = Canonical(canonicalizer, text);
        if (got.Contains(wanted, StringComparison.Ordinal)) return;
        int at = 0;
        while (got.Contains(wanted[..(at + 1)], StringComparison.Ordinal)) at++;
        Assert.Fail($"{Show(nest)}from {at} on missing ...{Near(wanted, at)}... in {got}\nwrapped: {JsonSerializer.Serialize(wrapped)}");
    }

    static string Show(RandomWrappers.Named[]? nest) => nest is null ? "" : string.Join(" < ", nest.Select(n => n.Name)) + ": ";

    static string Near(string text, int at) => text[Math.Max(0, at - 20)..Math.Min(text.Length, at + 20)];

    static string Canonical(Canonicalizer canonicalizer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] output = new byte[bytes.Length + 2 * Canonicalizer.OutputSlack];
        canonicalizer.Reset();
        int count = canonicalizer.Append(bytes, output);
        count += canonicalizer.Finish(output.AsSpan(count));
        return Encoding.UTF8.GetString(output, 0, count);
    }
}
