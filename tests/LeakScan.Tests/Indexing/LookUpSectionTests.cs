using LeakScan.Indexing;
using LeakScan.Primitives;

namespace LeakScan.Tests.Indexing;

[Trait("Category", "TierIndependent")]
public sealed unsafe class LookUpSectionTests
{
    const int Large = HugePages.SizeBytes + 4096 + 32;

    // What the section does with so many look-ups: 16 for each of its cache lines.
    static int Many(int length) => length / 64 * 16;

    static void OnSection(int length, bool mayCopy, Action<LookUpSection, nint> test)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        fixed (byte* start = bytes)
        {
            using LookUpSection section = new(start, length, mayCopy);
            test(section, (nint)start);
            Assert.True(new ReadOnlySpan<byte>(section.Start, length).SequenceEqual(bytes));
            Assert.True(new ReadOnlySpan<byte>(start, length).SequenceEqual(bytes));
        }
    }

    [Fact]
    public void IsReadInACopyOnceItHasBeenReadMuch() => OnSection(Large, mayCopy: true, static (section, start) =>
    {
        section.Count(Many(Large) - 1);
        Assert.Equal(start, (nint)section.Start);
        section.Count(1);
        if (!OperatingSystem.IsLinux())
        {
            Assert.Equal(start, (nint)section.Start);
            return;
        }
        nint copy = (nint)section.Start;
        Assert.NotEqual(start, copy);
        Assert.Equal(0, copy % HugePages.SizeBytes);
        section.Count(Many(Large));
        Assert.Equal(copy, (nint)section.Start);
    });

    [Theory]
    [InlineData(Large, false)]
    [InlineData(HugePages.SizeBytes - 1, true)]
    public void StaysWhereItIsIfThatIsNoWorse(int length, bool mayCopy) => OnSection(length, mayCopy, (section, start) =>
    {
        section.Count(Many(length));
        section.Count(Many(length));
        Assert.Equal(start, (nint)section.Start);
    });

    [Fact]
    public void OneOfManyThreadsCopies() => OnSection(Large, mayCopy: true, static (section, start) =>
    {
        nint[] seen = new nint[8];
        Parallel.For(0, seen.Length, new ParallelOptions { MaxDegreeOfParallelism = seen.Length }, i =>
        {
            for (int j = 0; j < Many(Large) / 100; j++) section.Count(100);
            seen[i] = (nint)section.Start;
        });
        // One that counted while another copied may have seen the section where it was.
        Assert.All(seen, s => Assert.True(s == start || s == (nint)section.Start));
        Assert.Equal(OperatingSystem.IsLinux(), start != (nint)section.Start);
    });

    [Fact]
    public void AScannerFindsTheSameAfterTheFilterWasCopied()
    {
        const int Documents = 28; // of a megabyte: more than 1.4 million fingerprints, of 12 bits each
        static byte[] Letters(int seed)
        {
            byte[] text = new byte[1 << 20];
            new Random(seed).NextBytes(text);
            foreach (ref byte b in text.AsSpan()) b = (byte)('a' + b % 26);
            return text;
        }
        string path = Path.GetTempFileName();
        try
        {
            IndexKey key = IndexKey.Generate();
            byte[][] documents = [.. Enumerable.Range(1, Documents).Select(Letters)];
            using (FingerprintIndexBuilder builder = new(key))
            {
                Parallel.ForEach(documents, (document, _, i) => builder.AddDocument($"document-{i}", "code", document));
                builder.Write(path);
            }
            using FingerprintIndex index = FingerprintIndex.Open(path, key);
            MappedIndex layer = index.Layers[0];
            Scanner scanner = new(index, new ScanOptions { Depth = ScanDepth.Fine, Structure = false });
            List<Match> matches = [];
            byte[] leak = documents[^1][10_000..10_400];
            Assert.Equal(Verdict.Block, scanner.Scan(leak, matches).Verdict);
            Match[] before = [.. matches];
            nint[] block = [0];
            layer.FindFilterBlocks([12345UL << 32], block);
            nint first = block[0];
            // One look-up for nine characters.
            byte[] clean = Letters(Documents + 1);
            for (int i = 0; i < 12; i++) Assert.Equal(Verdict.Allow, scanner.Scan(clean, matches).Verdict);
            layer.FindFilterBlocks([12345UL << 32], block);
            Assert.Equal(OperatingSystem.IsLinux(), first != block[0]);
            Assert.Equal(Verdict.Block, scanner.Scan(leak, matches).Verdict);
            Assert.Equal(before, matches);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
