using System.Text;
using LeakScan.Matching;
using LeakScan.Simd;

namespace LeakScan.Tests.Matching;

public sealed class OtherNamesTests
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("other names test key, 32 bytes.."));

    const string Document = """
        class LedgerPanel : Panel
        {
            void ArrangeLedger(Panel owner)
            {
                owner.SetHorizontalSpacingPolicy(SpacingPolicy.ExpandingEvenly);
                owner.ConnectTextChangedSignal(ApplicationStyle.DefaultPalette);
                owner.AlignContentsToBaseline(AlignmentFlags.JustifyVertically);
                ComputeQuarterlyAccruals(carriedForwardBalance, depreciationSchedule);
            }
            void ComputeQuarterlyAccruals(decimal carriedForwardBalance, decimal depreciationSchedule) { }
        }
        """;

    const string Calls = """
        form.SetHorizontalSpacingPolicy(SpacingPolicy.ExpandingEvenly);
        form.ConnectTextChangedSignal(ApplicationStyle.DefaultPalette);
        form.AlignContentsToBaseline(AlignmentFlags.JustifyVertically);
        """;

    const string Own = "ComputeQuarterlyAccruals(carriedForwardBalance, depreciationSchedule);";

    /// <summary>Lines that call a framework say a quarter of what they would say if its names were ours; in what is not code all names are ours.</summary>
    [Fact]
    public void WhatCodeCallsAndDoesNotDeclareSaysLess()
    {
        double inCode = BitsOf(Calls, ("LedgerPanel.cs", Document)), inText = BitsOf(Calls, ("LedgerPanel.txt", Document)), declared = BitsOf(Calls, ("LedgerPanel.cs", Document), ("Panel.cs", """
            class Panel { void SetHorizontalSpacingPolicy(SpacingPolicy p) { } void ConnectTextChangedSignal(Palette p) { } void AlignContentsToBaseline(AlignmentFlags f) { } }
            enum SpacingPolicy { ExpandingEvenly } enum AlignmentFlags { JustifyVertically } class ApplicationStyle { Palette DefaultPalette; }
            """));
        Assert.True(inText >= 1.5 * Evidence.WarnBits, $"{inText} bits");
        Assert.True(inCode <= inText / 2, $"{inCode} bits of {inText}");
        Assert.True(declared >= 0.8 * inText, $"{declared} bits of {inText}");
    }

    [Fact]
    public void WhatCodeDeclaresSaysAll() => Assert.Equal(BitsOf(Own, ("LedgerPanel.txt", Document)), BitsOf(Own, ("LedgerPanel.cs", Document)), 1.0);

    /// <summary>Where names were changed about it, a long name that the document declares says more the longer it is, up to eight bits.</summary>
    [Fact]
    public void LongNamesOfOurOwnSayMore()
    {
        string Sources(string a, string b, string c, string ours) => $$"""
            int {{ours}}(int {{a}}, int {{b}})
            {
                for (int {{c}} = {{a}}; {{c}} < {{b}} && {{a}} >= 0; {{c}} += {{a}} % 3)
                {
                    if ({{c}} == {{b}} - {{a}} || {{c}} * 2 > {{b}}) continue;
                    while ({{b}} > {{c}} / 7) { {{b}} -= {{a}} + {{c}}; {{a}}++; }
                    switch ({{c}}) { case 3: return {{b}}; case 4: break; default: {{a}} = ({{b}} - 1) * {{c}}; break; }
                }
                return {{a}} + {{b}};
            }
            """;
        double Bits(string ours) => BitsOf(Sources("left", "right", "middle", ours), ("Walk.cs", Sources("first", "second", "third", ours)));
        double brief = Bits("WalkPart"), longer = Bits("WalkParts_abc"), longest = Bits("WalkParts_abcdefghijk");
        Assert.True(brief > Evidence.ReportBits, $"{brief} bits");
        Assert.Equal(brief + 5, longer, 3.5); // the name's hash of four bits may be that of the first one by chance, too
        Assert.InRange(longest, longer, brief + 12);
    }

    /// <summary>What wraps a text, or where a stretch of it begins, does not hide a name.</summary>
    [Fact]
    public void NamesAreToldThroughWrapping()
    {
        (string, string)[] documents = [("LedgerPanel.cs", Document)];
        double plain = BitsOf(Calls, documents);
        Assert.InRange(BitsOf(System.Text.Json.JsonSerializer.Serialize(Calls), documents), plain - 12, plain + 12);
        Assert.InRange(BitsOf(Calls[6..], documents), plain - 16, plain + 8);
    }

    /// <summary>A name is ours if any layer declares it.</summary>
    [Fact]
    public void DeltasDeclareToo()
    {
        string folder = Directory.CreateTempSubdirectory("leakscan-test-").FullName;
        try
        {
            string path = Path.Combine(folder, "names.lsi");
            using (FingerprintIndexBuilder builder = new(s_key))
            {
                builder.AddDocument("LedgerPanel.cs", "code", Encoding.UTF8.GetBytes(Document));
                builder.Write(path);
            }
            Assert.False(MayDeclare());
            using (FingerprintIndexBuilder delta = new(s_key))
            {
                delta.AddDocument("Panel.cs", "code", "class Panel { void SetHorizontalSpacingPolicy() { } }"u8);
                delta.WriteDelta(path);
            }
            Assert.True(MayDeclare());

            bool MayDeclare()
            {
                using FingerprintIndex index = FingerprintIndex.Open(path, s_key);
                ulong[] name = [LeakScan.Tokens.Token.OfName(LeakScan.Tokens.Lexer.HashOf("SetHorizontalSpacingPolicy"u8))];
                index.KeyNames(name, SimdTiers.Current);
                return index.MayDeclare(name[0]);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static double BitsOf(string text, params (string Path, string Text)[] documents)
    {
        using FingerprintIndexBuilder builder = new(s_key);
        foreach ((string path, string document) in documents) builder.AddDocument(path, "code", Encoding.UTF8.GetBytes(document));
        using FingerprintIndex index = builder.Build();
        return new Scanner(index).Scan(Encoding.UTF8.GetBytes(text), new List<Match>()).EvidenceBits;
    }
}
