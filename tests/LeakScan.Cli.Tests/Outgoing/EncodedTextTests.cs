using System.Text;
using CsCheck;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Tests.Outgoing;

public class EncodedTextTests
{
    static readonly Gen<byte[]> s_bytes = Gen.Byte.Array[48, 3000].Select(b => (byte[])[(byte)'#', .. b]); // none that says that it is compressed

    static readonly string[] s_texts = ["", " ", "\"", "data:text/plain;base64,", "the file: ", "{\"data\":\"", ".\n\n", "\u00e9", "\\n\\n", "\\\""];

    static readonly Gen<string> s_around = Gen.Int[0, s_texts.Length - 1].Select(i => s_texts[i]);

    [Fact]
    public void WhatIsEncodedIsFoundWhereverItStands() => Gen.Select(s_bytes, s_around, s_around, Gen.Bool, Gen.Bool).Sample((bytes, before, behind, forAddresses, padded) =>
    {
        string encoded = Convert.ToBase64String(bytes);
        if (forAddresses) encoded = encoded.Replace('+', '-').Replace('/', '_');
        if (!padded) encoded = encoded.TrimEnd('=');
        Assert.Equal(bytes, EncodedText.In(Encoding.UTF8.GetBytes(before + encoded + (behind.Length > 0 && char.IsAsciiLetterOrDigit(behind[0]) ? " " : "") + behind)));
    });

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\\n")]
    public void LinesAreOneText(string lineBreak) => s_bytes.Sample(bytes =>
    {
        string encoded = Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks).Replace("\r\n", lineBreak, StringComparison.Ordinal);
        byte[] found = EncodedText.In(Encoding.UTF8.GetBytes($"\"{encoded}\"")) ?? [];
        // A last line of fewer than 64 characters is no run.
        Assert.InRange(bytes.Length - found.Length, 0, 47);
        Assert.Equal(bytes[..found.Length], found);
    });

    [Fact]
    public void SeveralAreToldApart()
    {
        string one = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('a', 60))), two = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('b', 60)));
        Assert.Equal(new string('a', 60) + "\n" + new string('b', 60), Encoding.UTF8.GetString(EncodedText.In(Encoding.UTF8.GetBytes($"[\"{one}\",\"{two}\"]"))!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no run of so many letters")]
    [InlineData("YWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJ")] // 63
    public void WordsAreNone(string text) => Assert.Null(EncodedText.In(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void PicturesAreLeftAlone() =>
        Assert.Null(EncodedText.In(Encoding.UTF8.GetBytes(Convert.ToBase64String([0x89, .. "PNG"u8, .. new byte[100]]))));
}
