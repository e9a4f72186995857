using System.Text;
using LeakScan.Tests.Support;

namespace LeakScan.Tests;

/// <summary>What is closed, in use elsewhere or already written says so, and takes nobody's process down.</summary>
[Trait("Category", "TierIndependent")]
public sealed class LifeCycleTests : IDisposable
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("life cycle test key with 32 bytes"[..32]));

    static readonly byte[] s_text = Encoding.UTF8.GetBytes(CodeText.Lines(new Random(5), 100));

    readonly string _folder = Directory.CreateTempSubdirectory("leakscan-life-").FullName;

    string PathOf(string name) => Path.Combine(_folder, name);

    static FingerprintIndexBuilder Builder(IndexBuildOptions? options = null)
    {
        FingerprintIndexBuilder builder = new(s_key, options);
        builder.AddDocument("a.cs", "code", s_text);
        return builder;
    }

    FingerprintIndex Index(bool inMemory)
    {
        using FingerprintIndexBuilder builder = Builder();
        if (inMemory) return builder.Build();
        if (!File.Exists(PathOf("corp.lsi"))) builder.Write(PathOf("corp.lsi"));
        return FingerprintIndex.Open(PathOf("corp.lsi"), s_key);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void ADisposedIndexSaysSo(bool inMemory)
    {
        FingerprintIndex index = Index(inMemory);
        Scanner scanner = new(index);
        List<Match> matches = [];
        Assert.Equal(Verdict.Block, scanner.Scan(s_text, matches).Verdict);
        index.Dispose();
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => scanner.Scan(s_text, matches));
        Assert.Throws<ObjectDisposedException>(() => scanner.Scan("text", matches));
        Assert.Throws<ObjectDisposedException>(() => scanner.MayMatch(s_text));
        Assert.Throws<ObjectDisposedException>(() => scanner.MayMatch(s_text, []));
        Assert.Throws<ObjectDisposedException>(() => new Scanner(index));
        Assert.Throws<ObjectDisposedException>(() => index.Info);
        Assert.Throws<ObjectDisposedException>(() => index.GetDocument(0));
        Assert.Throws<ObjectDisposedException>(() => index.Documents.Count());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task DisposingWaitsForScansThatAreUnderWay(bool inMemory)
    {
        byte[] text = [.. Enumerable.Repeat(s_text, 20).SelectMany(t => t)];
        for (int i = 0; i < 10; i++)
        {
            FingerprintIndex index = Index(inMemory);
            using SemaphoreSlim begun = new(0);
            Task<int>[] tasks = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                Scanner scanner = new(index);
                List<Match> matches = [];
                for (int scans = 0; ; scans++)
                {
                    try
                    {
                        Assert.Equal(Verdict.Block, scanner.Scan(text, matches).Verdict);
                    }
                    catch (ObjectDisposedException)
                    {
                        return scans;
                    }
                    if (scans == 0) begun.Release();
                }
            }))];
            for (int t = 0; t < tasks.Length; t++) await begun.WaitAsync();
            index.Dispose();
            Assert.All(await Task.WhenAll(tasks), scans => Assert.True(scans > 0));
        }
    }

    [Fact]
    public async Task AScannerIsOneThreadsAtATime()
    {
        using FingerprintIndex index = Index(inMemory: true);
        Scanner scanner = new(index);
        byte[] text = [.. Enumerable.Repeat(s_text, 200).SelectMany(t => t)];
        int refused = 0;
        DateTime end = DateTime.UtcNow.AddMinutes(2);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            Span<Match> matches = new Match[32];
            while (Volatile.Read(ref refused) == 0 && DateTime.UtcNow < end)
            {
                try
                {
                    Assert.Equal(Verdict.Block, scanner.Scan(text, matches).Verdict);
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));
        Assert.True(refused > 0);
        Assert.Equal(Verdict.Block, scanner.Scan(s_text, new List<Match>()).Verdict);
    }

    struct ScanningSink(Scanner scanner) : IMatchSink
    {
        public readonly void OnMatch(in Match match) => scanner.Scan(s_text, new List<Match>());
    }

    struct DisposingSink(FingerprintIndex index) : IMatchSink
    {
        public readonly void OnMatch(in Match match) => index.Dispose();
    }

    [Fact]
    public void ASinkDoesNotScanWithTheScannerThatCallsIt() => AssertRefused((_, scanner) => new ScanningSink(scanner));

    [Fact]
    public void ASinkDoesNotDisposeOfTheIndex() => AssertRefused((index, _) => new DisposingSink(index));

    void AssertRefused<TSink>(Func<FingerprintIndex, Scanner, TSink> make) where TSink : struct, IMatchSink
    {
        using FingerprintIndex index = Index(inMemory: true);
        Scanner scanner = new(index);
        TSink sink = make(index, scanner);
        Assert.Throws<InvalidOperationException>(() => scanner.Scan(s_text, ref sink));
        Assert.Equal(Verdict.Block, scanner.Scan(s_text, new List<Match>()).Verdict);
    }

    [Fact]
    public void ABuilderThatIsDisposedOrWrittenTakesNothing()
    {
        FingerprintIndexBuilder builder = Builder();
        builder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => builder.AddDocument("b.cs", "code", s_text));
        Assert.Throws<ObjectDisposedException>(() => builder.AddPublic(s_text));
        Assert.Throws<ObjectDisposedException>(() => builder.Build());
        Assert.Throws<ObjectDisposedException>(() => builder.Write(PathOf("corp.lsi")));
        Assert.Empty(Directory.GetFiles(_folder));

        using FingerprintIndexBuilder written = Builder();
        written.Build().Dispose();
        Assert.Throws<InvalidOperationException>(() => written.AddDocument("b.cs", "code", s_text));
        Assert.Throws<InvalidOperationException>(() => written.Build());
    }

    [Fact]
    public void APlaceThatCannotBeWrittenDoesNotCostWhatWasAdded()
    {
        using FingerprintIndexBuilder builder = Builder();
        Assert.Throws<DirectoryNotFoundException>(() => builder.Write(PathOf("none/corp.lsi")));
        Assert.ThrowsAny<IOException>(() => builder.WriteDelta(PathOf("corp.lsi")));
        Assert.Throws<ArgumentNullException>(() => builder.Write(null!));
        Assert.Equal(1, builder.Write(PathOf("corp.lsi")).Documents);
    }

    [Fact]
    public void ADeltaStoresPathsAsItsIndexDoes()
    {
        using (FingerprintIndexBuilder builder = Builder(new IndexBuildOptions { PathStorage = PathStorage.Hash })) builder.Write(PathOf("corp.lsi"));
        using FingerprintIndexBuilder delta = Builder();
        Assert.Contains("PathStorage", Assert.Throws<InvalidOperationException>(() => delta.WriteDelta(PathOf("corp.lsi"))).Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder));
    }

    /// <summary>Whoever adds while the index is written is told no, or finds the document in it.</summary>
    [Fact]
    public async Task WhatWasTakenIsInTheIndex()
    {
        for (int round = 0; round < 5; round++)
        {
            using FingerprintIndexBuilder builder = new(s_key);
            List<string> taken = [];
            Task[] adding = [.. Enumerable.Range(0, 3).Select(thread => Task.Run(() =>
            {
                for (int i = 0; ; i++)
                {
                    string name = $"{thread}-{i}";
                    try
                    {
                        builder.AddDocument(name, "code", Encoding.UTF8.GetBytes(CodeText.Lines(new Random(1000 * thread + i), 20)));
                    }
                    catch (InvalidOperationException)
                    {
                        return;
                    }
                    lock (taken) taken.Add(name);
                }
            }))];
            while (true)
            {
                lock (taken)
                {
                    if (taken.Count >= 20) break;
                }
                await Task.Yield();
            }
            using FingerprintIndex index = builder.Build();
            await Task.WhenAll(adding);
            Assert.Equal(taken.Order(StringComparer.Ordinal), index.Documents.Select(d => d.Path).Order(StringComparer.Ordinal));
            Scanner scanner = new(index, new ScanOptions { Structure = false });
            foreach (string name in taken)
            {
                string[] parts = name.Split('-');
                string text = CodeText.Lines(new Random(1000 * int.Parse(parts[0]) + int.Parse(parts[1])), 20);
                Assert.True(scanner.Scan(Encoding.UTF8.GetBytes(text), new List<Match>()).Verdict == Verdict.Block, name);
            }
        }
    }

    [Fact]
    public void ArgumentsAreCheckedWhenTheyAreGiven()
    {
        using FingerprintIndex index = Index(inMemory: true);
        Scanner scanner = new(index);
        Assert.Throws<ArgumentNullException>(() => new Scanner(null!));
        Assert.Throws<ArgumentNullException>(() => scanner.Scan(s_text, (List<Match>)null!));
        Assert.Throws<ArgumentNullException>(() => scanner.Scan("text", null!));
        Assert.Throws<ArgumentNullException>(() => scanner.MayMatch(s_text, null!));
        Assert.Throws<ArgumentNullException>(() => new FingerprintIndexBuilder(null!));
        Assert.Throws<ArgumentNullException>(() => FingerprintIndex.Open(PathOf("corp.lsi"), null!));
        Assert.Throws<ArgumentNullException>(() => FingerprintIndex.Open((IReadOnlyList<string>)null!, s_key));
        Assert.Throws<ArgumentNullException>(() => new Scanner(index, new ScanOptions { Policy = null! }));
        Assert.Throws<ArgumentNullException>(() => new Scanner(index, new ScanOptions { Policy = new Policy { Rules = null! } }));
        Assert.Throws<ArgumentException>(() => new Scanner(index, new ScanOptions { Policy = new Policy { Rules = [null!] } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Scanner(index, new ScanOptions { Policy = new Policy { Rules = [new PolicyRule { Verdict = (Verdict)9 }] } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Scanner(index, new ScanOptions { Depth = (ScanDepth)99 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Scanner(index, new ScanOptions { MaxMatches = 0 }));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
