using System.Diagnostics;
using System.Text;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Tests.Outgoing;

public class FolderSearchTests
{
    [Theory]
    [InlineData("compass", "compass")]
    [InlineData("def step(", "def step")]
    [InlineData("class .*Optimizer$", "Optimizer")]
    [InlineData("foo\\|barbaz", "foo barbaz")]
    [InlineData("(foo|bar)_x", "foo bar")]
    [InlineData("colou?r", "colo")]
    [InlineData("x[0-9]+_step", "_step")]
    [InlineData("\\bname\\b", "name")]
    [InlineData("a{2}bc", "bc")]
    [InlineData(".", null)]
    [InlineData("foo|.*", null)]
    [InlineData("(foo)?", null)]
    [InlineData("(?:foo)bar", null)]
    [InlineData("\\x41bc", null)]
    public void OfAPatternThereAreWords(string pattern, string? words) => Assert.Equal(words, FolderSearch.WordsOf(pattern) is string[] found ? string.Join(' ', found) : null);

    /// <summary>Held against grep: whatever it prints has one of the words.</summary>
    [Fact]
    public void NoLineIsPrintedThatHasNoneOfThem()
    {
        if (!File.Exists("/bin/grep"))
        {
            Console.WriteLine("skipped: there is no /bin/grep to hold patterns against");
            return;
        }
        const int Seed = 7, Count = 150;
        Random random = new(Seed);
        string[] pieces = ["a", "b", "ab", "c", ".", "*", "+", "?", "\\+", "\\?", "\\|", "|", "(", ")", "\\(", "\\)", "[ab]", "[^a]", "^", "$", "{2}", "\\{0,1\\}", "\\.", "\\b", "\\w"];
        string text = string.Concat(Enumerable.Range(0, 400).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => pieces[random.Next(pieces.Length)])) + "\n"));
        string file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        int withWords = 0;
        for (int i = 0; i < Count; i++)
        {
            string pattern = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (FolderSearch.WordsOf(pattern) is not string[] words) continue;
            withWords++;
            string told = "\n" + Encoding.UTF8.GetString(new SearchedLines(words, HasContext: false).Of(Encoding.UTF8.GetBytes(text)).Span);
            foreach (string dialect in (string[])["-G", "-E", "-F"])
            {
                using Process grep = Process.Start(new ProcessStartInfo("/bin/grep", [dialect, "-e", pattern, file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                string printed = grep.StandardOutput.ReadToEnd();
                grep.WaitForExit();
                foreach (string line in printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)) Assert.True(told.Contains($"\n{line}\n", StringComparison.Ordinal), $"seed {Seed}: grep {dialect} '{pattern}' prints {line}");
            }
        }
        File.Delete(file);
        Assert.InRange(withWords, Count / 5, Count);
    }

    [Theory]
    [InlineData("*", "a", true)]
    [InlineData("a*c*", "abcd", true)]
    [InlineData("a*c", "abcd", false)]
    [InlineData("[a-c]?", "bx", true)]
    [InlineData("[!a-c]?", "bx", false)]
    [InlineData("[^x]", "b", true)]
    [InlineData("[]x]", "]", true)]
    [InlineData("[x-]", "-", true)]
    [InlineData("[x", "[x", true)]
    [InlineData("", "", true)]
    [InlineData("[[:digit:]]", "1", true)]
    public void NamesAreAsPatternsSay(string pattern, string name, bool expected) => Assert.Equal(expected, FilePatterns.Matches(pattern, name));
}
