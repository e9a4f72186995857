using System.Runtime.CompilerServices;

namespace LeakScan.Tokens;

/// <summary>Rolling hashes of the shingles of a sequence of codes: ten tokens, by their structure. Grows with the longest sequence it is given at once.</summary>
// A polynomial in an odd base modulo 2^64 over one random number a structure, as Karp and Rabin's; what is peculiar to it is that a name that
// was last used before the shingle began is new to the shingle. So when the shingle moves on by a token, and that token's name is used again
// d tokens further on, that use becomes that of a new name. All that changes is known from d:
//
//   hash' = (hash - leave[structure that leaves] + renew[d]) base + enter[structure that enters]
//
// Linear, so neither keyed nor mixed; TokenKeys does both.
sealed class Shingler
{
    const int Length = TokenParameters.ShingleLength;
    const ulong Base = 0x9E3779B97F4A7C15;

    /// <summary>Stands where there is no token yet.</summary>
    const byte Before = TokenCoder.Structures;

    static readonly ulong[] s_enter = MakeTerms();
    static readonly ulong[] s_leave = Array.ConvertAll(s_enter, t => t * Power(Length - 1));
    static readonly ulong[] s_renew = [.. Enumerable.Range(0, Length).Select(d => d == 0 ? 0 : (s_enter[TokenCoder.NewName] - s_enter[TokenCoder.NewName + d]) * Power(Length - 1 - d))];

    // The last ten tokens before the sequence, then the sequence.
    byte[] _structures = new byte[Length + ShingleReader.PieceTokens]; // as they leave: a name is new then
    byte[] _nextUse = new byte[Length + ShingleReader.PieceTokens]; // tokens to the next use of a name within nine; 0 if there is none
    ulong _hash;
    int _nothing; // tokens until no shingle holds one that must not match
    long _count;

    internal Shingler() => Reset();

    internal void Reset()
    {
        _structures.AsSpan(0, Length).Fill(Before);
        _nextUse.AsSpan(0, Length).Clear();
        (_hash, _count, _nothing) = (0, 0, Length);
    }

    /// <summary>Takes the next codes.</summary>
    /// <param name="codes">Codes.</param>
    /// <param name="hashes">Receives for each the hash of the shingle that ends there; 0 where there is none, or one that must not match.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Append(ReadOnlySpan<byte> codes, Span<ulong> hashes)
    {
        hashes = hashes[..codes.Length];
        if (_structures.Length < Length + codes.Length)
        {
            Array.Resize(ref _structures, Length + codes.Length);
            Array.Resize(ref _nextUse, Length + codes.Length);
        }
        Span<byte> structures = _structures.AsSpan(0, Length + codes.Length);
        Span<byte> nextUse = _nextUse.AsSpan(0, Length + codes.Length);
        nextUse[Length..].Clear();
        ReadOnlySpan<byte> distanceOf = TokenCoder.DistanceOf, structureOf = TokenCoder.StructureOf;
        ReadOnlySpan<ulong> enter = s_enter, leave = s_leave, renew = s_renew;
        long seen = _count;
        ulong hash = _hash;
        int nothing = _nothing;
        for (int i = 0; i < codes.Length; i++)
        {
            byte code = codes[i];
            int distance = distanceOf[code];
            int structure = structureOf[code];
            if (distance > seen + i) (structure, distance) = (TokenCoder.NewName, 0);
            nextUse[Length + i - distance] = (byte)distance;
            structures[Length + i] = (byte)Math.Min(structure, TokenCoder.NewName);
            hash = (hash - leave[structures[i]] + renew[nextUse[i]]) * Base + enter[structure];
            nothing = code == TokenCoder.Nothing ? Length : nothing - (nothing > 0 ? 1 : 0);
            hashes[i] = nothing > 0 ? 0 : hash | 1;
        }
        (_hash, _nothing) = (hash, nothing);
        _count += codes.Length;
        structures[^Length..].CopyTo(structures);
        nextUse[^Length..].CopyTo(nextUse);
    }

    static ulong[] MakeTerms()
    {
        // SplitMix64 (Steele, Lea and Flood 2014); the last is Before's, which adds nothing.
        ulong[] terms = new ulong[TokenCoder.Structures + 1];
        ulong state = 0x5EED;
        for (int i = 0; i < TokenCoder.Structures; i++)
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            terms[i] = z ^ z >> 31;
        }
        return terms;
    }

    static ulong Power(int exponent)
    {
        ulong power = 1;
        for (int i = 0; i < exponent; i++) power *= Base;
        return power;
    }
}
