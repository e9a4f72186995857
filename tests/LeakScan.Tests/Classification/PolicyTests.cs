using System.Text;
using LeakScan.Matching;

namespace LeakScan.Tests.Classification;

public sealed class PolicyTests
{
    const string Documented = """
        {"$schema":"leakscan.policy/1",
         "rules":[{"label":"proprietary-code","destination":"*","verdict":"block","minCharacters":96},
                  {"label":"proprietary-code","kind":"structural","verdict":"warn"},
                  {"label":"training-data","destination":"internal","verdict":"allow"}],
         "onError":"block"}
        """;

    static Policy Parse(string json) => Policy.Parse(Encoding.UTF8.GetBytes(json), "p.json");

    [Theory]
    [InlineData("proprietary-code", null, MatchKind.Verbatim, 96, 90, Verdict.Block)]
    [InlineData("proprietary-code", null, MatchKind.Verbatim, 95, 50, Verdict.Warn)] // no rule fits: the default ones decide
    [InlineData("proprietary-code", null, MatchKind.Structural, 95, 1000, Verdict.Warn)]
    [InlineData("proprietary-code", null, MatchKind.Verbatim, 96, 20, Verdict.Allow)] // chance
    [InlineData("training-data", "internal", MatchKind.Verbatim, 5000, 9000, Verdict.Allow)]
    [InlineData("training-data", "external", MatchKind.Verbatim, 5000, 9000, Verdict.Block)]
    [InlineData("other", null, MatchKind.Verbatim, 5000, 9000, Verdict.Block)]
    public void TheFirstRuleThatFitsDecides(string label, string? destination, MatchKind kind, int characters, double bits, Verdict verdict) =>
        Assert.Equal(verdict, Parse(Documented).Decide(label, destination, kind, characters, bits));

    [Fact]
    public void TheDefaultBlocksWarnsAndAllowsByEvidence()
    {
        Assert.Equal(Verdict.Block, Policy.Default.Decide("x", null, MatchKind.Verbatim, 1, Evidence.BlockBits));
        Assert.Equal(Verdict.Warn, Policy.Default.Decide("x", null, MatchKind.Verbatim, 1, Evidence.BlockBits - 1));
        Assert.Equal(Verdict.Warn, Policy.Default.Decide("x", null, MatchKind.Verbatim, 1, Evidence.WarnBits));
        Assert.Equal(Verdict.Allow, Policy.Default.Decide("x", null, MatchKind.Verbatim, 1, Evidence.WarnBits - 1));
        Assert.Equal(Verdict.Block, Policy.Default.Decide("x", null, MatchKind.Edited, 1, Evidence.BlockBits));
        Assert.Equal(Verdict.Block, Policy.Default.Decide("x", null, MatchKind.Structural, 1, Evidence.BlockStructureBits));
        Assert.Equal(Verdict.Warn, Policy.Default.Decide("x", null, MatchKind.Structural, 1, Evidence.BlockStructureBits - 1));
        Assert.Equal(Verdict.Allow, Policy.Default.Decide("x", null, MatchKind.Structural, 1, Evidence.WarnBits - 1));
        Assert.Equal(Verdict.Block, Policy.Default.OnError);
    }

    [Theory]
    [InlineData("{", "p.json:1:2: ")]
    [InlineData("[]", "p.json:1:1: a policy is an object")]
    [InlineData("{\"rules\":[]}", "p.json:1:12: \"$schema\" is missing")]
    [InlineData("{\"$schema\":\"leakscan.policy/2\"}", "p.json:1:12: \"$schema\" is \"leakscan.policy/2\"")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\n \"rule\":[]}", "p.json:2:2: unknown key \"rule\"")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\n \"rules\":[{\"verdict\":\"deny\"}]}", "p.json:2:22: \"verdict\" is \"deny\"")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\n \"rules\":[{\"lable\":\"x\"}]}", "p.json:2:12: unknown key \"lable\"")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\n \"rules\":[{\"label\":\"x\"}]}", "p.json:2:23: the rule has no \"verdict\"")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\"rules\":[{\"verdict\":\"warn\",\"minCharacters\":1.5}]}", "p.json:1:75: \"minCharacters\" is a whole number")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\"rules\":[{\"verdict\":\"warn\",\"kind\":\"fuzzy\"}]}", "p.json:1:66: \"kind\" is \"fuzzy\"")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\"onError\":1}", "p.json:1:42: \"onError\" is a string")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\"} x", "p.json:1:33: ")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\"$schema\":\"leakscan.policy/1\"}", "p.json:1:32: \"$schema\" stands here twice")]
    [InlineData("", "p.json:1:1: ")]
    [InlineData("{\"$schema\":\"leakscan.policy/1\",\"rules\":[{\"label\":\"\\ud800\",\"verdict\":\"warn\"}]}", "p.json:1:50: not text")]
    public void WhatIsNotKnownIsAnErrorWithItsPlace(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<PolicyException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void AByteOrderMarkIsNoError() => Assert.Equal(3, Parse("\uFEFF" + Documented).Rules.Count);

    [Fact]
    public void EveryUnknownLabelIsNamedWithItsPlace()
    {
        Assert.Empty(Parse(Documented).UnknownLabels(["proprietary-code", "training-data", "other"]));
        Assert.Equal(
            [("proprietary-code", "p.json:2:20"), ("proprietary-code", "p.json:3:20"), ("training-data", "p.json:4:20")],
            Parse(Documented).UnknownLabels([]));
        Assert.Equal([("x", "rule 2")], new Policy { Rules = [new() { Verdict = Verdict.Warn }, new() { Label = "x", Verdict = Verdict.Warn }] }.UnknownLabels(["y"]));
    }

    [Fact]
    public void ALabelThatNoDocumentHasIsAnErrorWithItsPlace()
    {
        Parse(Documented).CheckLabels(["proprietary-code", "training-data"]);
        PolicyException error = Assert.Throws<PolicyException>(() => Parse(Documented).CheckLabels(["proprietary-code"]));
        Assert.StartsWith("p.json:4:20: no document has the label \"training-data\"", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<PolicyRule> WrongRules =>
    [
        new() { Verdict = (Verdict)9 },
        new() { Verdict = Verdict.Block, Kind = (MatchKind)9 },
        new() { Verdict = Verdict.Block, Label = null! },
        new() { Verdict = Verdict.Block, Destination = null! },
        new() { Verdict = Verdict.Block, MinCharacters = -1 },
        new() { Verdict = Verdict.Block, MinEvidenceBits = double.NaN },
        new() { Verdict = Verdict.Block, MinEvidenceBits = -1 },
    ];

    [Theory]
    [MemberData(nameof(WrongRules), DisableDiscoveryEnumeration = true)]
    public void ARuleThatFitsNothingIsRefused(PolicyRule rule)
    {
        ScanOptions options = new() { Policy = new Policy { Rules = [rule, new() { Verdict = Verdict.Allow }] } };
        Assert.ThrowsAny<ArgumentException>(options.Check);
    }
}
