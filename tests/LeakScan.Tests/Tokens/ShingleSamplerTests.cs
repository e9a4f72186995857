using CsCheck;
using LeakScan.Tests.Support;
using LeakScan.Tokens;

namespace LeakScan.Tests.Tokens;

public sealed class ShingleSamplerTests
{
    public static TheoryData<string> TierNames => Tiers.Names;

    [Theory]
    [MemberData(nameof(TierNames))]
    public void TakesWhatIsSomeAndHasAKeyedHashOfTheSample(string tier)
    {
        Gen.Select(Gen.ULong.Select(hash => hash % 3 == 0 ? 0 : hash | 1), Gen.ULong).Array[0, 100].Sample(pairs =>
        {
            ulong[] shingles = [.. pairs.Select(p => p.Item1)], keyed = [.. pairs.Select(p => p.Item2)];
            ulong[] hashes = new ulong[pairs.Length];
            int[] places = new int[pairs.Length];
            int count = ShingleSampler.Sample(shingles, keyed, hashes, places, Tiers.Parse(tier));
            int[] expected = [.. Enumerable.Range(0, pairs.Length).Where(i => shingles[i] != 0 && keyed[i] % TokenParameters.SampleRate == 0)];
            Assert.Equal(expected, places[..count]);
            Assert.Equal(expected.Select(i => keyed[i]), hashes[..count]);
        }, iter: 2_000, seed: "0000KLMNOPQR");
    }
}
