using System.IO.Hashing;
using System.Text;
using LeakScan.Indexing;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Indexing;

public sealed class IndexFormatTests : IDisposable
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("index format test key, 32 bytes."));

    readonly string _folder = Directory.CreateTempSubdirectory("leakscan-").FullName;

    string Build(string name, Action<FingerprintIndexBuilder>? add = null, IndexBuildOptions? options = null)
    {
        string path = Path.Combine(_folder, name);
        using FingerprintIndexBuilder builder = new(s_key, options) { Idioms = null };
        (add ?? AddSample)(builder);
        builder.Write(path);
        return path;
    }

    static (string Path, byte[] Text)[] Sample => [.. Enumerable.Range(0, 40).Select(i => ($"folder/file-{i:00}.py", Encoding.UTF8.GetBytes(CodeText.Lines(new Random(i), 80))))];

    static void AddSample(FingerprintIndexBuilder builder)
    {
        foreach ((string path, byte[] text) in Sample) builder.AddDocument(path, path[^4] > '4' ? "training-data" : "proprietary-code", text);
        builder.AddPublic(Sample[0].Text);
    }

    /// <summary>Everything of a file but its random name and what depends on it.</summary>
    static string Digest(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return Convert.ToHexStringLower(XxHash128.Hash(bytes.AsSpan(IndexHeader.SizeBytes))) + " " + Convert.ToHexStringLower(XxHash128.Hash(bytes.AsSpan(80, 48)));
    }

    /// <summary>
    /// A format version is frozen: if this fails, the version of the format or of canonical text must change; not if all that changed is how large
    /// something is made of which the header tells the size.
    /// </summary>
    [Fact]
    public void BytesAreFrozen()
    {
        string digest = Digest(Build("frozen.lsi"));
        Assert.True(digest == "3a59392e1530a8b505da5640174d3871 d498094a671e02e8285674bb432b0812", $"the sections and counts are {digest}");
    }

    [Fact]
    public void BytesDependNeitherOnOrderNorOnThreadsNorOnMemory()
    {
        string wanted = Digest(Build("one.lsi"));
        Assert.Equal(wanted, Digest(Build("two.lsi", builder =>
        {
            builder.AddPublic(Sample[0].Text);
            foreach ((string path, byte[] text) in Sample.Reverse()) builder.AddDocument(path, path[^4] > '4' ? "training-data" : "proprietary-code", text);
        })));
        Assert.Equal(wanted, Digest(Build("three.lsi", builder =>
        {
            Parallel.ForEach(Sample, d => builder.AddDocument(d.Path, d.Path[^4] > '4' ? "training-data" : "proprietary-code", d.Text));
            builder.AddPublic(Sample[0].Text);
        }, new IndexBuildOptions { MemoryBudgetBytes = 1 })));
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp"));
    }

    /// <summary>Enough text that the smallest budget is exceeded several times over.</summary>
    [Fact]
    public void SpillingChangesNothingAndLeavesNothing()
    {
        (string Path, byte[] Text)[] documents = [.. Enumerable.Range(0, 8).Select(i => ($"{i}.py", Encoding.UTF8.GetBytes(CodeText.Lines(new Random(100 + i), 50_000))))];
        void Add(FingerprintIndexBuilder builder)
        {
            foreach ((string path, byte[] text) in documents) builder.AddDocument(path, "proprietary-code", text);
        }
        string wanted = Digest(Build("in-memory.lsi", Add));
        string spills = Directory.CreateDirectory(Path.Combine(_folder, "spills")).FullName;
        DateTime before = Directory.GetLastWriteTimeUtc(spills);
        Assert.Equal(wanted, Digest(Build("spilled.lsi", builder =>
        {
            Thread.Sleep(20); // the clock of a file system may be coarse
            Add(builder);
            Assert.True(Directory.GetLastWriteTimeUtc(spills) > before, "nothing was spilled");
            // Where a file can be used after it has lost its name, not even kill -9 leaves one.
            if (!OperatingSystem.IsWindows()) Assert.Empty(Directory.GetFiles(spills));
        }, new IndexBuildOptions { MemoryBudgetBytes = 1 << 20, TemporaryFolder = spills })));
        Assert.Empty(Directory.GetFiles(spills));
    }

    /// <summary>The same name may be given to different texts; the file is the same whoever comes first.</summary>
    [Fact]
    public void DocumentsOfOneNameHaveAnOrder()
    {
        string[] digests = [.. Enumerable.Range(0, 3).Select(round => Digest(Build("same.lsi", builder =>
        {
            for (int i = 0; i < 6; i++) builder.AddDocument("same", "a", Sample[round == 0 ? i : round == 1 ? 5 - i : (i + 3) % 6].Text);
        })))];
        Assert.Single(digests.Distinct());
    }

    [Fact]
    public void SaysWhatItHolds()
    {
        using FingerprintIndex index = FingerprintIndex.Open(Build("info.lsi"), s_key);
        Assert.Equal(40, index.Info.Documents);
        Assert.Equal(20, index.Info.DocumentsByLabel["training-data"]);
        Assert.Equal(Sample.Sum(d => d.Text.Length), index.Info.SourceBytes);
        Assert.Equal((40, 64), (index.Info.FineGuarantee, index.Info.CoarseGuarantee));
        Assert.Equal(Sample.Select(d => d.Path), index.Documents.Select(d => d.Path));
        Assert.Equal(Sample.Select(d => d.Text.AsSpan().TrimEnd((byte)'\n').Count((byte)'\n') + 1), index.Documents.Select(d => d.Lines)); // CodeText may end in an empty line
        Assert.Equal(s_key.ContentId(Sample[3].Text), index.GetDocument(3).ContentId);
        Assert.Throws<ArgumentOutOfRangeException>(() => index.GetDocument(40));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.GetDocument(-1));
    }

    [Fact]
    public void AnotherKeyIsAnErrorThatNamesBothKeys()
    {
        string path = Build("key.lsi");
        IndexKey other = IndexKey.Generate();
        string message = Assert.Throws<IndexException>(() => FingerprintIndex.Open(path, other)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(other.Id, message, StringComparison.Ordinal);
        Assert.Contains(s_key.Id, message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACutFileIsAnErrorThatNamesIt()
    {
        byte[] sound = File.ReadAllBytes(Build("sound.lsi"));
        string path = Path.Combine(_folder, "cut.lsi");
        for (int length = 0; length < sound.Length; length += length < 600 ? 37 : 9973)
        {
            File.WriteAllBytes(path, sound.AsSpan(0, length));
            Assert.Contains(path, Assert.Throws<IndexException>(() => FingerprintIndex.Open(path, s_key)).Message, StringComparison.Ordinal);
            Assert.NotEmpty(FingerprintIndex.Verify(path, s_key));
        }
    }

    [Fact]
    public void AFileCutAtASectionIsAnErrorThatNamesIt()
    {
        string path = Build("sound.lsi");
        byte[] sound = File.ReadAllBytes(path);
        IndexHeader header = IndexHeader.Read(path, sound.AsSpan(0, IndexHeader.SizeBytes), sound.Length, s_key);
        // Every section but the last ones, which are empty here, lies within the file and does not overlap the one before.
        Assert.Equal(header.Sections.OrderBy(s => s.Offset), header.Sections);
        for (int i = 1; i < header.Sections.Length; i++) Assert.True(header.Sections[i].Offset >= header.Sections[i - 1].Offset + header.Sections[i - 1].Length);
        Assert.Equal(sound.Length, header.Sections[^1].Offset + header.Sections[^1].Length);

        Random random = new(8);
        IEnumerable<long> lengths = header.Sections.SelectMany(s => new[] { s.Offset - 1, s.Offset, s.Offset + 1, s.Offset + s.Length - 1 })
            .Concat([0, 1, IndexHeader.SizeBytes - 1, IndexHeader.SizeBytes]).Concat(Enumerable.Range(0, 20).Select(_ => random.NextInt64(sound.Length)));
        foreach (long length in lengths.Where(l => l < sound.Length).Distinct())
        {
            File.WriteAllBytes(path, sound.AsSpan(0, (int)length));
            Assert.StartsWith(path + ": ", Assert.Throws<IndexException>(() => FingerprintIndex.Open(path, s_key)).Message, StringComparison.Ordinal);
            Assert.Equal("header", Assert.Single(FingerprintIndex.Verify(path, s_key)).Section);
        }
    }

    [Fact]
    public void EveryBitOfTheHeaderCounts()
    {
        string path = Build("header.lsi");
        byte[] sound = File.ReadAllBytes(path);
        for (int bit = 0; bit < IndexHeader.SizeBytes * 8; bit++)
        {
            byte[] damaged = sound[..IndexHeader.SizeBytes];
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.StartsWith("x: ", Assert.Throws<IndexException>(() => IndexHeader.Read("x", damaged, sound.Length, s_key)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AnotherVersionIsToldFromDamage()
    {
        string path = Build("version.lsi");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[8] = 99;
        File.WriteAllBytes(path, bytes);
        Assert.Equal($"{path}: index format 99, this version reads format 4: take a newer version", Assert.Throws<IndexException>(() => FingerprintIndex.Open(path, s_key)).Message);
        File.WriteAllText(path, new string('x', 2000));
        Assert.Equal($"{path}: not an index: it does not begin with LEAKSCAN", Assert.Throws<IndexException>(() => FingerprintIndex.Open(path, s_key)).Message);
    }

    /// <summary>Parameters that an authentic header names but this version does not use, and numbers that contradict each other.</summary>
    [Theory]
    [InlineData(12, 99)] // version of canonical text
    [InlineData(16, 23)] // k
    [InlineData(20, 18)] // w
    [InlineData(24, 40)]
    [InlineData(28, 9)] // directory bits
    [InlineData(28, -1)]
    [InlineData(28, 64)]
    [InlineData(80, 41)] // documents
    [InlineData(84, -1)]
    [InlineData(92, -1)] // fingerprints
    [InlineData(108, -1)] // those of public text
    [InlineData(116, int.MaxValue)] // bytes of text
    [InlineData(96, 1)] // postings
    [InlineData(192 + 8, 0)] // length of the filter
    [InlineData(192 + 8, 31)]
    [InlineData(192, 1023)] // its offset, within the header
    [InlineData(196, -1)]
    [InlineData(192 + 6 * 32 + 8, 2)] // length of the removals
    [InlineData(128, 1)] // tokens
    [InlineData(136, -1)] // sketches
    [InlineData(192 + 7 * 32 + 8, 31)] // length of the shingle table
    [InlineData(192 + 10 * 32 + 8, 127)] // length of the sketches
    [InlineData(156, 6)] // bytes of a posting
    [InlineData(156, 8)]
    [InlineData(156, 10)]
    public void AnAuthenticHeaderMustMakeSense(int offset, int value)
    {
        string path = Build("sense.lsi");
        byte[] bytes = File.ReadAllBytes(path);
        Span<byte> header = bytes.AsSpan(0, IndexHeader.SizeBytes);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(header[offset..], value);
        System.Security.Cryptography.HMACSHA256.HashData(s_key.Derive("leakscan index header"), header[..^32], header[^32..]);
        File.WriteAllBytes(path, bytes);
        Assert.StartsWith(path + ": ", Assert.Throws<IndexException>(() => FingerprintIndex.Open(path, s_key)).Message, StringComparison.Ordinal);
    }

    /// <summary>A posting takes as few bytes as the positions of an index need; a count is told from a position in each size.</summary>
    [Theory]
    [InlineData(0, 7)]
    [InlineData(1L << 23, 7)]
    [InlineData((1L << 23) + 1, 8)]
    [InlineData(1L << 31, 8)]
    [InlineData((1L << 31) + 1, 9)]
    [InlineData(1L << 39, 9)]
    public void APostingHasAsManyBytesAsItsPositionNeeds(long positions, int size)
    {
        Assert.Equal(size, Posting.SizeBytes(positions));
        Span<byte> bytes = stackalloc byte[size];
        foreach (long value in (long[])[0, 1, positions / 2, Math.Max(0, positions - 1), Posting.CountFlag, Posting.CountFlag | 25, Posting.CountFlag | Math.Max(0, positions - 1)])
        {
            Posting posting = new(0xDEADBEEF, value);
            posting.Write(bytes);
            Assert.Equal(posting, Posting.Read(bytes));
        }
    }

    [Fact]
    public void ADamagedByteIsFoundAndItsSectionNamed()
    {
        string path = Build("damage.lsi");
        Assert.Empty(FingerprintIndex.Verify(path, s_key));
        byte[] sound = File.ReadAllBytes(path);
        IndexHeader header = IndexHeader.Read(path, sound.AsSpan(0, IndexHeader.SizeBytes), sound.Length, s_key);
        foreach (IndexSection section in Enum.GetValues<IndexSection>())
        {
            if (header[section].Length == 0) continue;
            byte[] damaged = [.. sound];
            damaged[header[section].Offset + header[section].Length / 2] ^= 1;
            File.WriteAllBytes(path, damaged);
            IndexProblem problem = Assert.Single(FingerprintIndex.Verify(path, s_key));
            Assert.Equal((section.ToString(), header[section].Offset), (problem.Section, problem.Offset));
        }
        for (int at = 0; at < IndexHeader.SizeBytes; at += 11)
        {
            byte[] damaged = [.. sound];
            damaged[at] ^= 1;
            File.WriteAllBytes(path, damaged);
            Assert.Throws<IndexException>(() => FingerprintIndex.Open(path, s_key));
        }
    }

    [Fact]
    public void ADeltaAddsAndDrops()
    {
        string path = Build("base.lsi");
        byte[] added = Encoding.UTF8.GetBytes(CodeText.Lines(new Random(900), 80));
        using (FingerprintIndex before = FingerprintIndex.Open(path, s_key))
        using (FingerprintIndexBuilder builder = new(s_key))
        {
            builder.AddDocument("new.py", "proprietary-code", added);
            builder.Remove(before.GetDocument(5));
            Assert.Equal(2, builder.WriteDelta(path).Layers);
        }
        List<Match> matches = [];
        using (FingerprintIndex after = FingerprintIndex.Open(path, s_key))
        {
            Assert.Equal(40, after.Info.Documents);
            Assert.DoesNotContain(after.Documents, d => d.Path == Sample[5].Path);
            Scanner scanner = new(after);
            scanner.Scan(added, matches);
            Assert.Equal("new.py", after.GetDocument(matches[0].DocumentId).Path);
            scanner.Scan(Sample[5].Text, matches);
            Assert.DoesNotContain(matches, m => after.GetDocument(m.DocumentId).Path == Sample[5].Path);
            scanner.Scan(Sample[6].Text, matches);
            Assert.Equal(Sample[6].Path, after.GetDocument(matches[0].DocumentId).Path);
        }

        // A second delta goes on the first; a new base makes both stale.
        using (FingerprintIndexBuilder builder = new(s_key))
        {
            builder.AddDocument("newer.py", "proprietary-code", added);
            Assert.Equal(3, builder.WriteDelta(path).Layers);
        }
        byte[] stale = File.ReadAllBytes(path + ".1");
        Build("base.lsi");
        Assert.False(File.Exists(path + ".1"));
        File.WriteAllBytes(path + ".1", stale);
        using FingerprintIndex rebuilt = FingerprintIndex.Open(path, s_key);
        Assert.Equal(1, rebuilt.Info.Layers);
    }

    [Fact]
    public void SeveralIndexesAreOne()
    {
        string one = Build("one.lsi", b => b.AddDocument("one", "a", Sample[1].Text));
        string two = Build("two.lsi", b => b.AddDocument("two", "b", Sample[2].Text));
        using FingerprintIndex index = FingerprintIndex.Open([one, two], s_key);
        List<Match> matches = [];
        new Scanner(index).Scan([.. Sample[1].Text, (byte)'\n', .. Sample[2].Text], matches);
        Assert.Equal(["one", "two"], matches.Select(m => index.GetDocument(m.DocumentId).Path).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void HashedPathsTellDocumentsApartAndNameNone()
    {
        string path = Build("hashed.lsi", options: new IndexBuildOptions { PathStorage = PathStorage.Hash });
        using FingerprintIndex index = FingerprintIndex.Open(path, s_key);
        Assert.Equal(40, index.Documents.Select(d => d.Path).Distinct().Count());
        Assert.Contains(index.Documents, d => d.Path == index.StoredPath(Sample[7].Path));
        Assert.Equal(-1, File.ReadAllBytes(path).AsSpan().IndexOf("file-07"u8));
    }

    [Fact]
    public void AnIndexHoldsNoText()
    {
        byte[] index = File.ReadAllBytes(Build("secret.lsi"));
        foreach ((_, byte[] text) in Sample)
        {
            for (int at = 0; at + 12 <= text.Length; at += 12) Assert.Equal(-1, index.AsSpan().IndexOf(text.AsSpan(at, 12)));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
