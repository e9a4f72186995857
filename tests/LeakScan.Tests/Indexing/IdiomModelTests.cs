using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using CsCheck;
using LeakScan.Fingerprints;
using LeakScan.Idioms;
using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Tests.Support;
using LeakScan.Tokens;

namespace LeakScan.Tests.Indexing;

public sealed class IdiomModelTests
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("idiom model test key, 32 bytes.."));

    static byte[] Canonical(string text) => CanonicalForm.Of(text).Text;

    /// <summary>The share of a text's k-grams that the shipped model has.</summary>
    static double ShareOfIdioms(string text)
    {
        byte[] canonical = Canonical(text);
        int grams = canonical.Length - GramParameters.GramLength + 1;
        return (double)Enumerable.Range(0, grams).Count(i => IdiomModel.Shipped.IsIdiom(canonical, i)) / grams;
    }

    [Theory]
    [InlineData("if err != nil {\n\t\treturn nil, err\n\t}\n\tdefer func() {")]
    [InlineData("const message = error instanceof Error ? error.message : String(error);")]
    [InlineData("#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]")]
    [InlineData("if __name__ == '__main__':\n    unittest.main()")]
    [InlineData("def __init__(self, *args, **kwargs):\n        super().__init__(*args, **kwargs)")]
    [InlineData("Object.defineProperty(exports, '__esModule', { value: true });")]
    public void KnowsWhatEverybodyWrites(string idiom) => Assert.InRange(ShareOfIdioms(idiom), 0.6, 1);

    [Fact]
    public void DoesNotKnowWhatNobodyElseWrites()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, "corpora", "proprietary"), "*", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            if (Canonical(text).Length > 500) Assert.True(ShareOfIdioms(text) < 0.08, $"{file}: {ShareOfIdioms(text):P1} of its k-grams are idioms");
        }
    }

    /// <summary>Real shingles and random numbers, in lengths that fill no vector.</summary>
    [Fact]
    public void KeepsTheShinglesThatAreNotInTheModel()
    {
        ShingleReader reader = new(new TokenKeys(s_key), SimdTiers.Current);
        byte[] source = File.ReadAllBytes(Path.Combine(Repository.Root, "src", "LeakScan", "Scanner.cs"));
        reader.Reset();
        Assert.True(reader.Next(source));
        ulong[] real = new ulong[reader.Codes.Length];
        reader.ReadShingles(real);
        int idioms = 0;
        Gen.Select(Gen.Int[0, 200], Gen.Int[0, real.Length - 200], Gen.ULong.Array[0, 20]).Sample((length, start, random) =>
        {
            ulong[] hashes = [.. real[start..(start + length)], 0, .. random];
            ulong[] wanted = [.. hashes.Where(h => h != 0 && !IdiomModel.ShippedStructure.ContainsShingle(h))];
            idioms += hashes.Length - 1 - wanted.Length;
            Assert.Equal(wanted, hashes[..IdiomModel.ShippedStructure.KeepOtherShingles(hashes)]);
        }, threads: 1, iter: 2000);
        Assert.True(idioms > 1000, $"{idioms} idioms");
    }

    [Fact]
    public void TakesOneInTwoHundredAndFiftySixWronglyAndHardlyEverThreeInARow()
    {
        Random random = new(5);
        int wrong = Enumerable.Range(0, 1 << 20).Count(_ => IdiomModel.Shipped.Contains((ulong)random.NextInt64()));
        Assert.InRange(wrong, 3800, 4400); // 4096 are to be expected

        byte[] noise = new byte[1 << 20];
        for (int i = 0; i < noise.Length; i++) noise[i] = (byte)('a' + random.Next(26));
        Assert.Equal(0, Enumerable.Range(0, noise.Length - GramParameters.GramLength + 1).Count(i => IdiomModel.Shipped.IsIdiom(noise, i))); // one in five such texts would have some
    }

    /// <summary>An idiom is a run: k-grams of the model count with two more beside them, wherever the run begins and ends.</summary>
    [Fact]
    public void IdiomsAreRuns()
    {
        Random random = new(8);
        byte[] text = [.. Enumerable.Range(0, 100).Select(_ => (byte)random.Next('a', 'z' + 1))];
        int grams = text.Length - GramParameters.GramLength + 1;
        foreach ((int first, int count) in new[] { (0, 3), (30, 2), (50, 5), (grams - 3, 3), (10, 1) })
        {
            int[] known = [.. Enumerable.Range(first, count)];
            ulong[] hashes = [.. known.Select(i => Hash(i))];
            // One in 256 is in a model by chance: one is taken that has no such k-gram of this text.
            IdiomModel model = Enumerable.Range(0, 100).Select(i => new IdiomModel(FuseFilter.Build([.. hashes, (ulong)i], IdiomParameters.Grams, version: 1, owners: 3), IdiomParameters.Grams))
                .First(m => Enumerable.Range(0, grams).Where(i => m.Contains(Hash(i))).SequenceEqual(known));
            int[] wanted = count >= 3 ? known : [];
            Assert.Equal(wanted, Enumerable.Range(0, grams).Where(i => model.IsIdiom(text, i)));
            const int TileStart = 20; // and what is asked of a tile at once
            int[] ends = [.. Enumerable.Range(GramParameters.GramLength - 1 - TileStart, grams)];
            bool[] found = new bool[grams];
            model.Find(text, TileStart, ends, found);
            Assert.Equal(wanted, Enumerable.Range(0, grams).Where(i => found[i]));
        }

        ulong Hash(int start) => IdiomModel.Hash(text.AsSpan(start, GramParameters.GramLength));
    }

    /// <summary>Model files are made once and read by every version after: neither hash nor places may change.</summary>
    [Fact]
    public void HashAndPlacesAreFrozen()
    {
        Assert.Equal(0x701e8bc224307d8eul, IdiomModel.Hash("ifnotargsreturnnoneelse0"u8));
        Gen.Byte.Array[GramParameters.GramLength].Sample(gram => XxHash3.HashToUInt64(gram) == IdiomModel.Hash(gram), threads: 1);
        Assert.Equal(0xbdf8c29a109591ful, IdiomModel.Mix(0x0123456789abcdef, 7));
        Assert.Equal((3522u, 4338u, 5870u), IdiomModel.Places(0xb456bcfc34c2cb2c, 5000, 1024));
    }

    [Fact]
    public void AFilterHoldsWhatItWasMadeOf() => Gen.Select(Gen.Int[0, 3000], Gen.ULong).Sample(
        (count, seed) =>
        {
            Random random = new((int)(seed & int.MaxValue));
            ulong[] hashes = [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64()).Distinct()];
            IdiomModel model = new(FuseFilter.Build(hashes, IdiomParameters.Grams, version: 9, owners: 4), IdiomParameters.Grams);
            Assert.Equal((9, 4, (long)hashes.Length), (model.Version, model.Owners, model.Grams));
            Assert.All(hashes, h => Assert.True(model.Contains(h)));
            Assert.InRange(Enumerable.Range(0, 4000).Count(_ => model.Contains((ulong)random.NextInt64() | 1ul << 63)), 0, 60); // 16 are to be expected
        }, iter: 100, threads: 1);

    [Fact]
    public void DamagedModelsAreErrors()
    {
        byte[] sound = FuseFilter.Build([1, 2, 3], IdiomParameters.Grams, version: 1, owners: 3);
        Assert.Contains("LSIDIOMS", Assert.Throws<InvalidDataException>(() => new IdiomModel([], IdiomParameters.Grams)).Message, StringComparison.Ordinal);
        Assert.Contains("segments", Assert.Throws<InvalidDataException>(() => new IdiomModel(sound[..^1], IdiomParameters.Grams)).Message, StringComparison.Ordinal);
        byte[] otherK = [.. sound];
        BinaryPrimitives.WriteInt32LittleEndian(otherK.AsSpan(16), 32);
        Assert.Contains("Length = 32", Assert.Throws<InvalidDataException>(() => new IdiomModel(otherK, IdiomParameters.Grams)).Message, StringComparison.Ordinal);
        byte[] noSegment = [.. sound];
        BinaryPrimitives.WriteInt32LittleEndian(noSegment.AsSpan(40), 0);
        Assert.Contains("segments of 0", Assert.Throws<InvalidDataException>(() => new IdiomModel(noSegment, IdiomParameters.Grams)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IdiomsAreNotIndexedAndTheRestIs()
    {
        const string Idiom = "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]";
        string own = CodeText.Lines(new Random(3), 40);
        byte[] document = Encoding.UTF8.GetBytes(own + "\n" + Idiom);

        Assert.Equal(0, Matched(IdiomModel.Shipped, Idiom));
        Assert.NotEqual(0, Matched(null, Idiom));
        Assert.InRange(Matched(IdiomModel.Shipped, own), Matched(null, own) * 0.97, Matched(null, own));

        int Matched(IdiomModel? idioms, string text)
        {
            using FingerprintIndexBuilder builder = new(s_key) { Idioms = idioms };
            builder.AddDocument("a.txt", "proprietary-code", document); // in code the names would be others'
            using FingerprintIndex index = builder.Build();
            Assert.Equal(idioms is null ? 0 : IdiomModel.ShippedVersion, index.Info.IdiomModelVersion);
            return new Scanner(index).Scan(Encoding.UTF8.GetBytes(text), new List<Match>()).MatchedCharacters;
        }
    }

    /// <summary>Idioms of a document that was read before are none of the public text's.</summary>
    [Fact]
    public void AllThatPublicTextHasIsLeftOut()
    {
        const string Idiom = "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]\n";
        byte[] idioms = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Idiom + CodeText.Lines(new Random(4), 1), 40)));
        byte[] own = Encoding.UTF8.GetBytes(CodeText.Lines(new Random(5), 200));
        using FingerprintIndexBuilder builder = new(s_key);
        builder.AddDocument("a.rs", "proprietary-code", own);
        builder.AddDocument("b.rs", "proprietary-code", idioms);
        builder.AddPublic(own);
        builder.AddPublic(idioms);
        using FingerprintIndex index = builder.Build();
        Assert.Equal(0, index.Info.Fingerprints);
        Assert.NotEqual(0, index.Info.PublicFingerprints);
    }

    /// <summary>An owner counts once however often it says something, and headers and imports do not count at all.</summary>
    [Fact]
    public void CountsOwners()
    {
        string folder = Directory.CreateTempSubdirectory("leakscan-").FullName;
        string shared = "let totally_shared_line_of_code = compute_everything();";
        string import = "import totally_shared_module_of_code from 'somewhere else';\n";
        (string Owner, string Package, string Text)[] files =
        [
            ("a", "one", import + shared), ("a", "two", shared + "\n" + shared), ("b", "one", import + "let of_b_alone_and_nobody_else = 1;\n" + shared), ("c", "one", import + "let of_c_alone_and_nobody_else = 1;\n"),
        ];
        foreach ((string owner, string package, string text) in files) File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, owner, package)).FullName, "x.ts"), text);
        GramCounter counter = new();
        foreach (string owner in Directory.GetDirectories(folder)) counter.AddOwner(Directory.GetDirectories(owner));
        Directory.Delete(folder, recursive: true);

        byte[] canonical = Canonical(shared);
        List<(ulong Hash, int Owners)> counted = [.. counter.Count(2)];
        Assert.Equal(counted.Select(c => c.Hash).Order(), counted.Select(c => c.Hash));
        Dictionary<ulong, int> owners = counted.ToDictionary(c => c.Hash, c => c.Owners);
        for (int i = 0; i + GramParameters.GramLength <= canonical.Length; i++) Assert.Equal(2, owners[IdiomModel.Hash(canonical.AsSpan(i, GramParameters.GramLength))]);
        byte[] imported = Canonical(import);
        Assert.DoesNotContain(IdiomModel.Hash(imported.AsSpan(10, GramParameters.GramLength)), owners.Keys);
        Assert.Empty(counter.Count(3));
    }
}
