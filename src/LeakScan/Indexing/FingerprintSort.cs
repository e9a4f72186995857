using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace LeakScan.Indexing;

/// <summary>Sorts a partition's fingerprints.</summary>
// Fingerprints are uniform, so one distribution by the bits after the partition's leaves pieces of a few, for which nothing beats
// insertion. What many documents have makes pieces of many equal ones: they are in order as they come, or left to the library.
static class FingerprintSort
{
    const int PartitionBits = 8;
    const int MaxBits = 16;
    const int EntriesPerPiece = 8;

    /// <summary>Insertion that moves every entry farther than this on average is given up.</summary>
    const int MaxMoves = 16;

    /// <summary>Sorts by fingerprint, then place.</summary>
    /// <param name="found">Fingerprints that have their first byte in common.</param>
    /// <param name="sorted">Receives them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sort(ReadOnlySpan<FoundFingerprint> found, Span<FoundFingerprint> sorted)
    {
        int bits = Math.Min(MaxBits, BitOperations.Log2((uint)(found.Length / EntriesPerPiece) | 1));
        int shift = 64 - PartitionBits - bits;
        int mask = (1 << bits) - 1;
        int[] rented = ArrayPool<int>.Shared.Rent(1 << bits);
        Span<int> ends = rented.AsSpan(0, 1 << bits);
        ends.Clear();
        foreach (ref readonly FoundFingerprint entry in found) ends[(int)(entry.Fingerprint >> shift) & mask]++;
        int start = 0;
        foreach (ref int end in ends) (end, start) = (start, start + end);
        foreach (ref readonly FoundFingerprint entry in found) sorted[ends[(int)(entry.Fingerprint >> shift) & mask]++] = entry;
        start = 0;
        foreach (int end in ends)
        {
            Span<FoundFingerprint> piece = sorted[start..end];
            if (!TryInsert(piece)) piece.Sort();
            start = end;
        }
        ArrayPool<int>.Shared.Return(rented);
    }

    /// <summary>Sorts by insertion, or leaves another order of the same entries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool TryInsert(Span<FoundFingerprint> piece)
    {
        int moves = MaxMoves * piece.Length;
        for (int i = 1; i < piece.Length; i++)
        {
            FoundFingerprint entry = piece[i];
            int at = i;
            for (; at > 0 && entry.IsBefore(piece[at - 1]); at--) piece[at] = piece[at - 1];
            piece[at] = entry;
            moves -= i - at;
            if (moves < 0) return false;
        }
        return true;
    }
}
