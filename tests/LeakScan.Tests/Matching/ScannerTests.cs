using System.Text;
using LeakScan.Simd;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Matching;

public sealed class ScannerTests : IDisposable
{
    readonly string[] _documents;
    readonly FingerprintIndex _index;

    public ScannerTests()
    {
        Random random = new(41);
        _documents = [.. Enumerable.Range(0, 30).Select(_ => CodeText.Lines(random, 150))];
        using FingerprintIndexBuilder builder = new(s_key);
        for (int i = 0; i < _documents.Length; i++) builder.AddDocument($"file-{i:00}", i < 20 ? "proprietary-code" : "training-data", Encoding.UTF8.GetBytes(_documents[i]));
        _index = builder.Build();
    }

    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("scanner test key with 32 bytes.."));

    static readonly string s_other = CodeText.Lines(new Random(42), 40);

    static string Cut(string document, int first, int count) => string.Join('\n', document.Split('\n')[first..(first + count)]);

    [Fact]
    public void AMatchNamesFileAndLinesOnBothSides()
    {
        string text = s_other + "\n" + Cut(_documents[7], 50, 30) + "\n" + s_other;
        List<Match> matches = [];
        ScanResult result = new Scanner(_index, new ScanOptions { Structure = false }).Scan(Encoding.UTF8.GetBytes(text), matches);
        Assert.Equal(Verdict.Block, result.Verdict);
        Assert.Equal("proprietary-code", result.Label);
        Match match = Assert.Single(matches);
        Assert.Equal("file-07", _index.GetDocument(match.DocumentId).Path);
        // At each end up to w - 1 canonical characters may lie before the first selected k-gram: three lines of this text at most.
        Assert.InRange(match.SourceStartLine, 51, 54);
        Assert.InRange(match.SourceEndLine, 77, 80);
        Assert.Equal(match.SourceStartLine - 51, match.StartLine - 41);
        Assert.Equal(match.SourceEndLine - 80, match.EndLine - 70);
        Assert.InRange(result.Containment, 0.2, 0.5);
    }

    [Fact]
    public void FragmentsOfOneDocumentAddUp()
    {
        List<Match> matches = [];
        Scanner scanner = new(_index, new ScanOptions { Structure = false });
        double one = scanner.Scan(Encoding.UTF8.GetBytes(Cut(_documents[3], 10, 6)), matches).EvidenceBits;
        string scattered = string.Join('\n', Enumerable.Range(0, 5).Select(i => Cut(_documents[3], 10 + 25 * i, 6) + "\n" + Cut(s_other, 7 * i, 7)));
        ScanResult result = scanner.Scan(Encoding.UTF8.GetBytes(scattered), matches);
        Assert.True(result.EvidenceBits > 2 * one, $"{result.EvidenceBits} bits for five fragments, {one} for one");
        Assert.All(matches, m => Assert.Equal("file-03", _index.GetDocument(m.DocumentId).Path));
        Assert.True(matches.Count >= 3);
    }

    /// <summary>Two texts that declare the same things in their houses' way have lines in common, which say little more than their names do.</summary>
    [Fact]
    public void WhatALineRepeatsCountsHalf()
    {
        const string novel = "internal readonly HarvestOrchardWeather _plumTonnageBasketTree = ladderPickerSeasonals;";
        const string repeating = "internal readonly HarvestOrchardWeather _harvestOrchardWeather = harvestOrchardWeather;";
        double BitsOf(string between)
        {
            string line = "Ledgers of the northern valley are kept in slate.\n" + between + "\nWhoever opens them finds pressed flowers.";
            using FingerprintIndexBuilder builder = new(s_key);
            foreach (string document in _documents) builder.AddDocument(document[..20], "proprietary-code", Encoding.UTF8.GetBytes(document));
            builder.AddDocument("with-line", "proprietary-code", Encoding.UTF8.GetBytes(_documents[0] + "\n" + line));
            using FingerprintIndex index = builder.Build();
            return new Scanner(index, new ScanOptions { Structure = false }).Scan(Encoding.UTF8.GetBytes(s_other + "\n" + line + "\n" + s_other), new List<Match>()).EvidenceBits;
        }
        // Two names of 21 characters, of two bits each.
        Assert.InRange(BitsOf(novel) - BitsOf(repeating), 36, 44);
    }

    [Fact]
    public void EveryTierEverySpellingAndEveryDepthGivesTheSame()
    {
        Random random = new(43);
        for (int round = 0; round < 60; round++)
        {
            string document = _documents[random.Next(_documents.Length)];
            int lines = random.Next(8, 60);
            string text = s_other + "\n" + Wrappers.OfLines[round % Wrappers.OfLines.Length].Wrap(Cut(document, random.Next(150 - lines), lines), random);
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            List<Match> wanted = [], got = [];
            ScanResult result = new Scanner(_index, null, SimdTier.Scalar).Scan(utf8, wanted);
            foreach (SimdTier tier in Tiers.Available)
            {
                Assert.Equal(result, new Scanner(_index, null, tier).Scan(utf8, got));
                Assert.Equal(wanted, got);
                Assert.Equal(result, new Scanner(_index, new ScanOptions { Depth = ScanDepth.Coarse }, tier).Scan(utf8, got));
                Assert.Equal(wanted, got);
            }
            Assert.Equal(result, new Scanner(_index).Scan(text.AsSpan(), got));
            Assert.Equal(wanted.Select(m => Encoding.UTF8.GetString(utf8, m.Start, m.Length)), got.Select(m => text.Substring(m.Start, m.Length)));
            Match[] span = new Match[2];
            Assert.Equal(result, new Scanner(_index).Scan(utf8, span.AsSpan()));
            Assert.Equal(wanted.Take(2), span.Take(wanted.Count));
        }
    }

    [Fact]
    public void WhatIsPublicDoesNotCount()
    {
        string shared = Cut(_documents[0], 20, 60);
        using FingerprintIndexBuilder builder = new(s_key);
        builder.AddDocument("file", "proprietary-code", Encoding.UTF8.GetBytes(_documents[0]));
        builder.AddPublic(Encoding.UTF8.GetBytes("first\n" + shared + "\nlast"));
        using FingerprintIndex index = builder.Build();
        Assert.True(index.Info.PublicFingerprints > 0);
        List<Match> matches = [];
        Assert.Equal(Verdict.Allow, new Scanner(index).Scan(Encoding.UTF8.GetBytes(shared), matches).Verdict);
        Assert.Equal(Verdict.Block, new Scanner(index).Scan(Encoding.UTF8.GetBytes(Cut(_documents[0], 90, 40)), matches).Verdict);
    }

    [Fact]
    public void HeaderAndImportsAloneAreNothing()
    {
        const string Header = "// Copyright 2026 An Invented Company. All rights reserved.\n// This file is confidential and must not be shown to anybody outside of the invented company.\n";
        const string Imports = "import numpy as np\nimport torch.nn.functional as F\nfrom heron.lattice.scheduler import LatticeScheduler, PhaseGate\nusing System.Collections.Concurrent;\n#include <heron/lattice/scheduler.hpp>\nuse heron::lattice::scheduler::PhaseGate;\n";
        using FingerprintIndexBuilder builder = new(s_key);
        builder.AddDocument("a", "proprietary-code", Encoding.UTF8.GetBytes(Header + "\n" + Imports + _documents[0]));
        using FingerprintIndex index = builder.Build();
        List<Match> matches = [];
        Assert.Equal(0, new Scanner(index).Scan(Encoding.UTF8.GetBytes(Header + "\n" + Imports), matches).Matches);
        Assert.Equal(Verdict.Block, new Scanner(index).Scan(Encoding.UTF8.GetBytes(Header + Imports + Cut(_documents[0], 0, 30)), matches).Verdict);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 10_000_000)]
    [InlineData('a', 2_000_000)]
    [InlineData('0', 2_000_000)]
    [InlineData(0xFF, 2_000_000)]
    [InlineData('\\', 2_000_000)]
    [InlineData('&', 2_000_000)]
    [InlineData('\n', 2_000_000)]
    public void OneByteAgainAndAgainIsNoMatchAndNoTrouble(int value, int length)
    {
        byte[] text = new byte[length];
        Array.Fill(text, (byte)value);
        List<Match> matches = [];
        Assert.Equal(0, new Scanner(_index).Scan(text, matches).Matches);
        using FingerprintIndexBuilder builder = new(s_key);
        builder.AddDocument("monotony", "x", text);
        using FingerprintIndex index = builder.Build();
        Assert.InRange(index.Info.Postings, 0, 4);
        Assert.Equal(Verdict.Allow, new Scanner(_index).Scan(text, matches).Verdict);
    }

    public static TheoryData<string> TierNames => Tiers.Names;

    /// <summary>Lines in one text, of every tile's length and more, are found as each is found by itself. They begin and end with what is nowhere else: at its ends a text shows more or less.</summary>
    [Theory]
    [MemberData(nameof(TierNames))]
    public void LinesThatMayMatchAreThoseThatDoByThemselves(string tierName)
    {
        Scanner scanner = new(_index, new ScanOptions { Structure = false }, Tiers.Parse(tierName));
        List<int> found = [];
        int leaks = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            List<string> lines = [];
            for (int count = random.Next(1, 120); count > 0; count--) lines.Add(Line(random));
            List<int> wanted = [.. lines.Index().Where(l => MayMatch(scanner, l.Item)).Select(l => l.Index)];
            Assert.All(wanted, line => Assert.True(scanner.MayMatch(Encoding.UTF8.GetBytes(lines[line]))));
            scanner.MayMatch(Encoding.UTF8.GetBytes(string.Join('\n', lines) + (random.Next(2) == 0 ? "\n" : "")), found);
            Assert.True(wanted.SequenceEqual(found), $"seed {seed}, {tierName}: lines {string.Join(' ', wanted)} by themselves, {string.Join(' ', found)} together");
            leaks += wanted.Count;
        }
        Assert.InRange(leaks, 1000, 200 * 60);
    }

    static bool MayMatch(Scanner scanner, string line)
    {
        List<int> found = [];
        scanner.MayMatch(Encoding.UTF8.GetBytes(line), found);
        return found.Count > 0;
    }

    /// <summary>Small passages in long lines, with quotation marks near or far: what is left out tells of nothing in any string.</summary>
    [Theory]
    [MemberData(nameof(TierNames))]
    public void OfLinesThatAreLeftOutNoStringTellsOfAnything(string tierName)
    {
        Scanner scanner = new(_index, new ScanOptions { Structure = false, Depth = ScanDepth.Fine }, Tiers.Parse(tierName));
        (int leftOut, int cut, int told) = (0, 0, 0);
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            string Unknown(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)random.Next('a', 'z' + 1)));
            string leak = string.Concat(Cut(_documents[random.Next(_documents.Length)], random.Next(100), 6).Replace('\n', ' ').Where(c => c is not ('"' or '\\')));
            leak = leak[..Math.Min(leak.Length, random.Next(30, 100))];
            string[] marks = ["\"", "\\\"", "\\\\\"", " ", ""];
            StringBuilder line = new();
            for (int part = random.Next(1, 4); part > 0; part--) line.Append(Unknown(random.Next(1, 12_000))).Append(marks[random.Next(marks.Length)]);
            line.Append(leak);
            for (int part = random.Next(1, 4); part > 0; part--) line.Append(marks[random.Next(marks.Length)]).Append(Unknown(random.Next(1, 12_000)));

            bool mayMatch = MayMatch(scanner, line.ToString());
            List<Match> matches = [];
            bool isTold = StringsOf(line.ToString()).Any(text => scanner.Scan(Encoding.UTF8.GetBytes(text), matches).Matches > 0);
            Assert.True(mayMatch || !isTold, $"seed {seed}, {tierName}: {leak} is told of");
            told += isTold ? 1 : 0;
            leftOut += !mayMatch && scanner.MayMatch(Encoding.UTF8.GetBytes(line.ToString())) ? 1 : 0;
            cut += mayMatch && !isTold ? 1 : 0;
        }
        Assert.InRange(told, 20, 480);
        Assert.InRange(leftOut, 5, 480);
        Assert.InRange(cut, 5, 480);
    }

    /// <summary>What stands between quotation marks that are not escaped, read slowly.</summary>
    static IEnumerable<string> StringsOf(string line)
    {
        StringBuilder text = new();
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                yield return text.ToString();
                text.Clear();
                continue;
            }
            text.Append(line[i]);
            if (line[i] == '\\' && i + 1 < line.Length) text.Append(line[++i]);
        }
        yield return text.ToString();
    }

    [Fact]
    public void WithStructureEachLineIsLookedAtByItself()
    {
        Scanner scanner = new(_index);
        string[] lines = ["", OneLine(Cut(_documents[2], 20, 40)), "nothing", OneLine(s_other), OneLine(Cut(_documents[9], 60, 40))];
        List<int> found = [];
        scanner.MayMatch(Encoding.UTF8.GetBytes(string.Join('\n', lines)), found);
        Assert.Equal(lines.Index().Where(l => scanner.MayMatch(Encoding.UTF8.GetBytes(l.Item))).Select(l => l.Index), found);
        Assert.Contains(1, found);
        Assert.Contains(4, found);
        Assert.DoesNotContain(0, found);
        Assert.DoesNotContain(2, found);

        static string OneLine(string text) => text.Replace('\n', ' ');
    }

    [Fact]
    public void LinesAreLookedAtWithoutAllocation()
    {
        Scanner scanner = new(_index, new ScanOptions { Structure = false });
        byte[] lines = Encoding.UTF8.GetBytes(s_other + "\n" + _documents[5] + "\n" + s_other);
        List<int> found = [];
        long least = long.MaxValue;
        for (int run = 0; run < 5; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            scanner.MayMatch(lines, found);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.NotEmpty(found);
        Assert.Equal(0, least);
    }

    string Line(Random random)
    {
        string[] noise = ["", "{}", "main.go:12:", "12\t", "\u4e16\u754c", "&amp;", "\u2192", "\\", new('7', random.Next(1, 300))];
        string about = RandomWrappers.Json(CodeText.Lines(new Random(1_000_000 + random.Next(1000)), random.Next(5, 30)), random, (RandomWrappers.JsonStyle)random.Next(8));
        string start = noise[random.Next(noise.Length)];
        if (random.Next(4) == 0) return start;
        string Unknown() => string.Concat(Enumerable.Range(0, 64).Select(_ => (char)random.Next('a', 'z' + 1)));
        if (random.Next(3) > 0) return start + Unknown() + about + Unknown();
        string leak = RandomWrappers.Json(Cut(_documents[random.Next(_documents.Length)], random.Next(100), random.Next(4, 40)), random, (RandomWrappers.JsonStyle)random.Next(8));
        return start + Unknown() + about + leak + Unknown() + noise[random.Next(noise.Length)];
    }

    public void Dispose() => _index.Dispose();
}
