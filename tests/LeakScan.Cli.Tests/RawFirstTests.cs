using LeakScan.Sources;
using Xunit.Abstractions;

namespace LeakScan.Cli.Tests;

/// <summary>Looking at raw lines first, and parsing only those in which there is something, finds what parsing all of them finds:
/// all of it, but for a run shorter than what is guaranteed at the very end of a string, whose neighbours there are others.</summary>
public sealed class RawFirstTests(ITestOutputHelper output)
{
    static readonly string s_root = FindRoot();

    static string FindRoot()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "LeakScan.sln"))) root = Path.GetDirectoryName(root)!;
        return root;
    }

    [Fact]
    public void FindsTheSameInOurOwnLogs()
    {
        using FingerprintIndex index = Index(Path.Combine(s_root, "corpora", "proprietary"), every: 1);
        Assert.InRange(Compare(index, Path.Combine(s_root, "corpora", "prompt-log", "log.jsonl")).Findings, 60, 200);
        Assert.InRange(Compare(index, Path.Combine(s_root, "tests", "LeakScan.Cli.Tests", "Fixtures")).Findings, 50, 200);
    }

    static readonly string s_sessions = Path.Combine(s_root, "..", "shared", "eval", "sessions", "claude-code");

    sealed class SessionsFactAttribute : FactAttribute
    {
        public SessionsFactAttribute()
        {
            if (!Directory.Exists(s_sessions)) Skip = "needs the real sessions in ../shared/eval, which are not here";
        }
    }

    /// <summary>An index of a part of the sessions themselves: records that match, whole and in part, at every place of a record.</summary>
    [SessionsFact]
    public void FindsTheSameInRealSessions()
    {
        string[] files = [.. Directory.GetFiles(s_sessions).Order(StringComparer.Ordinal)];
        using FingerprintIndex index = Index(files[0], every: 7);
        (int records, int findings) = (0, 0);
        foreach (string file in files.Skip(1).Take(12))
        {
            (int r, int f) = Compare(index, file);
            (records, findings) = (records + r, findings + f);
        }
        output.WriteLine($"{records} records, {findings} with findings");
        Assert.InRange(findings, 20, records);
    }

    /// <summary>Every so many documents, or records of a log, of a source.</summary>
    static FingerprintIndex Index(string source, int every)
    {
        using FingerprintIndexBuilder builder = new(IndexKey.Generate());
        int number = 0;
        if (File.Exists(source))
        {
            foreach (InputRecord record in new InputReader().Read(source))
            {
                // Field by field: what runs on from one string into the next stands in no line as it is.
                if (number++ % every != 0) continue;
                foreach (InputField field in record.Fields) builder.AddDocument($"{number}:{field.Start}", "log", record.Text.Span.Slice(field.Start, field.Length));
            }
            return builder.Build();
        }
        foreach (SourceDocument document in new SourceReader().Read(new SourceSpec(source, "code")))
        {
            if (number++ % every == 0) builder.AddDocument(document.Path, "code", document.Text.Span);
        }
        return builder.Build();
    }

    static (int Records, int Findings) Compare(FingerprintIndex index, string input)
    {
        Dictionary<string, Finding> wanted = Scan(index, input, onDemand: false, linesAtOnce: 1, out int records, out _);
        foreach (int linesAtOnce in (int[])[1, 7, 200])
        {
            Dictionary<string, Finding> found = Scan(index, input, onDemand: true, linesAtOnce, out int records2, out int unparsed);
            Assert.Equal(records, records2);
            foreach ((string place, Finding finding) in found) Assert.Equal(wanted.GetValueOrDefault(place), finding);
            foreach ((string place, Finding finding) in wanted)
            {
                Assert.True(found.ContainsKey(place) || finding.LongestRun < index.Info.FineGuarantee && finding.Verdict == Verdict.Allow, $"{place} {finding} is missed");
            }
            Assert.InRange(found.Count, wanted.Count - wanted.Count / 20 - 1, wanted.Count);
            Assert.True(unparsed > 0, $"{input}: every record was parsed");
        }
        return (records, wanted.Count);
    }

    readonly record struct Finding(Verdict Verdict, int LongestRun, string Text);

    static Dictionary<string, Finding> Scan(FingerprintIndex index, string input, bool onDemand, int linesAtOnce, out int records, out int unparsed)
    {
        (records, unparsed) = (0, 0);
        Scanner scanner = new(index, new ScanOptions { Structure = false });
        List<Match> matches = [];
        List<int> lines = [];
        Dictionary<string, Finding> findings = [];
        foreach (InputRecord[] chunk in new InputReader(new InputOptions { ParsesOnDemand = onDemand }).Read(input).Select(Copy).Chunk(linesAtOnce))
        {
            records += chunk.Length;
            InputRecord[] raw = [.. chunk.Where(r => !r.IsParsed)];
            scanner.MayMatch([.. raw.SelectMany(r => r.Text.ToArray().Append((byte)'\n'))], lines);
            unparsed += raw.Length - lines.Count;
            foreach (InputRecord record in chunk)
            {
                if (!record.IsParsed)
                {
                    if (!lines.Contains(Array.IndexOf(raw, record))) continue;
                    Assert.Null(record.Parse());
                    Assert.True(record.IsParsed);
                }
                ScanResult result = scanner.Scan(record.Text.Span, matches);
                if (result.Matches == 0) continue;
                findings.Add($"{record.Input}:{record.Line} {record.Id}", new Finding(result.Verdict, matches.Max(m => m.MatchedCharacters), $"{record.SentLength} {result} {string.Join(' ', matches)}"));
            }
        }
        return findings;
    }

    static InputRecord Copy(InputRecord record)
    {
        InputRecord copy = new();
        record.CopyTo(copy);
        return copy;
    }
}
