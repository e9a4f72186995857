using System.Buffers;
using CsCheck;
using LeakScan.Indexing;

namespace LeakScan.Tests.Indexing;

/// <summary>What went in comes out, sorted, each at its place in its document.</summary>
[Trait("Category", "TierIndependent")]
public sealed class FingerprintStoreTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("leakscan-").FullName;

    /// <summary>Documents in order of arrival, a third of them without text, a few of which are so long that the next begins out of reach of a step.</summary>
    static int[] Lengths(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(3) == 0 ? 0 : random.Next(50) == 0 ? FingerprintIndexBuilder.MaxDocumentBytes : 1 + random.Next(1 << random.Next(1, 20)))];

    /// <summary>Mostly uniform; some first bytes more often than others, and some fingerprints in most documents.</summary>
    static ulong Fingerprint(Random random) => random.Next(8) switch
    {
        0 => (ulong)random.Next(4) << 62,
        1 => ulong.MaxValue - (ulong)random.Next(3),
        2 => 0xAB00000000000000 | (ulong)random.NextInt64(1L << 56),
        _ => (ulong)random.NextInt64() ^ (ulong)random.NextInt64() << 1,
    };

    /// <returns>Whether something was spilled.</returns>
    bool CheckStore(int seed, int documents, int perDocument, int writers, long budget)
    {
        Random random = new(seed);
        int[] lengths = Lengths(random, documents);
        uint[] ranks = [.. Enumerable.Range(0, documents).Select(i => (uint)i)];
        random.Shuffle(ranks);
        long[] starts = new long[documents + 1];
        for (int i = 0; i < documents; i++) starts[i + 1] = starts[i] + lengths[i];

        bool spilled = false;
        using FingerprintStore store = new(budget, () =>
        {
            spilled = true;
            return _folder;
        });
        FingerprintStore.Writer[] all = [.. Enumerable.Range(0, writers).Select(_ => new FingerprintStore.Writer(store))];
        List<FoundFingerprint>[] wanted = [.. Enumerable.Range(0, FingerprintStore.Partitions).Select(_ => new List<FoundFingerprint>())];
        for (int i = 0; i < documents; i++)
        {
            FingerprintStore.Writer writer = all[random.Next(writers)];
            if (lengths[i] == 0) continue;
            int[] positions = [.. Enumerable.Range(0, random.Next(perDocument)).Select(_ => random.Next(lengths[i])), 0, lengths[i] - 1];
            foreach (int position in positions.Order())
            {
                ulong fingerprint = Fingerprint(random);
                bool isPublic = random.Next(5) == 0;
                writer.Add(fingerprint, starts[i] + position, isPublic);
                wanted[fingerprint >> 56].Add(new(fingerprint, isPublic ? FoundFingerprint.Public : (ulong)ranks[i] << 32 | (uint)position));
            }
        }
        foreach (FingerprintStore.Writer writer in all) writer.Flush();

        Assert.Equal(wanted.Sum(w => w.Count), store.Entries);
        ArrivalOrder order = new(starts, ranks);
        for (int partition = 0; partition < FingerprintStore.Partitions; partition++)
        {
            (FoundFingerprint[] found, int count) = store.Take(partition, order);
            Assert.Equal(wanted[partition].OrderBy(f => f.Fingerprint).ThenBy(f => f.Place), found.Take(count));
            ArrayPool<FoundFingerprint>.Shared.Return(found);
        }
        return spilled;
    }

    [Fact]
    public void WhatGoesInComesOutSorted() => Gen.Select(Gen.Int, Gen.Int[1, 300], Gen.Int[1, 200], Gen.Int[1, 4]).Sample(
        (seed, documents, perDocument, writers) => Assert.False(CheckStore(seed, documents, perDocument, writers, 1L << 30)), iter: 40, threads: 1, writeLine: Console.WriteLine);

    /// <summary>Two and a half times the smallest budget.</summary>
    [Fact]
    public void AndWhenItDoesNotFit()
    {
        Assert.True(CheckStore(seed: 11, documents: 2000, perDocument: 3000, writers: 3, budget: 1));
        if (!OperatingSystem.IsWindows()) Assert.Empty(Directory.GetFiles(_folder));
    }

    /// <summary>So many equal ones, among others, that insertion would take minutes.</summary>
    [Fact]
    public void SortsWhatIsAllTheSame()
    {
        Random random = new(12);
        FoundFingerprint[] found = [.. Enumerable.Range(0, 300_000).Select(_ => new FoundFingerprint((ulong)random.Next(3), (ulong)random.NextInt64()))];
        FoundFingerprint[] sorted = new FoundFingerprint[found.Length];
        FingerprintSort.Sort(found, sorted);
        Assert.Equal(found.OrderBy(f => f.Fingerprint).ThenBy(f => f.Place), sorted);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void SortsFew(int count)
    {
        Random random = new(13);
        FoundFingerprint[] found = [.. Enumerable.Range(0, count).Select(_ => new FoundFingerprint((ulong)random.NextInt64() | 0xFF00000000000000, (ulong)random.Next(9)))];
        FoundFingerprint[] sorted = new FoundFingerprint[found.Length];
        FingerprintSort.Sort(found, sorted);
        Assert.Equal(found.OrderBy(f => f.Fingerprint).ThenBy(f => f.Place), sorted);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
