using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LeakScan.Indexing;

/// <summary>Split-block Bloom filter over fingerprints: one cache line a question, no false "no".</summary>
// Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters" (2009), in the form that Apache Impala and
// Parquet use: a block is eight 32-bit words, a key sets one bit in each, chosen by the low half of the fingerprint times an
// odd constant a word; the high half chooses the block. At 12 bits a key about one question in 200 is a false "yes".
static class BlockedBloomFilter
{
    internal const int BlockBytes = 32;
    internal const int BitsPerKey = 12;

    static ReadOnlySpan<uint> Salts => [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31];

    /// <summary>Bytes of a filter for so many keys.</summary>
    internal static long SizeBytes(long keys) => Math.Max(1, (keys * BitsPerKey + BlockBytes * 8 - 1) / (BlockBytes * 8)) * BlockBytes;

    /// <summary>Number of the block of a fingerprint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long BlockOf(ulong fingerprint, long blocks) => (long)((fingerprint >> 32) * (ulong)blocks >> 32);

    /// <summary>Adds a fingerprint to the stretch of a filter of <paramref name="blocks"/> blocks that begins with <paramref name="firstBlock"/>.</summary>
    internal static void Add(Span<byte> stretch, long firstBlock, long blocks, ulong fingerprint)
    {
        int block = (int)(BlockOf(fingerprint, blocks) - firstBlock);
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(stretch.Slice(block * BlockBytes, BlockBytes));
        for (int i = 0; i < words.Length; i++) words[i] |= Bit(fingerprint, i);
    }

    /// <summary>Whether the block may hold the fingerprint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool MayContain(ref byte block, ulong fingerprint)
    {
        if (Avx2.IsSupported)
        {
            Vector256<uint> shifts = Vector256.Create((uint)fingerprint) * Vector256.Create(Salts) >>> 27;
            Vector256<uint> mask = Avx2.ShiftLeftLogicalVariable(Vector256<uint>.One, shifts);
            return Avx.TestC(Vector256.LoadUnsafe(ref block).AsUInt32(), mask);
        }
        // No way out half-way: that would be a coin toss for the processor.
        uint all = 1;
        for (int i = 0; i < Salts.Length; i++)
        {
            all &= Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref block, i * sizeof(uint))) >> (int)((uint)fingerprint * Salts[i] >> 27);
        }
        return all != 0;
    }

    static uint Bit(ulong fingerprint, int word) => 1u << (int)((uint)fingerprint * Salts[word] >> 27);
}
