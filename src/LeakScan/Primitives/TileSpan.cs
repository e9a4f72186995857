using System.Runtime.InteropServices;

namespace LeakScan.Primitives;

/// <summary>A stretch of bytes with readable ones on both sides of it, for kernels that load whole registers.</summary>
readonly ref struct TileSpan
{
    /// <summary>Bytes that are readable before and after the tile.</summary>
    internal const int Margin = 64;

    readonly ReadOnlySpan<byte> _span;

    /// <param name="withMargins">The tile with <see cref="Margin"/> bytes before and after it.</param>
    internal TileSpan(ReadOnlySpan<byte> withMargins) => _span = withMargins[Margin..^Margin];

    internal int Length => _span.Length;

    internal ReadOnlySpan<byte> Span => _span;

    internal ref byte Start => ref MemoryMarshal.GetReference(_span);
}
