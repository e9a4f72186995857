using LeakScan.Simd;

namespace LeakScan.Tokens;

/// <summary>Reads a text as tokens, codes and shingles, a piece at a time. One a thread; no allocation after construction.</summary>
sealed class ShingleReader(TokenKeys keys, SimdTier tier)
{
    /// <summary>Tokens of a piece.</summary>
    internal const int PieceTokens = 2048;

    readonly TokenCoder _coder = new(keys.Names);
    readonly Shingler _shingler = new(tier);
    readonly uint[] _tokens = new uint[PieceTokens];
    readonly int[] _starts = new int[PieceTokens];
    readonly byte[] _codes = new byte[PieceTokens];
    int _at;
    bool _atLineStart;
    int _count;

    /// <summary>Begins a text, or goes on with one where a piece began: names used before are forgotten then.</summary>
    internal void Reset(int at = 0, bool atLineStart = true)
    {
        (_at, _atLineStart, _count) = (at, atLineStart, 0);
        _coder.Reset();
        _shingler.Reset();
    }

    /// <summary>Reads the next piece: tokens and codes.</summary>
    /// <param name="text">All of the text.</param>
    /// <returns>False at its end, where the last piece stays.</returns>
    internal bool Next(ReadOnlySpan<byte> text)
    {
        if (_at == text.Length) return false;
        _count = Lexer.Read(text, ref _at, ref _atLineStart, _tokens, _starts, tier);
        _coder.Encode(Tokens, _codes);
        return _count > 0;
    }

    /// <summary>Where the next piece begins, for <see cref="Reset"/>.</summary>
    internal (int At, bool AtLineStart) Position => (_at, _atLineStart);

    internal ReadOnlySpan<uint> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Offsets of the piece's tokens.</summary>
    internal ReadOnlySpan<int> Starts => _starts.AsSpan(0, _count);

    internal ReadOnlySpan<byte> Codes => _codes.AsSpan(0, _count);

    /// <summary>Reads for each token of the piece the hash of the shingle that ends there, not keyed; 0 where there is none. Once a piece.</summary>
    internal void ReadShingles(Span<ulong> hashes) => _shingler.Append(Codes, hashes);

    /// <summary>Keys hashes of shingles.</summary>
    /// <param name="hashes">Hashes.</param>
    /// <param name="keyed">Receives them keyed; may be the same.</param>
    internal void Key(ReadOnlySpan<ulong> hashes, Span<ulong> keyed) => keys.Shingles.Compute(hashes, keyed, tier != SimdTier.Scalar);
}
