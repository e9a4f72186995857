using System.Text;
using System.Text.Unicode;
using CsCheck;
using LeakScan.Sources.Files;

namespace LeakScan.Sources.Tests.Files;

/// <summary>Well-formed is what the runtime says is: for all that two bytes can begin, wherever it stands to the vectors, and for text with faults.</summary>
public sealed class Utf8TextTests
{
    // What can stand behind two bytes: for each class of bytes that the standard tells apart, its bounds.
    static readonly byte[] s_bounds = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF];

    [Fact]
    public void EveryBeginningOfASequenceIsJudgedAsTheRuntimeDoes()
    {
        byte[] text = new byte[200];
        int wellFormed = 0;
        foreach (int at in (int[])[0, 30, 61, 64, 195, 196])
        {
            for (int two = 0x8000; two <= 0xFFFF; two++)
            {
                foreach (byte third in s_bounds)
                {
                    foreach (byte fourth in (byte[])[(byte)'a', 0x80, 0xBF, 0xC2])
                    {
                        Array.Fill(text, (byte)'a');
                        (text[at], text[at + 1], text[at + 2], text[at + 3]) = ((byte)(two >> 8), (byte)two, third, fourth);
                        bool expected = Utf8.IsValid(text);
                        if (expected) wellFormed++;
                        if (Utf8Text.IsValid(text) != expected) Assert.Fail($"{Convert.ToHexString(text.AsSpan(at, 4))} at {at} of {text.Length}: not {expected}");
                    }
                }
            }
        }
        Assert.True(wellFormed > 10_000, $"{wellFormed} are well formed");
    }

    static readonly Gen<Rune> s_rune = Gen.Frequency(
        (8, Gen.Int[0, 0x7F]), (1, Gen.Int[0x80, 0x7FF]), (1, Gen.Int[0x800, 0xD7FF]), (1, Gen.Int[0xE000, 0xFFFF]), (1, Gen.Int[0x10000, 0x10FFFF])).Select(value => new Rune(value));

    [Fact]
    public void TextWithFaultsIsJudgedAsTheRuntimeDoes() =>
        Gen.Select(s_rune.Array[0, 150], Gen.Int[0, 200], Gen.Select(Gen.Int[0, 600], Gen.Byte).Array[0, 2], Gen.Int[0, 4]).Sample((runes, blank, faults, cut) =>
        {
            byte[] text = Encoding.UTF8.GetBytes(new string(' ', blank) + string.Concat(runes));
            text = text[..Math.Max(0, text.Length - cut)];
            foreach ((int at, byte value) in faults)
            {
                if (at < text.Length) text[at] = value;
            }
            return Utf8Text.IsValid(text) == Utf8.IsValid(text) && (Utf8Text.CountIllFormed(text, out _) == 0) == Utf8.IsValid(text);
        }, iter: 20_000);
}
