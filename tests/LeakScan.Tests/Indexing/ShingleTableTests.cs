using LeakScan.Indexing;

namespace LeakScan.Tests.Indexing;

public sealed class ShingleTableTests
{
    /// <summary>Keyed hashes of sampled shingles are even.</summary>
    static ulong[] Hashes(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64() << 1)];
    }

    static byte[] Find(byte[] table, ulong hash)
    {
        Span<byte> tags = stackalloc byte[ShingleTable.MaxTags];
        long blocks = table.Length / ShingleTable.BlockBytes;
        ref byte block = ref table[ShingleTable.BlockOf(hash, blocks) * ShingleTable.BlockBytes];
        return tags[..ShingleTable.ReadTags(ref block, ShingleTable.Find(ref block, hash), tags)].ToArray();
    }

    [Fact]
    public void WhatWasAddedIsFoundWithItsNumberButForFullBlocks()
    {
        ulong[] hashes = Hashes(100_000, 1);
        byte[] table = new byte[ShingleTable.SizeBytes(hashes.Length)];
        for (int i = 0; i < hashes.Length; i++) ShingleTable.Add(table, hashes[i], ShingleTable.TagOf(i / 64));
        int lost = Enumerable.Range(0, hashes.Length).Count(i => !Find(table, hashes[i]).Contains(ShingleTable.TagOf(i / 64)));
        Assert.InRange(lost, 1, hashes.Length / 50);
        // What was not added has one by chance where one of the block's has the same byte.
        int chance = Hashes(100_000, 2).Count(h => Find(table, h).Length > 0);
        Assert.InRange(chance, 100_000 / 40, 100_000 / 15);
    }

    [Fact]
    public void OneShingleHasSeveralNumbersEachOnceUntilItIsCommon()
    {
        byte[] table = new byte[ShingleTable.SizeBytes(100)];
        ulong hash = Hashes(1, 3)[0];
        Assert.Empty(Find(table, hash));
        for (byte tag = 10; tag < 10 + ShingleTable.MaxTags; tag++)
        {
            ShingleTable.Add(table, hash, tag);
            ShingleTable.Add(table, hash, tag);
            Assert.Equal(Enumerable.Range(10, tag - 9).Select(t => (byte)t), Find(table, hash));
        }
        byte[] four = [.. table];
        ShingleTable.Add(table, hash, 99);
        Assert.Empty(Find(table, hash));
        Assert.NotEqual(four, table);
        byte[] common = [.. table];
        ShingleTable.Add(table, hash, 98);
        Assert.Equal(common, table);
    }

    [Fact]
    public void AFullBlockStaysAsItIs()
    {
        byte[] table = new byte[ShingleTable.BlockBytes];
        ulong[] hashes = [.. Hashes(2000, 4).DistinctBy(h => (byte)(h >> 8))];
        foreach (ulong hash in hashes.Take(16)) ShingleTable.Add(table, hash, 7);
        byte[] full = [.. table];
        ShingleTable.Add(table, hashes.Skip(16).First(h => Find(full, h).Length == 0), 8);
        Assert.Equal(full, table);
        Assert.All(hashes.Take(16), h => Assert.Equal([(byte)7], Find(table, h)));
    }

    [Fact]
    public void AnyBytesAreRead()
    {
        byte[] table = new byte[64 * ShingleTable.BlockBytes];
        new Random(5).NextBytes(table);
        Assert.All(Hashes(10_000, 6), h => Assert.InRange(Find(table, h).Length, 0, ShingleTable.MaxTags));
    }
}
