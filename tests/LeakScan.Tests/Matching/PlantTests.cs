using System.Text;
using System.Text.Json;
using LeakScan.Fingerprints;
using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Tests.Support;
using LeakScan.Text;

namespace LeakScan.Tests.Matching;

/// <summary>
/// 100,000 stretches of exactly as many canonical characters as are guaranteed, from anywhere in a document (mid-line, mid-word),
/// wrapped at random and put between other text: each is hit.
/// </summary>
public sealed class PlantTests(PlantTests.Corpus corpus) : IClassFixture<PlantTests.Corpus>
{
    const int Plants = 100_000;

    public sealed class Corpus : IDisposable
    {
        const int Documents = 300;

        public Corpus()
        {
            Random random = new(7_001);
            using FingerprintIndexBuilder builder = new(IndexKey.FromBytes(Encoding.ASCII.GetBytes("plant tests: a key of 32 bytes..")));
            Canonicalizer canonicalizer = new(SimdTier.Scalar);
            for (int i = 0; i < Documents; i++)
            {
                byte[] text = Encoding.UTF8.GetBytes(CodeLines.Text(random, random.Next(50, 150)));
                byte[] canonical = new byte[text.Length + 2 * Canonicalizer.OutputSlack];
                int[] offsets = new int[canonical.Length];
                canonicalizer.Reset();
                int length = canonicalizer.Append(text, canonical, offsets);
                length += canonicalizer.Finish(canonical.AsSpan(length), offsets.AsSpan(length));
                Texts.Add((text, canonical[..length], offsets[..length]));
                builder.AddDocument($"document-{i}", "code", text);
            }
            Index = builder.Build();
        }

        internal FingerprintIndex Index { get; }

        internal List<(byte[] Text, byte[] Canonical, int[] Offsets)> Texts { get; } = [];

        public void Dispose() => Index.Dispose();
    }

    public static TheoryData<string, ScanDepth> TiersAndDepths
    {
        get
        {
            TheoryData<string, ScanDepth> data = [];
            foreach (string tier in Tiers.Available.Select(SimdTiers.NameOf))
            {
                data.Add(tier, ScanDepth.Fine);
                data.Add(tier, ScanDepth.Coarse);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(TiersAndDepths))]
    public void EveryPlantIsHit(string tierName, ScanDepth depth)
    {
        SimdTier tier = Tiers.Parse(tierName);
        int window = depth == ScanDepth.Fine ? GramParameters.FineWindow : GramParameters.CoarseWindow;
        int guarantee = depth == ScanDepth.Fine ? corpus.Index.Info.FineGuarantee : corpus.Index.Info.CoarseGuarantee;
        Assert.Equal(depth == ScanDepth.Fine ? 40 : 64, guarantee);
        Fingerprinter fingerprinter = new(corpus.Index.Keys, tier);
        int plants = Plants / TiersAndDepths.Count + 1;
        int first = (int)tier * 1_000_000 + (int)depth * 500_000;
        byte[] utf8 = [];
        int hits = 0;
        for (int seed = first; seed < first + plants; seed++)
        {
            Random random = new(seed);
            string cut = Cut(random, fingerprinter.Canonicalizer, guarantee);
            string text = Wrap(cut, random, out string wrappers);
            if (utf8.Length < 3 * text.Length) utf8 = new byte[6 * text.Length];
            Probe probe = new(corpus.Index);
            long characters = fingerprinter.Run(utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8)), window, ref probe);
            if (characters != -1) Assert.Fail($"seed {seed}, {tierName}, {depth}, {wrappers}: no hit\n{JsonSerializer.Serialize(cut)}\nin {JsonSerializer.Serialize(text)}");
            hits++;
        }
        Assert.Equal(plants, hits);
    }

    /// <summary>What is not in the index is not found, else the test above would say nothing.</summary>
    [Fact]
    public void OtherTextIsNotHit()
    {
        Fingerprinter fingerprinter = new(corpus.Index.Keys, SimdTiers.Current);
        int hits = 0;
        for (int seed = 0; seed < 500; seed++)
        {
            Probe probe = new(corpus.Index);
            if (fingerprinter.Run(Encoding.UTF8.GetBytes(CodeLines.Text(new Random(500_000_000 + seed), 30)), GramParameters.FineWindow, ref probe) < 0) hits++;
        }
        Assert.InRange(hits, 0, 50); // names are made up of syllables; lines of a few fixed phrases do recur
    }

    /// <summary>A place at which the text on its own has the canonical characters that it has in its document, as it has nearly everywhere.</summary>
    string Cut(Random random, Canonicalizer canonicalizer, int characters)
    {
        Span<byte> output = stackalloc byte[8 * 1024];
        while (true)
        {
            (byte[] text, byte[] canonical, int[] offsets) = corpus.Texts[random.Next(corpus.Texts.Count)];
            int start = random.Next(canonical.Length - characters);
            int end = start + characters;
            if ((canonical[start] & 0xC0) == 0x80 || (end < canonical.Length && (canonical[end] & 0xC0) == 0x80)) continue;
            int from = offsets[start];
            while ((text[from] & 0xC0) == 0x80) from--;
            ReadOnlySpan<byte> cut = text.AsSpan(from..(offsets[end - 1] + 1));
            if (cut.Length > 4096) continue;
            canonicalizer.Reset();
            int length = canonicalizer.Append(cut, output);
            length += canonicalizer.Finish(output[length..]);
            if (output[..length].SequenceEqual(canonical.AsSpan(start, characters))) return Encoding.UTF8.GetString(cut);
        }
    }

    static string Wrap(string cut, Random random, out string wrappers)
    {
        List<string> names = [];
        string text = cut;
        int encodings = random.Next(3) == 0 ? random.Next(1, 4) : 0;
        int lineWrappers = random.Next(3);
        for (int i = 0; i < lineWrappers; i++) Apply(random.Next(2) == 0 ? RandomWrappers.Gutters : RandomWrappers.Marks);
        // A gutter is only looked for in a line's first 512 bytes: two paths in many colours, all escaped, are longer.
        if (random.Next(3) == 0 && encodings * lineWrappers < 2) Apply(encodings > 0 ? RandomWrappers.Characters : RandomWrappers.RawCharacters);
        if (random.Next(2) == 0) text = CodeLines.Text(random, random.Next(1, 8)) + "\n" + text;
        if (random.Next(2) == 0) text = text + "\n" + CodeLines.Text(random, random.Next(1, 8));
        for (int i = 0; i < encodings; i++) Apply(RandomWrappers.Encodings);
        wrappers = string.Join(" < ", names);
        return text;

        void Apply(RandomWrappers.Named[] group)
        {
            RandomWrappers.Named wrapper = group[random.Next(group.Length)];
            names.Add(wrapper.Name);
            text = wrapper.Wrap(text, random);
        }
    }

    readonly ref struct Probe(FingerprintIndex index) : IFingerprintSink
    {
        public bool Take(ReadOnlySpan<ulong> fingerprints, ReadOnlySpan<int> ends, long tileStart)
        {
            foreach (MappedIndex layer in index.Layers)
            {
                foreach (ulong fingerprint in fingerprints)
                {
                    if (layer.MayContain(fingerprint) && layer.Find(fingerprint, out _) != 0) return false;
                }
            }
            return true;
        }
    }
}
