using LeakScan.Simd;

namespace LeakScan.Sketches;

/// <summary>Stored sketches: 128 minima made into 128 bytes. Thread-safe; allocates nothing.</summary>
// 1. Each minimum is mixed to 16 bits, of which none is zero: zero stands for an empty bin. The minima of large sets are small
//    numbers; mixing makes all of their bits count.
//
// 2. Empty bins are filled (densified) from full ones, so that each lane of two sketches agrees with the probability that is their
//    sets' resemblance. After Mai, Rao, Kapilevich, Rossi, Abbasi-Yadkori and Sinha, "On densification for minwise hashing" (UAI 2019):
//    in round j each full bin offers its minimum to bin h_j of its own, which takes the first that it is offered. All that the
//    proof needs is that the order in which a bin asks others does not depend on the sets. Two sets then either take from the
//    same bin, where they agree as often as they resemble each other, or from two, and then the minima are of different shingles.
//
//    Here h_j is a rotation: in round j bin t asks bin t + c_j mod 128, where c is a random order of 1..127. So all lanes of a round
//    are one load of memory at an offset, if the mixed minima stand there twice; no bin is asked twice, so 127 rounds are
//    always enough; and no bin gives twice in a round, which spreads the load more evenly than independent choices do. (With
//    c_j = j it would be the first densification of all, Shrivastava and Li (2014), whose gaps take from one and the same bin.)
//
//        mixed    a . . b . c . .  a . . b . c . .        (8 bins; twice)
//        c = 3:   b . c . . a . .  -> lanes 0 1 2 3 4 5 6 7 = a . c b . c . .
//        c = 1:                       ...
//
// 3. A lane is the upper byte of the 16 bits times the lane's own odd number. Two lanes that took from the same bin thus
//    do not agree by chance (once in 256) together, and a lane tells nothing of which bin it took from.
//
// The set without elements is 128 zero bytes. No other set has that sketch, but for odds of 2^-1000 or so.
static class Sketch
{
    internal static readonly ushort[] s_multipliers = MakeMultipliers();
    internal static readonly byte[] s_offsets = MakeOffsets();

    /// <summary>Makes a stored sketch.</summary>
    /// <param name="minima"><see cref="SketchParameters.Bins"/> minima of a block or window.</param>
    /// <param name="sketch">Receives <see cref="SketchParameters.SketchBytes"/> bytes.</param>
    /// <param name="tier">Instructions to use; the result is the same with all.</param>
    /// <returns>False if the set is empty: the sketch is all zeros, and there is nothing to compare.</returns>
    internal static bool Store(ReadOnlySpan<uint> minima, Span<byte> sketch, SimdTier tier)
    {
        minima = minima[..SketchParameters.Bins];
        sketch = sketch[..SketchParameters.SketchBytes];
        if (minima.IndexOfAnyExcept(SketchParameters.Empty) < 0)
        {
            sketch.Clear();
            return false;
        }
        StoreScalar(minima, sketch);
        return true;
    }

    /// <summary>Whether a stored sketch is that of the empty set.</summary>
    internal static bool IsEmpty(ReadOnlySpan<byte> sketch) => sketch[..SketchParameters.SketchBytes].IndexOfAnyExcept((byte)0) < 0;

    static void StoreScalar(ReadOnlySpan<uint> minima, Span<byte> sketch)
    {
        Span<ushort> mixed = stackalloc ushort[SketchParameters.Bins];
        for (int i = 0; i < mixed.Length; i++) mixed[i] = Mix(minima[i]);
        for (int i = 0; i < mixed.Length; i++)
        {
            ushort lane = mixed[i];
            for (int round = 0; lane == 0; round++) lane = mixed[(i + s_offsets[round]) % SketchParameters.Bins];
            sketch[i] = (byte)((ushort)(lane * s_multipliers[i]) >> 8);
        }
    }

    /// <summary>16 bits of a minimum; zero if the bin is empty.</summary>
    static ushort Mix(uint minimum)
    {
        uint x = minimum;
        x = (x ^ x >> 16) * 0x21F0AAAD;
        x = (x ^ x >> 15) * 0x735A2D97;
        return minimum == SketchParameters.Empty ? (ushort)0 : (ushort)Math.Max(x >> 16, 1);
    }

    static ushort[] MakeMultipliers()
    {
        ushort[] multipliers = new ushort[SketchParameters.Bins];
        for (int i = 0; i < multipliers.Length; i++) multipliers[i] = (ushort)(ShingleHash.Mix((ulong)i, 1) >> 48 | 1);
        return multipliers;
    }

    // Fisher and Yates' shuffle of 1..127.
    static byte[] MakeOffsets()
    {
        byte[] offsets = [.. Enumerable.Range(1, SketchParameters.Bins - 1).Select(i => (byte)i)];
        for (int i = offsets.Length - 1; i > 0; i--)
        {
            int j = (int)(ShingleHash.Mix((ulong)i, 2) % (uint)(i + 1));
            (offsets[i], offsets[j]) = (offsets[j], offsets[i]);
        }
        return offsets;
    }
}
