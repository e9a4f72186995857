using CsCheck;
using LeakScan.Simd;
using LeakScan.Sketches;
using LeakScan.Tests.Oracle;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Sketches;

public sealed class SketchTests
{
    public static TheoryData<string> TierNames => Tiers.Names;

    [Theory]
    [MemberData(nameof(TierNames))]
    public void StoresWhatTheOracleDoes(string tier) => SketchSets.Any.Sample(set =>
    {
        byte[] sketch = SketchSets.RandomBytes(new Random(33), SketchParameters.SketchBytes);
        Assert.Equal(set.Length != 0, Sketch.Store(BlockSketchTests.MinimaOf(set), sketch, Tiers.Parse(tier)));
        Assert.Equal(SketchOracle.Store(SketchOracle.Minima(set)), sketch);
        Assert.Equal(set.Length == 0, Sketch.IsEmpty(sketch));
    }, threads: 1, iter: 1000, seed: SketchSets.Seed, print: SketchSets.Print);

    /// <summary>One full bin, wherever it is, fills all lanes; so do all but one.</summary>
    [Theory]
    [MemberData(nameof(TierNames))]
    public void OneFullBinIsEnough(string tier)
    {
        for (int bin = 0; bin < SketchParameters.Bins; bin++)
        {
            foreach (uint value in (uint[])[0, 1, 0x8000_0000, uint.MaxValue - 1])
            {
                uint[] one = new uint[SketchParameters.Bins], others = SketchOracle.Minima(SketchSets.Random(new Random(bin), 3000));
                one.AsSpan().Fill(SketchParameters.Empty);
                (one[bin], others[bin]) = (value, SketchParameters.Empty);
                foreach (uint[] minima in (uint[][])[one, others])
                {
                    byte[] sketch = new byte[SketchParameters.SketchBytes];
                    Assert.True(Sketch.Store(minima, sketch, Tiers.Parse(tier)));
                    Assert.Equal(SketchOracle.Store(minima), sketch);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void NothingBesideTheMinimaIsReadOrWritten(string tier)
    {
        foreach (int count in (int[])[0, 1, 60, 3000])
        {
            uint[] minima = SketchOracle.Minima(SketchSets.Random(new Random(34), count));
            foreach (Guard guard in Enum.GetValues<Guard>())
            {
                using GuardedMemory source = BlockSketchTests.Guarded(minima, guard), sketch = new(new byte[SketchParameters.SketchBytes], guard);
                Sketch.Store(BlockSketchTests.Lanes(source), sketch.Span, Tiers.Parse(tier));
                Assert.Equal(SketchOracle.Store(minima), sketch.Span);
            }
        }
    }

    [Fact]
    public void TooLittleRoomIsAnError()
    {
        foreach (SimdTier tier in Tiers.Available)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Sketch.Store(new uint[SketchParameters.Bins - 1], new byte[SketchParameters.SketchBytes], tier));
            Assert.Throws<ArgumentOutOfRangeException>(() => Sketch.Store(new uint[SketchParameters.Bins], new byte[SketchParameters.SketchBytes - 1], tier));
        }
    }

    /// <summary>Sketches are stored in indexes: what they are made of must not change.</summary>
    [Fact]
    public void SketchesAreFrozen()
    {
        byte[] sketch = new byte[SketchParameters.SketchBytes];
        Sketch.Store(BlockSketchTests.MinimaOf([.. Enumerable.Range(0, 50).Select(i => ShingleHash.Mix((ulong)i, 7))]), sketch, SimdTiers.Current);
        Assert.Equal(
            "0caa455d9419fcc59748f41ed111958d61376747b8e654e3eb39ed03096aa6afd180c0eacc25c81feff27b496014d7d3fe85b51470938930bad2932d8cdbcbbb"
            + "0238c983fca8cc5ef9c615cbff30db2bf7527254e7b6156c0155e209992ccac48af3f424398e0cc2ff2a34ecf14fab5f1fdd198bcb846a9d03d47e27906cfd31", Convert.ToHexStringLower(sketch));
    }

    /// <summary>Fisher and Yates' shuffle of 1 to 127; numbers whose lower bytes are 1, 3, 5 ... 255, and whose upper ones are random.</summary>
    [Fact]
    public void TablesAreDerived()
    {
        int[] offsets = [.. Enumerable.Range(1, SketchParameters.Bins - 1)];
        for (int i = offsets.Length - 1; i > 0; i--)
        {
            int j = (int)(ShingleHash.Mix((ulong)i, 2) % (uint)(i + 1));
            (offsets[i], offsets[j]) = (offsets[j], offsets[i]);
        }
        Assert.Equal(offsets, Sketch.Offsets.ToArray().Select(o => (int)o));
        for (int i = 0; i < SketchParameters.Bins; i++) Assert.Equal((ushort)(ShingleHash.Mix((ulong)i, 1) << 8 | (uint)(2 * i + 1)), Sketch.Multipliers[i]);
    }

    /// <summary>Of what 16 bits a set of one shingle is made: no two of them agree in more lanes than a few, and none has the empty set's sketch.</summary>
    [Fact]
    public void SetsOfOneShingleDoNotAgreeByChance()
    {
        byte[] first = LanesOf(1);
        int most = 0;
        for (int mixed = 3; mixed <= ushort.MaxValue; mixed += 2)
        {
            byte[] lanes = LanesOf(mixed);
            int equal = 0;
            for (int i = 0; i < lanes.Length; i++) equal += lanes[i] == first[i] ? 1 : 0;
            most = Math.Max(most, equal);
            Assert.False(Sketch.IsEmpty(lanes));
        }
        Assert.InRange(most, 1, 12);
    }

    static byte[] LanesOf(int mixed)
    {
        byte[] lanes = new byte[SketchParameters.SketchBytes];
        for (int i = 0; i < lanes.Length; i++) lanes[i] = (byte)(mixed * Sketch.Multipliers[i] >> 8);
        return lanes;
    }

    /// <summary>No bin gives to many more than others: pairs of lanes with one source are no more than when each bin asks in an order of its own, at random.</summary>
    [Fact]
    public void DensificationSpreadsTheLoad()
    {
        Random random = new(35);
        foreach (int full in (int[])[2, 8, 32, 64, 100])
        {
            long pairs = 0, independent = 0;
            for (int trial = 0; trial < 400; trial++)
            {
                bool[] isFull = new bool[SketchParameters.Bins];
                foreach (int bin in Enumerable.Range(0, isFull.Length).OrderBy(_ => random.Next()).Take(full)) isFull[bin] = true;
                pairs += Pairs(isFull, (bin, round) => (bin + Sketch.Offsets[round]) % SketchParameters.Bins);
                independent += Pairs(isFull, (_, _) => random.Next(SketchParameters.Bins));
            }
            Assert.True(pairs <= independent, $"{full} full bins: {pairs} pairs of lanes with one source, {independent} with independent choices");
        }
    }

    static long Pairs(bool[] isFull, Func<int, int, int> ask)
    {
        int[] given = new int[SketchParameters.Bins];
        for (int bin = 0; bin < isFull.Length; bin++)
        {
            int source = bin;
            for (int round = 0; !isFull[source]; round++) source = ask(bin, round);
            given[source]++;
        }
        return given.Sum(g => (long)g * (g - 1) / 2);
    }
}
