using System.Text;
using LeakScan.Fingerprints;
using LeakScan.Primitives;
using LeakScan.Simd;
using LeakScan.Tests.Oracle;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Fingerprints;

public sealed class SelectorTests
{
    static readonly FingerprintKeys s_keys = new(IndexKey.FromBytes(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef")));

    public static TheoryData<string> TierNames => Tiers.Names;

    [Theory]
    [MemberData(nameof(TierNames))]
    public void AgreesWithTheOracleAtEveryLength(string tier)
    {
        Random random = new(11);
        int[] positions = new int[4096];
        foreach (int window in (int[])[GramParameters.FineWindow, GramParameters.CoarseWindow, 16, 32, 48])
        {
            Selector selector = new(Tiers.Parse(tier), s_keys.Order, 1024);
            for (int length = 0; length < 330; length++)
            {
                byte[] text = RandomText(random, length, alphabet: length % 3 == 0 ? 2 : 30);
                byte[] padded = Pad(text);
                int count = selector.Select(new TileSpan(padded), window, 0, length, positions);
                Assert.Equal(WinnowOracle.SelectEnds(s_keys.Order, text, window), positions[..count]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void APartOfATileGivesThatPart(string tier)
    {
        Random random = new(12);
        Selector selector = new(Tiers.Parse(tier), s_keys.Order, 1024);
        int[] positions = new int[4096];
        byte[] text = RandomText(random, 500, 30);
        int[] all = WinnowOracle.SelectEnds(s_keys.Order, text, GramParameters.FineWindow);
        for (int i = 0; i < 500; i++)
        {
            int first = random.Next(500), length = random.Next(500 - first + 1);
            int count = selector.Select(new TileSpan(Pad(text)), GramParameters.FineWindow, first, length, positions);
            Assert.Equal(all.Where(p => p >= first && p < first + length), positions[..count]);
        }
    }

    [Fact]
    public void WhatALargeWindowSelectsASmallOneDoesToo()
    {
        byte[] text = RandomText(new Random(13), 20_000, 30);
        HashSet<int> fine = [.. WinnowOracle.SelectEnds(s_keys.Order, text, GramParameters.FineWindow)];
        int[] coarse = WinnowOracle.SelectEnds(s_keys.Order, text, GramParameters.CoarseWindow);
        Assert.NotEmpty(coarse);
        Assert.All(coarse, p => Assert.Contains(p, fine));
    }

    [Theory]
    [InlineData(GramParameters.FineWindow)]
    [InlineData(GramParameters.CoarseWindow)]
    public void DensityIsThatOfTheTheory(int window)
    {
        byte[] text = RandomText(new Random(14), 200_000, 30);
        double density = (double)WinnowOracle.SelectEnds(s_keys.Order, text, window).Length / text.Length;
        double theory = 2.0 / (window + 1);
        Assert.InRange(density, 0.97 * theory, 1.15 * theory); // ties are all kept
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void FingerprintsAreFrozen(string tier)
    {
        byte[] text = Encoding.ASCII.GetBytes("thequickbrownfoxjumpsoverthelazydog");
        ulong[] fingerprints = new ulong[2];
        s_keys.Hash.Compute(text, [23, 34], fingerprints, Tiers.Parse(tier) != SimdTier.Scalar);
        Assert.Equal(["2477199f04c88ff5", "5e9b19972c77c9c4"], fingerprints.Select(f => f.ToString("x16", null)));
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void TilesGiveWhatOnePassGives(string tier)
    {
        Random random = new(15);
        Fingerprinter fingerprinter = new(s_keys, Tiers.Parse(tier));
        foreach (int length in (int[])[0, 1, 39, 40, 41, 100, 8191, 8192, 8193, 8300, 16384, 30_000])
        {
            byte[] text = RandomText(random, length, 30);
            foreach (int window in (int[])[GramParameters.FineWindow, GramParameters.CoarseWindow])
            {
                Collector raw = new(), canonical = new();
                Assert.Equal(length, fingerprinter.Run(text, window, ref raw));
                Assert.True(fingerprinter.RunCanonical(text, window, ref canonical));
                long[] wanted = [.. WinnowOracle.SelectEnds(s_keys.Order, text, window).Select(p => (long)p)];
                Assert.Equal(wanted, raw.Ends);
                Assert.Equal(wanted, canonical.Ends);
                Assert.Equal(raw.Fingerprints, canonical.Fingerprints);
            }
        }
    }

    struct Collector() : IFingerprintSink
    {
        internal readonly List<long> Ends = [];
        internal readonly List<ulong> Fingerprints = [];

        public readonly bool Take(ReadOnlySpan<ulong> fingerprints, ReadOnlySpan<int> ends, long tileStart)
        {
            foreach (int end in ends) Ends.Add(tileStart + end);
            foreach (ulong fingerprint in fingerprints) Fingerprints.Add(fingerprint);
            return true;
        }
    }

    static byte[] RandomText(Random random, int length, int alphabet)
    {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) text[i] = (byte)('_' + random.Next(Math.Min(alphabet, 28)));
        // '`' and '{' are not canonical; nothing else in the range is.
        for (int i = 0; i < length; i++) text[i] = text[i] is (byte)'`' or > (byte)'z' ? (byte)'e' : text[i];
        return text;
    }

    static byte[] Pad(byte[] text)
    {
        byte[] padded = new byte[text.Length + 2 * TileSpan.Margin];
        Array.Fill(padded, (byte)0xA5);
        text.CopyTo(padded, TileSpan.Margin);
        return padded;
    }
}
