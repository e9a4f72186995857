using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LeakScan.Indexing;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Indexing;

[Trait("Category", "TierIndependent")]
public sealed class DeltaTests : IDisposable
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("delta test key, which has 32 b.."));

    readonly string _folder = Directory.CreateTempSubdirectory("leakscan-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string PathOf(string name) => Path.Combine(_folder, name);

    static byte[] Text(int seed, int lines = 60) => Encoding.UTF8.GetBytes(CodeText.Lines(new Random(seed), lines));

    static void Build(string path, IndexKey key, params (string Path, int Seed)[] documents)
    {
        using FingerprintIndexBuilder builder = new(key);
        foreach ((string name, int seed) in documents) builder.AddDocument(name, "proprietary-code", Text(seed));
        builder.Write(path);
    }

    static IndexInfo Add(string path, string name, int seed)
    {
        using FingerprintIndexBuilder builder = new(s_key);
        builder.AddDocument(name, "proprietary-code", Text(seed));
        return builder.WriteDelta(path);
    }

    static string[] Names(string path, IndexKey? key = null)
    {
        using FingerprintIndex index = FingerprintIndex.Open(path, key ?? s_key);
        return [.. index.Documents.Select(d => d.Path).Order(StringComparer.Ordinal)];
    }

    static string? BestOf(FingerprintIndex index, byte[] text)
    {
        List<Match> matches = [];
        // Generated texts have all the same structure.
        new Scanner(index, new ScanOptions { Structure = false }).Scan(text, matches);
        return matches.Count == 0 ? null : index.GetDocument(matches[0].DocumentId).Path;
    }

    [Fact]
    public void ADeltaMayOnlyDrop()
    {
        string path = PathOf("base.lsi");
        Build(path, s_key, ("a", 1), ("b", 2), ("c", 3));
        using (FingerprintIndex index = FingerprintIndex.Open(path, s_key))
        using (FingerprintIndexBuilder builder = new(s_key))
        {
            builder.Remove(index.Documents.Single(d => d.Path == "b"));
            builder.WriteDelta(path);
        }
        Assert.Equal(["a", "c"], Names(path));
        Add(path, "d", 4);
        using FingerprintIndex after = FingerprintIndex.Open(path, s_key);
        Assert.NotEqual("b", BestOf(after, Text(2)));
        foreach ((string name, int seed) in new[] { ("a", 1), ("c", 3), ("d", 4) }) Assert.Equal(name, BestOf(after, Text(seed)));
        Assert.Empty(FingerprintIndex.Verify(path, s_key));
    }

    [Fact]
    public void WhatIsRemovedIsOfOneLabel()
    {
        string path = PathOf("base.lsi");
        using (FingerprintIndexBuilder builder = new(s_key))
        {
            foreach (string label in new[] { "A", "B" }) builder.AddDocument("a", label, Text(1));
            builder.Write(path);
        }
        using (FingerprintIndex index = FingerprintIndex.Open(path, s_key))
        using (FingerprintIndexBuilder builder = new(s_key))
        {
            builder.Remove(index.Documents.Single(d => d.Label == "A"));
            builder.WriteDelta(path);
        }
        using FingerprintIndex left = FingerprintIndex.Open(path, s_key);
        Assert.Equal("B", Assert.Single(left.Documents).Label);
        Assert.Equal("a", BestOf(left, Text(1)));
    }

    [Fact]
    public void ADeltaThatIsMissingAmongOthersIsAnError()
    {
        string path = PathOf("base.lsi");
        Build(path, s_key, ("a", 1));
        Add(path, "b", 2);
        Add(path, "c", 3);
        File.Move(path + ".1", PathOf("aside"));
        Assert.Contains("base.lsi.1: is missing", Assert.Throws<IndexException>(() => Names(path)).Message, StringComparison.Ordinal);
        File.Move(PathOf("aside"), path + ".1");
        Assert.Equal(["a", "b", "c"], Names(path));
        // One that belongs to nothing is passed over, and told by who looks.
        using (FileStream file = File.OpenWrite(path + ".2")) file.Write(new byte[IndexHeader.SizeBytes]);
        byte[] another = File.ReadAllBytes(path + ".1");
        Build(PathOf("other.lsi"), s_key, ("x", 9));
        Assert.Empty(FingerprintIndex.Verify(PathOf("other.lsi"), s_key));
        File.WriteAllBytes(PathOf("other.lsi.1"), another);
        Assert.Contains("is not read", Assert.Single(FingerprintIndex.Verify(PathOf("other.lsi"), s_key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnIndexThatCannotBeOpenedIsNotKeptInMemory()
    {
        string path = PathOf("base.lsi");
        Build(path, s_key, ("a", 1));
        IndexKey other = IndexKey.FromBytes(Encoding.ASCII.GetBytes("another key, which has 32 bytes."));
        for (int i = 0; i < 20; i++) Assert.Throws<IndexException>(() => FingerprintIndex.Open(path, other));
        if (OperatingSystem.IsLinux()) Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), line => line.EndsWith(path, StringComparison.Ordinal));
    }

    [Fact]
    public void ADocumentThatCouldNotBeAddedCostsTheIndex()
    {
        string folder = Directory.CreateDirectory(PathOf("spills")).FullName;
        using FingerprintIndexBuilder builder = new(s_key, new IndexBuildOptions { MemoryBudgetBytes = 1, TemporaryFolder = folder });
        Directory.Delete(folder);
        Exception? failure = null;
        for (int i = 0; i < 200 && failure is null; i++) failure = Record.Exception(() => builder.AddDocument($"{i}", "l", Text(i, 2000)));
        Assert.IsAssignableFrom<IOException>(failure);
        Directory.CreateDirectory(folder);
        Assert.Contains("could not be added", Assert.Throws<InvalidOperationException>(() => builder.Write(PathOf("a.lsi"))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("a.lsi")));
    }

    [Fact]
    public void ADeltaDropsFromADeltaBefore()
    {
        string path = PathOf("base.lsi");
        Build(path, s_key, ("a", 1));
        Add(path, "b", 2);
        using (FingerprintIndex index = FingerprintIndex.Open(path, s_key))
        using (FingerprintIndexBuilder builder = new(s_key))
        {
            builder.Remove(index.Documents.Single(d => d.Path == "b"));
            builder.AddDocument("b", "training-data", Text(22));
            Assert.Equal(3, builder.WriteDelta(path).Layers);
        }
        using FingerprintIndex after = FingerprintIndex.Open(path, s_key);
        Assert.Equal(["a", "b"], after.Documents.Select(d => d.Path));
        Assert.Equal(s_key.ContentId(Text(22)), after.Documents.Single(d => d.Path == "b").ContentId);
        Assert.NotEqual("b", BestOf(after, Text(2)));
        Assert.Equal("b", BestOf(after, Text(22)));
        Assert.Equal(1, after.Info.DocumentsByLabel["training-data"]);
    }

    /// <summary>Whoever is told that an addition was made finds it in the index; whoever is not gets an error that says what to do.</summary>
    [Fact]
    public void OfTwoAtOnceNoneIsLost()
    {
        int errors = 0;
        for (int round = 0; round < 12; round++)
        {
            string path = PathOf(string.Create(CultureInfo.InvariantCulture, $"round-{round}.lsi"));
            Build(path, s_key, ("a", 1));
            // In every other round something stale lies where the delta goes.
            if (round % 2 == 1)
            {
                Add(path, "old", 9);
                byte[] stale = File.ReadAllBytes(path + ".1");
                Build(path, s_key, ("a", 1));
                File.WriteAllBytes(path + ".1", stale);
            }
            ConcurrentBag<string> added = ["a"];
            using Barrier barrier = new(2);
            Thread[] threads = [.. Enumerable.Range(0, 2).Select(i => new Thread(() =>
            {
                string name = "b" + i.ToString(CultureInfo.InvariantCulture);
                using FingerprintIndexBuilder builder = new(s_key);
                builder.AddDocument(name, "proprietary-code", Text(10 + i));
                barrier.SignalAndWait();
                try
                {
                    builder.WriteDelta(path);
                    added.Add(name);
                }
                catch (IndexException e) when (e.Message.StartsWith(path, StringComparison.Ordinal) && e.Message.Contains("run it again", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref errors);
                }
                catch (Exception e)
                {
                    added.Add(e.Message + e.StackTrace); // on a thread of its own it would end the process
                }
            }))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            Assert.Equal(string.Join('\n', added.Order(StringComparer.Ordinal)), string.Join('\n', Names(path)));
            Assert.Empty(Directory.GetFiles(_folder, "*.tmp"));
        }
        Assert.True(errors > 0, "the two never met");
    }

    /// <summary>The base is replaced while a delta for it is being written: the delta would be ignored, so it must not pass for written.</summary>
    [Fact]
    public void AnAdditionToAnIndexThatIsReplacedMeanwhileIsAnError()
    {
        const int Attempts = 20;
        string path = PathOf("base.lsi"), other = PathOf("other.lsi");
        byte[] text = Text(50, 20_000);
        // On a busy machine the replacement may come too late, when the addition has rightly been reported.
        for (int attempt = 0; ; attempt++)
        {
            Assert.True(attempt < Attempts, "no addition was refused");
            Build(path, s_key, ("a", 1));
            Build(other, s_key, ("z", 26));
            using FingerprintIndexBuilder builder = new(s_key);
            builder.AddDocument("large", "proprietary-code", text);
            using CancellationTokenSource stop = new();
            Thread replacer = new(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                    if (Directory.GetFiles(_folder, "base.lsi.1.*.tmp").Length == 0) continue;
                    File.Move(other, path, overwrite: true);
                    return;
                }
            });
            replacer.Start();
            IndexException? refusal = null;
            try
            {
                builder.WriteDelta(path);
            }
            catch (IndexException e)
            {
                refusal = e;
            }
            finally
            {
                stop.Cancel();
                replacer.Join();
            }
            if (refusal is null) continue;
            Assert.Contains("run it again", refusal.Message, StringComparison.Ordinal);
            Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
            break;
        }
        Assert.Equal(["z"], Names(path));
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp"));
        Add(path, "b", 2);
        Assert.Equal(["b", "z"], Names(path));
    }

    /// <summary>Whoever opens an index that is being replaced gets the old one or the new one: never an old base without its deltas.</summary>
    [Fact]
    public void AnIndexThatIsReplacedIsOpenedWhole()
    {
        string path = PathOf("base.lsi"), temporary = PathOf("moving");
        Build(path, s_key, ("a", 1));
        Add(path, "b", 2);
        (byte[] oldBase, byte[] oldDelta) = (File.ReadAllBytes(path), File.ReadAllBytes(path + ".1"));
        Build(path, s_key, ("c", 3));
        byte[] newBase = File.ReadAllBytes(path);
        using CancellationTokenSource stop = new();
        Thread replacer = new(() =>
        {
            for (ulong round = 1; !stop.IsCancellationRequested; round++)
            {
                // As with real builds, no id comes twice.
                Name(oldBase, 2 * round, 0);
                Name(oldDelta, ulong.MaxValue - round, 2 * round);
                Name(newBase, 2 * round + 1, 0);
                // The delta comes first, stale as yet, so that there is never an old base without it; then the order of a build.
                Put(path + ".1", oldDelta);
                Put(path, oldBase);
                Put(path, newBase);
                File.Delete(path + ".1");
            }
        });
        replacer.Start();
        try
        {
            for (int i = 0; i < 1500; i++) Assert.Contains(string.Join(' ', Names(path)), new[] { "a b", "c" });
        }
        finally
        {
            stop.Cancel();
            replacer.Join();
        }

        static void Name(byte[] file, UInt128 id, UInt128 baseId)
        {
            Span<byte> header = file.AsSpan(0, IndexHeader.SizeBytes);
            BinaryPrimitives.WriteUInt128LittleEndian(header[48..], id);
            BinaryPrimitives.WriteUInt128LittleEndian(header[64..], baseId);
            HMACSHA256.HashData(s_key.Derive("leakscan index header"), header[..^32], header[^32..]);
        }

        void Put(string name, byte[] bytes)
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, name, overwrite: true);
        }
    }

    /// <summary>A build with a new key that ends between its two steps leaves deltas made with the old one.</summary>
    [Fact]
    public void StaleDeltasOfAnotherKeyAreIgnoredToo()
    {
        string path = PathOf("base.lsi");
        Build(path, s_key, ("a", 1));
        Add(path, "b", 2);
        byte[] stale = File.ReadAllBytes(path + ".1");
        IndexKey next = IndexKey.Generate();
        Build(path, next, ("c", 3));
        File.WriteAllBytes(path + ".1", stale);
        Assert.Equal(["c"], Names(path, next));
        Assert.Contains("is not read", Assert.Single(FingerprintIndex.Verify(path, next)).Message, StringComparison.Ordinal);
        using (FingerprintIndexBuilder builder = new(next))
        {
            builder.AddDocument("d", "proprietary-code", Text(4));
            Assert.Equal(2, builder.WriteDelta(path).Layers);
        }
        Assert.Equal(["c", "d"], Names(path, next));
    }

    /// <summary>Damage must not make a delta look stale: its documents would pass unnoticed.</summary>
    [Fact]
    public void ADamagedDeltaIsAnErrorThatNamesIt()
    {
        string path = PathOf("base.lsi");
        Build(path, s_key, ("a", 1));
        Add(path, "b", 2);
        byte[] sound = File.ReadAllBytes(path + ".1");
        for (int at = 0; at < IndexHeader.SizeBytes; at += 3)
        {
            byte[] damaged = [.. sound];
            damaged[at] ^= 4;
            File.WriteAllBytes(path + ".1", damaged);
            Assert.StartsWith(path + ".1: ", Assert.Throws<IndexException>(() => FingerprintIndex.Open(path, s_key)).Message, StringComparison.Ordinal);
            IndexProblem problem = Assert.Single(FingerprintIndex.Verify(path, s_key));
            Assert.Equal((path + ".1", "header"), (problem.File, problem.Section));
        }
        File.WriteAllBytes(path + ".1", sound.AsSpan(0, 100));
        Assert.Throws<IndexException>(() => FingerprintIndex.Open(path, s_key));
        Assert.Equal(path + ".1", Assert.Single(FingerprintIndex.Verify(path, s_key)).File);
    }

    [Fact]
    public void DamageInOneLayerDoesNotHideThatInAnother()
    {
        string path = PathOf("base.lsi");
        Build(path, s_key, ("a", 1));
        Add(path, "b", 2);
        foreach ((string file, int at) in new[] { (path, 1500), (path + ".1", 300) })
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[at] ^= 1;
            File.WriteAllBytes(file, bytes);
        }
        Assert.Equal([(path, "Filter"), (path + ".1", "header")], FingerprintIndex.Verify(path, s_key).Select(p => (p.File, p.Section)).Order());
    }

    [Fact]
    public void DeltasOfHashedPathsStayHashed()
    {
        string path = PathOf("base.lsi");
        using (FingerprintIndexBuilder builder = new(s_key, new IndexBuildOptions { PathStorage = PathStorage.Hash }))
        {
            builder.AddDocument("secret/a", "one", Text(1));
            builder.Write(path);
        }
        using (FingerprintIndexBuilder builder = new(s_key, new IndexBuildOptions { PathStorage = PathStorage.Hash }))
        {
            builder.AddDocument("secret/b", "two", Text(2));
            builder.WriteDelta(path);
        }
        using FingerprintIndex index = FingerprintIndex.Open(path, s_key);
        Assert.Equal(index.StoredPath("secret/b"), BestOf(index, Text(2)));
        Assert.Equal((1, 1), (index.Info.DocumentsByLabel["one"], index.Info.DocumentsByLabel["two"]));
        foreach (string file in Directory.GetFiles(_folder)) Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf("secret/"u8));
    }
}
