using System.Runtime.InteropServices;
using LeakScan.Primitives;
using LeakScan.Simd;
using LeakScan.Text;

namespace LeakScan.Fingerprints;

/// <summary>The keyed functions of an index: order and fingerprints. Immutable, shared by all threads.</summary>
sealed class FingerprintKeys(IndexKey key)
{
    internal SelectionOrder Order { get; } = new(key.Derive("leakscan selection order 1"));

    internal FingerprintHash Hash { get; } = new(
        key.Derive("leakscan fingerprint 1a"), key.Derive("leakscan fingerprint 1b"), key.Derive("leakscan fingerprint 1c"));
}

/// <summary>Receives the fingerprints of a text, a tile at a time.</summary>
interface IFingerprintSink
{
    /// <summary>False stops the run.</summary>
    /// <param name="fingerprints">In the order of the text.</param>
    /// <param name="ends">For each, the end position of its k-gram in the tile.</param>
    /// <param name="tileStart">Canonical position of the tile's first byte in the text.</param>
    bool Take(ReadOnlySpan<ulong> fingerprints, ReadOnlySpan<int> ends, long tileStart);
}

/// <summary>Runs text through canonicalisation, selection and hashing, tile by tile. One a thread; no allocation after construction.</summary>
sealed class Fingerprinter
{
    /// <summary>Raw bytes a tile: all of a tile's arrays stay in the second-level cache, and the filter's lines have time to arrive (ProbeSink).</summary>
    const int TileRawBytes = 32 * 1024;

    /// <summary>The least of a tile. A tile is half of what is left: what is asked for in one arrives during the next, and after the last there is none.</summary>
    const int ShortestTileBytes = 3 * 1024;

    const int Capacity = TileRawBytes + 2 * Canonicalizer.OutputSlack + HistoryBytes;

    /// <summary>Canonical bytes of the last tile that the next one's windows need.</summary>
    const int HistoryBytes = 2 * GramParameters.CoarseWindow + GramParameters.GramLength;

    /// <summary>The most that a sink is given at once.</summary>
    internal const int MaxTileFingerprints = Capacity;

    readonly FingerprintKeys _keys;
    readonly SimdTier _tier;
    readonly Selector _selector;
    readonly AlignedBytes _tile = new(TileSpan.Margin + Capacity + TileSpan.Margin);
    readonly byte[] _rest = new byte[CanonicalText.GutterLimitBytes + 2 * ByteBlock.LengthBytes]; // a line that may be a gutter, and less than a block
    readonly int[] _ends = new int[Capacity + ByteBlock.LengthBytes];
    readonly ulong[] _fingerprints = new ulong[Capacity];

    internal Fingerprinter(FingerprintKeys keys, SimdTier tier)
    {
        _keys = keys;
        _tier = tier;
        _selector = new Selector(tier, keys.Order, Capacity);
        Canonicalizer = new Canonicalizer(tier);
    }

    internal Canonicalizer Canonicalizer { get; }

    /// <summary>Fingerprints raw text. The canonicalizer's line feeds, if it counts them, are then positions in the text.</summary>
    /// <returns>The number of canonical bytes, or -1 if the sink stopped the run.</returns>
    internal long Run<TSink>(ReadOnlySpan<byte> text, int window, ref TSink sink) where TSink : struct, IFingerprintSink, allows ref struct
    {
        Canonicalizer.Reset();
        Progress progress = default;
        while (true)
        {
            int take = Math.Min(text.Length, Math.Clamp(text.Length / 2 + ByteBlock.LengthBytes & -ByteBlock.LengthBytes, ShortestTileBytes, TileRawBytes));
            bool last = take == text.Length;
            int length = progress.Held;
            int lineFeeds = Canonicalizer.LineFeeds?.Count ?? 0;
            Canonicalizer.Ahead?.Spread(2 * take / ByteBlock.LengthBytes);
            take = Canonicalizer.Append(text[..take], _tile.Span(TileSpan.Margin + length, TileRawBytes + Canonicalizer.OutputSlack), moreFollows: true, out int written);
            MoveLineFeeds(ref lineFeeds, progress.Start + length);
            length += written;
            text = text[take..];
            if (last)
            {
                written = AppendLast(text, length);
                MoveLineFeeds(ref lineFeeds, progress.Start + length);
                length += written;
            }
            if (!Tile(length, window, last, ref progress, ref sink)) return -1;
            if (last) return progress.Start + progress.Held;
        }
    }

    /// <summary>Makes line feeds, from <paramref name="first"/> on, positions in the text of what they are in a piece of it.</summary>
    void MoveLineFeeds(ref int first, long by)
    {
        if (Canonicalizer.LineFeeds is not List<int> feeds) return;
        foreach (ref int feed in CollectionsMarshal.AsSpan(feeds)[first..]) feed += (int)by;
        first = feeds.Count;
    }

    /// <summary>The rest of a text, made up with spaces to whole blocks: they decide what the end of a text decides, and are dropped.</summary>
    int AppendLast(ReadOnlySpan<byte> rest, int length)
    {
        int written = 0;
        if (!rest.IsEmpty)
        {
            int padded = (rest.Length + ByteBlock.LengthBytes - 1) & -ByteBlock.LengthBytes;
            Span<byte> blocks = padded <= _rest.Length ? _rest.AsSpan(0, padded) : new byte[padded];
            rest.CopyTo(blocks);
            blocks[rest.Length..].Fill((byte)' ');
            written = Canonicalizer.Append(blocks, _tile.Span(TileSpan.Margin + length, padded + Canonicalizer.OutputSlack));
        }
        return written + Canonicalizer.Finish(_tile.Span(TileSpan.Margin + length + written, Canonicalizer.OutputSlack));
    }

    /// <summary>Fingerprints canonical text; false if the sink stopped the run.</summary>
    internal bool RunCanonical<TSink>(ReadOnlySpan<byte> canonical, int window, ref TSink sink) where TSink : struct, IFingerprintSink, allows ref struct
    {
        Progress progress = default;
        while (true)
        {
            int take = Math.Min(canonical.Length, TileRawBytes);
            bool last = take == canonical.Length;
            canonical[..take].CopyTo(_tile.Span(TileSpan.Margin + progress.Held, take));
            canonical = canonical[take..];
            if (!Tile(progress.Held + take, window, last, ref progress, ref sink)) return false;
            if (last) return true;
        }
    }

    /// <summary>How far a run has come.</summary>
    struct Progress
    {
        /// <summary>Canonical position of the tile's first byte.</summary>
        internal long Start;

        /// <summary>Bytes of the tile that were there before.</summary>
        internal int Held;

        /// <summary>End positions below this one have been handed out.</summary>
        internal long Settled;
    }

    bool Tile<TSink>(int length, int window, bool last, ref Progress progress, ref TSink sink) where TSink : struct, IFingerprintSink, allows ref struct
    {
        // End positions are settled up to where all their windows are complete; the last tile settles the rest.
        int from = (int)(progress.Settled - progress.Start);
        int to = last ? length : length - window + 1;
        if (to > from)
        {
            TileSpan tile = new(_tile.Span(0, TileSpan.Margin + length + TileSpan.Margin));
            int count = _selector.Select(tile, window, from, to - from, _ends);
            if (count != 0)
            {
                Span<ulong> fingerprints = _fingerprints.AsSpan(0, count);
                ReadOnlySpan<int> ends = _ends.AsSpan(0, count);
                _keys.Hash.Compute(tile.Span, ends, fingerprints, _tier != SimdTier.Scalar);
                if (!sink.Take(fingerprints, ends, progress.Start)) return false;
            }
            progress.Settled = progress.Start + to;
        }

        progress.Held = Math.Min(length, HistoryBytes);
        progress.Start += length - progress.Held;
        _tile.Span(TileSpan.Margin + length - progress.Held, progress.Held).CopyTo(_tile.Span(TileSpan.Margin, progress.Held));
        return true;
    }
}
