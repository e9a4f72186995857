using System.Text;
using System.Text.RegularExpressions;
using LeakScan.Matching;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Matching;

/// <summary>Protected text is told whatever else is in the index, in the text, or in the list of matches.</summary>
public sealed class VerdictTests : IDisposable
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("verdict test key with 32 bytes..."[..32]));

    readonly string _folder = Directory.CreateTempSubdirectory("leakscan-verdict-").FullName;

    readonly Random _random = new(77);

    string Code(int lines) => CodeText.Lines(_random, lines);

    static FingerprintIndex Index(params IEnumerable<(string Path, string Label, string Text)> documents)
    {
        using FingerprintIndexBuilder builder = Builder(documents);
        return builder.Build();
    }

    static FingerprintIndexBuilder Builder(params IEnumerable<(string Path, string Label, string Text)> documents)
    {
        FingerprintIndexBuilder builder = new(s_key);
        foreach ((string path, string label, string text) in documents) builder.AddDocument(path, label, Encoding.UTF8.GetBytes(text));
        return builder;
    }

    static ScanResult Scan(FingerprintIndex index, string text, List<Match> matches, bool structure, Policy? policy = null, int maxMatches = 32) =>
        new Scanner(index, new ScanOptions { Structure = structure, Policy = policy ?? Policy.Default, MaxMatches = maxMatches }).Scan(Encoding.UTF8.GetBytes(text), matches);

    static Verdict VerdictOf(FingerprintIndex index, string text, bool structure = false, Policy? policy = null, int maxMatches = 32) => Scan(index, text, [], structure, policy, maxMatches).Verdict;

    static readonly Policy s_dataIsAllowed = new() { Rules = [new PolicyRule { Label = "data", Verdict = Verdict.Allow }] };

    /// <summary>In an index they stand one behind the other, as `cat` puts them.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void OfFilesOneBehindTheOtherEachIsTold(bool structure)
    {
        string[] texts = [Code(60), Code(60), Code(60)];
        using FingerprintIndex index = Index(texts.Select((t, i) => ($"{i}.cs", "code", t)));
        List<Match> matches = [];
        Assert.Equal(Verdict.Block, Scan(index, string.Join('\n', texts), matches, structure).Verdict);
        matches.RemoveAll(m => m.MatchedCharacters < 200); // a line of one and the same made-up words now and then
        foreach (Match match in matches)
        {
            int file = int.Parse(index.GetDocument(match.DocumentId).Path[..1]);
            Assert.InRange(match.StartLine, file * 60 + 1, file * 60 + 60);
            Assert.InRange(match.EndLine, file * 60 + 1, file * 60 + 60);
            Assert.Equal(match.StartLine - file * 60, match.SourceStartLine);
            Assert.Equal(match.EndLine - file * 60, match.SourceEndLine);
        }
        Assert.Equal(3, matches.Select(m => m.DocumentId).Distinct().Count());
        Assert.Equal(3, matches.Count);
    }

    /// <summary>Names of tests are sentences, and many begin with the same words: what comes behind them is no evidence.</summary>
    [Fact]
    public void OfANameThatBeginsAlikeTheBeginningCounts()
    {
        const string Begin = "Should_refuse_readings_of_a_sensor_not_calibrated";
        static string Tests(string type, string field, string name) => string.Concat(Enumerable.Range(1, 6).Select(i => $$"""
                [Fact]
                public void {{(i == 3 ? name : $"{type}{i}{field}")}}()
                {
                    var {{field}}{{i}} = new {{type}}{{i}}(limit: {{i}}, {{field}});
                    if ({{field}}{{i}}.Tell(ref {{field}}) && limit < {{i}}) throw new {{type}}Exception();
                    foreach (int {{type}}At in {{field}}{{i}}.All) {{field}} += {{type}}At * {{field}}{{i}}.Weight;
                }

            """));
        using FingerprintIndex index = Index(("tests.cs", "code", Tests("Kestrel", "gauge", Begin + "_spring")), ("other.cs", "code", Code(200)));
        double BitsOf(string end) => Scan(index, Tests("Thermo", "meter", Begin + end), [], structure: true).EvidenceBits;

        double bits = BitsOf("_x");
        Assert.True(bits > 28, $"{bits} bits: nothing is found, so that nothing is tested");
        Assert.Equal(bits, BitsOf("_the_last_of_the_long_winters_in_which_everything_stood_still_and_nothing_was_ever_read_or_written_down_by_anyone"), 1.0);
    }

    /// <summary>The old and the new text of an edit are said once.</summary>
    [Fact]
    public void WhatATextSaysTwiceCountsOnce()
    {
        string document = Code(120);
        using FingerprintIndex index = Index(("a.cs", "code", document));
        string part = Regex.Replace(string.Join('\n', document.Split('\n')[20..32]), "[a-z]{5,}", word => word.Value.Length % 2 == 0 ? word.Value : "x" + word.Value);
        double once = Scan(index, part, [], structure: true).EvidenceBits, twice = Scan(index, part + "\n" + part, [], structure: true).EvidenceBits;
        Assert.True(once > 28, $"{once} bits: nothing is found, so that nothing is tested");
        Assert.InRange(twice, 0, once + 4);
    }

    /// <summary>That a text is short is taken off once, however many places it is like.</summary>
    [Theory, InlineData(40), InlineData(100), InlineData(500)]
    public void AShortTextIsAllowedForOnce(int tokens)
    {
        double first = StructureEvidence.PlacementBits(1_000_000, tokens), further = StructureEvidence.FurtherPlacementBits(1_000_000, tokens);
        if (tokens < 176) Assert.True(further > first);
        else Assert.Equal(first, further);
    }

    /// <summary>A phrase that is shorter than a shingle is in new shingles wherever it stands.</summary>
    [Fact]
    public void WhatADocumentSaysOnceCountsOnce()
    {
        const string Phrase = "gauge.readings_of_sensor.not_calibrated_yet.winter";
        string[] around = ["x = {0} + y;", "Run({0}, 3);", "if ({0} == null) return;", "[{0}] = 5;", "new {0} { A };", "log.Info({0}.B);", "while ({0}) i--;", "yield return {0} ?? z;"];
        string[] keywords = ["if", "for", "return", "new", "while", "int", "class"], marks = [" ", "(", ")", "[", "]", "{", "}", ";", ",", " = ", " < ", " > ", " & ", ".", "+", "-", "*", "/", ":", "?", "!"];
        string Word(int letters) => new([.. Enumerable.Range(0, letters).Select(_ => (char)_random.Next('a', 'z' + 1))]);
        string Piece() => (_random.Next(4) == 0 ? keywords[_random.Next(keywords.Length)] : Word(_random.Next(3, 8))) + marks[_random.Next(marks.Length)];
        string Noise(int lines) => string.Concat(Enumerable.Range(0, lines).Select(_ => $"    {string.Concat(Enumerable.Range(0, _random.Next(5, 11)).Select(_ => Piece()))}\n"));
        using FingerprintIndexBuilder builder = new(IndexKey.FromBytes(Encoding.ASCII.GetBytes("verdict test key 3 with 32 bytes..."[..32]))); // with one in two keys enough of the phrase is kept
        builder.AddDocument("once.txt", "code", Encoding.UTF8.GetBytes($"{Noise(100)}    public void {Phrase}()\n{Noise(100)}"));
        using FingerprintIndex index = builder.Build();
        double BitsOf(int times) => Scan(index, string.Concat(around[..times].Select(a => $"{Noise(4)}    {a.Replace("{0}", Phrase, StringComparison.Ordinal)}\n")) + Noise(4), [], structure: true).EvidenceBits;

        double once = BitsOf(1);
        Assert.True(once > 15, $"{once} bits: nothing is found, so that nothing is tested");
        Assert.Equal(once, BitsOf(around.Length), 8.0);
    }

    /// <summary>To find where a word ends all that is not ASCII is letters, so each clause of a line had the rest of the line for its end.</summary>
    [Fact]
    public void NoMoreCharactersMatchThanThereAre()
    {
        string[] lines = Code(40).Split('\n');
        string Text(string prefix) => string.Concat(lines.Select(line => $"{Regex.Replace(line, "[a-z]{4,}", word => prefix + word)} // 甲，{prefix}，乙，丙，丁，戊\n"));
        using FingerprintIndex index = Index(("rows.cs", "code", Text("x")));
        List<Match> matches = [];
        Scan(index, Text("your"), matches, structure: true);
        Assert.Contains(matches, m => m.Kind != MatchKind.Verbatim);
        Assert.All(matches, m => Assert.InRange(m.MatchedCharacters, 1, m.Length));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void TheEndOfAnotherDocumentHidesNothing(bool structure)
    {
        (string a, string b) = (Code(40), Code(40));
        string path = Path.Combine(_folder, "corp.lsi");
        using (FingerprintIndexBuilder builder = Builder(("a", "data", a), ("b", "code", b))) builder.Write(path);
        using (FingerprintIndex index = FingerprintIndex.Open(path, s_key))
        {
            Assert.Equal(Verdict.Block, VerdictOf(index, b, structure, s_dataIsAllowed));
            Assert.Equal(Verdict.Block, VerdictOf(index, $"{a}\n// ----\n{b}", structure, s_dataIsAllowed));
            Assert.Equal(Verdict.Block, VerdictOf(index, $"{a[^60..]}\n{b}", structure, s_dataIsAllowed));
            using FingerprintIndexBuilder delta = Builder();
            delta.Remove(index.Documents.Single(d => d.Path == "a"));
            delta.WriteDelta(path);
        }
        using FingerprintIndex left = FingerprintIndex.Open(path, s_key);
        Assert.Equal(Verdict.Block, VerdictOf(left, $"{a}\n{b}", structure));
        Assert.Equal(Verdict.Block, VerdictOf(left, $"{a[^60..]}\n{b}", structure));
    }

    [Theory, InlineData(1), InlineData(3), InlineData(4), InlineData(10), InlineData(30), InlineData(100)]
    public void CopiesInASmallIndexAreStillItsOwn(int copies)
    {
        string text = Code(120);
        using FingerprintIndex index = Index(Enumerable.Range(0, copies).Select(i => ($"{i}.cs", "code", $"{text}\n{Code(2)}")));
        Assert.Equal(Verdict.Block, VerdictOf(index, text));
    }

    [Fact]
    public void CopiesInASmallLayerAreStillItsOwn()
    {
        string path = Path.Combine(_folder, "corp.lsi"), text = Code(60);
        using (FingerprintIndexBuilder builder = Builder(Enumerable.Range(0, 100).Select(i => ($"{i}.cs", "code", Code(30))))) builder.Write(path);
        using (FingerprintIndexBuilder delta = Builder(Enumerable.Range(0, 4).Select(i => ($"copy{i}.cs", "code", text)))) delta.WriteDelta(path);
        using FingerprintIndex index = FingerprintIndex.Open(path, s_key);
        Assert.Equal(Verdict.Block, VerdictOf(index, text));
    }

    /// <summary>Of text that many documents have the index keeps places in some of them, which may be removed.</summary>
    [Fact]
    public void OfManyCopiesThoseThatAreLeftAreFound()
    {
        string path = Path.Combine(_folder, "corp.lsi"), text = Code(60);
        using (FingerprintIndexBuilder builder = Builder([.. Enumerable.Range(0, 40).Select(i => ($"copy{i:00}.cs", "code", text)), .. Enumerable.Range(0, 200).Select(i => ($"{i:000}.cs", "code", Code(10)))])) builder.Write(path);
        foreach (Range removed in (Range[])[0..24, 24..32])
        {
            using (FingerprintIndex index = FingerprintIndex.Open(path, s_key))
            {
                Assert.Equal(Verdict.Block, VerdictOf(index, text));
                using FingerprintIndexBuilder delta = Builder();
                foreach (IndexedDocument document in index.Documents.Where(d => d.Path.StartsWith("copy", StringComparison.Ordinal)).OrderBy(d => d.Path).Take(removed.End.Value - removed.Start.Value).ToArray()) delta.Remove(document);
                delta.WriteDelta(path);
            }
            using FingerprintIndex left = FingerprintIndex.Open(path, s_key);
            Assert.Equal(40 - removed.End.Value, left.Documents.Count(d => d.Path.StartsWith("copy", StringComparison.Ordinal)));
            Assert.Equal(Verdict.Block, VerdictOf(left, text));
        }
    }

    /// <summary>What all of a house's files say comes again and again in a long text, and little is remembered of what is worth little.</summary>
    [Fact]
    public void ManyStretchesHideNone()
    {
        const int Times = 15_000, Length = 80;
        string house = Letters(50), secret = Letters(4000);
        using FingerprintIndex index = Index(Enumerable.Range(0, 30).Select(i => ($"{i:00}.cs", "code", $"{Code(10)}\n{house}\n{(i == 7 ? secret : Code(10))}")));
        string noise = Letters(Times * Length), repeated = string.Concat(Enumerable.Range(0, Times).Select(i => $"{house}\n{noise.AsSpan(i * Length, Length - house.Length - 1)}"));
        Scanner scanner = new(index, new ScanOptions { Structure = false, Depth = ScanDepth.Fine });
        int warned = 0;
        List<Match> matches = [];
        for (int i = 0; i < 12; i++)
        {
            string fragment = $"{secret.AsSpan(100 + i * 300, 50 + i % 4)}{noise.AsSpan(0, 200)}"; // what follows decides which k-grams are selected
            ScanResult inNoise = scanner.Scan(Encoding.UTF8.GetBytes(fragment + "\n" + noise), matches), amongRepeats = scanner.Scan(Encoding.UTF8.GetBytes(fragment + "\n" + repeated), matches);
            Assert.InRange(amongRepeats.EvidenceBits, inNoise.EvidenceBits - 5, inNoise.EvidenceBits + 5);
            warned += inNoise.Verdict == Verdict.Warn ? 1 : 0;
        }
        Assert.Equal(Verdict.Allow, VerdictOf(index, repeated));
        Assert.InRange(warned, 3, 12);
    }

    [Fact]
    public void RulesAreThoseThatWereGiven()
    {
        string code = Code(30);
        using FingerprintIndex index = Index(("a.cs", "code", code));
        List<PolicyRule> rules = [];
        Policy policy = new() { Rules = rules };
        rules.Add(new PolicyRule { Verdict = Verdict.Allow });
        Assert.Equal(Verdict.Block, VerdictOf(index, code, policy: policy));
    }

    string Letters(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('a' + _random.Next(26))));

    [Theory, InlineData(false, 1), InlineData(false, 32), InlineData(true, 1), InlineData(true, 32)]
    public void RoomForMatchesDecidesNothing(bool structure, int room)
    {
        string[] data = [.. Enumerable.Range(0, 40).Select(_ => Code(6))];
        string code = Code(30);
        using FingerprintIndex index = Index(("a.txt", "data", string.Join('\n', data.Select(d => $"{d}\n{Code(6)}"))), ("b.cs", "code", code));
        List<Match> matches = [];
        ScanResult result = Scan(index, string.Join('\n', data.Select(d => $"{d}\n{Code(40)}")) + "\n" + code, matches, structure, s_dataIsAllowed, room);
        Assert.Equal((Verdict.Block, "code"), (result.Verdict, result.Label));
        Assert.Equal("b.cs", index.GetDocument(matches[0].DocumentId).Path);
        Assert.InRange(matches.Count, 1, room);
    }

    [Theory, InlineData("a.txt", false), InlineData("z.txt", false), InlineData("a.txt", true), InlineData("z.txt", true)]
    public void WhatMayBeSentDoesNotHideWhatMayNot(string allowed, bool structure)
    {
        string code = Code(30);
        List<Match> matches = [];
        using (FingerprintIndex same = Index((allowed, "data", code), ("b.cs", "code", code)))
        {
            ScanResult result = Scan(same, code, matches, structure, s_dataIsAllowed);
            Assert.Equal((Verdict.Block, "code"), (result.Verdict, result.Label));
            Assert.Equal("b.cs", same.GetDocument(matches[0].DocumentId).Path);
        }
        string quoting = $"{Code(200)}\n{code}\n{Code(200)}";
        using FingerprintIndex index = Index((allowed, "data", quoting), ("b.cs", "code", code));
        foreach (string text in (string[])[code, quoting])
        {
            ScanResult result = Scan(index, text, matches, structure, s_dataIsAllowed);
            Assert.Equal((Verdict.Block, "code"), (result.Verdict, result.Label));
            Assert.Equal("b.cs", index.GetDocument(matches[0].DocumentId).Path);
        }
    }

    /// <summary>Of text that more documents have than keep their places in an index each label has some of them.</summary>
    [Theory, InlineData(0), InlineData(13), InlineData(60)]
    public void ManyCopiesThatMayBeSentDoNotHideOneThatMayNot(int place)
    {
        string text = Code(60);
        using FingerprintIndex index = Index([.. Enumerable.Range(0, 61).Select(i => ($"copy{i:00}.cs", i == place ? "code" : "data", text)), .. Enumerable.Range(0, 100).Select(i => ($"{i:000}.cs", "data", Code(10)))]);
        Assert.Equal(Verdict.Block, VerdictOf(index, text, policy: s_dataIsAllowed));
    }

    /// <summary>A rule that asks for less than the default does is asked about all documents.</summary>
    [Theory, InlineData(1), InlineData(32)]
    public void WhatMayBeSentDoesNotHideChangedCodeThatMayNot(int room)
    {
        string[] own = Code(12).Split('\n');
        string changed = string.Join('\n', own.Select(l => System.Text.RegularExpressions.Regex.Replace(l, "[a-z]+_[a-z]+", m => "x" + m.Value.Length + "y" + m.Value[0])));
        string data = Code(80);
        Policy strict = new() { Rules = [new PolicyRule { Label = "data", Verdict = Verdict.Allow }, new PolicyRule { Label = "code", Verdict = Verdict.Block, MinEvidenceBits = 8 }] };
        using FingerprintIndex index = Index(("a.cs", "data", data), ("b.cs", "code", string.Join('\n', own)), ("c.cs", "code", Code(30)));
        List<Match> matches = [];
        ScanResult alone = Scan(index, changed, matches, structure: true, strict, room);
        Assert.Equal((Verdict.Block, "code"), (alone.Verdict, alone.Label));
        ScanResult beside = Scan(index, $"{changed}\n{data}", matches, structure: true, strict, room);
        Assert.Equal((Verdict.Block, "code"), (beside.Verdict, beside.Label));
        Assert.Equal("b.cs", index.GetDocument(matches[0].DocumentId).Path);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
