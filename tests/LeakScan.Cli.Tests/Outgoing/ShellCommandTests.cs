using System.Diagnostics;
using System.Text;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Tests.Outgoing;

public sealed class ShellCommandTests : IDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("leakscan-shell-").FullName;

    public ShellCommandTests()
    {
        Write("a.txt", string.Concat(Enumerable.Range(1, 20).Select(i => FormattableString.Invariant($"a{i}\n"))));
        Write("sub/b c.txt", "b1\nb2\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, name))!);
        File.WriteAllText(Path.Combine(_root, name), text);
    }

    (string Printed, bool Undecidable) Run(string command)
    {
        OutgoingTexts texts = new();
        texts.AddCommand(command, _root, withNamed: false);
        return (string.Concat(texts.All.Select(t => Encoding.UTF8.GetString(t.Utf8.Span))).Replace('\n', ' ').Trim(), texts.Undecidable is not null);
    }

    [Theory]
    [InlineData("cat 'sub/b c.txt'", "b1 b2")]
    [InlineData("cat -n sub/b\\ c.txt", "b1 b2")]
    [InlineData("cat < \"sub/b c.txt\"", "b1 b2")]
    [InlineData("cd sub; cat b*.txt", "b1 b2")]
    [InlineData("cd sub && /bin/cat './b c.txt' 2>/dev/null", "b1 b2")]
    [InlineData("head -n 2 a.txt", "a1 a2")]
    [InlineData("head -3 a.txt | tail -n 1", "a3")]
    [InlineData("head --lines=1 a.txt; tail -n1 a.txt", "a1 a20")]
    [InlineData("head -c 5 a.txt", "a1 a2")]
    [InlineData("tail -n +19 a.txt", "a19 a20")]
    [InlineData("sed -n '5,7p' a.txt", "a5 a6 a7")]
    [InlineData("sed -n 19,\\$p a.txt", "a19 a20")]
    [InlineData("sed -n -e 4p a.txt", "a4")]
    [InlineData("sed -n '2,+1p' a.txt", "a2 a3")]
    [InlineData("cat a.txt | nl | sed -n 1,2p", "a1 a2")]
    [InlineData("nl -ba a.txt | sed -n 1,2p", "a1 a2")]
    [InlineData("FOO=1 sudo cat 'sub/b c.txt' # cat a.txt", "b1 b2")]
    [InlineData("timeout 5 cat 'sub/b c.txt'", "b1 b2")]
    [InlineData("bash -lc \"cat 'sub/b c.txt'\"", "b1 b2")]
    [InlineData("if true; then cat 'sub/b c.txt'; fi", "b1 b2")]
    [InlineData("(cat 'sub/b c.txt')", "b1 b2")]
    [InlineData("echo $(cat 'sub/b c.txt')", "b1 b2")]
    [InlineData("cat 'sub/b c.txt' > out.txt", "")]
    [InlineData("cat 'sub/b c.txt' >&2", "b1 b2")]
    [InlineData("cat a.txt | wc -l", "")]
    [InlineData("grep -c a a.txt && ls sub && echo hello", "")]
    [InlineData("git status", "")]
    public void WhatACommandPrintsOfFilesIsTold(string command, string printed) => Assert.Equal((printed, false), Run(command));

    [Theory]
    [InlineData("make", "")]
    [InlineData("python3 -c 'print(1)'", "")]
    [InlineData("cat a.txt | base64", "")]
    [InlineData("cat $FILE", "")]
    [InlineData("cat nowhere.txt", "")]
    [InlineData("for f in *; do cat $f; done", "")]
    [InlineData("cat 'sub/b c.txt'; make", "b1 b2")]
    [InlineData("make && head -n 1 a.txt", "a1")]
    [InlineData("cat <<EOF\nx\nEOF", "")]
    [InlineData("grep a a.txt", "")]
    [InlineData("sed s/a/b/ a.txt", "")]
    [InlineData("git log -p", "")]
    [InlineData("git diff --output=x", "")]
    [InlineData("git -c core.pager=x show", "")]
    [InlineData("echo \"$(cat a.txt)\"", "")]
    [InlineData("cat 'a.txt", "")]
    public void WhatIsNotKnownIsUndecidableAndTheRestIsToldNevertheless(string command, string printed) => Assert.Equal((printed, true), Run(command));

    [Fact]
    public void GitShowAndDiffAreAsked()
    {
        Git("init", "-q");
        Git("add", "-A");
        Git("-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-qm", "first");
        Assert.Equal(("b1 b2", false), Run("git show 'HEAD:sub/b c.txt'"));
        Write("sub/b c.txt", "b1\nchanged\n");
        (string printed, bool undecidable) = Run("git --no-pager diff -U0");
        Assert.False(undecidable);
        Assert.Contains("+changed", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("a1", printed, StringComparison.Ordinal);
        Assert.True(Run("git show nothing").Undecidable);
    }

    [Fact]
    public void ARepositoryCannotMakeTheHookRunItsPrograms()
    {
        Git("init", "-q");
        Git("add", "-A");
        Git("-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-qm", "first");
        string mark = Path.Combine(_root, "ran");
        foreach (string name in new[] { "diff.external", "core.fsmonitor", "diff.evil.textconv", "core.pager" }) Git("config", name, $"touch '{mark}'; true");
        Write(".gitattributes", "*.txt diff=evil\n");
        Write("a.txt", "changed\n");
        Assert.Contains("+changed", Run("git diff").Printed, StringComparison.Ordinal);
        Assert.False(File.Exists(mark), "git ran what the repository names");
    }

    [Fact]
    public void HostileCommandsEnd()
    {
        Random random = new(7);
        const string Alphabet = "cat head sed git show 'a.txt' \"$(`|&;<>\\\n#{}*?[]-n 1,2p 2>&1 ";
        for (int i = 0; i < 2000; i++)
        {
            string command = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Alphabet.Substring(random.Next(Alphabet.Length - 3), random.Next(1, 4))));
            OutgoingTexts texts = new();
            texts.AddCommand(command, _root, withNamed: true);
            Assert.True(texts.All.Count < 1000, command);
        }
        Assert.Equal("", Run(string.Concat(Enumerable.Repeat("bash -c '", 1000))).Printed);
    }

    void Git(params string[] arguments)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _root })!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }
}
