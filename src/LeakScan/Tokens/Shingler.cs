using System.Runtime.CompilerServices;
using LeakScan.Simd;

namespace LeakScan.Tokens;

/// <summary>Rolling hashes of the shingles of a sequence of codes: ten tokens, by their structure. Grows with the longest sequence it is given at once.</summary>
// A polynomial in an odd base modulo 2^64 over one random number a structure, as Karp and Rabin's; what is peculiar to it is that a name that
// was last used before the shingle began is new to the shingle. So when the shingle moves on by a token, and that token's name is used again
// d tokens further on, that use becomes that of a new name. All that changes is known from d:
//
//   hash' = hash base + enter[structure that enters] - leave[structure that leaves] + renew[d]
//
// Linear, so neither keyed nor mixed; TokenKeys does both.
sealed partial class Shingler
{
    const int Length = TokenParameters.ShingleLength;
    const int Codes = 256;

    /// <summary>Bytes that vectors read and write behind the sequence.</summary>
    const int Padding = 64 + Length;

    const ulong Base = 0x9E3779B97F4A7C15;

    // By codes: what a token adds as it enters, takes away as it leaves, being a new name if it is one, and by its distance what its next use adds as it becomes new.
    static readonly ulong[] s_terms = MakeTerms();
    static readonly ulong[] s_enter = [.. Enumerable.Range(0, Codes).Select(code => s_terms[TokenCoder.StructureOf[code]])];
    static readonly ulong[] s_leave = [.. Enumerable.Range(0, Codes).Select(code => s_terms[Math.Min(TokenCoder.StructureOf[code], TokenCoder.NewName)] * Power(Length))];
    static readonly ulong[] s_renew = [.. Enumerable.Range(0, Codes).Select(d => d is 0 or >= Length ? 0 : (s_terms[TokenCoder.NewName] - s_terms[TokenCoder.NewName + d]) * Power(Length - d))];

    // Of ten tokens that are none.
    static readonly ulong s_empty = Enumerable.Range(0, Length).Aggregate(0UL, (hash, _) => hash * Base + s_enter[TokenCoder.Nothing]);

    readonly SimdTier _tier;

    // The codes of the last ten tokens before the sequence, then of the sequence.
    byte[] _codes = new byte[Length + ShingleReader.PieceTokens + Padding];
    byte[] _nextUse = new byte[Length + ShingleReader.PieceTokens + Padding]; // tokens to the next use of a name within nine; 0 if there is none
    ulong _hash;
    int _nothing; // tokens until no shingle holds one that must not match
    int _count; // of the first tokens, up to as many as a shingle has

    /// <param name="tier">Instructions to use; the result is the same with all.</param>
    internal Shingler(SimdTier tier)
    {
        _tier = tier;
        Reset();
    }

    internal void Reset()
    {
        _codes.AsSpan(0, Length).Clear();
        (_hash, _count, _nothing) = (s_empty, 0, Length);
    }

    /// <summary>Takes the next codes.</summary>
    /// <param name="codes">Codes.</param>
    /// <param name="hashes">Receives for each the hash of the shingle that ends there; 0 where there is none, or one that must not match.</param>
    internal void Append(ReadOnlySpan<byte> codes, Span<ulong> hashes)
    {
        hashes = hashes[..codes.Length];
        if (_codes.Length < Length + codes.Length + Padding)
        {
            Array.Resize(ref _codes, Length + codes.Length + Padding);
            Array.Resize(ref _nextUse, Length + codes.Length + Padding);
        }
        codes.CopyTo(_codes.AsSpan(Length));
        int done = AppendFirst(codes, hashes);
        if (_tier == SimdTier.Avx512) AppendVector(codes, hashes, done);
        else AppendScalar(codes, hashes, done);
        ClearNothing(codes, hashes);
        _codes.AsSpan(codes.Length, Length).CopyTo(_codes);
    }

    /// <summary>Takes codes until there are as many as a shingle has. What leaves are none, and names used before the first are new.</summary>
    /// <returns>How many it took.</returns>
    int AppendFirst(ReadOnlySpan<byte> codes, Span<ulong> hashes)
    {
        int taken = Math.Min(codes.Length, Length - _count);
        for (int i = 0; i < taken; i++, _count++)
        {
            bool isNew = TokenCoder.DistanceOf[codes[i]] > _count;
            _hash = _hash * Base + ((isNew ? s_terms[TokenCoder.NewName] : s_enter[codes[i]]) - s_leave[TokenCoder.Nothing]);
            hashes[i] = _hash | 1;
        }
        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AppendScalar(ReadOnlySpan<byte> codes, Span<ulong> hashes, int done)
    {
        ReadOnlySpan<byte> leaving = _codes.AsSpan(0, codes.Length);
        Span<byte> nextUse = _nextUse.AsSpan(0, Length + codes.Length);
        nextUse.Clear();
        // Of a length that is known, so that a code needs no check.
        ReadOnlySpan<byte> distanceOf = TokenCoder.DistanceOf[..Codes];
        ReadOnlySpan<ulong> enter = s_enter.AsSpan(0, Codes), leave = s_leave.AsSpan(0, Codes), renew = s_renew.AsSpan(0, Codes);
        for (int i = 0; i < Length + done; i++)
        {
            byte distance = distanceOf[_codes[i]];
            if (distance <= i) nextUse[i - distance] = distance;
        }
        ulong hash = _hash;
        for (int i = done; i < codes.Length; i++)
        {
            byte code = codes[i];
            byte distance = distanceOf[code];
            nextUse[Length + i - distance] = distance;
            hash = hash * Base + (enter[code] - leave[leaving[i]] + renew[nextUse[i]]);
            hashes[i] = hash | 1;
        }
        _hash = hash;
    }

    /// <summary>Clears the hashes of shingles that hold a token that must not match, or that would begin before the first.</summary>
    void ClearNothing(ReadOnlySpan<byte> codes, Span<ulong> hashes)
    {
        hashes[..Math.Min(hashes.Length, Math.Max(0, _nothing - 1))].Clear();
        _nothing = Math.Max(0, _nothing - codes.Length);
        for (int i = 0, next; (next = codes[i..].IndexOf(TokenCoder.Nothing)) >= 0; i++)
        {
            i += next;
            hashes.Slice(i, Math.Min(Length, hashes.Length - i)).Clear();
            _nothing = Math.Max(0, Length - (codes.Length - 1 - i));
        }
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
