using LeakScan.Sketches;

namespace LeakScan.Tests.Sketches;

public sealed class ShingleHashTests
{
    /// <summary>Shingles whose rolling hashes differ in one bit, or keys that do, have hashes that differ in half of theirs, wherever those are.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryBitDependsOnEveryOther(bool ofKey)
    {
        const int Trials = 2000;
        for (int bit = 0; bit < 64; bit++)
        {
            int[] flips = new int[64];
            for (int i = 0; i < Trials; i++)
            {
                ulong hash = (ulong)i, key = 5;
                ulong difference = ShingleHash.Mix(hash, key) ^ (ofKey ? ShingleHash.Mix(hash, key ^ 1UL << bit) : ShingleHash.Mix(hash ^ 1UL << bit, key));
                for (int j = 0; j < 64; j++) flips[j] += (int)(difference >> j & 1);
            }
            Assert.All(flips, f => Assert.InRange(f, 0.4 * Trials, 0.6 * Trials));
        }
    }

    [Fact]
    public void HashesAreFrozen() =>
        Assert.Equal(["416e8ca0cabaed97", "0f1ef64e4244bdda"], new[] { ShingleHash.Mix(0, 7), ShingleHash.Mix(1, 0x0123456789ABCDEF) }.Select(h => h.ToString("x16", null)));
}
