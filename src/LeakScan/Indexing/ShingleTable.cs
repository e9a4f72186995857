using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LeakScan.Indexing;

/// <summary>A table that tells of a shingle where in the index it may stand: the numbers of up to four sketches, modulo 256.</summary>
// A filter alone tells that shingles of a text are known, and of any code many are as soon as an index holds a hundred megabytes: shapes
// of ten tokens are common. What tells a leak is that several known ones close together stand close together in the index as well. So an entry has
// a byte of the shingle's hash, to be recognized by, and a byte of its sketch's number. Entries lie in blocks of sixteen, which one load
// reads; a block that is full forgets what comes later, one shingle in a hundred. Laid out like a bucket of a cuckoo filter (Fan et al. 2014)
// without the second place.
static class ShingleTable
{
    internal const int BlockBytes = BlockedBloomFilter.BlockBytes;

    /// <summary>Sketches that are told of one shingle; one that stands in more is taken for unknown.</summary>
    internal const int MaxTags = 4;

    const int EntryBytes = sizeof(ushort);

    /// <summary>Entries of a block on the average.</summary>
    const double MeanEntries = 11.5;

    /// <summary>Bytes of a table for so many entries.</summary>
    internal static long SizeBytes(long entries) => ((long)(entries / MeanEntries) + 1) * BlockBytes;

    /// <summary>Number of the block of a keyed hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long BlockOf(ulong hash, long blocks) => BlockedBloomFilter.BlockOf(hash, blocks);

    /// <summary>What is kept of a sketch's number.</summary>
    internal static byte TagOf(long sketch) => (byte)sketch;

    /// <summary>The byte by which a hash is recognized; never 0, which marks no entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static byte CheckOf(ulong hash) => (byte)Math.Max(1, (hash >> 8) & 0xFF);

    /// <summary>Asks for the cache line of a hash.</summary>
    internal static unsafe void Prefetch(ReadOnlySpan<byte> table, ulong hash)
    {
        // SAFETY: nothing is read; a table that is moved meanwhile costs a line of something else.
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(in table[(int)BlockOf(hash, table.Length / BlockBytes) * BlockBytes]));
    }

    /// <summary>Adds where a shingle stands, unless its block is full. What stands in more places than <see cref="MaxTags"/> is marked as common: its last entry is that of the first.</summary>
    internal static void Add(Span<byte> table, ulong hash, byte tag)
    {
        Span<byte> block = table.Slice((int)BlockOf(hash, table.Length / BlockBytes) * BlockBytes, BlockBytes);
        byte check = CheckOf(hash);
        int same = 0, first = 0;
        for (int i = 0; i < BlockBytes; i += EntryBytes)
        {
            if (block[i] == 0)
            {
                (block[i], block[i + 1]) = (check, tag);
                return;
            }
            if (block[i] != check) continue;
            if (block[i + 1] == tag) return;
            if (same++ == 0) first = i;
            if (same < MaxTags) continue;
            block[i + 1] = block[first + 1];
            return;
        }
    }

    /// <summary>Finds what a block has of a shingle.</summary>
    /// <param name="block">The block of the hash.</param>
    /// <param name="hash">Its keyed hash.</param>
    /// <returns>The entries, a bit each where its bytes begin; by chance alone there is one, once in 23.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Find(ref byte block, ulong hash)
    {
        // SAFETY: the caller's block has BlockBytes.
        byte check = CheckOf(hash);
        if (Vector128.IsHardwareAccelerated)
        {
            const uint Checks = 0x55555555;
            return Vector256.Equals(Vector256.LoadUnsafe(ref block), Vector256.Create(check)).ExtractMostSignificantBits() & Checks;
        }
        uint found = 0;
        for (int i = 0; i < BlockBytes; i += EntryBytes) found |= Unsafe.Add(ref block, i) == check ? 1U << i : 0;
        return found;
    }

    /// <summary>Reads where a shingle may stand.</summary>
    /// <param name="block">The block of the hash.</param>
    /// <param name="entries">What <see cref="Find"/> found.</param>
    /// <param name="tags">Receives tags: <see cref="MaxTags"/> bytes.</param>
    /// <returns>How many there are.</returns>
    internal static int ReadTags(ref byte block, uint entries, Span<byte> tags)
    {
        // SAFETY: the caller's block has BlockBytes, and there are no more entries than that.
        int count = 0;
        if (BitOperations.PopCount(entries) > MaxTags) return 0;
        for (; entries != 0; entries &= entries - 1) tags[count++] = Unsafe.Add(ref block, BitOperations.TrailingZeroCount(entries) + 1);
        return count > 1 && tags[0] == tags[count - 1] ? 0 : count;
    }
}
