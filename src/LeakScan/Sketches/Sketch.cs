using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LeakScan.Simd;

namespace LeakScan.Sketches;

/// <summary>Stored sketches: 128 minima made into 128 bytes. Thread-safe; allocates nothing.</summary>
// 1. Each minimum is mixed to 16 bits, the last of which is set: zero stands for an empty bin. The minima of large sets are small
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
//        mixed            a . . b . c . .   a . . b . c . .        (8 bins; twice)
//        at offset c = 3  b . c . . a . .   fills    a . c b . c . .
//        at offset c = 1  . . b . c . . a   fills    a . c b c c . a    and so on
//
// 3. A lane is the upper byte of the 16 bits times the lane's own odd number. Two lanes that took from the same bin thus
//    do not agree by chance (once in 256) together, and a lane tells nothing of which bin it took from.
//
// The set without elements is 128 zero bytes. No other set has that sketch, but for odds of 2^-1000 or so.
static class Sketch
{
    // The first two rounds of a 32-bit mixer found by search (Wellons, "Hash function prospector"); only its upper half is used.
    const int Shift1 = 16;
    const uint Multiplier1 = 0x21F0AAAD;
    const int Shift2 = 15;
    const uint Multiplier2 = 0x735A2D97;

    /// <summary>The lowest of the upper 16 bits.</summary>
    const uint NotEmpty = 1 << 16;

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
        switch (tier)
        {
            case SimdTier.Avx512:
                StoreVector<LaneVector512>(minima, sketch);
                break;
            case SimdTier.Avx2:
                StoreVector<LaneVector256>(minima, sketch);
                break;
            case SimdTier.V128:
                StoreVector<LaneVector128>(minima, sketch);
                break;
            default:
                StoreScalar(minima, sketch);
                break;
        }
        return true;
    }

    /// <summary>One of several sketches.</summary>
    internal static ReadOnlySpan<byte> At(ReadOnlySpan<byte> sketches, int place) => sketches.Slice(place * SketchParameters.SketchBytes, SketchParameters.SketchBytes);

    /// <summary>Whether a stored sketch is that of the empty set.</summary>
    internal static bool IsEmpty(ReadOnlySpan<byte> sketch) => sketch[..SketchParameters.SketchBytes].IndexOfAnyExcept((byte)0) < 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void StoreScalar(ReadOnlySpan<uint> minima, Span<byte> sketch)
    {
        Span<ushort> mixed = stackalloc ushort[SketchParameters.Bins];
        for (int i = 0; i < mixed.Length; i++)
        {
            uint x = (minima[i] ^ minima[i] >> Shift1) * Multiplier1;
            x = (x ^ x >> Shift2) * Multiplier2;
            mixed[i] = minima[i] == SketchParameters.Empty ? (ushort)0 : (ushort)((x | NotEmpty) >> 16);
        }
        for (int i = 0; i < mixed.Length; i++)
        {
            ushort lane = mixed[i];
            for (int round = 0; lane == 0; round++) lane = mixed[(i + s_offsets[round]) % SketchParameters.Bins];
            sketch[i] = (byte)((ushort)(lane * s_multipliers[i]) >> 8);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void StoreVector<TVector>(ReadOnlySpan<uint> minima, Span<byte> sketch) where TVector : struct, ILaneVector<TVector>
    {
        const int MixedBytes = SketchParameters.Bins * sizeof(ushort);
        Span<byte> mixedTwice = stackalloc byte[2 * MixedBytes];

        // SAFETY: minima has 512 bytes, sketch 128, the multipliers 256, all multiples of two registers read or one written; an offset
        // is at most 127 lanes, so what is loaded at one ends before the second copy does. Some bin is full, so that a round fills the last lane.
        ref byte source = ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(minima));
        ref byte mixed = ref MemoryMarshal.GetReference(mixedTwice);
        ref byte lanes = ref MemoryMarshal.GetReference(sketch);
        ref byte multipliers = ref Unsafe.As<ushort, byte>(ref MemoryMarshal.GetArrayDataReference(s_multipliers));
        ref byte offsets = ref MemoryMarshal.GetArrayDataReference(s_offsets);
        for (nint i = 0; i < MixedBytes; i += TVector.LengthBytes)
        {
            TVector halves = TVector.UpperHalves(Mix(TVector.Load(ref Unsafe.Add(ref source, 2 * i))), Mix(TVector.Load(ref Unsafe.Add(ref source, 2 * i + TVector.LengthBytes))));
            halves.Store(ref Unsafe.Add(ref mixed, i));
            halves.Store(ref Unsafe.Add(ref mixed, i + MixedBytes));
        }
        for (nint i = 0; i < MixedBytes; i += 2 * TVector.LengthBytes)
        {
            TVector first = TVector.Load(ref Unsafe.Add(ref mixed, i));
            TVector second = TVector.Load(ref Unsafe.Add(ref mixed, i + TVector.LengthBytes));
            for (nint round = 0; TVector.HasZero16(first) || TVector.HasZero16(second); round++)
            {
                nint from = i + sizeof(ushort) * Unsafe.Add(ref offsets, round);
                first = TVector.FillZeros16(first, TVector.Load(ref Unsafe.Add(ref mixed, from)));
                second = TVector.FillZeros16(second, TVector.Load(ref Unsafe.Add(ref mixed, from + TVector.LengthBytes)));
            }
            first = TVector.Multiply16(first, TVector.Load(ref Unsafe.Add(ref multipliers, i)));
            second = TVector.Multiply16(second, TVector.Load(ref Unsafe.Add(ref multipliers, i + TVector.LengthBytes)));
            TVector.UpperBytes(first, second).Store(ref Unsafe.Add(ref lanes, i / 2));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Mix<TVector>(TVector minima) where TVector : struct, ILaneVector<TVector> =>
        TVector.SetUnlessAllOnes32(TVector.Mix32(TVector.Mix32(minima, Shift1, Multiplier1), Shift2, Multiplier2), NotEmpty, minima);

    // Odd, so that no two minima become one, and all different.
    static ushort[] MakeMultipliers()
    {
        ushort[] multipliers = new ushort[SketchParameters.Bins];
        for (int i = 0; i < multipliers.Length; i++) multipliers[i] = (ushort)(ShingleHash.Mix((ulong)i, 1) << 8 | (uint)(2 * i + 1));
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
