using System.Runtime.CompilerServices;

namespace LeakScan.Tokens;

/// <summary>Rolling hashes of the shingles of a sequence of codes: ten tokens, by their structure. Grows with the longest sequence it is given at once.</summary>
// A polynomial in an odd base modulo 2^64 over one random number a structure, as Karp and Rabin's; what is peculiar to it is that a name that
// was last used before the shingle began is new to the shingle. So when the shingle moves on by a token, and that token's name is used again
// d tokens further on, that use becomes that of a new name. All that changes is known from d:
//
//   hash' = hash base + enter[structure that enters] - leave[structure that leaves] + renew[d]
//
// Linear, so neither keyed nor mixed; TokenKeys does both.
sealed class Shingler
{
    const int Length = TokenParameters.ShingleLength;
    const int Codes = 256;
    const ulong Base = 0x9E3779B97F4A7C15;

    // By codes: what a token adds as it enters, takes away as it leaves, being a new name if it is one, and by its distance what its next use adds as it becomes new.
    static readonly ulong[] s_terms = MakeTerms();
    static readonly ulong[] s_enter = [.. Enumerable.Range(0, Codes).Select(code => s_terms[TokenCoder.StructureOf[code]])];
    static readonly ulong[] s_leave = [.. Enumerable.Range(0, Codes).Select(code => s_terms[Math.Min(TokenCoder.StructureOf[code], TokenCoder.NewName)] * Power(Length))];
    static readonly ulong[] s_renew = [.. Enumerable.Range(0, Codes).Select(d => d is 0 or >= Length ? 0 : (s_terms[TokenCoder.NewName] - s_terms[TokenCoder.NewName + d]) * Power(Length - d))];

    // Of ten tokens that are none.
    static readonly ulong s_empty = Enumerable.Range(0, Length).Aggregate(0UL, (hash, _) => hash * Base + s_enter[TokenCoder.Nothing]);

    // The codes of the last ten tokens before the sequence, then of the sequence.
    byte[] _codes = new byte[Length + ShingleReader.PieceTokens];
    byte[] _nextUse = new byte[Length + ShingleReader.PieceTokens]; // tokens to the next use of a name within nine; 0 if there is none
    ulong _hash;
    int _nothing; // tokens until no shingle holds one that must not match
    int _count; // of the first tokens, up to as many as a shingle has

    internal Shingler() => Reset();

    internal void Reset()
    {
        _codes.AsSpan(0, Length).Clear();
        _nextUse.AsSpan(0, Length).Clear();
        (_hash, _count, _nothing) = (s_empty, 0, Length);
    }

    /// <summary>Takes the next codes.</summary>
    /// <param name="codes">Codes.</param>
    /// <param name="hashes">Receives for each the hash of the shingle that ends there; 0 where there is none, or one that must not match.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Append(ReadOnlySpan<byte> codes, Span<ulong> hashes)
    {
        hashes = hashes[..codes.Length];
        if (_codes.Length < Length + codes.Length)
        {
            Array.Resize(ref _codes, Length + codes.Length);
            Array.Resize(ref _nextUse, Length + codes.Length);
        }
        codes.CopyTo(_codes.AsSpan(Length));
        ReadOnlySpan<byte> leaving = _codes.AsSpan(0, codes.Length);
        Span<byte> nextUse = _nextUse.AsSpan(0, Length + codes.Length);
        nextUse[Length..].Clear();
        // Of a length that is known, so that a code needs no check.
        ReadOnlySpan<byte> distanceOf = TokenCoder.DistanceOf[..Codes];
        ReadOnlySpan<ulong> enter = s_enter.AsSpan(0, Codes), leave = s_leave.AsSpan(0, Codes), renew = s_renew.AsSpan(0, Codes);
        ulong hash = _hash;
        int nothing = _nothing;
        int i = 0;
        for (; _count < Length && i < codes.Length; i++, _count++)
        {
            byte code = codes[i];
            byte distance = distanceOf[code];
            bool isFirst = distance > _count; // what was used before the first token is new
            nextUse[Length + i - (isFirst ? 0 : distance)] = isFirst ? (byte)0 : distance;
            hash = hash * Base + ((isFirst ? s_terms[TokenCoder.NewName] : enter[code]) - leave[leaving[i]] + renew[nextUse[i]]);
            nothing = code == TokenCoder.Nothing ? Length : Math.Max(0, nothing - 1);
            hashes[i] = nothing > 0 ? 0 : hash | 1;
        }
        for (; i < codes.Length; i++)
        {
            byte code = codes[i];
            byte distance = distanceOf[code];
            nextUse[Length + i - distance] = distance;
            hash = hash * Base + (enter[code] - leave[leaving[i]] + renew[nextUse[i]]);
            nothing = code == TokenCoder.Nothing ? Length : Math.Max(0, nothing - 1);
            hashes[i] = nothing > 0 ? 0 : hash | 1;
        }
        (_hash, _nothing) = (hash, nothing);
        _codes.AsSpan(codes.Length, Length).CopyTo(_codes);
        nextUse[^Length..].CopyTo(nextUse);
    }

    static ulong[] MakeTerms()
    {
        // SplitMix64 (Steele, Lea and Flood 2014).
        ulong[] terms = new ulong[TokenCoder.Structures];
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
