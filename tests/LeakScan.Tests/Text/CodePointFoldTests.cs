using System.Globalization;
using System.Text;
using LeakScan.Text;

namespace LeakScan.Tests.Text;

public sealed class CodePointFoldTests
{
    /// <summary>For the blocks that the table promises: Latin-1, Latin Extended-A, Greek, Cyrillic.</summary>
    [Fact]
    public void CapitalAndSmallLettersAreTheSame()
    {
        List<string> differences = [];
        for (int codePoint = 0; codePoint < 0x530; codePoint++)
        {
            // Archaic Greek and Coptic, and letters whose capital is in another block, stay as they are.
            if (codePoint is (>= 0x180 and < 0x370) or (>= 0x370 and < 0x386) or (>= 0x3D7 and < 0x3F0) or (>= 0x3F2 and < 0x400 and not 0x3F4 and not 0x3F5)) continue;
            Rune small = new(codePoint);
            Rune capital = Rune.ToUpperInvariant(small);
            if (capital.Value is >= 0x180 and < 0x370 or >= 0x530) continue;
            if (CodePointFold.Fold(codePoint) != CodePointFold.Fold(capital.Value))
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"U+{codePoint:X4} {small}, U+{capital.Value:X4} {capital}"));
        }
        Assert.Empty(differences);
    }

    /// <summary>Text may be folded twice, where it is escaped and raw.</summary>
    [Fact]
    public void FoldingTwiceIsFoldingOnce()
    {
        for (int codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (codePoint is >= 0xD800 and < 0xE000) continue;
            int folded = CodePointFold.Fold(codePoint);
            if (folded != CodePointFold.Removed) Assert.Equal(folded, CodePointFold.Fold(folded));
        }
    }
}
