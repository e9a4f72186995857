using System.Numerics;
using System.Runtime.Intrinsics;

namespace LeakScan.Indexing;

/// <summary>The lengths of a document's lines, in canonical characters or in tokens, each a number in LEB128: seven bits a byte, the lowest first.</summary>
/// <param name="lengths">The table and what follows it; may be damaged.</param>
/// <param name="lines">Lines of the document.</param>
// There is no other way to a line than over all before it, of which a long file has tens of thousands: so 32 bytes are added up at once.
readonly ref struct LineTable(ReadOnlySpan<byte> lengths, uint lines)
{
    readonly ReadOnlySpan<byte> _lengths = lengths;

    /// <summary>The line, counted from 0, that holds a character or token; the last if none does.</summary>
    internal uint LineOf(long item) => Walk(lines == 0 ? 0 : lines - 1, item, out _);

    /// <summary>Characters or tokens before a line.</summary>
    internal long Before(uint line)
    {
        Walk(line, long.MaxValue, out long before);
        return before;
    }

    /// <summary>Goes over lines while there are no more than so many characters or tokens in them.</summary>
    /// <param name="most">Lines at most.</param>
    /// <param name="limit">Characters or tokens at most.</param>
    /// <param name="before">Receives how many there are in the lines gone over.</param>
    /// <returns>Lines gone over.</returns>
    uint Walk(uint most, long limit, out long before)
    {
        before = 0;
        uint line = 0;
        int at = 0;
        while (line < most && Vector256.IsHardwareAccelerated && at < _lengths.Length - Vector256<byte>.Count)
        {
            Vector256<byte> bytes = Vector256.Create(_lengths[at..]);
            uint goesOn = bytes.ExtractMostSignificantBits();
            if ((goesOn & goesOn << 1) != 0)
            {
                // A number of three bytes or more.
                if (!TryRead(ref at, out uint length) || before + length > limit) return line;
                (before, line) = (before + length, line + 1);
                continue;
            }
            Vector256<byte> next = Vector256.Create(_lengths[(at + 1)..]);
            Vector256<byte> low = Vector256.Create((byte)0x7F);
            int sum = Sum(bytes & low) + 0x7F * Sum(Vector256.LessThan(bytes.AsSByte(), Vector256<sbyte>.Zero).AsByte() & next & low);
            int whole = Vector256<byte>.Count;
            if ((int)goesOn < 0)
            {
                whole--;
                sum -= (_lengths[at + whole] & 0x7F) + 0x7F * (_lengths[at + whole + 1] & 0x7F);
            }
            uint numbers = (uint)(whole - BitOperations.PopCount(goesOn & uint.MaxValue >> 1));
            if (numbers > most - line || before + sum > limit) break;
            (before, line, at) = (before + sum, line + numbers, at + whole);
        }
        while (line < most && TryRead(ref at, out uint length) && before + length <= limit) (before, line) = (before + length, line + 1);
        return line;
    }

    static int Sum(Vector256<byte> bytes) => Vector256.Sum(Vector256.WidenLower(bytes) + Vector256.WidenUpper(bytes));

    bool TryRead(ref int at, out uint length)
    {
        length = 0;
        for (int shift = 0; shift <= 28; shift += 7)
        {
            if (at >= _lengths.Length) return false;
            byte next = _lengths[at++];
            length |= (uint)(next & 0x7F) << shift;
            if (next < 0x80) return true;
        }
        return false;
    }
}
