using System.Text;
using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Tests.Support;
using LeakScan.Tokens;

namespace LeakScan.Tests.Indexing;

public sealed class StructureSectionsTests : IDisposable
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("structure test key, 32 bytes ..."));

    readonly string _folder = Directory.CreateTempSubdirectory("leakscan-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static readonly string[] s_texts = ["", "one", "import os\nimport sys\n\n" + CodeText.Lines(new Random(1), 400), "\n\n" + CodeText.Lines(new Random(2), 40), CodeText.Lines(new Random(3), 900) + "\n", "(", CodeText.Lines(new Random(4), 120)];

    static FingerprintIndexBuilder Builder(IndexBuildOptions? options = null, int documents = int.MaxValue)
    {
        FingerprintIndexBuilder builder = new(s_key, options);
        for (int i = 0; i < Math.Min(documents, s_texts.Length); i++) builder.AddDocument($"{i}", "code", Encoding.UTF8.GetBytes(s_texts[i]));
        return builder;
    }

    static byte[] ReadCodes(MappedIndex layer, DocumentRecord record, TokenKeys keys)
    {
        byte[] codes = new byte[record.Tokens];
        layer.ReadTokens(record.FirstToken, codes);
        keys.Cipher(layer.Header.TokenNonce, record.FirstToken, codes, SimdTiers.Current);
        return codes;
    }

    static (List<byte> Codes, List<int> Starts) Tokens(byte[] text, TokenKeys keys)
    {
        ShingleReader reader = new(keys, SimdTiers.Current);
        reader.Reset();
        List<byte> codes = [];
        List<int> starts = [];
        while (reader.Next(text))
        {
            codes.AddRange(reader.Codes);
            starts.AddRange(reader.Starts);
        }
        return (codes, starts);
    }

    [Fact]
    public void CodesLinesAndSketchesAreThoseOfTheTexts()
    {
        using FingerprintIndexBuilder builder = Builder();
        using FingerprintIndex index = builder.Build();
        MappedIndex layer = index.Layers[0];
        int sketch = 0;
        for (int i = 0; i < s_texts.Length; i++)
        {
            byte[] text = Encoding.UTF8.GetBytes(s_texts[i]);
            DocumentRecord record = layer.GetDocument(i);
            (List<byte> wanted, List<int> starts) = Tokens(text, index.TokenKeys);
            byte[] codes = ReadCodes(layer, record, index.TokenKeys);
            Assert.Equal(wanted.Count, codes.Length);
            List<(int Start, int End)> boilerplate = [];
            BoilerplateLines.Find(text, boilerplate);
            for (int token = 0; token < codes.Length; token++)
            {
                int line = text.AsSpan(0, starts[token]).Count((byte)'\n');
                Assert.Equal(boilerplate.Exists(r => r.Start <= line && line < r.End) ? TokenCoder.Nothing : wanted[token], codes[token]);
                Assert.Equal(line + 1, layer.GetTokenLine(record, token));
            }
            int[] lineOf = [.. starts.Select(s => text.AsSpan(0, s).Count((byte)'\n') + 1)];
            for (long character = 0; character < record.Length; character += 7)
            {
                Assert.Equal(Array.IndexOf(lineOf, layer.GetLine(record, character)), layer.GetFirstToken(record, character));
            }
            Assert.Equal((uint)sketch, record.FirstSketch);
            for (int own = 0; own < DocumentRecord.SketchesOf(record.Tokens); own++) Assert.Equal(i, layer.FindDocumentOfSketch(sketch++));
        }
        Assert.Equal(sketch, layer.Sketches);
        Assert.Equal(-1, layer.FindDocumentOfSketch(-1));
        Assert.Equal(-1, layer.FindDocumentOfSketch(sketch));
        Assert.Contains(TokenCoder.Nothing, ReadCodes(layer, layer.GetDocument(2), index.TokenKeys));
    }

    /// <summary>Codes that were taken out are gone from the file; and the other codes are enciphered otherwise, lest the two files give them away.</summary>
    [Fact]
    public void PublicTextIsTakenOutUnderAnotherKeyStream()
    {
        string[] lines = s_texts[4].Split('\n');
        using FingerprintIndexBuilder plain = Builder();
        using FingerprintIndex with = plain.Build();
        using FingerprintIndexBuilder builder = Builder();
        builder.AddPublic(Encoding.UTF8.GetBytes(string.Join('\n', lines[200..400])));
        using FingerprintIndex without = builder.Build();
        DocumentRecord record = without.Layers[0].GetDocument(4);
        byte[] before = ReadCodes(with.Layers[0], record, with.TokenKeys), after = ReadCodes(without.Layers[0], record, without.TokenKeys);
        int cleared = 0;
        for (int i = 0; i < after.Length; i++)
        {
            int line = without.Layers[0].GetTokenLine(record, i);
            if (line is > 203 and < 398 && after[i] == TokenCoder.Nothing) cleared++;
            Assert.True(after[i] == before[i] || after[i] == TokenCoder.Nothing);
        }
        Assert.InRange(cleared, after.Length / 6, after.Length);
        Assert.NotEqual(with.Layers[0].Header.TokenNonce, without.Layers[0].Header.TokenNonce);
    }

    [Fact]
    public void OtherDocumentsHaveOtherKeyStreams()
    {
        using FingerprintIndexBuilder oneBuilder = Builder(), otherBuilder = Builder(null, s_texts.Length - 1);
        using FingerprintIndex one = oneBuilder.Build(), other = otherBuilder.Build();
        DocumentRecord record = one.Layers[0].GetDocument(4);
        byte[] stored = new byte[record.Tokens], otherStored = new byte[record.Tokens];
        one.Layers[0].ReadTokens(record.FirstToken, stored);
        other.Layers[0].ReadTokens(record.FirstToken, otherStored);
        Assert.Equal(ReadCodes(one.Layers[0], record, one.TokenKeys), ReadCodes(other.Layers[0], record, other.TokenKeys));
        // As many bytes as chance makes equal: one in 256.
        Assert.InRange(stored.Zip(otherStored).Count(p => p.First == p.Second), 0, stored.Length / 100 + 10);
        // A stretch read alone, from any position.
        byte[] part = new byte[100];
        foreach (int from in (int[])[1, 7, 8, 9, 511, 513])
        {
            one.Layers[0].ReadTokens(record.FirstToken + from, part);
            one.TokenKeys.Cipher(one.Layers[0].Header.TokenNonce, record.FirstToken + from, part, SimdTier.Scalar);
            Assert.Equal(ReadCodes(one.Layers[0], record, one.TokenKeys)[from..(from + 100)], part);
        }
    }

    [Fact]
    public void SpillingTokensChangesNothing()
    {
        byte[] Bytes(long budget)
        {
            string path = Path.Combine(_folder, $"{budget}.lsi");
            using FingerprintIndexBuilder builder = Builder(new IndexBuildOptions { MemoryBudgetBytes = budget, TemporaryFolder = _folder });
            builder.AddPublic(Encoding.UTF8.GetBytes(CodeText.Lines(new Random(3), 50)));
            builder.Write(path);
            return File.ReadAllBytes(path)[IndexHeader.SizeBytes..]; // the header has a random name
        }
        Assert.Equal(Bytes(1L << 30), Bytes(4096));
        Assert.Equal(Bytes(1L << 30), Bytes(0));
    }
}
