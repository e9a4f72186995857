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
    internal const int FirstMark = 2;
    internal const int FirstKeyword = 24;
    internal const int KeywordCodes = 100;
    const int FirstName = FirstKeyword + KeywordCodes;

    /// <summary>Values of a name's hash.</summary>
    internal const int NameHashes = (256 - FirstName) / TokenParameters.NameMemory;

    /// <summary>Structures: codes without the names' hashes.</summary>
    internal const int Structures = FirstName + TokenParameters.NameMemory;

    static readonly byte[] s_structures = MakeStructures();
    static readonly byte[] s_distances = MakeDistances();

    const int History = 16;

    const int Padding = 8;

    readonly uint _key;

    // The last tokens before the sequence, then the sequence, then room for what vectors read behind it.
    uint[] _tokens = new uint[History + ShingleReader.PieceTokens + Padding];

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
        if (_tokens.Length < History + tokens.Length + Padding) Array.Resize(ref _tokens, History + tokens.Length + Padding);
        tokens.CopyTo(_tokens.AsSpan(History));
        Span<uint> all = _tokens;
        if (Vector128.IsHardwareAccelerated)
        {
            int done = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                for (; done <= codes.Length - Vector512<uint>.Count; done += Vector512<uint>.Count)
                    EncodeSixteen(all.Slice(done, History + Vector512<uint>.Count)).CopyTo(codes[done..]);
            }
            for (int i = done; i < codes.Length; i += Vector256<uint>.Count)
            {
                Vector64<byte> eight = EncodeEight(all.Slice(i, History + Vector256<uint>.Count));
                if (i <= codes.Length - Vector256<uint>.Count) eight.CopyTo(codes[i..]);
                else for (int j = i; j < codes.Length; j++) codes[j] = eight.GetElement(j - i);
            }
        }
        else
        {
            for (int i = 0; i < codes.Length; i++)
            {
                uint token = all[History + i];
                int distance = 1;
                while (distance < TokenParameters.NameMemory && all[History + i - distance] != token) distance++;
                uint hash = (uint)((ulong)((token ^ token >> 15) * _key ^ _key >> 7) * NameHashes >> 32);
                codes[i] = Token.IsName(token) ? (byte)(FirstName + distance % TokenParameters.NameMemory * NameHashes + hash) : Token.IsNumber(token) ? Number : (byte)token;
            }
        }
        all.Slice(codes.Length, History).CopyTo(all);
    }

    /// <summary>Codes of eight tokens behind <see cref="History"/> others.</summary>
    // From the farthest distance to the nearest all eight are compared with those before them. No branches: which kind of token comes next is anybody's guess.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector64<byte> EncodeEight(ReadOnlySpan<uint> tokens)
    {
        Vector256<uint> token = Vector256.Create(tokens[History..]);
        Vector256<uint> distance = Vector256<uint>.Zero;
        for (int d = TokenParameters.NameMemory - 1; d > 0; d--)
            distance = Vector256.ConditionalSelect(Vector256.Equals(Vector256.Create(tokens[(History - d)..]), token), Vector256.Create((uint)(d * NameHashes)), distance);
        // The product's upper bits depend on all of the name's; they are reduced without a division, by halves.
        Vector256<uint> product = (token ^ token >>> 15) * _key ^ Vector256.Create(_key >> 7);
        Vector256<uint> hash = ((product >>> 16) * NameHashes + ((product & Vector256.Create(0xFFFFu)) * NameHashes >>> 16)) >>> 16;
        Vector256<uint> name = distance + hash + Vector256.Create((uint)FirstName);
        Vector256<uint> other = Vector256.ConditionalSelect(Vector256.Equals(token >>> 30, Vector256<uint>.One), Vector256.Create((uint)Number), token);
        Vector256<uint> code = Vector256.ConditionalSelect(Vector256.LessThan(token.AsInt32(), Vector256<int>.Zero).AsUInt32(), name, other);
        Vector128<ushort> narrow = Vector128.Narrow(code.GetLower(), code.GetUpper());
        return Vector64.Narrow(narrow.GetLower(), narrow.GetUpper());
    }

    /// <summary>The same for sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector128<byte> EncodeSixteen(ReadOnlySpan<uint> tokens)
    {
        Vector512<uint> token = Vector512.Create(tokens[History..]);
        Vector512<uint> distance = Vector512<uint>.Zero;
        for (int d = TokenParameters.NameMemory - 1; d > 0; d--)
            distance = Vector512.ConditionalSelect(Vector512.Equals(Vector512.Create(tokens[(History - d)..]), token), Vector512.Create((uint)(d * NameHashes)), distance);
        Vector512<uint> product = (token ^ token >>> 15) * _key ^ Vector512.Create(_key >> 7);
        Vector512<uint> hash = ((product >>> 16) * NameHashes + ((product & Vector512.Create(0xFFFFu)) * NameHashes >>> 16)) >>> 16;
        Vector512<uint> name = distance + hash + Vector512.Create((uint)FirstName);
        Vector512<uint> other = Vector512.ConditionalSelect(Vector512.Equals(token >>> 30, Vector512<uint>.One), Vector512.Create((uint)Number), token);
        Vector512<uint> code = Vector512.ConditionalSelect(Vector512.LessThan(token.AsInt32(), Vector512<int>.Zero).AsUInt32(), name, other);
        Vector256<ushort> narrow = Vector256.Narrow(code.GetLower(), code.GetUpper());
        return Vector128.Narrow(narrow.GetLower(), narrow.GetUpper());
    }

    /// <summary>For each code the code without its name's hash: below <see cref="Structures"/>.</summary>
    internal static ReadOnlySpan<byte> StructureOf => s_structures;

    /// <summary>For each code of a name that was used among the nine tokens before: how many ago; else 0.</summary>
    internal static ReadOnlySpan<byte> DistanceOf => s_distances;

    /// <summary>The structure of a name that is new.</summary>
    internal const byte NewName = FirstName;

    /// <summary>The first code of a name that was used so many tokens ago; 256 behind the last.</summary>
    internal static int FirstAt(int distance) => distance < TokenParameters.NameMemory ? FirstName + distance * NameHashes : 256;

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
