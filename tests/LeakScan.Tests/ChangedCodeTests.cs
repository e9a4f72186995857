using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LeakScan.Tests.Support;

namespace LeakScan.Tests;

/// <summary>What docs/changed-code.md says of its examples is what a scan says.</summary>
public class ChangedCodeTests
{
    [Fact]
    public void WhatThePageSaysIsWhatAScanSays()
    {
        string page = Path.Combine(Repository.Root, "docs", "changed-code.md");
        string text = File.ReadAllText(page).ReplaceLineEndings("\n");
        using FingerprintIndex index = BuildIndex();
        Scanner scanner = new(index);
        List<Match> matches = [];
        int examples = 0;
        string scanned = Regex.Replace(text, @"\n```(?<language>[a-z]*)\n(?<example>.*?)\n```\n(\n> [^\n]*\n)?", found =>
        {
            string example = found.Groups["example"].Value;
            ScanResult result = scanner.Scan(Encoding.UTF8.GetBytes(example), matches);
            examples++;
            bool isMissed = text.LastIndexOf("\n## Missed\n", found.Index, StringComparison.Ordinal) >= 0;
            Assert.True(isMissed == (result.Verdict == Verdict.Allow), $"{result.Verdict} with {result.EvidenceBits:F1} bits:\n{example}");
            return $"\n```{found.Groups["language"].Value}\n{example}\n```\n\n> {Describe(index, result, matches)}\n";
        }, RegexOptions.Singleline);
        Assert.Equal(Regex.Count(text, "\n### "), examples);
        if (Environment.GetEnvironmentVariable(PublicApiTests.UpdateVariable) == "1") File.WriteAllText(page, scanned);
        else Assert.Equal(scanned, text);
    }

    static FingerprintIndex BuildIndex()
    {
        using FingerprintIndexBuilder builder = new(IndexKey.FromBytes("the same findings on every day, "u8));
        string folder = Path.Combine(Repository.Root, "corpora", "proprietary");
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            builder.AddDocument(Path.GetRelativePath(folder, file).Replace('\\', '/'), "proprietary-code", Encoding.UTF8.GetBytes(File.ReadAllText(file).ReplaceLineEndings("\n")));
        return builder.Build();
    }

    static string Describe(FingerprintIndex index, in ScanResult result, List<Match> matches)
    {
        if (result.Verdict == Verdict.Allow) return string.Create(CultureInfo.InvariantCulture, $"**allow**: {result.EvidenceBits:F0} bits");
        Match best = matches[0];
        return string.Create(CultureInfo.InvariantCulture,
            $"**{result.Verdict.ToString().ToLowerInvariant()}**: {best.Kind.ToString().ToLowerInvariant()}, {result.EvidenceBits:F0} bits, lines {best.SourceStartLine} to {best.SourceEndLine} of `{index.GetDocument(best.DocumentId).Path}`{(matches.Count > 1 ? FormattableString.Invariant($", and {matches.Count - 1} more") : "")}");
    }
}
