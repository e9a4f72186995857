using LeakScan.Simd;

namespace LeakScan.Text;

/// <summary>Tells where the canonical characters of a text stand in it. One text at a time; not thread-safe; grows with the longest text.</summary>
/// <param name="tier">Instructions to use.</param>
/// <param name="pieceBytes">Bytes of a piece, if it is possible to begin anew behind it.</param>
// Few are asked for, and close together: so the text is canonicalised as fast as can be, with notes from where on that can be done anew; offsets
// are made of the piece between two such points that is asked for.
sealed class OffsetMap(SimdTier tier, int pieceBytes = 1024)
{
    readonly record struct Piece(int Canonical, Canonicalizer.Point From);

    readonly Canonicalizer _canonicalizer = new(tier);
    readonly List<Piece> _pieces = [];
    byte[] _canonical = new byte[pieceBytes + 2 * Canonicalizer.OutputSlack];
    int[] _offsets = new int[pieceBytes + 2 * Canonicalizer.OutputSlack];
    int _current = -1;
    int _currentCount;

    /// <summary>Forgets the text.</summary>
    internal void Clear()
    {
        _pieces.Clear();
        _current = -1;
    }

    /// <summary>The offset in the text of the last byte of the character that a canonical one came from.</summary>
    /// <param name="text">The same text since <see cref="Clear"/>.</param>
    /// <param name="position">Below the number of its canonical characters.</param>
    internal int OffsetOf(ReadOnlySpan<byte> text, int position)
    {
        ReadPieceAt(text, position);
        return _offsets[position - _pieces[_current].Canonical];
    }

    /// <summary>Copies canonical characters.</summary>
    /// <param name="text">The same text since <see cref="Clear"/>.</param>
    /// <param name="position">Of the first; what would stand before the text is zero.</param>
    /// <param name="destination">Receives them.</param>
    /// <returns>How many there are: fewer than there is room for where the text ends.</returns>
    internal int CopyCanonical(ReadOnlySpan<byte> text, int position, Span<byte> destination)
    {
        int copied = Math.Clamp(-position, 0, destination.Length);
        destination[..copied].Clear();
        while (copied < destination.Length)
        {
            ReadPieceAt(text, position + copied);
            int from = position + copied - _pieces[_current].Canonical;
            int count = Math.Min(destination.Length - copied, _currentCount - from);
            if (count <= 0) break;
            _canonical.AsSpan(from, count).CopyTo(destination[copied..]);
            copied += count;
        }
        return copied;
    }

    void ReadPieceAt(ReadOnlySpan<byte> text, int position)
    {
        if (_pieces.Count == 0) FindPieces(text);
        int low = 0, high = _pieces.Count;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (_pieces[middle].Canonical <= position) low = middle;
            else high = middle;
        }
        if (_current != low) Read(text, low);
    }

    void FindPieces(ReadOnlySpan<byte> text)
    {
        _canonicalizer.Reset();
        _pieces.Add(new Piece(0, _canonicalizer.Here));
        int at = 0, canonical = 0;
        while (text.Length - at > pieceBytes)
        {
            int taken = _canonicalizer.Append(text.Slice(at, pieceBytes), _canonical, moreFollows: true, out int written);
            if (taken == 0) break;
            at += taken;
            canonical += written;
            if (_canonicalizer.CanBeginHere) _pieces.Add(new Piece(canonical, _canonicalizer.Here));
        }
    }

    void Read(ReadOnlySpan<byte> text, int number)
    {
        // What begins before a point may be decided behind it: soon, but for what might have been a long path.
        bool isLast = number == _pieces.Count - 1;
        int wanted = isLast ? int.MaxValue : _pieces[number + 1].Canonical - _pieces[number].Canonical;
        int written = isLast ? 0 : Read(text, number, ByteBlock.LengthBytes);
        if (written < wanted) written = Read(text, number, Canonicalizer.OutputSlack);
        (_current, _currentCount) = (number, Math.Min(written, wanted));
    }

    int Read(ReadOnlySpan<byte> text, int number, int bytesBehind)
    {
        Canonicalizer.Point from = _pieces[number].From;
        int end = number == _pieces.Count - 1 ? text.Length : (int)Math.Min(text.Length, _pieces[number + 1].From.Position + bytesBehind);
        bool isEnd = end == text.Length;
        text = text[(int)from.Position..end];
        int room = text.Length + 2 * Canonicalizer.OutputSlack;
        if (_offsets.Length < room) (_canonical, _offsets) = (new byte[room], new int[room]);
        _canonicalizer.Begin(from);
        int written = _canonicalizer.Append(text, _canonical, _offsets);
        return isEnd ? written + _canonicalizer.Finish(_canonical.AsSpan(written), _offsets.AsSpan(written)) : written;
    }
}
