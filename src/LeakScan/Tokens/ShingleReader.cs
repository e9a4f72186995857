using LeakScan.Simd;

namespace LeakScan.Tokens;

/// <summary>Reads a text as tokens, codes and shingles, a piece at a time. One a thread; no allocation after construction.</summary>
sealed class ShingleReader(TokenKeys keys, SimdTier tier)
{
    /// <summary>Tokens of a piece.</summary>
    internal const int PieceTokens = 2048;

    readonly TokenCoder _coder = new(keys.Names);
    readonly Shingler _shingler = new();
    readonly uint[] _tokens = new uint[PieceTokens];
    readonly int[] _starts = new int[PieceTokens];
    readonly byte[] _codes = new byte[PieceTokens];
    readonly ulong[] _hashes = new ulong[PieceTokens];
    int _at;
    bool _atLineStart;
    int _count;

    internal void Reset()
    {
        (_at, _atLineStart, _count) = (0, true, 0);
        _coder.Reset();
        _shingler.Reset();
    }

    /// <summary>Reads the next piece: tokens and codes.</summary>
    /// <param name="text">All of the text.</param>
    /// <returns>False at its end.</returns>
    internal bool Next(ReadOnlySpan<byte> text)
    {
        _count = Lexer.Read(text, ref _at, ref _atLineStart, _tokens, _starts, tier);
        _coder.Encode(Tokens, _codes);
        return _count > 0;
    }

    internal ReadOnlySpan<uint> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Offsets of the piece's tokens.</summary>
    internal ReadOnlySpan<int> Starts => _starts.AsSpan(0, _count);

    internal ReadOnlySpan<byte> Codes => _codes.AsSpan(0, _count);

    /// <summary>For each token of the piece the hash of the shingle that ends there, not keyed; 0 where there is none. Once a piece.</summary>
    internal Span<ulong> Shingles()
    {
        Span<ulong> hashes = _hashes.AsSpan(0, _count);
        _shingler.Append(Codes, hashes);
        return hashes;
    }

    /// <summary>Keys hashes of shingles, in place.</summary>
    internal void Key(Span<ulong> hashes) => keys.Shingles.Compute(hashes, tier != SimdTier.Scalar);
}
