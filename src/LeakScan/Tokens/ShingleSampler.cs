using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LeakScan.Simd;

namespace LeakScan.Tokens;

/// <summary>Takes the shingles that are asked for: one in <see cref="TokenParameters.SampleRate"/> by their keyed hash, the same of any text and of the index.</summary>
static class ShingleSampler
{
    /// <summary>Takes a sample of shingles.</summary>
    /// <param name="shingles">Rolling hashes; 0 where there is none.</param>
    /// <param name="keyed">The same, keyed.</param>
    /// <param name="hashes">Receives keyed hashes; as long as <paramref name="shingles"/>, as the next.</param>
    /// <param name="places">Receives which they are.</param>
    /// <param name="tier">Instructions to use; the result is the same with all.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Sample(ReadOnlySpan<ulong> shingles, ReadOnlySpan<ulong> keyed, Span<ulong> hashes, Span<int> places, SimdTier tier)
    {
        keyed = keyed[..shingles.Length];
        hashes = hashes[..shingles.Length];
        places = places[..shingles.Length];
        int count = 0, done = 0;
        if (tier == SimdTier.Avx512)
        {
            // SAFETY: no more are kept than were read, so that a vector at the end of those kept ends where one at the end of those read does.
            ref ulong shingle = ref MemoryMarshal.GetReference(shingles);
            ref ulong key = ref MemoryMarshal.GetReference(keyed);
            ref ulong hash = ref MemoryMarshal.GetReference(hashes);
            ref int place = ref MemoryMarshal.GetReference(places);
            Vector512<ulong> numbers = Vector512<ulong>.Indices, one = Vector512<ulong>.One, rest = Vector512.Create((ulong)TokenParameters.SampleRate - 1);
            for (; done <= shingles.Length - Vector512<ulong>.Count; done += Vector512<ulong>.Count)
            {
                Vector512<ulong> some = Vector512.LoadUnsafe(ref shingle, (nuint)done), of = Vector512.LoadUnsafe(ref key, (nuint)done);
                // All that are some are odd.
                Vector512<ulong> taken = Vector512.Equals((some & one) + (of & rest) * 2, one);
                Avx512F.Compress(Vector512<ulong>.Zero, taken, of).StoreUnsafe(ref hash, (nuint)count);
                Avx512F.ConvertToVector256Int32(Avx512F.Compress(Vector512<ulong>.Zero, taken, numbers)).StoreUnsafe(ref place, (nuint)count);
                count += BitOperations.PopCount(taken.ExtractMostSignificantBits());
                numbers += Vector512.Create((ulong)Vector512<ulong>.Count);
            }
        }
        for (int i = done; i < shingles.Length; i++)
        {
            hashes[count] = keyed[i];
            places[count] = i;
            // No branch: this is a coin's toss. All that are some are odd.
            count += (int)(shingles[i] & 1) & (keyed[i] % TokenParameters.SampleRate == 0 ? 1 : 0);
        }
        return count;
    }
}
