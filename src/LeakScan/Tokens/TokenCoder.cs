using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LeakScan.Tokens;

/// <summary>Turns tokens into codes of one byte, which is all that is known of them from then on.</summary>
// After Baker, "A theory of parameterized pattern matching" (STOC 1993): a name is told by how many tokens ago it was used
// last, so code whose names were all changed, each everywhere in the same way, has the same codes but for the names' own share:
//
//   0                                no token: what must not match
//   1 .. Fixed                       a mark, a keyword (several may share a code), a number
//   Fixed + 1 + 13 distance + hash   a name: distance 0 (not among the nine tokens before) to 9; a keyed hash of it, 0 to 12
//
// Structure is what is left if the hash is taken away.
sealed class TokenCoder
{
    /// <summary>Code of what must not match.</summary>
    internal const byte Nothing = 0;

    internal const byte Number = 1;
    const int FirstMark = 2;
    const int FirstKeyword = 24;
    const int KeywordCodes = 100;
    const int FirstName = FirstKeyword + KeywordCodes;

    /// <summary>Values of a name's hash.</summary>
    internal const int NameHashes = (256 - FirstName) / TokenParameters.NameMemory;

    /// <summary>Structures: codes without the names' hashes.</summary>
    internal const int Structures = FirstName + TokenParameters.NameMemory;

    static readonly byte[] s_structures = MakeStructures();
    static readonly byte[] s_distances = MakeDistances();

    // Codes of marks and keywords by token; the last is that of numbers.
    static readonly byte[] s_fixed = MakeFixed();

    const int FixedMask = 511;

    // Code of the first name hash by the highest of the bits 1 to 9, of which 9 is that of the token before.
    static readonly byte[] s_firstNames = [.. Enumerable.Range(0, TokenParameters.NameMemory).Select(latest => (byte)(FirstName + (latest == 0 ? 0 : TokenParameters.NameMemory - latest) * NameHashes))];

    const int History = 16;

    readonly uint _key;

    // The last tokens before the sequence, then the sequence.
    uint[] _tokens = new uint[History + ShingleReader.PieceTokens];

    /// <param name="key">Keys the names' hashes.</param>
    internal TokenCoder(uint key) => _key = key | 1;

    internal void Reset() => _tokens.AsSpan(0, History).Clear();

    /// <summary>Codes of the next tokens of a text.</summary>
    /// <param name="tokens">Tokens.</param>
    /// <param name="codes">Receives a code for each.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Encode(ReadOnlySpan<uint> tokens, Span<byte> codes)
    {
        codes = codes[..tokens.Length];
        if (_tokens.Length < History + tokens.Length) Array.Resize(ref _tokens, History + tokens.Length);
        tokens.CopyTo(_tokens.AsSpan(History));
        ReadOnlySpan<byte> fixedCodes = s_fixed; // a static field is asked for its class in each turn
        ReadOnlySpan<byte> firstNames = s_firstNames;
        uint key = _key;
        Span<uint> all = _tokens.AsSpan(0, History + tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            uint token = all[History + i];
            Vector256<uint> wanted = Vector256.Create(token);
            uint equal = Vector256.Equals(Vector256.Create(all.Slice(i, 8)), wanted).ExtractMostSignificantBits()
                | Vector256.Equals(Vector256.Create(all.Slice(i + 8, 8)), wanted).ExtractMostSignificantBits() << 8;
            // The highest bit is that of the token before; nine count. No branches: which kind of token comes next is anybody's guess.
            int latest = BitOperations.Log2(equal >> History - (TokenParameters.NameMemory - 1) << 1 | 1);
            // The product's upper bits depend on all of the name's; reduced without a division.
            uint hash = (uint)((ulong)((token ^ token >> 15) * key ^ key >> 7) * NameHashes >> 32);
            uint name = firstNames[latest] + hash;
            uint notFixed = (uint)((int)(0 - (token >> 30)) >> 31);
            uint other = fixedCodes[(int)((token | notFixed) & FixedMask)];
            codes[i] = (byte)(other ^ (other ^ name) & (uint)((int)token >> 31)); // a name if the highest bit is set
        }
        all[^History..].CopyTo(_tokens);
    }

    static byte[] MakeFixed()
    {
        byte[] codes = new byte[FixedMask + 1];
        int code = FirstMark;
        foreach (byte mark in "(){}[];,=<>&|!?:.+-*/%"u8) codes[Token.OfMark(mark)] = (byte)code++;
        if (code != FirstKeyword) throw new InvalidOperationException($"{code - FirstMark} marks");
        for (int keyword = 0; keyword < Keywords.Count; keyword++) codes[Token.OfKeyword(keyword)] = (byte)(FirstKeyword + keyword % KeywordCodes);
        codes[^1] = Number;
        return codes;
    }

    /// <summary>For each code the code without its name's hash: below <see cref="Structures"/>.</summary>
    internal static ReadOnlySpan<byte> StructureOf => s_structures;

    /// <summary>For each code of a name that was used among the nine tokens before: how many ago; else 0.</summary>
    internal static ReadOnlySpan<byte> DistanceOf => s_distances;

    /// <summary>The structure of a name that is new.</summary>
    internal const byte NewName = FirstName;

    internal static bool IsName(byte code) => code >= FirstName;

    internal static bool IsKeyword(byte code) => code is >= FirstKeyword and < FirstName;

    /// <summary>Whether a code is a keyword's, a name's or a number's.</summary>
    internal static bool IsWord(byte code) => code >= FirstKeyword || code == Number;

    /// <summary>Hash of a name, whatever its distance.</summary>
    internal static int NameHashOf(byte code) => (code - FirstName) % NameHashes;

    static byte[] MakeStructures()
    {
        byte[] structures = new byte[256];
        for (int code = 0; code < 256; code++) structures[code] = (byte)(code < FirstName ? code : FirstName + Math.Min((code - FirstName) / NameHashes, TokenParameters.NameMemory - 1));
        return structures;
    }

    static byte[] MakeDistances()
    {
        byte[] distances = new byte[256];
        for (int code = FirstName; code < 256; code++) distances[code] = (byte)(s_structures[code] - FirstName);
        return distances;
    }
}
