using LeakScan.Simd;

namespace LeakScan.Text;

/// <summary>The canonical characters of a text, and where they stand in it. One text at a time; not thread-safe; grows with the longest text.</summary>
/// <param name="tier">Instructions to use.</param>
/// <param name="pieceBytes">Bytes of a piece, if it is possible to begin anew behind it.</param>
// Few places are asked for, and close together: so the text is canonicalised as fast as can be, with notes from where on that can be done anew; offsets
// are made of the piece between two such points that is asked for.
sealed class OffsetMap(SimdTier tier, int pieceBytes = 1024)
{
    readonly record struct Piece(int Canonical, Canonicalizer.Point From);

    readonly Canonicalizer _canonicalizer = new(tier);
    readonly List<Piece> _pieces = [];
    byte[] _canonical = []; // of the whole text
    int _count;
    byte[] _again = new byte[pieceBytes + 2 * Canonicalizer.OutputSlack]; // of the piece whose offsets are known
    int[] _offsets = new int[pieceBytes + 2 * Canonicalizer.OutputSlack];
    int _current = -1;

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
        if (_pieces.Count == 0) FindPieces(text);
        int before = Math.Clamp(-position, 0, destination.Length);
        destination[..before].Clear();
        ReadOnlySpan<byte> rest = _canonical.AsSpan(Math.Clamp(position + before, 0, _count).._count);
        rest = rest[..Math.Min(rest.Length, destination.Length - before)];
        rest.CopyTo(destination[before..]);
        return before + rest.Length;
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
        int room = text.Length + 2 * Canonicalizer.OutputSlack;
        if (_canonical.Length < room) _canonical = GC.AllocateUninitializedArray<byte>((int)Math.Max(room, Math.Min(2L * _canonical.Length, Array.MaxLength)));
        _canonicalizer.Reset();
        _pieces.Add(new Piece(0, _canonicalizer.Here));
        int at = 0;
        _count = 0;
        while (text.Length - at > pieceBytes)
        {
            int taken = _canonicalizer.Append(text.Slice(at, pieceBytes), _canonical.AsSpan(_count), moreFollows: true, out int written);
            if (taken == 0) break;
            at += taken;
            _count += written;
            if (_canonicalizer.CanBeginHere) _pieces.Add(new Piece(_count, _canonicalizer.Here));
        }
        _count += _canonicalizer.Append(text[at..], _canonical.AsSpan(_count));
        _count += _canonicalizer.Finish(_canonical.AsSpan(_count));
    }

    void Read(ReadOnlySpan<byte> text, int number)
    {
        // What begins before a point may be decided behind it: soon, but for what might have been a long path.
        int wanted = (number == _pieces.Count - 1 ? _count : _pieces[number + 1].Canonical) - _pieces[number].Canonical;
        if (Read(text, number, ByteBlock.LengthBytes) < wanted) Read(text, number, Canonicalizer.OutputSlack);
        _current = number;
    }

    int Read(ReadOnlySpan<byte> text, int number, int bytesBehind)
    {
        Canonicalizer.Point from = _pieces[number].From;
        int end = number == _pieces.Count - 1 ? text.Length : (int)Math.Min(text.Length, _pieces[number + 1].From.Position + bytesBehind);
        bool isEnd = end == text.Length;
        text = text[(int)from.Position..end];
        int room = text.Length + 2 * Canonicalizer.OutputSlack;
        if (_offsets.Length < room) (_again, _offsets) = (new byte[room], new int[room]);
        _canonicalizer.Begin(from);
        int written = _canonicalizer.Append(text, _again, _offsets);
        return isEnd ? written + _canonicalizer.Finish(_again.AsSpan(written), _offsets.AsSpan(written)) : written;
    }
}
