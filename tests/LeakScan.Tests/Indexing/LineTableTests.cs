using CsCheck;
using LeakScan.Indexing;

namespace LeakScan.Tests.Indexing;

public sealed class LineTableTests
{
    static readonly Gen<uint> s_length = Gen.Frequency((20, Gen.UInt[0, 127]), (5, Gen.UInt[128, 16383]), (1, Gen.UInt[16384, 1 << 22]), (1, Gen.Const(uint.MaxValue)));

    static byte[] Encode(IEnumerable<uint> lengths)
    {
        List<byte> bytes = [];
        foreach (uint length in lengths)
        {
            uint rest = length;
            for (; rest >= 0x80; rest >>= 7) bytes.Add((byte)(rest | 0x80));
            bytes.Add((byte)rest);
        }
        return [.. bytes];
    }

    [Fact]
    public void FindsLinesAndWhatIsBeforeThem()
    {
        Gen.Select(Gen.OneOf(s_length.Array[0, 200], Gen.UInt[0, 200].Array[0, 200], Gen.UInt[0, 90].Array[100, 300]), Gen.Byte.Array[0, 80], Gen.Int[0, 400], Gen.Double[0, 1.1]).Sample((lengths, behind, place, share) =>
        {
            byte[] table = [.. Encode(lengths), .. behind];
            LineTable lines = new(table, (uint)lengths.Length);
            long sum = lengths.Sum(length => length);
            foreach (long item in (long[])[(long)(sum * share), sum - 1, sum, lengths.Take(place).Sum(length => length), lengths.Take(place).Sum(length => length) - 1])
            {
                if (item < 0) continue;
                long before = 0;
                uint line = 0;
                while (line + 1 < lengths.Length && before + lengths[line] <= item) before += lengths[line++];
                Assert.Equal(line, lines.LineOf(item));
            }
            Assert.Equal(lengths.Take(place).Sum(length => length), place <= lengths.Length ? lines.Before((uint)place) : lengths.Sum(length => length));
        }, iter: 5_000, seed: "0000KLMNOPQR");
    }

    /// <summary>What is damaged ends somewhere, and no more lines are told of than were asked about.</summary>
    [Fact]
    public void AnyBytesHaveAnAnswer()
    {
        Gen.Select(Gen.OneOf(Gen.Byte, Gen.Byte[0x70, 0x90], Gen.Byte[0xF0, 0xFF]).Array[0, 300], Gen.UInt[0, 400], Gen.Long[0, 1 << 20]).Sample((bytes, count, item) =>
        {
            LineTable lines = new(bytes, count);
            Assert.InRange(lines.LineOf(item), 0u, Math.Max(1, count) - 1);
            Assert.True(lines.Before(lines.LineOf(item)) <= item);
        }, iter: 5_000, seed: "0000KLMNOPQR");
    }
}
