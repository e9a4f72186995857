using System.Diagnostics;
using System.Text.Json;
using LeakScan.Cli.Tests.Support;

namespace LeakScan.Cli.Tests;

/// <summary>The README's first command: every expected finding of the sample log, with a right file, and nothing else.</summary>
public sealed class CorporaTests
{
    [Fact]
    public void TheSampleLogShowsWhatIsExpected()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "LeakScan.sln"))) root = Path.GetDirectoryName(root)!;
        ProcessStartInfo start = Executable.Start(
            "scan", "--protect", "corpora/proprietary", "--protect", "training-data=corpora/training-data", "--public", "corpora/public", "corpora/prompt-log/log.jsonl");
        (start.WorkingDirectory, start.RedirectStandardOutput, start.RedirectStandardError) = (root, true, true);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        CliResult result = Workspace.Finish(process, process.StandardOutput.ReadToEndAsync(), error).Expect(1);
        Dictionary<string, JsonElement> alarms = result.Findings.Where(f => f.GetProperty("verdict").GetString() != "allow").ToDictionary(f => f.GetProperty("id").GetString()!);
        JsonElement[] expected = [.. File.ReadLines(Path.Combine(root, "corpora", "prompt-log", "expected.jsonl")).Select(CliResult.Json)];
        Assert.Equal(80, expected.Length);
        Assert.Equal(expected.Select(e => e.GetProperty("id").GetString()).Order(StringComparer.Ordinal), alarms.Keys.Order(StringComparer.Ordinal));
        foreach (JsonElement leak in expected)
        {
            string id = leak.GetProperty("id").GetString()!;
            string[] found = [.. alarms[id].GetProperty("matches").EnumerateArray().Select(m => m.GetProperty("source").GetProperty("path").GetString()!)];
            Assert.Contains(leak.GetProperty("sources").EnumerateArray(), s => found.Contains("corpora/" + s.GetString()));
            Assert.Equal(leak.GetProperty("label").GetString(), alarms[id].GetProperty("label").GetString());
        }
    }
}
