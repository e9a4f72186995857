using System.Text;
using System.Text.RegularExpressions;
using LeakScan.Matching;
using LeakScan.Simd;
using LeakScan.Tests.Support;
using LeakScan.Tokens;

namespace LeakScan.Tests.Matching;

/// <summary>Code that was changed, taken from this project's own files; half of them are in the index.</summary>
public sealed partial class StructureTests : IClassFixture<StructureTests.Own>
{
    public sealed class Own : IDisposable
    {
        internal static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("matching test key, 32 bytes long"));

        public Own()
        {
            string root = Repository.Root;
            string[] files = [.. Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("obj", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
            Files = [.. files.Where(f => File.ReadAllLines(f).Length > 80).Select(f => (Path.GetRelativePath(root, f), File.ReadAllText(f).ReplaceLineEndings("\n")))];
            using FingerprintIndexBuilder builder = new(s_key);
            foreach ((string path, string text) in Protected) builder.AddDocument(path, "proprietary-code", Encoding.UTF8.GetBytes(text));
            Index = builder.Build();
        }

        internal (string Path, string Text)[] Files { get; }

        internal (string Path, string Text)[] Protected => [.. Files.Where(f => f.Path.Contains("LeakScan.Cli", StringComparison.Ordinal) || f.Path.Contains("Text", StringComparison.Ordinal))];

        internal FingerprintIndex Index { get; }

        public void Dispose() => Index.Dispose();
    }

    readonly Own _own;

    public StructureTests(Own own) => _own = own;

    [GeneratedRegex(@"\b[A-Za-z_][A-Za-z_0-9]*\b", RegexOptions.CultureInvariant)]
    private static partial Regex Names();

    /// <summary>All names changed, each everywhere in the same way; not those that are keywords in some language, or escapes.</summary>
    static string Rename(string text) => Names().Replace(text, m => LeakScan.Tokens.Keywords.Find(LeakScan.Tokens.Lexer.HashOf(Encoding.ASCII.GetBytes(m.Value))) != 0 || m.Index > 0 && text[m.Index - 1] == '\\' ? m.Value : $"q{m.Value.Aggregate(7u, (h, c) => h * 31 + c):x}z");

    /// <summary>The longest run of lines without anything but code, comments left out: something like a few functions.</summary>
    static (int First, string[] Lines) Piece(string text, int count)
    {
        string[] lines = text.Split('\n');
        int first = lines.Length / 2 - count / 2;
        return (first, lines[first..(first + count)]);
    }

    static (string Name, Func<string[], IEnumerable<string>> Change)[] Changes =>
    [
        ("renamed", l => [Rename(string.Join('\n', l))]),
        ("renamed, without comments", l => [Rename(string.Join('\n', l.Where(x => !x.TrimStart().StartsWith("//", StringComparison.Ordinal))))]),
        ("renamed, every ninth line dropped", l => [Rename(string.Join('\n', l.Where((_, i) => i % 9 != 5)))]),
        ("renamed, lines inserted", l => [Rename(string.Join('\n', l.SelectMany((x, i) => i % 9 == 5 ? (string[])[x, "Console.WriteLine(here);"] : [x])))]),
        ("renamed, halves swapped", l => [Rename(string.Join('\n', l[(l.Length / 2)..].Concat(l[..(l.Length / 2)])))]),
    ];

    [Fact]
    public void ChangedCodeIsFoundWithItsFileAndLines()
    {
        const int Lines = 50;
        Scanner scanner = new(_own.Index);
        List<Match> matches = [];
        List<string> missed = [];
        int all = 0;
        string before = string.Concat(Enumerable.Repeat("And then we talked about the weather of the week before last.\n", 5));
        foreach ((string path, string text) in _own.Protected)
        {
            (int first, string[] lines) = Piece(text, Lines);
            foreach ((string name, Func<string[], IEnumerable<string>> change) in Changes)
            {
                all++;
                string changed = before + string.Join('\n', change(lines)) + "\nThat was it.\n";
                ScanResult result = scanner.Scan(Encoding.UTF8.GetBytes(changed), matches);
                Match[] own = [.. matches.Where(m => _own.Index.GetDocument(m.DocumentId).Path == path)];
                if (own.Length == 0)
                {
                    missed.Add($"{path}, {name}: {result.Verdict}, {matches.Count} matches");
                    continue;
                }
                Assert.All(own.Where(m => m.Kind != MatchKind.Verbatim), m => Assert.True(m.Kind is MatchKind.Structural or MatchKind.Edited));
                if (result.Verdict == Verdict.Block) Assert.Contains(matches, m => m.EvidenceBits >= (m.Kind == MatchKind.Structural ? Evidence.BlockStructureBits : Evidence.BlockBits));
                // The best one lies in the piece, on both sides; the like of some lines may stand right before or behind it.
                Match best = own.MaxBy(m => m.EvidenceBits);
                int inside = Math.Min(best.SourceEndLine, first + Lines) - Math.Max(best.SourceStartLine, first + 1) + 1;
                Assert.True(inside > (best.SourceEndLine - best.SourceStartLine + 1) * 2 / 3, $"{path}, lines {first + 1} to {first + Lines}, {name}, is told as {best.SourceStartLine} to {best.SourceEndLine}");
                Assert.InRange(best.StartLine, 4, changed.Count(c => c == '\n'));
                Assert.InRange(best.EndLine, best.StartLine, changed.Count(c => c == '\n') + 1);
            }
        }
        // Which lines are in the middle of a file is chance: some are a table, or comments.
        Assert.True(missed.Count <= all / 3, $"{missed.Count} of {all} missed:\n{string.Join('\n', missed)}");
    }

    /// <summary>Where lines were put in everywhere no stretch pays alone for the place that it points at: they do together, and more of them tell more.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void OfCodeWithLinesPutInEverywhereMoreTellsMore(int every)
    {
        const int Lines = 80;
        Scanner scanner = new(_own.Index);
        List<Match> matches = [];
        List<string> lost = [];
        int found = 0;
        foreach ((string path, string text) in _own.Protected)
        {
            string[] lines = [.. Piece(text, Math.Min(Lines, text.Count(c => c == '\n'))).Lines.Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))];
            ScanResult half = Scan(lines[..(lines.Length / 2)]), all = Scan(lines);
            if (half.Verdict < Verdict.Warn) continue;
            found++;
            if (all.Verdict < half.Verdict) lost.Add($"{path}: {half.EvidenceBits:F0} bits of the half, {all.EvidenceBits:F0} of all");
        }
        Assert.InRange(found, 5, int.MaxValue);
        Assert.True(lost.Count <= found / 20, $"{lost.Count} of {found}:\n{string.Join('\n', lost)}");

        ScanResult Scan(string[] lines) => scanner.Scan(Encoding.UTF8.GetBytes(Rename(string.Join('\n', lines.SelectMany((line, i) => i % every == 0 ? (string[])[$"please look at {i} again", line] : [line])))), matches);
    }

    /// <summary>What is blocked already is not looked at again, but what stands beside it is.</summary>
    [Fact]
    public void OfATextThatIsBlockedTheRestIsStillLookedAt()
    {
        const int Lines = 50;
        Scanner scanner = new(_own.Index), verbatimOnly = new(_own.Index, new ScanOptions { Structure = false });
        List<Match> matches = [], expected = [];
        (int alone, int beside) = (0, 0);
        (string Path, string Text)[] files = _own.Protected;
        for (int i = 0; i < files.Length; i++)
        {
            string whole = files[(i + 1) % files.Length].Text;
            ScanResult block = scanner.Scan(Encoding.UTF8.GetBytes(whole), matches);
            Assert.Equal(Verdict.Block, block.Verdict);
            ScanResult wordForWord = verbatimOnly.Scan(Encoding.UTF8.GetBytes(whole), expected);
            Assert.Equal(wordForWord with { Matches = block.Matches, MatchedCharacters = block.MatchedCharacters }, block);
            Assert.Equal(expected, matches[..expected.Count]);

            string changed = Rename(string.Join('\n', Piece(files[i].Text, Lines).Lines));
            scanner.Scan(Encoding.UTF8.GetBytes(changed), matches);
            if (!IsToldChanged(files[i].Path)) continue;
            alone++;
            foreach (string both in (string[])[$"{whole}\n{changed}\n", $"{changed}\n{whole}"])
            {
                ScanResult result = scanner.Scan(Encoding.UTF8.GetBytes(both), matches);
                Assert.Equal(Verdict.Block, result.Verdict);
                Assert.Contains(matches, m => m.Kind == MatchKind.Verbatim && _own.Index.GetDocument(m.DocumentId).Path == files[(i + 1) % files.Length].Path);
                if (IsToldChanged(files[i].Path)) beside++;
            }
        }
        Assert.True(alone >= files.Length / 2, $"{alone} of {files.Length}");
        Assert.True(beside >= 1.8 * alone, $"{beside} of {2 * alone}");

        bool IsToldChanged(string path) => matches.Exists(m => m.Kind != MatchKind.Verbatim && m.EvidenceBits >= 28 && _own.Index.GetDocument(m.DocumentId).Path == path);
    }

    static string Shape(string line) => System.Text.RegularExpressions.Regex.Replace(line, @"\w+", "x");

    /// <summary>A few lines of which one was left as it is: by itself neither what was left says enough, nor the structure of the others.</summary>
    [Fact]
    public void WhatWasLeftWordForWordCountsWithTheStructureAboutIt()
    {
        const int Lines = 5;
        Scanner scanner = new(_own.Index), verbatimOnly = new(_own.Index, new ScanOptions { Structure = false });
        List<Match> matches = [];
        int all = 0, together = 0, verbatim = 0, structure = 0, either = 0, told = 0, elsewhere = 0;
        foreach ((string path, string text) in _own.Protected)
        {
            string[] lines = text.Split('\n');
            for (int first = 20; first + Lines < lines.Length; first += 20)
            {
                all++;
                string[] piece = [.. lines.Skip(first).Take(Lines).Select((l, i) => i == Lines / 2 ? l : Rename(l))];
                byte[] utf8 = Encoding.UTF8.GetBytes(string.Join('\n', piece));
                bool byStructure = scanner.Scan(Encoding.UTF8.GetBytes(Rename(string.Join('\n', piece))), matches).Verdict >= Verdict.Warn;
                structure += byStructure ? 1 : 0;
                ScanResult alone = verbatimOnly.Scan(utf8, matches);
                verbatim += alone.Verdict >= Verdict.Warn ? 1 : 0;
                either += byStructure || alone.Verdict >= Verdict.Warn ? 1 : 0;
                ScanResult result = scanner.Scan(utf8, matches);
                Assert.True(result.Verdict >= alone.Verdict);
                Assert.True(result.EvidenceBits >= alone.EvidenceBits);
                if (result.Verdict < Verdict.Warn) continue;
                together++;
                if (alone.Verdict >= Verdict.Warn || matches[0].Kind == MatchKind.Verbatim) continue;
                // The document is told once, and first; on the lines of the piece.
                told++;
                Assert.True(matches.TrueForAll(m => m.DocumentId != matches[0].DocumentId || m.Kind == matches[0].Kind));
                if (_own.Index.GetDocument(matches[0].DocumentId).Path == path && (matches[0].SourceStartLine < first - 1 || matches[0].SourceStartLine > first + Lines + 1))
                {
                    elsewhere++;
                    string[] there = [.. lines[(matches[0].SourceStartLine - 1)..matches[0].SourceEndLine].Select(Shape)];
                    Assert.True(lines.Skip(first).Take(Lines).Select(Shape).Count(there.Contains) > Lines / 2, $"{path}, line {first + 1}, is told as line {matches[0].SourceStartLine}");
                }
            }
        }
        string counts = $"of {all} pieces {together}, by structure {structure}, word for word {verbatim}, by one of them {either}, only by both {told}";
        Assert.True(together > 1.03 * either, counts);
        Assert.True(told > all / 10, counts);
        // Now and then a file has the like of it some lines above, as is asserted there.
        Assert.True(elsewhere <= told / 20, $"{counts}, of which {elsewhere} elsewhere in the file");
    }

    public static TheoryData<string> Nothings => ["empty", "one token", "one mark", "table", "prose", "base64", "deep json", "zeros"];

    static string Nothing(string name)
    {
        byte[] bytes = new byte[60_000];
        new Random(5).NextBytes(bytes);
        return name switch
        {
            "empty" => "",
            "one token" => "if",
            "one mark" => "x" + new string('(', 1 << 20),
            "table" => string.Concat(Enumerable.Range(0, 5000).Select(i => $"    {{ \"name{i % 7}\", {i}, 0x{i:x}, null }},\n")),
            "prose" => string.Concat(Enumerable.Repeat("The committee met on Tuesday and agreed that, whatever else might happen, the bridge would be painted green. ", 300)),
            "base64" => Convert.ToBase64String(bytes),
            "deep json" => string.Concat(Enumerable.Repeat("{\"a\":[", 20_000)) + string.Concat(Enumerable.Repeat("]}", 20_000)),
            _ => new string('\0', 1 << 20),
        };
    }

    [Theory]
    [MemberData(nameof(Nothings))]
    public void WhatIsNoCodeMatchesNothing(string name)
    {
        List<Match> matches = [];
        byte[] text = Encoding.UTF8.GetBytes(Nothing(name));
        foreach (SimdTier tier in Tiers.Available)
        {
            Scanner scanner = new(_own.Index, null, tier);
            Assert.Equal(Verdict.Allow, scanner.Scan(text, matches).Verdict);
            Assert.Empty(matches);
        }
    }

    [Fact]
    public void EveryTierAndSpellingGivesTheSameAndMayMatchIsTrueOfWhatIsFound()
    {
        Random random = new(9);
        List<Match> wanted = [], got = [];
        Scanner scanner = new(_own.Index), scalar = new(_own.Index, null, SimdTier.Scalar);
        Scanner[] others = [.. Tiers.Available.Select(t => new Scanner(_own.Index, null, t))];
        int found = 0;
        for (int round = 0; round < 120; round++)
        {
            (_, string text) = _own.Files[random.Next(_own.Files.Length)];
            string[] lines = text.Split('\n');
            int count = random.Next(3, 60), first = random.Next(Math.Max(1, lines.Length - count));
            string piece = string.Join('\n', lines.Skip(first).Take(count));
            if (random.Next(3) > 0) piece = Rename(piece);
            if (random.Next(2) == 0) piece = Wrappers.OfFormats[random.Next(Wrappers.OfFormats.Length)].Wrap(piece, random);
            piece = "café → " + piece;
            byte[] utf8 = Encoding.UTF8.GetBytes(piece);
            ScanResult result = scalar.Scan(utf8, wanted);
            foreach (Scanner other in others)
            {
                Assert.Equal(result, other.Scan(utf8, got));
                Assert.Equal(wanted, got);
                Assert.True(wanted.Count == 0 || other.MayMatch(utf8));
            }
            Assert.Equal(result, scanner.Scan(piece.AsSpan(), got));
            Assert.Equal(wanted.Select(m => Encoding.UTF8.GetString(utf8, m.Start, m.Length)), got.Select(m => piece.Substring(m.Start, m.Length)));
            found += wanted.Count > 0 ? 1 : 0;
        }
        Assert.InRange(found, 10, 110);
    }

    /// <summary>Of a long text only what is about something hot is looked at; nothing of that may be lost, nor told to be elsewhere.</summary>
    [Fact]
    public void InALongTextItIsFoundAsInAShortOne()
    {
        Random random = new(21);
        List<Match> alone = [], wanted = [], got = [];
        Scanner scanner = new(_own.Index);
        (string Path, string Text)[] leaked = [.. _own.Protected.OrderBy(_ => random.Next()).Take(5)];
        StringBuilder text = new();
        List<(int Document, int Start, int Characters)> pieces = [];
        foreach ((string path, string source) in leaked)
        {
            string piece = Rename(string.Join('\n', Piece(source, 60).Lines)) + "\n";
            scanner.Scan(Encoding.UTF8.GetBytes(piece), alone);
            Assert.True(alone.Count > 0, $"{path}: not found alone");
            pieces.Add((alone[0].DocumentId, text.Length, alone.Where(m => m.DocumentId == alone[0].DocumentId).Sum(m => m.MatchedCharacters)));
            text.Append(piece);
            for (int line = random.Next(2000, 4000); line > 0; line--)
                text.AppendJoin(' ', Enumerable.Range(0, random.Next(4, 12)).Select(_ => string.Create(random.Next(2, 9), random, static (word, r) => { for (int i = 0; i < word.Length; i++) word[i] = (char)('a' + r.Next(26)); }))).Append(random.Next(3) == 0 ? ".\n" : ",\n");
        }
        byte[] utf8 = Encoding.UTF8.GetBytes(text.ToString());
        ScanResult result = scanner.Scan(utf8, wanted);
        for (int i = 0; i < pieces.Count; i++)
        {
            (int document, int start, int characters) = pieces[i];
            int end = i + 1 < pieces.Count ? pieces[i + 1].Start : utf8.Length;
            int told = wanted.Where(m => m.DocumentId == document && m.Start >= start && m.Start + m.Length <= end).Sum(m => m.MatchedCharacters);
            Assert.InRange(told, characters * 0.8, characters * 1.2);
        }
        foreach (SimdTier tier in Tiers.Available)
        {
            Assert.Equal(result, new Scanner(_own.Index, null, tier).Scan(utf8, got));
            Assert.Equal(wanted, got);
        }
    }

    /// <summary>What is hot at the end of a segment does not go on in the next: what lies across it is found all the same.</summary>
    [Fact]
    public void ItIsFoundWhereASegmentEnds()
    {
        Random random = new(22);
        Scanner scanner = new(_own.Index);
        List<Match> alone = [], found = [];
        string piece = Rename(string.Join('\n', Piece(_own.Protected[0].Text, 60).Lines)) + "\n";
        scanner.Scan(Encoding.UTF8.GetBytes(piece), alone);
        Assert.NotEmpty(alone);
        int tokens = 0, at = 0;
        bool atLineStart = true;
        byte[] pieceBytes = Encoding.UTF8.GetBytes(piece);
        uint[] room = new uint[4096];
        while (Lexer.Read(pieceBytes, ref at, ref atLineStart, room, new int[room.Length], SimdTier.Scalar) is > 0 and int read) tokens += read;
        int characters = alone.Where(m => m.DocumentId == alone[0].DocumentId).Sum(m => m.MatchedCharacters);
        for (int before = 0; before <= tokens; before += tokens / 8)
        {
            StringBuilder text = new();
            for (int word = StructureMatcher.SegmentTokens - before; word > 0; word--)
                text.Append(string.Create(random.Next(2, 9), random, static (letters, r) => { for (int i = 0; i < letters.Length; i++) letters[i] = (char)('a' + r.Next(26)); })).Append(word % 10 == 1 ? '\n' : ' ');
            int start = text.Length;
            text.Append(piece).Append("the end\n");
            scanner.Scan(Encoding.UTF8.GetBytes(text.ToString()), found);
            int told = found.Where(m => m.DocumentId == alone[0].DocumentId && m.Start >= start).Sum(m => m.MatchedCharacters);
            Assert.True(told >= characters * 0.8, $"{before} tokens before the end: {told} of {characters} characters");
        }
    }

    [Fact]
    public void NothingIsAllocatedOnceWarm()
    {
        Scanner scanner = new(_own.Index);
        Match[] room = new Match[64];
        byte[] leak = Encoding.UTF8.GetBytes(Rename(_own.Protected[0].Text)), clean = Encoding.UTF8.GetBytes(Nothing("prose"));
        Assert.True(scanner.Scan(leak, room.AsSpan()).Matches > 0);
        for (int i = 0; i < 200; i++)
        {
            scanner.Scan(leak, room.AsSpan());
            scanner.Scan(clean, room.AsSpan());
        }
#if DEBUG
        // Code that is not optimised keeps on the heap what optimised code does not: the release build holds the promise.
        const long Allowed = 1 << 20;
#else
        const long Allowed = 0;
#endif
        long[] allocated = [Allocations.Least(() => scanner.Scan(leak, room.AsSpan())), Allocations.Least(() => scanner.Scan(clean, room.AsSpan())), Allocations.Least(() => scanner.MayMatch(leak))];
        Assert.All(allocated, a => Assert.InRange(a, 0, Allowed));
    }

    [Fact]
    public void ARemovedDocumentIsNotReported()
    {
        string folder = Directory.CreateTempSubdirectory("leakscan-").FullName;
        try
        {
            string path = Path.Combine(folder, "own.lsi");
            using (FingerprintIndexBuilder builder = new(Own.s_key))
            {
                foreach ((string name, string text) in _own.Protected) builder.AddDocument(name, "proprietary-code", Encoding.UTF8.GetBytes(text));
                builder.Write(path);
            }
            byte[] renamed = Encoding.UTF8.GetBytes(Rename(_own.Protected[0].Text));
            List<Match> matches = [];
            using (FingerprintIndex index = FingerprintIndex.Open(path, Own.s_key))
            {
                new Scanner(index).Scan(renamed, matches);
                Assert.Contains(matches, m => index.GetDocument(m.DocumentId).Path == _own.Protected[0].Path);
                using FingerprintIndexBuilder delta = new(Own.s_key);
                delta.Remove(index.Documents.Single(d => d.Path == _own.Protected[0].Path));
                delta.WriteDelta(path);
            }
            using FingerprintIndex layered = FingerprintIndex.Open(path, Own.s_key);
            new Scanner(layered).Scan(renamed, matches);
            Assert.DoesNotContain(matches, m => layered.GetDocument(m.DocumentId).Path == _own.Protected[0].Path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
