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

    static readonly byte[] s_marks = MakeMarks();
    static readonly byte[] s_structures = MakeStructures();
    static readonly byte[] s_distances = MakeDistances();

    readonly uint _key;
    readonly uint[] _recent = new uint[TokenParameters.NameMemory - 1];
    int _next;

    /// <param name="key">Keys the names' hashes.</param>
    internal TokenCoder(uint key) => _key = key | 1;

    internal void Reset()
    {
        Array.Clear(_recent);
        _next = 0;
    }

    /// <summary>Codes of the next tokens of a text.</summary>
    /// <param name="tokens">Tokens.</param>
    /// <param name="codes">Receives a code for each.</param>
    internal void Encode(ReadOnlySpan<uint> tokens, Span<byte> codes)
    {
        codes = codes[..tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            uint token = tokens[i];
            codes[i] = Token.IsName(token) ? OfName(token) : Token.IsNumber(token) ? Number : OfFixed(token);
            _recent[_next] = token;
            _next = _next + 1 == _recent.Length ? 0 : _next + 1;
        }
    }

    byte OfName(uint token)
    {
        int distance = 0;
        int at = _next;
        for (int d = 1; d < TokenParameters.NameMemory; d++)
        {
            at = at == 0 ? _recent.Length - 1 : at - 1;
            if (_recent[at] != token) continue;
            distance = d;
            break;
        }
        // The product's upper bits depend on all of the name's; reduced without a division.
        uint hash = (uint)((ulong)((token ^ token >> 15) * _key ^ _key >> 7) * NameHashes >> 32);
        return (byte)(FirstName + distance * NameHashes + hash);
    }

    static byte OfFixed(uint token)
    {
        int keyword = Token.KeywordOf(token);
        return keyword >= 0 ? (byte)(FirstKeyword + keyword % KeywordCodes) : s_marks[token & 0xFF];
    }

    /// <summary>A code without its name's hash: below <see cref="Structures"/>.</summary>
    internal static byte StructureOf(byte code) => s_structures[code];

    /// <summary>For a name that was used among the nine tokens before: how many ago; else 0.</summary>
    internal static int DistanceOf(byte code) => s_distances[code];

    /// <summary>The structure of a name that is new.</summary>
    internal const byte NewName = FirstName;

    internal static bool IsName(byte code) => code >= FirstName;

    internal static bool IsKeyword(byte code) => code is >= FirstKeyword and < FirstName;

    /// <summary>Whether a code is a keyword's, a name's or a number's.</summary>
    internal static bool IsWord(byte code) => code >= FirstKeyword || code == Number;

    /// <summary>Hash of a name, whatever its distance.</summary>
    internal static int NameHashOf(byte code) => (code - FirstName) % NameHashes;

    static byte[] MakeMarks()
    {
        byte[] codes = new byte[256];
        int code = FirstMark;
        foreach (byte mark in "(){}[];,=<>&|!?:.+-*/%"u8) codes[mark] = (byte)code++;
        if (code != FirstKeyword) throw new InvalidOperationException($"{code - FirstMark} marks");
        return codes;
    }

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
