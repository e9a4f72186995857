namespace LeakScan.Tokens;

/// <summary>Rolling hashes of the shingles of a sequence of codes: ten tokens, by their structure.</summary>
// A polynomial in an odd base modulo 2^64 over one random number a structure, as Karp and Rabin's; what is peculiar to it is that a name that
// was last used before the shingle began is new to the shingle. So when the shingle moves on by a token, the next use of that
// token's name, if the shingle has it, becomes that of a new name: one term more to be put right.
//
// Linear, so neither keyed nor mixed; TokenKeys.Shingles does both.
sealed class Shingler
{
    const ulong Base = 0x9E3779B97F4A7C15;
    const int Ring = 16;

    static readonly ulong[] s_terms = MakeTerms();
    static readonly ulong[] s_powers = MakePowers();

    readonly byte[] _codes = new byte[Ring];
    readonly byte[] _nextUse = new byte[Ring]; // tokens to the next use of the name; 0 if there was none yet
    ulong _hash;
    int _nothing; // tokens until no shingle holds one that must not match
    long _count;

    internal void Reset()
    {
        Array.Clear(_codes);
        Array.Clear(_nextUse);
        (_hash, _count, _nothing) = (0, 0, TokenParameters.ShingleLength);
    }

    /// <summary>Takes the next codes.</summary>
    /// <param name="codes">Codes.</param>
    /// <param name="hashes">Receives for each the hash of the shingle that ends there; 0 where there is none, or one that must not match.</param>
    internal void Append(ReadOnlySpan<byte> codes, Span<ulong> hashes)
    {
        const int Length = TokenParameters.ShingleLength;
        hashes = hashes[..codes.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            byte code = codes[i];
            int end = (int)(_count & (Ring - 1));
            int first = (int)((_count - Length) & (Ring - 1));
            // The first token leaves, as a new name if as a name at all.
            byte leaving = _codes[first];
            ulong hash = _hash;
            if (_count >= Length)
            {
                hash -= s_terms[TokenCoder.IsName(leaving) ? TokenCoder.NewName : TokenCoder.StructureOf(leaving)] * s_powers[Length - 1];
                int next = _nextUse[first];
                if (next != 0)
                {
                    int structure = TokenCoder.StructureOf(_codes[(first + next) & (Ring - 1)]);
                    hash += (s_terms[TokenCoder.NewName] - s_terms[structure]) * s_powers[Length - 1 - next];
                }
            }
            int distance = TokenCoder.DistanceOf(code);
            if (distance > _count) distance = 0;
            _codes[end] = code;
            _nextUse[end] = 0;
            if (distance != 0) _nextUse[(end - distance) & (Ring - 1)] = (byte)distance;
            hash = hash * Base + s_terms[distance == 0 && TokenCoder.IsName(code) ? TokenCoder.NewName : TokenCoder.StructureOf(code)];
            _hash = hash;
            _count++;
            if (code == TokenCoder.Nothing) _nothing = Length;
            else if (_nothing > 0) _nothing--;
            hashes[i] = _nothing > 0 ? 0 : hash | 1;
        }
    }

    static ulong[] MakeTerms()
    {
        // SplitMix64 (Steele, Lea and Flood 2014).
        ulong[] terms = new ulong[TokenCoder.Structures];
        ulong state = 0x5EED;
        for (int i = 0; i < terms.Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            terms[i] = z ^ z >> 31;
        }
        return terms;
    }

    static ulong[] MakePowers()
    {
        ulong[] powers = new ulong[TokenParameters.ShingleLength];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * Base;
        return powers;
    }
}
