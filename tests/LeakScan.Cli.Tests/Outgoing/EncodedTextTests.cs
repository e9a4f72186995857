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
    [InlineData("\n", 76)]
    [InlineData("\r\n", 76)]
    [InlineData("\\n", 76)]
    [InlineData("\\r\\n", 61)]
    [InlineData("\n", 60)]
    [InlineData("\n", 75)]
    [InlineData("\n", 20)]
    [InlineData("\n    ", 60)]
    [InlineData("\",\n\t\"", 60)]
    [InlineData("\\n> ", 76)]
    public void LinesAreOneText(string lineBreak, int length) => s_bytes.Sample(bytes =>
    {
        string encoded = string.Join(lineBreak, Convert.ToBase64String(bytes).Chunk(length).Select(line => new string(line)));
        byte[] found = EncodedText.In(Encoding.UTF8.GetBytes($"\"{encoded}\"")) ?? [];
        Assert.Equal(bytes, found[..Math.Min(bytes.Length, found.Length)]); // behind that, what each line would be by itself
    });

    [Fact]
    public void LinesThatAreEncodedByThemselvesAreFound()
    {
        string[] texts = [.. Enumerable.Range(0, 30).Select(i => FormattableString.Invariant($"record {i} has text of its own, which is as long as this, and {new string('x', i)}"))];
        string lines = string.Join('\n', texts.Select(t => Convert.ToBase64String(Encoding.UTF8.GetBytes(t)).TrimEnd('=')));
        string found = Encoding.UTF8.GetString(EncodedText.In(Encoding.UTF8.GetBytes(lines))!);
        Assert.All(texts, text => Assert.Contains(text[..^2], found, StringComparison.Ordinal));
        string whole = string.Join('\n', texts);
        string mime = new string('-', 79) + "\r\n" + Convert.ToBase64String(Encoding.UTF8.GetBytes(whole), Base64FormattingOptions.InsertLineBreaks) + "\r\n" + new string('-', 79);
        Assert.Contains(texts[20][..40], Encoding.UTF8.GetString(EncodedText.In(Encoding.UTF8.GetBytes(mime))!).Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id_")]
    [InlineData("a")]
    [InlineData("key/")]
    public void AWordBeforeItHidesNothing(string before)
    {
        string text = string.Concat(Enumerable.Range(1, 20).Select(i => FormattableString.Invariant($"line {i} of a text\n")));
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        Assert.Contains("line 2 of a text\nline 3", Encoding.UTF8.GetString(EncodedText.In(Encoding.UTF8.GetBytes(before + encoded))!), StringComparison.Ordinal);
        string twice = Convert.ToBase64String(Encoding.UTF8.GetBytes(encoded));
        Assert.Equal([encoded, text], EncodedText.AllIn(Encoding.UTF8.GetBytes(twice)).Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public void OfLargeFilesNoMoreIsDecodedThanThereIsTimeFor()
    {
        byte[] bytes = new byte[9 << 20];
        new Random(1).NextBytes(bytes);
        OutgoingTexts texts = new();
        for (int i = 0; i < 3; i++) texts.AddFileText("a file", Encoding.UTF8.GetBytes(Convert.ToBase64String(bytes)));
        OutgoingText[] decoded = [.. texts.All.Where(t => t.Utf8.Span[0] == bytes[0])];
        Assert.Equal(6 << 20, decoded[0].Utf8.Length);
        Assert.InRange(decoded.Sum(t => t.Utf8.Length), 6 << 20, 8 << 20);
        Assert.Equal(3, texts.All.Count(t => t.Utf8.Length == 12 << 20));
    }

    [Fact]
    public void AnEscapedSlashIsOfIt()
    {
        byte[] bytes = [.. Enumerable.Repeat<byte>(0xFF, 90)];
        Assert.Equal(bytes, EncodedText.In(Encoding.UTF8.GetBytes(Convert.ToBase64String(bytes).Replace("/", "\\/", StringComparison.Ordinal))));
    }

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
    public void TextBehindAPictureIsRead()
    {
        string text = "a text that is as long as it has to be, which is longer than it would be otherwise";
        string lines = Convert.ToBase64String([0x89, .. "PNG"u8, .. new byte[101]]) + "\n" + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        Assert.Contains(text, Encoding.UTF8.GetString(EncodedText.In(Encoding.UTF8.GetBytes(lines))!), StringComparison.Ordinal);
    }

    [Fact]
    public void PicturesAreLeftAlone() =>
        Assert.Null(EncodedText.In(Encoding.UTF8.GetBytes(Convert.ToBase64String([0x89, .. "PNG"u8, .. new byte[100]]))));

    // Read from its second character on, the base64 of the first begins with 1F 8B, as what gzip makes does.
    [Theory]
    [InlineData(" ~/")]
    [InlineData("RIFF")]
    public void WhatBeginsAsAPictureDoesIsReadWhereItIsNone(string first)
    {
        byte[] behind = first == "RIFF" ? Encoding.UTF8.GetBytes(" files hold samples of sound, and a chunk of them each") : [.. Enumerable.Repeat<byte>(0xFE, 60)];
        byte[] bytes = [.. Encoding.UTF8.GetBytes(first), .. behind];
        Assert.Equal(bytes, EncodedText.In(Encoding.UTF8.GetBytes(Convert.ToBase64String(bytes))));
    }
}
