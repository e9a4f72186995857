using System.IO.Compression;
using System.Text;
using LeakScan.Fingerprints;
using LeakScan.Idioms;
using LeakScan.Indexing;
using LeakScan.Tests.Support;
using Xunit.Abstractions;

namespace LeakScan.Tests.Indexing;

public sealed class TemplateLinesTests(ITestOutputHelper output)
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("template lines test key 32 bytes"));

    /// <summary>Documents of lines of a template and others in turn, against the definition.</summary>
    [Fact]
    public void FindsWhatTheDefinitionSays()
    {
        string[] template = CodeText.Lines(new Random(1), 120).Split('\n');
        IdiomModel model = ModelOf(string.Join('\n', template));
        for (int seed = 0; seed < 1000; seed++)
        {
            Random random = new(seed);
            string[] own = CodeText.Lines(new Random(1000 + seed), 60).Split('\n');
            List<string> lines = [];
            while (lines.Count < 40)
            {
                string[] from = random.Next(2) == 0 ? template : own;
                int start = random.Next(from.Length), count = random.Next(1, 12);
                lines.AddRange(from.Skip(start).Take(count));
                if (random.Next(3) == 0) lines.Add("");
            }
            List<(int Start, int End)> ranges = [.. random.Next(2) == 0 ? [(0, 2), (9, 10)] : Array.Empty<(int, int)>()];
            SortedSet<int> expected = [.. ranges.SelectMany(r => Enumerable.Range(r.Start, r.End - r.Start))];
            // Some lines are long: of several, or all.
            int oneIn = random.Next(1, 6);
            (byte[] canonical, List<int> lineFeeds) = CanonicalForm.Of(string.Concat(lines.Select(line => line + (random.Next(oneIn) == 0 ? " " : "\n"))));
            expected.UnionWith(Oracle(model, canonical, lineFeeds));

            TemplateLines.Add(model, canonical, lineFeeds, ranges);

            Assert.True(expected.SequenceEqual(ranges.SelectMany(r => Enumerable.Range(r.Start, r.End - r.Start))), $"seed {seed}");
            Assert.True(ranges.Zip(ranges.Skip(1)).All(pair => pair.First.End < pair.Second.Start), $"seed {seed}: the ranges touch");
        }
    }

    /// <summary>However short what was changed at either end of a line of a template, the line stays, and those beside it go.</summary>
    [Fact]
    public void ALineThatWasChangedStays()
    {
        string[] template = CodeText.Lines(new Random(2), 30).Split('\n');
        IdiomModel model = ModelOf(string.Join('\n', template));
        foreach ((int changed, string text) in Enumerable.Range(10, 10).SelectMany(i => new[] { (i, template[i] + " x"), (i, "x " + template[i]), (i, template[i] + " = last7") }))
        {
            string[] lines = [.. template];
            lines[changed] = text;
            (byte[] canonical, List<int> lineFeeds) = CanonicalForm.Of(string.Join('\n', lines));
            List<(int Start, int End)> ranges = [];
            TemplateLines.Add(model, canonical, lineFeeds, ranges);
            Assert.False(ranges.Exists(range => range.Start <= changed && changed < range.End), $"{changed}: {text}: {string.Join(' ', ranges)}");
            Assert.InRange(ranges.Sum(range => range.End - range.Start), template.Length - 4, template.Length - 1);
        }
    }

    [Fact]
    public void FindsNothingInWhatNobodyElseWrites()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, "corpora", "proprietary"), "*", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            (byte[] canonical, List<int> lineFeeds) = CanonicalForm.Of(text);
            List<(int Start, int End)> ranges = [];
            TemplateLines.Add(IdiomModel.Templates, canonical, lineFeeds, ranges);
            string[] lines = text.Split('\n');
            Assert.All(ranges.SelectMany(r => lines[r.Start..r.End]), line => Assert.True(line.Length == 0 || line.StartsWith("import ", StringComparison.Ordinal), $"{file}: {line}"));
        }
    }

    /// <summary>Whoever keeps the texts of licences in a folder does not stop others from sending theirs.</summary>
    [Fact]
    public void LicencesAreNobodysSecret()
    {
        string licence = File.ReadAllText(Path.Combine(Repository.Root, "LICENSE")), own = CodeText.Lines(new Random(6), 40);
        using FingerprintIndexBuilder builder = new(s_key);
        builder.AddDocument("licenses/Apache License 2.0", "proprietary-code", Encoding.UTF8.GetBytes($"{licence}\n{own}"));
        using FingerprintIndex index = builder.Build();
        Scanner scanner = new(index);
        Assert.Equal(Verdict.Allow, scanner.Scan(Encoding.UTF8.GetBytes(licence), new List<Match>()).Verdict);
        Assert.Equal(Verdict.Block, scanner.Scan(Encoding.UTF8.GetBytes(own), new List<Match>()).Verdict);
    }

    /// <summary>What stands in everybody's project is found in nobody's prompt; what is added to it is.</summary>
    [SdkTemplatesFact]
    public void TemplatesOfTheSdkAreNobodysSecret()
    {
        List<(string Name, string Text)> templates = SdkTemplates();
        string own = CodeText.Lines(new Random(5), 40);
        using FingerprintIndexBuilder builder = new(s_key);
        foreach ((string name, string text) in templates) builder.AddDocument(name, "proprietary-code", Encoding.UTF8.GetBytes(text));
        builder.AddDocument("begun from a template.cs", "proprietary-code", Encoding.UTF8.GetBytes(templates[0].Text + "\n" + own + "\n" + templates[^1].Text));
        using FingerprintIndex index = builder.Build();
        Scanner scanner = new(index);
        List<Match> matches = [];

        int alarms = 0;
        foreach ((string name, string text) in templates)
        {
            if (scanner.Scan(Encoding.UTF8.GetBytes(text), matches).Verdict == Verdict.Allow) continue;
            output.WriteLine(name);
            alarms++;
        }
        output.WriteLine($"{alarms} of {templates.Count} templates raise an alarm");
        // Other versions of the SDK say some things differently.
        Assert.InRange(alarms, 0, templates.Count / 20);
        Assert.Equal(Verdict.Block, scanner.Scan(Encoding.UTF8.GetBytes(own), matches).Verdict);
    }

    static List<(string Name, string Text)> SdkTemplates()
    {
        List<(string, string)> texts = [];
        foreach (string package in SdkTemplatesFactAttribute.Packages.Order(StringComparer.Ordinal))
        {
            using ZipArchive archive = ZipFile.OpenRead(package);
            foreach (ZipArchiveEntry entry in archive.Entries.Where(e => Path.GetExtension(e.Name) is ".cs" or ".razor" or ".cshtml" or ".css" && e.Length is > 500 and < 32 * 1024 && !IsLeftOut(e)))
            {
                using StreamReader reader = new(entry.Open());
                texts.Add((entry.FullName, reader.ReadToEnd()));
            }
        }
        return texts;
    }

    /// <summary>An index leaves these out for what they are called, as it does libraries of others.</summary>
    static bool IsLeftOut(ZipArchiveEntry entry) => entry.FullName.Contains("/lib/", StringComparison.Ordinal) || entry.FullName.Contains("Designer.cs", StringComparison.Ordinal) || entry.Name is "AssemblyInfo.cs" || entry.Name.EndsWith("ModelSnapshot.cs", StringComparison.Ordinal);

    static IEnumerable<int> Oracle(IdiomModel model, byte[] canonical, List<int> lineFeeds)
    {
        // Of each place whether a stretch covers it.
        bool[] has = [.. Enumerable.Range(0, Math.Max(0, canonical.Length - GramParameters.GramLength + 1)).Select(i => model.Contains(IdiomModel.Hash(canonical.AsSpan(i, GramParameters.GramLength))))];
        List<(int Start, int End)> stretches = [];
        for (int i = 0; i < has.Length; i++)
        {
            if (i % 8 != 0 || !Enumerable.Range(0, 4).All(n => i + 8 * n < has.Length && has[i + 8 * n])) continue;
            int first = i, last = i;
            while (last + 8 < has.Length && has[last + 8]) last += 8;
            while (first > 0 && has[first - 1]) first--;
            while (last + 1 < has.Length && has[last + 1]) last++;
            stretches.Add((first, last + GramParameters.GramLength));
        }
        for (int line = 0; line <= lineFeeds.Count; line++)
        {
            int start = line == 0 ? 0 : lineFeeds[line - 1], end = line < lineFeeds.Count ? lineFeeds[line] : canonical.Length;
            if (stretches.Any(stretch => start >= stretch.Start && end <= stretch.End)) yield return line;
        }
    }

    static IdiomModel ModelOf(string text)
    {
        (byte[] canonical, _) = CanonicalForm.Of(text);
        HashSet<ulong> hashes = [.. Enumerable.Range(0, canonical.Length - GramParameters.GramLength + 1).Select(i => IdiomModel.Hash(canonical.AsSpan(i, GramParameters.GramLength)))];
        return new IdiomModel(FuseFilter.Build([.. hashes], IdiomParameters.Grams, version: 1, owners: 1), IdiomParameters.Grams);
    }
}
