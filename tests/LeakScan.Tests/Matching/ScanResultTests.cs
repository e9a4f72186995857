using System.Diagnostics;
using System.Text;
using LeakScan.Simd;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Matching;

/// <summary>What a scan tells: the same everywhere, of the right places, and not of what is nobody's secret.</summary>
public sealed class ScanResultTests(ScanResultTests.Corpus corpus) : IClassFixture<ScanResultTests.Corpus>
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("scan results: a key of 32 bytes."));

    public sealed class Corpus : IDisposable
    {
        public Corpus()
        {
            Random random = new(7_002);
            using FingerprintIndexBuilder builder = new(s_key);
            for (int i = 0; i < 60; i++)
            {
                Lines.Add([.. Enumerable.Range(0, 160).Select(_ => CodeLines.Line(random))]);
                builder.AddDocument($"src/file-{i:00}.py", i % 3 == 0 ? "training-data" : "proprietary-code", Utf8(string.Join('\n', Lines[^1])));
            }
            Index = builder.Build();
        }

        internal FingerprintIndex Index { get; }

        internal List<string[]> Lines { get; } = [];

        public void Dispose() => Index.Dispose();
    }

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    static string Other(int seed, int lines) => CodeLines.Text(new Random(900_000_000 + seed), lines);

    static string Unrelated(int characters)
    {
        Random random = new(77);
        return string.Create(characters, random, static (span, random) =>
        {
            foreach (ref char c in span) c = random.Next(8) == 0 ? " \n;("[random.Next(4)] : (char)('a' + random.Next(26));
        });
    }

    string Piece(int document, int first, int count) => string.Join('\n', corpus.Lines[document][first..(first + count)]);

    /// <summary>A listing repeats a path on every line: each is shown, but what is said again is no more evidence.</summary>
    [Fact]
    public void WhatTheTextRepeatsCountsOnce()
    {
        Scanner scanner = new(corpus.Index, new ScanOptions { Depth = ScanDepth.Fine });
        List<Match> matches = [];
        string fragment = Piece(3, 40, 3);
        ScanResult once = scanner.Scan(Utf8(Other(1, 12) + "\n" + fragment), matches);
        int firstMatches = matches.Count;
        Assert.InRange(once.EvidenceBits, 30, 1000);

        StringBuilder listing = new();
        for (int i = 0; i < 12; i++) listing.Append(Other(1 + i, 12)).Append('\n').Append(fragment).Append('\n');
        ScanResult repeated = scanner.Scan(Utf8(listing.ToString()), matches);
        Assert.InRange(repeated.EvidenceBits, 0, once.EvidenceBits);
        Assert.InRange(repeated.MatchedCharacters, 10 * once.MatchedCharacters, 14 * once.MatchedCharacters);
        Assert.InRange(matches.Count, 10 * firstMatches, 14 * firstMatches);

        // Another piece of the same document is news.
        ScanResult more = scanner.Scan(Utf8(listing.ToString() + "\n" + Piece(3, 90, 3)), matches);
        Assert.True(more.EvidenceBits > repeated.EvidenceBits + 20, $"{more.EvidenceBits} bits after {repeated.EvidenceBits}");
    }

    [Fact]
    public void IsTheSameOnEveryTierInBytesAndCharsAndAtEveryDepth()
    {
        Scanner[] scanners = [.. from tier in Tiers.Available from depth in Enum.GetValues<ScanDepth>() select new Scanner(corpus.Index, new ScanOptions { Depth = depth }, tier)];
        RandomWrappers.Named[] wrappers = [.. RandomWrappers.Gutters, .. RandomWrappers.Marks, .. RandomWrappers.Headed, .. RandomWrappers.RawCharacters, .. RandomWrappers.Encodings];
        List<Match> wanted = [], got = [], inChars = [];
        int matched = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            StringBuilder text = new(random.Next(2) == 0 ? "" : "Prüfe 日本 🙂 das:\n");
            for (int piece = random.Next(1, 4); piece > 0; piece--)
            {
                int count = random.Next(8, 50);
                text.Append(Other(seed * 10 + piece, random.Next(20))).Append('\n').Append(Piece(random.Next(60), random.Next(160 - count), count)).Append('\n');
            }
            string wrapped = wrappers[random.Next(wrappers.Length)].Wrap(text.ToString(), random);
            byte[] utf8 = Utf8(wrapped);
            ScanResult result = scanners[0].Scan(utf8, wanted);
            matched += wanted.Count;
            Assert.Equal(result.Matches, wanted.Count);
            Assert.All(wanted, m => AssertSane(m, utf8, result));
            foreach (Scanner scanner in scanners)
            {
                Assert.Equal(result, scanner.Scan(utf8, got));
                Assert.Equal(wanted, got);
            }
            Assert.Equal(result, scanners[seed % scanners.Length].Scan(wrapped.AsSpan(), inChars));
            Assert.Equal(wanted.Count, inChars.Count);
            for (int i = 0; i < wanted.Count; i++)
            {
                Assert.Equal(Encoding.UTF8.GetString(utf8, wanted[i].Start, wanted[i].Length), wrapped.Substring(inChars[i].Start, inChars[i].Length));
                Assert.Equal(wanted[i], inChars[i] with { Start = wanted[i].Start, Length = wanted[i].Length });
            }
        }
        Assert.InRange(matched, 300, int.MaxValue);
    }

    void AssertSane(Match match, byte[] text, ScanResult result)
    {
        IndexedDocument document = corpus.Index.GetDocument(match.DocumentId);
        Assert.InRange(match.SourceStartLine, 1, match.SourceEndLine);
        Assert.InRange(match.SourceEndLine, match.SourceStartLine, document.Lines);
        Assert.InRange(match.Start, 0, text.Length - 1);
        Assert.InRange(match.Length, 1, text.Length - match.Start);
        Assert.Equal(1 + text.AsSpan(0, match.Start).Count((byte)'\n'), match.StartLine);
        Assert.Equal(1 + text.AsSpan(0, match.Start + match.Length - 1).Count((byte)'\n'), match.EndLine);
        Assert.InRange(match.MatchedCharacters, 24, result.CanonicalCharacters);
        Assert.InRange(result.Score, double.Epsilon, 1);
        Assert.InRange(result.Containment, double.Epsilon, 1);
        // Whole characters.
        Assert.NotEqual(0x80, text[match.Start] & 0xC0);
        Assert.True(match.Start + match.Length == text.Length || (text[match.Start + match.Length] & 0xC0) != 0x80);
    }

    /// <summary>The stretch told is the planted one but for at most w - 1 characters at each end, and the lines are those of its ends on both sides.</summary>
    [Fact]
    public void SpansAndLinesAreThoseOfThePlant()
    {
        Scanner scanner = new(corpus.Index, new ScanOptions { Structure = false });
        List<Match> matches = [];
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            int document = random.Next(60), count = random.Next(12, 80), first = random.Next(160 - count);
            string before = Other(seed * 2, random.Next(1, 30)) + "\n";
            string plant = Piece(document, first, count);
            int beforeLines = before.Count(c => c == '\n');
            string text = before + plant + "\n" + Other(seed * 2 + 1, random.Next(30));
            byte[] utf8 = Utf8(text);
            ScanResult result = scanner.Scan(utf8, matches);
            Assert.Equal(document % 3 == 0 ? "training-data" : "proprietary-code", result.Label);
            Match match = Assert.Single(matches);
            Assert.Equal($"src/file-{document:00}.py", corpus.Index.GetDocument(match.DocumentId).Path);

            int plantStart = Encoding.UTF8.GetByteCount(before), plantEnd = plantStart + Encoding.UTF8.GetByteCount(plant);
            AssertShort(utf8, plantStart, match.Start, $"seed {seed}, start");
            AssertShort(utf8, match.Start + match.Length, plantEnd, $"seed {seed}, end");

            // By chance a stretch may go on beyond the plant for a few characters, over line ends that are not the document's.
            if (match.Start >= plantStart) Assert.Equal(match.StartLine - beforeLines + first, match.SourceStartLine);
            else Assert.InRange(match.SourceStartLine, 1, first);
            if (match.Start + match.Length <= plantEnd) Assert.Equal(match.EndLine - beforeLines + first, match.SourceEndLine);
            else Assert.InRange(match.SourceEndLine, first + count + 1, 160);
        }
    }

    static void AssertShort(byte[] text, int from, int to, string what)
    {
        if (from > to) (from, to) = (to, from);
        int length = Oracle.CanonicalOracle.Canonicalize(text.AsSpan(from..to)).Bytes.Length;
        Assert.True(length <= 17 + 4, $"{what}: {length} canonical characters off");
    }

    [Fact]
    public void ScatteredFragmentsAddUp()
    {
        Scanner scanner = new(corpus.Index);
        List<Match> matches = [];
        for (int document = 0; document < 20; document++)
        {
            double separate = 0;
            StringBuilder text = new();
            for (int i = 0; i < 6; i++)
            {
                string fragment = Piece(document, 4 + 26 * i, 7);
                separate = Math.Max(separate, scanner.Scan(Utf8(fragment), matches).EvidenceBits);
                text.Append(fragment).Append('\n').Append(Other(document * 6 + i, 12)).Append('\n');
            }
            ScanResult result = scanner.Scan(Utf8(text.ToString()), matches);
            Assert.InRange(result.EvidenceBits, 2 * separate, double.MaxValue);
            Assert.Equal(Verdict.Block, result.Verdict);
            Assert.All(matches, m => Assert.Equal(corpus.Index.GetDocument(matches[0].DocumentId), corpus.Index.GetDocument(m.DocumentId)));
        }
    }

    [Fact]
    public void PublicTextIsSubtractedEvenInAnotherWrapper()
    {
        using FingerprintIndexBuilder builder = new(s_key);
        for (int i = 0; i < 10; i++) builder.AddDocument($"{i}", "code", Utf8(string.Join('\n', corpus.Lines[i])));
        builder.AddPublic(Utf8(RandomWrappers.CatN(Piece(2, 30, 80), new Random(1))));
        using FingerprintIndex index = builder.Build();
        Scanner scanner = new(index);
        List<Match> matches = [];
        Assert.True(index.Info.PublicFingerprints > 0);
        Assert.Equal(0, scanner.Scan(Utf8(Piece(2, 30, 80)), matches).Matches);
        Assert.Equal(0, scanner.Scan(Utf8(RandomWrappers.DiffLines(Piece(2, 40, 20), new Random(1))), matches).Matches);
        Assert.Equal(Verdict.Block, scanner.Scan(Utf8(Piece(2, 110, 50)), matches).Verdict);
        Assert.Equal(Verdict.Block, scanner.Scan(Utf8(Piece(3, 30, 80)), matches).Verdict);
    }

    [Theory]
    [InlineData("/*\n * Copyright (c) 2026 Somebody & Co. All rights reserved.\n * Licensed under the terms that were sent to the customer by letter.\n * Redistribution of this file in any form is not permitted at all.\n */\n", "#include <vector>\n#include \"quokka/lattice/scheduler.hpp\"\n#include <memory_resource>\n#include \"quokka/braid/gather_kernels.cuh\"\n")]
    [InlineData("# SPDX-License-Identifier: LicenseRef-Somebody-Internal\n# Copyright 2026 Somebody & Co., who keep every right to the file below\n\n", "import numpy as np\nimport quokka.lattice.scheduler as scheduler\nfrom quokka.braid.gather import BraidGather, LatticePlan\nfrom __future__ import annotations\n")]
    [InlineData("// Copyright 2026 Somebody & Co. This file is confidential: never show it.\n// Its contents are known to the employees of Somebody & Co. alone.\n\n", "package lattice\n\nimport (\n\t\"context\"\n\t\"example.com/quokka/lattice/scheduler\"\n\t\"example.com/quokka/braid/gather\"\n)\n")]
    public void HeadersAndImportsAloneAreNothing(string header, string imports)
    {
        using FingerprintIndexBuilder builder = new(s_key);
        for (int i = 0; i < 5; i++) builder.AddDocument($"{i}", "code", Utf8(header + imports + "\n" + string.Join('\n', corpus.Lines[i])));
        using FingerprintIndex index = builder.Build();
        Scanner scanner = new(index);
        List<Match> matches = [];
        Assert.Equal(0, scanner.Scan(Utf8(header + imports), matches).Matches);
        Assert.Equal(0, scanner.Scan(Utf8(header + imports + "\n" + Other(1, 40)), matches).Matches);
        ScanResult result = scanner.Scan(Utf8(header + imports + "\n" + Piece(4, 0, 40)), matches);
        Assert.Equal(Verdict.Block, result.Verdict);
        // A k-gram that ends in the code may begin in the imports.
        byte[] beginning = Utf8(header + imports);
        int reach = matches[0].Start >= beginning.Length ? 0 : Oracle.CanonicalOracle.Canonicalize(beginning.AsSpan(matches[0].Start)).Bytes.Length;
        Assert.InRange(reach, 0, 23);
    }

    [Fact]
    public void RemovedDocumentsAreSilent()
    {
        string folder = Directory.CreateTempSubdirectory("leakscan-scan-").FullName;
        try
        {
            string path = Path.Combine(folder, "x.lsi");
            using (FingerprintIndexBuilder builder = new(s_key))
            {
                for (int i = 0; i < 8; i++) builder.AddDocument($"{i}", "code", Utf8(string.Join('\n', corpus.Lines[i])));
                builder.Write(path);
            }
            using (FingerprintIndex whole = FingerprintIndex.Open(path, s_key))
            using (FingerprintIndexBuilder delta = new(s_key))
            {
                delta.Remove(whole.Documents.First(d => d.Path == "3"));
                delta.AddDocument("3, new", "code", Utf8(string.Join('\n', corpus.Lines[20])));
                delta.WriteDelta(path);
            }
            using FingerprintIndex index = FingerprintIndex.Open(path, s_key);
            Assert.Equal(8, index.Info.Documents);
            Scanner scanner = new(index, new ScanOptions { Structure = false });
            List<Match> matches = [];
            Assert.Equal(0, scanner.Scan(Utf8(Piece(3, 20, 100)), matches).Matches);
            Assert.Equal(Verdict.Block, scanner.Scan(Utf8(Piece(3, 20, 60) + "\n" + Piece(4, 20, 40)), matches).Verdict);
            Assert.All(matches, m => Assert.Equal("4", index.GetDocument(m.DocumentId).Path));
            Assert.Equal(Verdict.Block, scanner.Scan(Utf8(Piece(20, 20, 40)), matches).Verdict);
            Assert.All(matches, m => Assert.Equal("3, new", index.GetDocument(m.DocumentId).Path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ScansAllocateNothingOnceWarm(bool matching)
    {
        byte[] text = Utf8(matching ? Other(1, 30) + "\n" + Piece(5, 10, 60) + "\n" + Piece(9, 10, 60) + "\n" + Other(2, 300) : Unrelated(60_000));
        Scanner scanner = new(corpus.Index);
        List<Match> matches = new(64);
        long allocated = long.MaxValue;
        // The runtime itself may allocate while it compiles hot code again; what the scanner allocates it allocates every time.
        for (int attempt = 0; attempt < 10 && allocated != 0; attempt++)
        {
            for (int i = 0; i < 30; i++) scanner.Scan(text, matches);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 30; i++) scanner.Scan(text, matches);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(matching, matches.Count > 0);
#if !DEBUG
        Assert.Equal(0, allocated);
#endif
    }

    [Fact]
    public void EmptyTextIsClean()
    {
        List<Match> matches = [default];
        Assert.Equal(new ScanResult(Verdict.Allow, null, 0, 0, 0, 0, 0), new Scanner(corpus.Index).Scan(ReadOnlySpan<byte>.Empty, matches));
        Assert.Empty(matches);
        Assert.Equal(new ScanResult(Verdict.Allow, null, 0, 0, 0, 0, 0), new Scanner(corpus.Index).Scan(ReadOnlySpan<char>.Empty, matches));
        Assert.Empty(matches);
    }

    public static TheoryData<string> TierNames => Tiers.Names;

    [Theory]
    [MemberData(nameof(TierNames))]
    public void MonotonousTextIsCleanAndFast(string tier)
    {
        Scanner scanner = new(corpus.Index, null, Tiers.Parse(tier));
        Stopwatch watch = Stopwatch.StartNew();
        List<Match> matches = [];
        foreach ((byte value, int length) in ((byte, int)[])[(0, 10_000_000), ((byte)'a', 1 << 20), ((byte)'7', 1 << 20), (0xFF, 1 << 20), (0xE2, 1 << 20), ((byte)'\\', 1 << 20), ((byte)'&', 1 << 20), (0x1B, 1 << 20)])
        {
            byte[] text = new byte[length];
            Array.Fill(text, value);
            Assert.Equal(0, scanner.Scan(text, matches).Matches);
        }
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10); // a hundredth of that here; catches what is not linear
    }

    [Fact]
    public void WhatIsAroundAndInInvalidUtf8IsStillFound()
    {
        Scanner scanner = new(corpus.Index);
        List<Match> matches = [];
        for (int seed = 0; seed < 100; seed++)
        {
            Random random = new(seed);
            byte[] noise = new byte[random.Next(2000)];
            random.NextBytes(noise);
            int document = random.Next(60);
            byte[] text = [.. noise, (byte)'\n', .. Utf8(Piece(document, random.Next(100), 50)), (byte)'\n', .. noise];
            ScanResult result = scanner.Scan(text, matches);
            Assert.Equal(Verdict.Block, result.Verdict);
            Assert.Equal($"src/file-{document:00}.py", corpus.Index.GetDocument(matches[0].DocumentId).Path);
            foreach (SimdTier tier in Tiers.Available)
            {
                List<Match> again = [];
                Assert.Equal(result, new Scanner(corpus.Index, null, tier).Scan(text, again));
                Assert.Equal(matches, again);
            }
        }
    }

    /// <summary>Half of a surrogate pair has no UTF-8; it is scanned as a damaged character and offsets stay those of the chars.</summary>
    [Fact]
    public void LoneSurrogatesMoveNoOffsets()
    {
        string piece = Piece(11, 20, 40);
        string text = "\ud83d x \ude00\ud83d\n" + piece + "\n\ude00";
        List<Match> matches = [], plain = [];
        new Scanner(corpus.Index).Scan(text.AsSpan(), matches);
        new Scanner(corpus.Index).Scan(("? x ??\n" + piece + "\n?").AsSpan(), plain);
        Match match = Assert.Single(matches), wanted = Assert.Single(plain);
        Assert.Equal(wanted.Start, match.Start);
        Assert.Equal(wanted.Length, match.Length);
    }
}
