namespace LeakScan.Primitives;

/// <summary>A stretch of an array with readable bytes on both sides of it, for kernels that load whole registers.</summary>
readonly ref struct TileSpan
{
    /// <summary>Bytes that are readable before and after the tile.</summary>
    internal const int Margin = 64;

    readonly ReadOnlySpan<byte> _span;

    /// <exception cref="ArgumentOutOfRangeException">The array does not reach <see cref="Margin"/> bytes beyond both ends.</exception>
    internal TileSpan(byte[] array, int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(start, Margin);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, array.Length - Margin);
        _span = array.AsSpan(start, length);
    }

    internal int Length => _span.Length;

    internal ReadOnlySpan<byte> Span => _span;

    internal ref byte Start => ref System.Runtime.InteropServices.MemoryMarshal.GetReference(_span);
}
