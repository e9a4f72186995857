using System.Buffers.Binary;
using LeakScan.Fingerprints;
using LeakScan.Simd;

namespace LeakScan.Tokens;

/// <summary>What a key makes of tokens. Thread-safe.</summary>
sealed class TokenKeys(IndexKey key)
{
    readonly FingerprintHash _stream = new(key.Derive("leakscan token stream 1a"), key.Derive("leakscan token stream 1b"), key.Derive("leakscan token stream 1c"));

    /// <summary>Keys the hashes of names.</summary>
    internal uint Names { get; } = BinaryPrimitives.ReadUInt32LittleEndian(key.Derive("leakscan token names 1"));

    /// <summary>Keyed hashes of shingles' rolling hashes.</summary>
    internal FingerprintHash Shingles { get; } = new(key.Derive("leakscan shingle 1a"), key.Derive("leakscan shingle 1b"), key.Derive("leakscan shingle 1c"));

    /// <summary>Keyed hashes of the tokens of names that documents declare.</summary>
    internal FingerprintHash DeclaredNames { get; } = new(key.Derive("leakscan declared name 1a"), key.Derive("leakscan declared name 1b"), key.Derive("leakscan declared name 1c"));

    /// <summary>Encrypts or decrypts codes in place: a stream cipher by position, so any stretch can be read alone.</summary>
    /// <param name="nonce">Differs from file to file.</param>
    /// <param name="position">Of the first code among all of the file.</param>
    /// <param name="codes">Codes.</param>
    /// <param name="tier">Instructions to use; the result is the same with all.</param>
    internal void Cipher(ulong nonce, long position, Span<byte> codes, SimdTier tier)
    {
        Span<ulong> blocks = stackalloc ulong[64];
        Span<byte> stream = stackalloc byte[64 * sizeof(ulong)];
        while (!codes.IsEmpty)
        {
            int skip = (int)(position & 7);
            int take = Math.Min(codes.Length, stream.Length - skip);
            int count = (skip + take + 7) / 8;
            for (int i = 0; i < count; i++) blocks[i] = nonce + (ulong)(position >> 3) + (ulong)i;
            _stream.Compute(blocks[..count], blocks, tier != SimdTier.Scalar);
            for (int i = 0; i < count; i++) BinaryPrimitives.WriteUInt64LittleEndian(stream[(8 * i)..], blocks[i]);
            for (int i = 0; i < take; i++) codes[i] ^= stream[skip + i];
            codes = codes[take..];
            position += take;
        }
    }
}
