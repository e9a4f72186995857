using System.Globalization;
using System.Text;
using LeakScan.Tests.Support;
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

    /// <summary>Default_Ignorable_Code_Point of Unicode 17, but for U+3164 and what becomes a space, which is nothing either.</summary>
    [Fact]
    public void WhatMayBeIgnoredIs()
    {
        (int First, int Last)[] ignorable = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)];
        foreach ((int first, int last) in ignorable)
        {
            for (int codePoint = first; codePoint <= last; codePoint++)
            {
                Assert.Contains(CodePointFold.Fold(codePoint), new[] { CodePointFold.Removed, CodePointFold.Space });
                string name = new Rune(codePoint).ToString();
                Assert.Equal("abcd"u8.ToArray(), CanonicalForm.Of($"ab{name}cd").Text);
            }
        }
    }

    [Theory]
    [InlineData("\U0001D41A\U0001D483\U0001D4EC\U0001D555\U0001D58A\U0001D5BF\U0001D628\U0001D691", "abcdefgh")]
    [InlineData("\U0001D400\U0001D469\U0001D4D2\U0001D53B\U0001D5A4\U0001D671", "abcdeb")]
    [InlineData("x\U0001D7CE\U0001D7D9\U0001D7E4\U0001D7EF\U0001D7FF", "x01239")]
    [InlineData("\u210E\u212C\u2130\u2131\u2110\u2112\u2133\u211B\u212F\u210A\u2134\u2115\u2119\u211A\u2124\u2102", "hbefilmregonpqzc")]
    public void MathematicalLettersAreLetters(string text, string letters) => Assert.Equal(letters, Encoding.ASCII.GetString(CanonicalForm.Of(text).Text));

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
