using LeakScan.Cli.Tests.Support;

namespace LeakScan.Cli.Tests;

public sealed class HelpTests : IDisposable
{
    readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    // What others depend on, from the contract of the command line.
    [Theory]
    [InlineData("index build", "SOURCE -o --output --label --public --exclude --key-file --store-paths full|hash")]
    [InlineData("index add", "INDEX SOURCE --public --key-file")]
    [InlineData("index verify", "INDEX --key-file")]
    [InlineData("index info", "INDEX --key-file --format text|json")]
    [InlineData("scan", "INPUT --index --policy --protect --public --destination --input auto|text|jsonl|claude-code|codex|cursor|windsurf|parquet --text-field --id-field --format text|jsonl|sarif --output --threads --resume --fail-on warn|block|never --key-file")]
    [InlineData("index", "build add verify info")]
    [InlineData("hook", "claude-code codex cursor windsurf install uninstall")]
    [InlineData("hook codex", "--index --policy --key-file --audit --deadline")]
    [InlineData("hook cursor", "--index --policy --key-file --audit --deadline")]
    [InlineData("hook windsurf", "--index --policy --key-file --audit --deadline")]
    [InlineData("hook claude-code", "--index --policy --key-file --audit --deadline")]
    [InlineData("hook install", "TOOL claude-code|codex|cursor|windsurf --index --policy --key-file --audit --project --dry-run --managed")]
    [InlineData("hook uninstall", "TOOL --project --dry-run")]
    [InlineData("audit", "FILE --format text|json")]
    [InlineData("report", "FINDINGS -o --output --format html|sarif --fail-on warn|block|never")]
    [InlineData("", "index scan hook report audit --version --help")]
    public void EveryOptionIsInTheHelpAndThereAreExamples(string command, string words)
    {
        string help = _work.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).Expect(0).Out;
        foreach (string word in words.Split(' ')) Assert.Contains(word, help, StringComparison.Ordinal);
        Assert.Contains($"leakscan {command}".TrimEnd(), help[help.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void TheVersionIsOneLine() => Assert.Matches(@"^\d+\.\d+\.\d+\S*\s*$", _work.Run("--version").Expect(0).Out);

    [Fact]
    public void WithoutACommandTheHelpIsNamed() => Assert.Contains("leakscan --help", _work.Run().Expect(2).Err, StringComparison.Ordinal);
}
