using System.Text;
using LeakScan.Tests.Support;

namespace LeakScan.Tests;

/// <summary>The example of the README, compiled and run; and the README shows it as it is here.</summary>
public sealed class ReadMeTests
{
    static string Example(string protectedCode, string prompt)
    {
        // README: begin
        IndexKey key = IndexKey.Generate(); // or IndexKey.LoadOrCreate("team.key")

        using FingerprintIndexBuilder builder = new(key);
        builder.AddDocument("trainer/optim.py", "proprietary-code", Encoding.UTF8.GetBytes(protectedCode));
        using FingerprintIndex index = builder.Build(); // or builder.Write("corp.lsi") and FingerprintIndex.Open("corp.lsi", key)

        Scanner scanner = new(index); // one a thread; the index is shared
        List<Match> matches = [];
        ScanResult result = scanner.Scan(prompt, matches);
        if (result.Verdict != Verdict.Block) return "may leave";
        Match match = matches[0];
        return $"{result.Label}: {index.GetDocument(match.DocumentId).Path}:{match.SourceStartLine}-{match.SourceEndLine}";
        // README: end
    }

    const string Code = """
        def heron_step(lattice, phase, quota=17):
            drift = lattice.anneal(phase) * 0.0317
            gates = [gate.release(drift, quota) for gate in lattice.gates if gate.phase < phase]
            return sum(gates) / max(1, len(gates) - quota)
        """;

    [Fact]
    public void TheExampleFindsTheLeak()
    {
        Assert.Equal("proprietary-code: trainer/optim.py:1-4", Example(Code, "Why is this slow?\n> " + Code.Replace("\n", "\n> ", StringComparison.Ordinal)));
        Assert.Equal("may leave", Example(Code, "Why is my training slow?"));
    }

    [Fact]
    public void TheReadMeShowsTheExample()
    {
        string[] source = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "LeakScan.Tests", "ReadMeTests.cs"));
        int begin = Array.FindIndex(source, l => l.Trim() == "// README: begin");
        int end = Array.FindIndex(source, l => l.Trim() == "// README: end");
        string example = string.Join('\n', source[(begin + 1)..end].Select(l => l.Length > 8 ? l[8..] : ""));
        Assert.Contains($"```csharp\n{example}\n```", File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
