using System.Text;
using LeakScan.Fingerprints;
using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Tests.Support;
using LeakScan.Text;

namespace LeakScan.Tests.Matching;

/// <summary>Every verbatim run of k + w - 1 canonical characters is hit: 100,000 plants in random wrappers, contexts and cuttings.</summary>
public sealed class GuaranteeTests : IDisposable
{
    const int Plants = 100_000;
    const int Documents = 200;

    readonly List<string> _documents = [];
    readonly FingerprintIndex _index;

    public GuaranteeTests()
    {
        Random random = new(31);
        using FingerprintIndexBuilder builder = new(IndexKey.FromBytes(Encoding.ASCII.GetBytes("guarantee test key of 32 bytes..")));
        for (int i = 0; i < Documents; i++)
        {
            _documents.Add(CodeText.Lines(random, 120));
            builder.AddDocument($"document-{i}", "code", Encoding.UTF8.GetBytes(_documents[^1]));
        }
        _index = builder.Build();
    }

    public static TheoryData<string, int> TiersAndWindows
    {
        get
        {
            TheoryData<string, int> data = [];
            foreach (string tier in Tiers.Available.Select(SimdTiers.NameOf))
            {
                data.Add(tier, GramParameters.FineWindow);
                data.Add(tier, GramParameters.CoarseWindow);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(TiersAndWindows))]
    public void EveryRunIsHit(string tierName, int window)
    {
        SimdTier tier = Tiers.Parse(tierName);
        Fingerprinter fingerprinter = new(_index.Keys, tier);
        Canonicalizer canonicalizer = new(tier);
        int plants = Plants / (2 * Tiers.Available.Count);
        for (int seed = 0; seed < plants; seed++)
        {
            Random random = new(seed);
            string text = Plant(random, window, canonicalizer, out string cut);
            Probe probe = new(_index);
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            fingerprinter.Run(bytes, window, ref probe);
            if (!probe.Hit) Assert.Fail($"seed {seed}, tier {tierName}, w {window}: no hit for\n{cut}\nin\n{text}");
        }
    }

    /// <summary>A stretch of a document with exactly as many canonical characters as are guaranteed, wrapped, between other text.</summary>
    string Plant(Random random, int window, Canonicalizer canonicalizer, out string cut)
    {
        string document = _documents[random.Next(_documents.Count)];
        while (true)
        {
            // Whole lines first, so that what a gutter is does not change; then off the end character by character.
            int start = document.IndexOf('\n', random.Next(document.Length / 2)) + 1;
            int needed = GramParameters.GramLength + window - 1;
            int end = Math.Min(document.Length, start + 2 * needed + 200);
            while (end > start && Length(canonicalizer, document[start..end]) > needed) end--;
            cut = document[start..end];
            if (char.IsHighSurrogate(cut[^1]) || cut.Contains('\\', StringComparison.Ordinal) && cut.LastIndexOf('\\') > cut.Length - 7) continue;
            if (Length(canonicalizer, cut) == needed) break;
        }
        string wrapped = cut;
        if (random.Next(3) > 0) wrapped = Wrappers.OfLines[random.Next(Wrappers.OfLines.Length)].Wrap(wrapped, random);
        if (random.Next(3) == 0) wrapped = Wrappers.OfCharacters[random.Next(Wrappers.OfCharacters.Length)].Wrap(wrapped, random);
        string before = random.Next(2) == 0 ? "" : CodeText.Lines(random, random.Next(1, 12)) + "\n";
        string after = random.Next(2) == 0 ? "" : "\n" + CodeText.Lines(random, random.Next(1, 12));
        string text = before + wrapped + after;
        return random.Next(3) == 0 ? Wrappers.OfFormats[random.Next(Wrappers.OfFormats.Length)].Wrap(text, random) : text;
    }

    static int Length(Canonicalizer canonicalizer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] output = new byte[bytes.Length + 2 * Canonicalizer.OutputSlack];
        canonicalizer.Reset();
        int count = canonicalizer.Append(bytes, output);
        return count + canonicalizer.Finish(output.AsSpan(count));
    }

    struct Probe(FingerprintIndex index) : IFingerprintSink
    {
        internal bool Hit { get; private set; }

        public bool Take(ReadOnlySpan<ulong> fingerprints, ReadOnlySpan<int> ends, long tileStart)
        {
            MappedIndex layer = index.Layers[0];
            foreach (ulong fingerprint in fingerprints) Hit |= layer.MayContain(fingerprint) && layer.Find(fingerprint, out _) > 0;
            return !Hit;
        }
    }

    public void Dispose() => _index.Dispose();
}
