namespace LeakScan.Text;

/// <summary>Maps a code point to the one that stands for it in canonical text.</summary>
// A fingerprint is a file format, so this table is frozen: it must not follow the Unicode version of the runtime that
// happens to run it. It covers what keyboards, editors and people who hide things use; a letter it does not know stays.
//
//   ASCII                A-Z to a-z, everything else as it is
//   zero width           removed altogether (Removed): what Unicode says may be ignored where it is not understood
//                        (Default_Ignorable_Code_Point), but for the Hangul filler U+3164, which is as wide as a letter
//   full width           FF01-FF5E to ASCII, then as ASCII; mathematical letters and digits too
//   look-alikes          common Cyrillic and Greek letters to the Latin ones that look the same (either case)
//   capital letters      Latin-1, Latin Extended-A, Greek, Cyrillic to small ones
//   symbols and spaces   punctuation, arrows, boxes, dingbats, emoji, private use: a space (Space)
//   anything else        itself: letters of all scripts, CJK
static class CodePointFold
{
    internal const int Removed = -1;
    internal const int Space = ' ';

    internal static int Fold(int codePoint)
    {
        if (codePoint < 0x80) return (uint)(codePoint - 'A') < 26 ? codePoint | 0x20 : codePoint;
        if (codePoint < 0x250) return FoldLatin(codePoint);
        if (codePoint < 0x370) return codePoint == 0x34F ? Removed : codePoint; // the combining grapheme joiner
        if (codePoint < 0x530) return FoldGreekOrCyrillic(codePoint);
        if (codePoint < 0x2000) return codePoint is 0x61C or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) ? Removed : codePoint;
        if (codePoint < 0x2C00) return FoldSymbol(codePoint);
        if (codePoint < 0x3000) return codePoint;
        if (codePoint <= 0x303F) return Space;
        if (codePoint < 0xE000) return codePoint;
        if (codePoint < 0xF900) return Space; // private use
        if (codePoint < 0xFE00) return codePoint;
        if (codePoint <= 0xFE0F) return Removed; // variation selectors
        if (codePoint is >= 0xFE30 and <= 0xFE6F) return Space;
        if (codePoint == 0xFEFF) return Removed;
        if (codePoint is >= 0xFF01 and <= 0xFF5E) return Fold(codePoint - 0xFF01 + '!');
        if (codePoint == 0xFFA0) return Removed;
        if (codePoint is >= 0xFFE0 and <= 0xFFFF) return Space;
        if (codePoint is >= 0x1D400 and <= 0x1D7FF) return FoldMathematical(codePoint);
        if (codePoint is >= 0x1F000 and <= 0x1FAFF) return Space; // emoji and other pictographs
        if (codePoint is (>= 0x1BCA0 and <= 0x1BCA3) or (>= 0x1D173 and <= 0x1D17A)) return Removed; // formats of shorthand and of music
        if (codePoint is >= 0xE0000 and <= 0xE0FFF) return Removed; // tags, variation selectors
        return codePoint >= 0xF0000 ? Space : codePoint;
    }

    /// <summary>Thirteen alphabets of capital and small letters, Greek ones, which stay, and five sets of digits.</summary>
    static int FoldMathematical(int codePoint) => codePoint switch
    {
        <= 0x1D6A3 => 'a' + (codePoint - 0x1D400) % 26,
        >= 0x1D7CE => '0' + (codePoint - 0x1D7CE) % 10,
        _ => codePoint,
    };

    static int FoldLatin(int codePoint) => codePoint switch
    {
        0xAD => Removed,
        0xB5 => 'm', // the micro sign, a small mu
        0xAA or 0xBA => codePoint,
        < 0xC0 or 0xD7 or 0xF7 => Space,
        <= 0xDE => codePoint + 0x20,
        < 0x100 => codePoint,
        0x130 => 'i',
        0x131 => 'i',
        0x178 => 0xFF,
        0x17F => 's',
        // Latin Extended-A pairs: capital even, small odd; in 0139-0148 and 0179-017E the other way round.
        (>= 0x139 and <= 0x148) or (>= 0x179 and <= 0x17E) => (codePoint & 1) != 0 ? codePoint + 1 : codePoint,
        < 0x180 when codePoint is not (0x138 or 0x149) => codePoint | 1,
        _ => codePoint,
    };

    static int FoldGreekOrCyrillic(int codePoint)
    {
        int small = codePoint switch
        {
            (>= 0x391 and <= 0x3A1) or (>= 0x3A3 and <= 0x3AB) => codePoint + 0x20,
            0x386 => 0x3AC,
            >= 0x388 and <= 0x38A => codePoint + 0x25,
            0x38C => 0x3CC,
            0x38E or 0x38F => codePoint + 0x3F,
            0x3C2 => 0x3C3, // final sigma has the same capital
            // Forms used in formulas, of letters with one capital.
            0x3D0 => 0x3B2,
            0x3D1 or 0x3F4 => 0x3B8,
            0x3D5 => 0x3C6,
            0x3D6 => 0x3C0,
            0x3F0 => 0x3BA,
            0x3F1 => 0x3C1,
            0x3F5 => 0x3B5,
            0x3F9 => 0x3F2,
            >= 0x400 and <= 0x40F => codePoint + 0x50,
            >= 0x410 and <= 0x42F => codePoint + 0x20,
            0x4C0 => 0x4CF,
            // Pairs: capital even, small odd; in 04C1-04CE the other way round.
            >= 0x4C1 and <= 0x4CE => (codePoint & 1) != 0 ? codePoint + 1 : codePoint,
            (>= 0x460 and <= 0x481) or (>= 0x48A and <= 0x4BF) or (>= 0x4D0 and <= 0x52F) => codePoint | 1,
            _ => codePoint,
        };
        // A capital may look like a Latin letter where its small form does not (В, Н, К, М, Т; Greek Β, Ε, Ζ, Η, Κ, Μ, Ν, Ρ, Τ, Υ, Χ):
        // both forms go to the same letter, else upper-casing would change the text.
        return small switch
        {
            0x430 or 0x3B1 => 'a',
            0x432 or 0x3B2 => 'b',
            0x441 or 0x3F2 => 'c',
            0x501 => 'd',
            0x435 or 0x3B5 => 'e',
            0x43D or 0x3B7 or 0x4BB => 'h',
            0x456 or 0x3B9 => 'i',
            0x458 => 'j',
            0x43A or 0x3BA => 'k',
            0x4CF => 'l',
            0x43C or 0x3BC => 'm',
            0x3BD => 'n',
            0x43E or 0x3BF => 'o',
            0x440 or 0x3C1 => 'p',
            0x51B => 'q',
            0x455 => 's',
            0x442 or 0x3C4 => 't',
            0x443 or 0x3C5 => 'y',
            0x445 or 0x3C7 => 'x',
            0x51D => 'w',
            0x3B6 => 'z',
            0x37E or 0x387 or 0x482 => Space,
            _ => small,
        };
    }

    static int FoldSymbol(int codePoint) => codePoint switch
    {
        (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) => Removed,
        0x212A => 'k', // Kelvin sign
        // Those of the mathematical alphabets that stand among the symbols.
        0x212F or 0x2130 => 'e',
        0x2102 or 0x212D => 'c',
        0x210A => 'g',
        (>= 0x210B and <= 0x210E) => 'h',
        0x2110 or 0x2111 => 'i',
        0x2112 => 'l',
        0x2115 => 'n',
        0x2119 => 'p',
        0x211A => 'q',
        (>= 0x211B and <= 0x211D) => 'r',
        0x2124 or 0x2128 => 'z',
        0x212C => 'b',
        0x2131 => 'f',
        0x2133 => 'm',
        0x2134 => 'o',
        0x2126 => 0x3C9, // Ohm sign
        _ => Space,
    };
}
