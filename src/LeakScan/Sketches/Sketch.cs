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

    /// <summary>Of lanes: odd, so that no two minima become one, and all different. A test derives them.</summary>
    internal static ReadOnlySpan<ushort> Multipliers =>
    [
        0xA401, 0xAC03, 0x0805, 0xCB07, 0xD209, 0xCC0B, 0xFE0D, 0x1C0F, 0x7211, 0x2D13, 0x3E15, 0x6417, 0x1119, 0xA11B, 0x7C1D, 0xFD1F,
        0xB321, 0x2523, 0x8125, 0x2327, 0x9E29, 0xFD2B, 0x642D, 0x5A2F, 0x1631, 0xBD33, 0x1335, 0xA837, 0x8F39, 0x363B, 0x2B3D, 0xAC3F,
        0xFB41, 0xD443, 0x1445, 0x9D47, 0x6549, 0x8F4B, 0x0E4D, 0xA84F, 0x9551, 0x8253, 0x5E55, 0xF757, 0xC159, 0x9B5B, 0x1E5D, 0xC95F,
        0xEA61, 0x0C63, 0xB465, 0xE267, 0x6A69, 0xF56B, 0x586D, 0xC96F, 0x1671, 0x7F73, 0xAE75, 0xA777, 0xF479, 0x597B, 0x3C7D, 0x9C7F,
        0x6881, 0xBA83, 0xA985, 0xA787, 0xC689, 0xD08B, 0x298D, 0x848F, 0x4291, 0xB093, 0x5295, 0xA597, 0x2499, 0x519B, 0x6C9D, 0xDB9F,
        0x45A1, 0x56A3, 0x00A5, 0x5FA7, 0xF8A9, 0x89AB, 0xB7AD, 0xBDAF, 0xE5B1, 0xF1B3, 0xC2B5, 0xBEB7, 0xE9B9, 0x52BB, 0xA2BD, 0xFABF,
        0xFEC1, 0x37C3, 0x15C5, 0xC9C7, 0x8DC9, 0xBECB, 0xB9CD, 0x47CF, 0xEDD1, 0x51D3, 0x52D5, 0xACD7, 0xB0D9, 0xB8DB, 0x98DD, 0xA2DF,
        0xB6E1, 0xBFE3, 0xF6E5, 0xE2E7, 0x9AE9, 0x74EB, 0x81ED, 0x36EF, 0x66F1, 0xD2F3, 0x73F5, 0xC3F7, 0xA6F9, 0xF1FB, 0x06FD, 0xE2FF,
    ];

    /// <summary>Of rounds: 1 to 127, shuffled. A test derives them.</summary>
    internal static ReadOnlySpan<byte> Offsets =>
    [
        103, 49, 119, 37, 1, 11, 79, 26, 2, 108, 4, 3, 99, 56, 48, 38, 25, 67, 14, 94, 17, 8, 44, 47, 100, 118, 21, 116, 71, 46, 12, 41,
        95, 58, 85, 125, 43, 31, 9, 28, 36, 45, 114, 86, 115, 112, 76, 23, 39, 10, 27, 127, 82, 69, 40, 35, 42, 33, 65, 97, 80, 13, 107, 117,
        29, 89, 104, 57, 61, 50, 113, 83, 93, 6, 7, 19, 70, 111, 75, 34, 123, 32, 110, 122, 18, 24, 96, 90, 16, 77, 121, 84, 52, 102, 106, 5,
        15, 105, 101, 54, 51, 78, 120, 91, 60, 62, 98, 87, 66, 55, 74, 109, 92, 88, 64, 124, 68, 59, 73, 126, 72, 81, 53, 63, 30, 20, 22,
    ];

    /// <summary>Makes a stored sketch.</summary>
    /// <param name="minima"><see cref="SketchParameters.Bins"/> minima of a block or window.</param>
    /// <param name="sketch">Receives <see cref="SketchParameters.SketchBytes"/> bytes.</param>
    /// <param name="tier">Instructions to use; the result is the same with all.</param>
    /// <returns>False if the set is empty: the sketch is all zeros, and there is nothing to compare.</returns>
    internal static bool Store(ReadOnlySpan<uint> minima, Span<byte> sketch, SimdTier tier)
    {
        minima = minima[..SketchParameters.Bins];
        sketch = sketch[..SketchParameters.SketchBytes];
        bool stored = tier switch
        {
            SimdTier.Avx512 => StoreVector<LaneVector512>(minima, sketch),
            SimdTier.Avx2 => StoreVector<LaneVector256>(minima, sketch),
            SimdTier.V128 => StoreVector<LaneVector128>(minima, sketch),
            _ => StoreScalar(minima, sketch),
        };
        if (!stored) sketch.Clear();
        return stored;
    }

    /// <summary>One of several sketches.</summary>
    internal static ReadOnlySpan<byte> At(ReadOnlySpan<byte> sketches, int place) => sketches.Slice(place * SketchParameters.SketchBytes, SketchParameters.SketchBytes);

    /// <summary>Whether a stored sketch is that of the empty set.</summary>
    internal static bool IsEmpty(ReadOnlySpan<byte> sketch) => sketch[..SketchParameters.SketchBytes].IndexOfAnyExcept((byte)0) < 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool StoreScalar(ReadOnlySpan<uint> minima, Span<byte> sketch)
    {
        Span<ushort> mixed = stackalloc ushort[SketchParameters.Bins];
        for (int i = 0; i < mixed.Length; i++)
        {
            uint x = (minima[i] ^ minima[i] >> Shift1) * Multiplier1;
            x = (x ^ x >> Shift2) * Multiplier2;
            mixed[i] = minima[i] == SketchParameters.Empty ? (ushort)0 : (ushort)((x | NotEmpty) >> 16);
        }
        if (mixed.IndexOfAnyExcept((ushort)0) < 0) return false;
        for (int i = 0; i < mixed.Length; i++)
        {
            ushort lane = mixed[i];
            for (int round = 0; lane == 0; round++) lane = mixed[(i + Offsets[round]) % SketchParameters.Bins];
            sketch[i] = (byte)((ushort)(lane * Multipliers[i]) >> 8);
        }
        return true;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool StoreVector<TVector>(ReadOnlySpan<uint> minima, Span<byte> sketch) where TVector : struct, ILaneVector<TVector>
    {
        const int MixedBytes = SketchParameters.Bins * sizeof(ushort);
        Span<byte> mixedTwice = stackalloc byte[2 * MixedBytes];

        // SAFETY: minima has 512 bytes, sketch 128, the multipliers 256, all multiples of what a turn reads or writes of them; an offset
        // is at most 127 lanes, so what is loaded at one ends before the second copy does. Some bin is full, so that some round fills the last lane.
        ref byte source = ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(minima));
        ref byte mixed = ref MemoryMarshal.GetReference(mixedTwice);
        ref byte lanes = ref MemoryMarshal.GetReference(sketch);
        ref byte multipliers = ref Unsafe.As<ushort, byte>(ref MemoryMarshal.GetReference(Multipliers));
        ref byte offsets = ref MemoryMarshal.GetReference(Offsets);
        TVector some = default;
        for (nint i = 0; i < MixedBytes; i += TVector.LengthBytes)
        {
            TVector halves = TVector.UpperHalves(Mix(TVector.Load(ref Unsafe.Add(ref source, 2 * i))), Mix(TVector.Load(ref Unsafe.Add(ref source, 2 * i + TVector.LengthBytes))));
            halves.Store(ref Unsafe.Add(ref mixed, i));
            halves.Store(ref Unsafe.Add(ref mixed, i + MixedBytes));
            some = TVector.FillZeros16(some, halves);
        }
        if (TVector.IsZero(some)) return false;
        for (nint i = 0; i < MixedBytes; i += 4 * TVector.LengthBytes)
        {
            TVector a = At<TVector>(ref mixed, i, 0), b = At<TVector>(ref mixed, i, 1), c = At<TVector>(ref mixed, i, 2), d = At<TVector>(ref mixed, i, 3);
            for (nint round = 0; TVector.HasZero16(a, b, c, d); round++)
            {
                nint from = i + sizeof(ushort) * Unsafe.Add(ref offsets, round);
                a = TVector.FillZeros16(a, At<TVector>(ref mixed, from, 0));
                b = TVector.FillZeros16(b, At<TVector>(ref mixed, from, 1));
                c = TVector.FillZeros16(c, At<TVector>(ref mixed, from, 2));
                d = TVector.FillZeros16(d, At<TVector>(ref mixed, from, 3));
            }
            a = TVector.Multiply16(a, At<TVector>(ref multipliers, i, 0));
            b = TVector.Multiply16(b, At<TVector>(ref multipliers, i, 1));
            c = TVector.Multiply16(c, At<TVector>(ref multipliers, i, 2));
            d = TVector.Multiply16(d, At<TVector>(ref multipliers, i, 3));
            TVector.UpperBytes(a, b).Store(ref Unsafe.Add(ref lanes, i / 2));
            TVector.UpperBytes(c, d).Store(ref Unsafe.Add(ref lanes, i / 2 + TVector.LengthBytes));
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector At<TVector>(ref byte start, nint offset, nint register) where TVector : struct, ILaneVector<TVector> =>
        TVector.Load(ref Unsafe.Add(ref start, offset + register * TVector.LengthBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Mix<TVector>(TVector minima) where TVector : struct, ILaneVector<TVector> =>
        TVector.SetUnlessAllOnes32(TVector.Mix32(TVector.Mix32(minima, Shift1, Multiplier1), Shift2, Multiplier2), NotEmpty, minima);
}
