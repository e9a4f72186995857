using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LeakScan.Primitives;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace LeakScan.Fingerprints;

/// <summary>The keyed 64-bit fingerprint of a k-gram.</summary>
// Four AES rounds under a secret key. With a = bytes 0-15 and b = bytes 8-23 of the k-gram and K0..K4 derived from the key:
//
//   s = round(a ^ K0) ^ b ^ K1;  s = round(s) ^ K2;  s = round(s) ^ K3;  s = round(s) ^ K4;  fingerprint = low half of s
//
// where round is SubBytes, ShiftRows, MixColumns. Two rounds spread every input bit over the whole state; b passes three.
// Every machine made in the last ten years has the round as one instruction; the others use tables, with the same result.
sealed class FingerprintHash
{
    readonly Vector128<byte> _k0;
    readonly Vector128<byte> _k1;
    readonly Vector128<byte> _k2;
    readonly Vector128<byte> _k3;
    readonly Vector128<byte> _k4;

    /// <param name="first">32 key bytes.</param>
    /// <param name="second">32 key bytes.</param>
    /// <param name="third">At least 16 key bytes.</param>
    internal FingerprintHash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        (_k0, _k1) = (Vector128.Create(first[..16]), Vector128.Create(first[16..32]));
        (_k2, _k3) = (Vector128.Create(second[..16]), Vector128.Create(second[16..32]));
        _k4 = Vector128.Create(third[..16]);
    }

    internal static bool HasAesRounds => X86Aes.IsSupported || ArmAes.IsSupported;

    /// <summary>The fingerprints of the k-grams that end at these positions of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Compute(ReadOnlySpan<byte> tile, ReadOnlySpan<int> ends, Span<ulong> fingerprints, bool useAesRounds)
    {
        if (useAesRounds && HasAesRounds)
        {
            (Vector128<byte> k0, Vector128<byte> k1, Vector128<byte> k2, Vector128<byte> k3, Vector128<byte> k4) = (_k0, _k1, _k2, _k3, _k4);
            // SAFETY: the caller's ends lie in the tile, a k-gram's length from its beginning.
            ref byte first = ref MemoryMarshal.GetReference(tile);
            ref int end = ref MemoryMarshal.GetReference(ends);
            ref ulong fingerprint = ref MemoryMarshal.GetReference(fingerprints[..ends.Length]);
            for (int i = 0; i < ends.Length; i++)
            {
                ref byte gram = ref Unsafe.Add(ref first, Unsafe.Add(ref end, i) - (GramParameters.GramLength - 1));
                Vector128<byte> a = Vector128.LoadUnsafe(ref gram) ^ k0;
                Vector128<byte> b = Vector128.LoadUnsafe(ref gram, 8) ^ k1;
                Unsafe.Add(ref fingerprint, i) = Round(Round(Round(Round(a, b), k2), k3), k4).AsUInt64().ToScalar();
            }
            return;
        }

        for (int i = 0; i < ends.Length; i++)
        {
            fingerprints[i] = ComputePortable(tile.Slice(ends[i] - (GramParameters.GramLength - 1), GramParameters.GramLength));
        }
    }

    /// <summary>The keyed hashes of numbers: those of k-grams that hold the number and zeros.</summary>
    /// <param name="numbers">Numbers.</param>
    /// <param name="hashes">Receives their hashes; may be the same.</param>
    /// <param name="useAesRounds">Whether to use the machine's instructions for AES, if it has them; the result is the same.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Compute(ReadOnlySpan<ulong> numbers, Span<ulong> hashes, bool useAesRounds)
    {
        hashes = hashes[..numbers.Length];
        if (useAesRounds && HasAesRounds)
        {
            (Vector128<byte> k0, Vector128<byte> k1, Vector128<byte> k2, Vector128<byte> k3, Vector128<byte> k4) = (_k0, _k1, _k2, _k3, _k4);
            for (int i = 0; i < numbers.Length; i++)
            {
                Vector128<byte> a = Vector128.CreateScalar(numbers[i]).AsByte() ^ k0;
                hashes[i] = Round(Round(Round(Round(a, k1), k2), k3), k4).AsUInt64().ToScalar();
            }
            return;
        }

        Span<byte> gram = stackalloc byte[GramParameters.GramLength];
        gram.Clear();
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(gram, numbers[i]);
            hashes[i] = ComputePortable(gram);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key)
    {
        if (X86Aes.IsSupported) return X86Aes.Encrypt(state, key);
        return ArmAes.MixColumns(ArmAes.Encrypt(state, Vector128<byte>.Zero)) ^ key;
    }

    ulong ComputePortable(ReadOnlySpan<byte> gram)
    {
        ulong middle = BinaryPrimitives.ReadUInt64LittleEndian(gram[8..]);
        (ulong low, ulong high) = (BinaryPrimitives.ReadUInt64LittleEndian(gram) ^ Low(_k0), middle ^ High(_k0));
        (low, high) = AesRound.Encrypt(low, high, middle ^ Low(_k1), BinaryPrimitives.ReadUInt64LittleEndian(gram[16..]) ^ High(_k1));
        (low, high) = AesRound.Encrypt(low, high, Low(_k2), High(_k2));
        (low, high) = AesRound.Encrypt(low, high, Low(_k3), High(_k3));
        return AesRound.EncryptLow(low, high, Low(_k4));
    }

    static ulong Low(Vector128<byte> key) => key.AsUInt64().ToScalar();

    static ulong High(Vector128<byte> key) => key.AsUInt64().GetElement(1);
}
