using System.Buffers.Binary;
using LeakScan.Indexing;

namespace LeakScan.Tests.Indexing;

public sealed class BlockedBloomFilterTests
{
    const int Keys = 200_000;

    static ulong[] Random(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64() ^ (ulong)random.NextInt64() << 1)];
    }

    static byte[] FilterOf(ulong[] keys, out long blocks)
    {
        byte[] filter = new byte[BlockedBloomFilter.SizeBytes(keys.Length)];
        blocks = filter.Length / BlockedBloomFilter.BlockBytes;
        foreach (ulong key in keys) BlockedBloomFilter.Add(filter, 0, blocks, key);
        return filter;
    }

    static bool MayContain(byte[] filter, long blocks, ulong key) =>
        BlockedBloomFilter.MayContain(ref filter[BlockedBloomFilter.BlockOf(key, blocks) * BlockedBloomFilter.BlockBytes], key);

    [Fact]
    public void NeverDeniesAndRarelyErrs()
    {
        ulong[] keys = Random(1, Keys);
        byte[] filter = FilterOf(keys, out long blocks);
        Assert.All(keys, k => Assert.True(MayContain(filter, blocks, k)));
        int wrong = Random(2, 500_000).Count(k => MayContain(filter, blocks, k));
        Assert.InRange(wrong / 500_000.0, 1 / 300.0, 1 / 150.0);
    }

    /// <summary>The vector and the portable way are one definition, that of Parquet; each tier of the CI checks its own.</summary>
    [Fact]
    public void AnswersAsTheDefinitionDoes()
    {
        uint[] salts = [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31];
        Random random = new(3);
        byte[] block = new byte[BlockedBloomFilter.BlockBytes];
        int yes = 0;
        foreach (ulong key in Random(4, 50_000))
        {
            random.NextBytes(block);
            // Mostly ones, or nearly every answer would be no.
            for (int i = 0; i < block.Length; i++) block[i] |= (byte)(random.Next(256) | random.Next(256));
            bool wanted = true;
            for (int i = 0; i < salts.Length; i++)
                wanted &= (BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(4 * i)) >> (int)(unchecked((uint)key * salts[i]) >> 27) & 1) != 0;
            Assert.Equal(wanted, BlockedBloomFilter.MayContain(ref block[0], key));
            if (wanted) yes++;
        }
        Assert.InRange(yes, 5_000, 45_000);
    }

    /// <summary>Each key sets one bit in each word, and in no block but its own.</summary>
    [Fact]
    public void AKeyStaysInItsBlock()
    {
        foreach (ulong key in Random(5, 500).Concat([0UL, ulong.MaxValue, uint.MaxValue, 1UL << 63]))
        {
            const long Blocks = 7;
            byte[] filter = new byte[Blocks * BlockedBloomFilter.BlockBytes];
            long block = BlockedBloomFilter.BlockOf(key, Blocks);
            Assert.InRange(block, 0, Blocks - 1);
            BlockedBloomFilter.Add(filter, 0, Blocks, key);
            byte[] slice = new byte[BlockedBloomFilter.BlockBytes];
            BlockedBloomFilter.Add(slice, block, Blocks, key);
            Assert.Equal(slice, filter[(int)(block * slice.Length)..(int)((block + 1) * slice.Length)]);
            Assert.Equal(8, filter.Sum(b => System.Numerics.BitOperations.PopCount(b)));
            for (int i = 0; i < 8; i++) Assert.Equal(1, System.Numerics.BitOperations.PopCount(BinaryPrimitives.ReadUInt32LittleEndian(slice.AsSpan(4 * i))));
        }
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(1, 32)]
    [InlineData(21, 32)]
    [InlineData(22, 64)]
    [InlineData(1L << 32, (1L << 32) * 12 / 8)]
    public void HasTwelveBitsAKey(long keys, long bytes) => Assert.Equal(bytes, BlockedBloomFilter.SizeBytes(keys));
}
