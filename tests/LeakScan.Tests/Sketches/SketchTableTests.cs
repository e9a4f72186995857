using CsCheck;
using LeakScan.Simd;
using LeakScan.Sketches;
using LeakScan.Tests.Oracle;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Sketches;

public sealed class SketchTableTests
{
    public static TheoryData<string> TierNames => Tiers.Names;

    readonly struct Collector() : ISketchMatchSink
    {
        internal readonly List<(int, int, int)> Matches = [];

        public void Take(int sketch, int query, int equalLanes) => Matches.Add((sketch, query, equalLanes));
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void FindsWhatTheOracleDoes(string tier) =>
        Gen.Select(Gen.Int[1, 11], Gen.Int[0, 300], Gen.Int[1, 128], Gen.Int).Sample((queryCount, tableCount, threshold, seed) =>
        {
            Random random = new(seed);
            byte[][] queries = [.. Enumerable.Range(0, queryCount).Select(i => i % 5 == 3 ? new byte[SketchParameters.SketchBytes] : Relative(random, null))];
            byte[][] table = [.. Enumerable.Range(0, tableCount).Select(_ => Relative(random, queries[random.Next(queryCount)]))];
            Assert.Equal(SketchOracle.Compare(queries, table, threshold), Compare(queries.SelectMany(q => q).ToArray(), table.SelectMany(t => t).ToArray(), threshold, tier));
        }, threads: 1, iter: 300, seed: SketchSets.Seed);

    /// <summary>A sketch that shares a random number of lanes with another.</summary>
    static byte[] Relative(Random random, byte[]? other)
    {
        byte[] sketch = SketchSets.RandomBytes(random, SketchParameters.SketchBytes);
        int shared = other is null ? 0 : random.Next(sketch.Length + 1);
        for (int i = 0; i < sketch.Length; i++)
        {
            if (random.Next(sketch.Length) < shared) sketch[i] = other![i];
        }
        return sketch;
    }

    /// <summary>By sketch and query, as the oracle gives them.</summary>
    static (int, int, int)[] Compare(ReadOnlySpan<byte> queries, ReadOnlySpan<byte> table, int threshold, string tier)
    {
        Collector found = new();
        SketchTable.Compare(queries, table, threshold, ref found, Tiers.Parse(tier));
        foreach (IGrouping<int, (int Sketch, int Query, int Equal)> query in found.Matches.GroupBy(m => m.Item2)) Assert.Equal(query.Select(m => m.Sketch).Order(), query.Select(m => m.Sketch));
        return [.. found.Matches.Order()];
    }

    /// <summary>Every lane counts, alone and with all others; differences of one bit too.</summary>
    [Theory]
    [MemberData(nameof(TierNames))]
    public void EveryLaneCounts(string tier)
    {
        for (int lane = 0; lane < SketchParameters.Bins; lane++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] left = SketchSets.RandomBytes(new Random(lane), SketchParameters.SketchBytes), right = [.. left], inverse = [.. left.Select(b => (byte)~b)];
                right[lane] ^= (byte)(1 << bit);
                inverse[lane] = left[lane];
                Assert.Equal(127, SketchTable.EqualLanes(left, right, Tiers.Parse(tier)));
                Assert.Equal(1, SketchTable.EqualLanes(left, inverse, Tiers.Parse(tier)));
                Assert.Equal(128, SketchTable.EqualLanes(left, left, Tiers.Parse(tier)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(TierNames))]
    public void NothingBesideTheSketchesIsRead(string tier)
    {
        Random random = new(36);
        foreach (Guard guard in Enum.GetValues<Guard>())
        {
            foreach (int queryCount in (int[])[1, 2, 4, 5])
            {
                foreach (int tableCount in (int[])[1, 2, 3, 129])
                {
                    byte[][] queries = [.. Enumerable.Range(0, queryCount).Select(_ => Relative(random, null))];
                    byte[][] table = [.. Enumerable.Range(0, tableCount).Select(_ => Relative(random, queries[^1]))];
                    using GuardedMemory query = new([.. queries.SelectMany(q => q)], guard), sketches = new([.. table.SelectMany(t => t)], guard);
                    Assert.Equal(SketchOracle.Compare(queries, table, 64), Compare(query.Span, sketches.Span, 64, tier));
                    Assert.Equal(SketchOracle.EqualLanes(queries[0], table[0]), SketchTable.EqualLanes(query.Span, sketches.Span, Tiers.Parse(tier)));
                }
            }
        }
    }

    [Fact]
    public void WhatIsNotWholeSketchesIsAnError()
    {
        foreach (SimdTier tier in Tiers.Available)
        {
            Collector found = new();
            byte[] sketch = new byte[SketchParameters.SketchBytes], more = new byte[SketchParameters.SketchBytes + 1];
            Assert.Throws<ArgumentException>(() => SketchTable.Compare([], sketch, 1, ref found, tier));
            Assert.Throws<ArgumentException>(() => SketchTable.Compare(more, sketch, 1, ref found, tier));
            Assert.Throws<ArgumentException>(() => SketchTable.Compare(sketch, more, 1, ref found, tier));
            Assert.Throws<ArgumentOutOfRangeException>(() => SketchTable.Compare(sketch, sketch, 0, ref found, tier));
            Assert.Throws<ArgumentOutOfRangeException>(() => SketchTable.EqualLanes(more, sketch.AsSpan(1), tier));
        }
    }
}
