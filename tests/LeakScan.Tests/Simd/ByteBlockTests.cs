using LeakScan.Simd;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Simd;

public sealed class ByteBlockTests
{
    public static TheoryData<string> TierNames => Tiers.Names;

    /// <summary>All bytes at all places, with all neighbours of some.</summary>
    [Theory]
    [MemberData(nameof(TierNames))]
    public void AByteIsOfItsClassesWhereverItStands(string tier)
    {
        switch (Tiers.Parse(tier))
        {
            case SimdTier.Avx512:
                Check<ByteBlock512>();
                break;
            case SimdTier.Avx2:
                Check<ByteBlock256>();
                break;
            case SimdTier.V128:
                Check<ByteBlock128>();
                break;
            default:
                Assert.Equal(SimdTier.Scalar, Tiers.Parse(tier)); // has no blocks
                break;
        }
    }

    static void Check<TBlock>() where TBlock : struct, IByteBlock<TBlock>
    {
        const string Marks = "!%()*+,-./:;<=>?[]{|}";
        Random random = new(3);
        byte[] bytes = new byte[ByteBlock.LengthBytes];
        for (int round = 0; round < 4000; round++)
        {
            random.NextBytes(bytes);
            if (round < 256) Array.Fill(bytes, (byte)round);
            TBlock block = TBlock.Load(ref bytes[0]);
            AssertMask(block.Content(), c => char.IsAsciiLetterOrDigit(c) || c == '_');
            AssertMask(block.Digits(), char.IsAsciiDigit);
            AssertMask(block.LineEnds(), c => c is '\n' or '\r');
            AssertMask(block.Separators(), c => c is ':' or '-');
            AssertMask(block.Backslashes(), c => c == '\\');
            AssertMask(block.High(), c => c >= 0x80);
            AssertMask(block.Special(), c => c is '&' or '\x1B' or >= '\x80');
            AssertMask(block.LineEndLetters(), c => c is 'n' or 'r' or 'u' or 'N' or 'R' or 'U');
            AssertMask(block.BlankLetters(), c => c is 't' or 'b' or 'f' or 'u' or 'T' or 'B' or 'F' or 'U');
            AssertMask(block.Marks(), c => Marks.Contains(c, StringComparison.Ordinal));
            AssertMask(block.Brackets(), c => c is '(' or ')' or '[' or ']' or '{' or '}');
            AssertMask(block.PathMarks(), c => @"./\@+~[]():-".Contains(c, StringComparison.Ordinal));
            byte value = bytes[round % bytes.Length];
            AssertMask(block.Equal(value), c => c == value);
            AssertMask(block.InRange(Math.Min(value, (byte)230), 20), c => c - Math.Min(value, (byte)230) is >= 0 and < 20);
        }

        void AssertMask(ulong mask, Func<char, bool> isOne)
        {
            for (int i = 0; i < bytes.Length; i++) Assert.True((mask >> i & 1) != 0 == isOne((char)bytes[i]), $"0x{bytes[i]:X2} at {i}");
        }
    }
}
