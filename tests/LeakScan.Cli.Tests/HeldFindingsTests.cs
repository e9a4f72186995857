using LeakScan.Cli.Output;

namespace LeakScan.Cli.Tests;

public class HeldFindingsTests
{
    [Fact]
    public void WhatIsGraverTogetherIsNoRepeat()
    {
        using MemoryStream output = new();
        ScanSummary summary = new();
        HeldFindings held = new(new JsonlFindingWriter(new TokenCounter()), output, summary);
        (Verdict Verdict, UInt128[] Texts)[] findings = [(Verdict.Warn, [1]), (Verdict.Warn, [2]), (Verdict.Warn, [1, 2]), (Verdict.Block, [1, 2]), (Verdict.Block, [1, 2]), (Verdict.Block, [2]), (Verdict.Warn, [1])];
        for (int i = 0; i < findings.Length; i++) held.Add(new WrittenFinding("a", i, 0, 0, findings[i].Verdict, findings[i].Texts, 1), [(byte)'0', (byte)('1' + i), (byte)'\n']);
        held.Release();
        Assert.Equal((3, 1, 2, 4), (summary.Findings, summary.Blocked, summary.Warned, summary.Repeats));
        Assert.Equal(["0,\"count\":21", "0,\"count\":22", "0,\"count\":44"], System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
