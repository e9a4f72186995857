using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LeakScan.Primitives;
using LeakScan.Simd;

namespace LeakScan.Text;

/// <summary>Turns text into canonical text, in pieces cut anywhere. One text at a time; not thread-safe; never allocates.</summary>
sealed partial class Canonicalizer
{
    /// <summary>Canonical bytes that may come out of a call beyond the length of its input: gutters that were held back, half-read escapes.</summary>
    internal const int OutputSlack = CanonicalText.GutterLimitBytes + 64;

    readonly SimdTier _tier;

    internal Canonicalizer(SimdTier tier)
    {
        _tier = tier;
        if (tier == SimdTier.Avx512) ByteBlock512.MakeTables();
        Reset();
    }

    /// <summary>Forgets the text so far.</summary>
    internal void Reset()
    {
        _position = 0;
        _utf8Missing = 0;
        _escape = EscapeState.None;
        _entity = EntityState.None;
        _control = ControlState.None;
        _line = LineState.Start;
        _lineStart = 0;
        _held = 0;
    }

    /// <summary>A point of a text from which it can be canonicalised without what is before it.</summary>
    /// <param name="Position">Offset in the text.</param>
    /// <param name="LineStart">Where its line began.</param>
    /// <param name="AtLineStart">Whether gutters may follow.</param>
    internal readonly record struct Point(long Position, long LineStart, bool AtLineStart);

    /// <summary>Whether <see cref="Here"/> is such a point.</summary>
    internal bool CanBeginHere => CanTakeOver;

    internal Point Here => new(_position, _lineStart, _line == LineState.Start);

    /// <summary>Goes on from a point.</summary>
    internal void Begin(in Point point)
    {
        Reset();
        (_position, _lineStart, _line) = (point.Position, point.LineStart, point.AtLineStart ? LineState.Start : LineState.Body);
    }

    /// <summary>If set: receives, for each line feed of the text, the number of canonical bytes of its piece before it.</summary>
    internal List<int>? LineFeeds { get; set; }

    /// <summary>If set: what is asked for meanwhile, in two turns for <see cref="ByteBlock.LengthBytes"/> bytes; not all of it where text is hard.</summary>
    internal PrefetchQueue? Ahead { get; set; }

    /// <summary>Takes the next piece of text.</summary>
    /// <param name="source">UTF-8, possibly damaged, cut anywhere.</param>
    /// <param name="destination">At least <paramref name="source"/>'s length + <see cref="OutputSlack"/> bytes.</param>
    /// <returns>The number of canonical bytes written.</returns>
    internal int Append(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Append(source, destination, moreFollows: false, out int written);
        return written;
    }

    /// <summary>The same, but of a piece with more behind it: may leave up to a line of it, to be given again as the beginning of the next piece.</summary>
    /// <returns>Bytes of the source that were taken.</returns>
    internal int Append(ReadOnlySpan<byte> source, Span<byte> destination, bool moreFollows, out int written)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, source.Length + OutputSlack, nameof(destination));
        ref byte output = ref MemoryMarshal.GetReference(destination);
        switch (_tier)
        {
            case SimdTier.Avx512:
                return AppendVector<ByteBlock512>(source, ref output, moreFollows, out written);
            case SimdTier.Avx2:
                return AppendVector<ByteBlock256>(source, ref output, moreFollows, out written);
            case SimdTier.V128:
                return AppendVector<ByteBlock128>(source, ref output, moreFollows, out written);
            default:
                written = AppendScalar<NoOffsets>(source, ref output, ref Unsafe.NullRef<int>(), 0);
                return source.Length;
        }
    }

    /// <summary>The same, and for each canonical byte the offset in the text (all pieces counted) of the last byte of the character it came from.</summary>
    internal int Append(ReadOnlySpan<byte> source, Span<byte> destination, Span<int> offsets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, source.Length + OutputSlack, nameof(destination));
        ArgumentOutOfRangeException.ThrowIfLessThan(offsets.Length, source.Length + OutputSlack, nameof(offsets));
        return AppendScalar<WithOffsets>(source, ref MemoryMarshal.GetReference(destination), ref MemoryMarshal.GetReference(offsets), 0);
    }

    /// <summary>Ends the text: what was held back comes out.</summary>
    internal int Finish(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, OutputSlack, nameof(destination));
        return FinishScalar<NoOffsets>(ref MemoryMarshal.GetReference(destination), ref Unsafe.NullRef<int>());
    }

    /// <inheritdoc cref="Finish(Span{byte})"/>
    internal int Finish(Span<byte> destination, Span<int> offsets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, OutputSlack, nameof(destination));
        ArgumentOutOfRangeException.ThrowIfLessThan(offsets.Length, OutputSlack, nameof(offsets));
        return FinishScalar<WithOffsets>(ref MemoryMarshal.GetReference(destination), ref MemoryMarshal.GetReference(offsets));
    }
}
