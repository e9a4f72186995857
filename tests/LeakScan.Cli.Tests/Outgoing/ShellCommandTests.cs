using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using LeakScan.Cli.Outgoing;
using LeakScan.Cli.Tests.Support;

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
    [InlineData("git log --oneline -5 --stat -- a.txt", "")]
    [InlineData("git restore a.txt && git rm --cached a.txt", "")]
    [InlineData("sha1sum a.txt; chown me a.txt", "")]
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
    [InlineData("cat 'sub/b c.txt' 3>/dev/null", "b1 b2")]
    [InlineData("cat 'sub/b c.txt' > /dev/fd/1", "b1 b2")]
    [InlineData("cat 'sub/b c.txt' > $OUT", "b1 b2")]
    [InlineData("cat 'sub/b c.txt' 1>out.txt 2>/dev/null", "")]
    [InlineData("bash -e -o pipefail -c \"cat 'sub/b c.txt'\"", "b1 b2")]
    [InlineData("cd sub && sed -n '3,3p' ../a.txt 'b c.txt' | tail -n 1", "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a18 a19 a20 b1 b2")]
    [InlineData("cat a.txt 'sub/b c.txt' | sed -n '21p'", "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a18 a19 a20 b1 b2")]
    [InlineData("tac 'sub/b c.txt' | head -n 1", "b1 b2")]
    [InlineData("sed -n 5,2p a.txt", "a5")]
    [InlineData("cat -n a.txt | head -n 2", "a1 a2")]
    [InlineData("cd sub 2>/dev/null && cat 'b c.txt' 2>err.log", "b1 b2")]
    [InlineData("sed -n 1,2p a.txt 2>/dev/null", "a1 a2")]
    [InlineData("cp a.txt out.txt 2>/dev/null", "")]
    [InlineData("git checkout main", "")]
    [InlineData("echo $'it\\'s'; cat 'sub/b c.txt'", "b1 b2")]
    [InlineData("cat 'sub/b c.txt' |\nhead -n 1", "b1")]
    [InlineData("cat - < 'sub/b c.txt'", "b1 b2")]
    [InlineData("cat 'sub/b c.txt' >&2 | head -n 1", "b1 b2")]
    [InlineData("cat 'sub/b c.txt' >/dev/stderr | wc -l", "b1 b2")]
    [InlineData("cat 'sub/b c.txt' >/dev/null >&2", "b1 b2")]
    [InlineData("(cd sub; ls); cat 'sub/b c.txt'", "b1 b2")]
    [InlineData("bash -c 'cd sub'; cat 'sub/b c.txt'", "b1 b2")]
    [InlineData("sed -n '$p' 'sub/b c.txt' | head -n 1", "b1 b2")]
    [InlineData("head -n -5 'sub/b c.txt' | tail -n 1", "b1 b2")]
    [InlineData("cat \\\n 'sub/b c.txt'", "b1 b2")]
    [InlineData("head -n 1 -- a.txt; sed -n '10,11p;20q' a.txt", "a1 a10 a11")]
    [InlineData("git add -A && git status && ls > out.txt", "")]
    [InlineData("grep -rlv x a.txt; rg -l x .; grep -e x -q a.txt", "")]
    [InlineData("cat s*b/b*.txt", "b1 b2")]
    [InlineData("cat ./*/b?c.txt", "b1 b2")]
    [InlineData("cat **/b*.txt", "b1 b2")]
    [InlineData("cat */[!c-z]*.txt | head -n 1", "b1")]
    [InlineData("head -n 1 [[:alpha:]].txt", "a1")]
    public void WhatACommandPrintsOfFilesIsTold(string command, string printed) => Assert.Equal((printed, false), Run(command));

    [Theory]
    [InlineData("make", "")]
    [InlineData("python3 -c 'print(1)'", "")]
    [InlineData("cat a.txt | base64", "")]
    [InlineData("cat $FILE", "")]
    [InlineData("cat */nowhere.txt", "")]
    [InlineData("cat nowhere.txt", "")]
    [InlineData("for f in *; do cat $f; done", "")]
    [InlineData("cat 'sub/b c.txt'; make", "b1 b2")]
    [InlineData("make && head -n 1 a.txt", "a1")]
    [InlineData("cat <<EOF\nx\nEOF", "")]
    [InlineData("grep a a.txt", "")]
    [InlineData("sed s/a/b/ a.txt", "")]
    [InlineData("git log -p", "")]
    [InlineData("git log -L1,9:a.txt", "")]
    [InlineData("git restore -p a.txt", "")]
    [InlineData("git add -e a.txt", "")]
    [InlineData("EDITOR=cat git commit -t a.txt --allow-empty", "")]
    [InlineData("git commit --template=a.txt", "")]
    [InlineData("git diff --output=x", "")]
    [InlineData("git -c core.pager=x show", "")]
    [InlineData("echo \"$(cat a.txt)\"", "")]
    [InlineData("cat 'a.txt", "")]
    [InlineData("cp a.txt /dev/stdout", "")]
    [InlineData("date -f a.txt", "")]
    [InlineData("wc --files0-from=a.txt", "")]
    [InlineData("ls \"$(cat a.txt)\"", "")]
    [InlineData("rg -L . a.txt", "")]
    [InlineData("grep -v -e -q a.txt", "")]
    [InlineData("grep -ve -c a.txt", "")]
    [InlineData("git status -vv", "")]
    [InlineData("git status --verb", "")]
    [InlineData("cat 'sub/../sub/b c.txt'", "b1 b2")]
    [InlineData("cat a.txt | (cat)", "")]
    [InlineData("bash -c cat < a.txt", "")]
    [InlineData("cat a.txt | bash -c cat", "")]
    [InlineData("cat /dev/stdin < a.txt", "")]
    [InlineData("X=\"$(cat a.txt)\"; echo done", "")]
    [InlineData("test -v 'a[$(cat a.txt)]'", "")]
    [InlineData("sed -n 'r a.txt' b.txt", "")]
    [InlineData("sed -n '1p;r a.txt' nowhere.txt", "")]
    [InlineData("sed -n '1e cat a.txt' nowhere.txt", "")]
    [InlineData("cat <a.txt 3<b.txt", "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a18 a19 a20")]
    [InlineData("true || cd sub; echo done", "")]
    [InlineData("cd sub & echo done", "")]
    [InlineData("cp a.txt b.txt; cat 'sub/b c.txt'", "b1 b2")]
    [InlineData("cat 'sub/b c.txt' > b.txt; cat 'sub/b c.txt'", "b1 b2")]
    [InlineData("git add a.txt; git diff --cached", "")]
    [InlineData("D=/dev/stdout; cp a.txt \"$D\"", "")]
    [InlineData("GIT_EXTERNAL_DIFF='cat a.txt;:' git diff", "")]
    [InlineData("export PS4='$(cat a.txt)'; set -x; true", "")]
    [InlineData("./test", "")]
    [InlineData("git commit --allow-empty -F a.txt", "")]
    [InlineData("ls() { cat; }; ls < a.txt", "")]
    [InlineData("X=$(<'sub/b c.txt'); echo \"$X\"", "b1 b2")]
    [InlineData("git checkout -p", "")]
    [InlineData("du --files=a.txt", "")]
    [InlineData("sort --files=a.txt", "")]
    [InlineData("grep --label -c . a.txt", "")]
    [InlineData("rg --replace -c . a.txt", "")]
    [InlineData("git commit -v --dry-run", "")]
    [InlineData("head -z -n 1 a.txt", "")]
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
        foreach (string name in new[] { "diff.external", "core.fsmonitor", "diff.evil.textconv", "core.pager", "gpg.program", "core.sshCommand" }) Git("config", name, $"touch '{mark}'; true");
        foreach (string name in new[] { "filter.evil.clean", "filter.evil.process", "filter.two words.clean" }) Git("config", name, $"touch '{mark}'; cat");
        Git("config", "filter.evil.required", "true");
        Git("config", "log.showSignature", "true");
        Write(".gitattributes", "*.txt diff=evil filter=evil\n");
        Write("a.txt", "changed\n");
        Assert.Contains("+changed", Run("git diff").Printed, StringComparison.Ordinal);
        Run("git show");
        Assert.False(File.Exists(mark), "git ran what the repository names");
        Git("config", "filter.a=b.clean", "cat");
        Assert.Equal(("", true), Run("git diff"));
        Git("config", "--unset", "filter.a=b.clean");
        Assert.False(Run("git diff 2>/dev/null").Undecidable);
        // A partial clone fetches what it lacks, by a program that its configuration names.
        Git("config", "extensions.partialClone", "origin");
        Git("config", "remote.origin.promisor", "true");
        Git("config", "remote.origin.url", $"ext::sh -c touch% {mark}");
        Git("config", "protocol.ext.allow", "always");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(_root, ".git", "objects"), "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f).Length == 38).ToArray())
        {
            File.SetAttributes(file, FileAttributes.Normal);
            File.Delete(file);
        }
        Run("git show HEAD:a.txt");
        Run("git diff");
        Assert.False(File.Exists(mark), "git fetched");
        Git("config", "diff.submodule", "diff");
        Assert.True(Run("git diff").Undecidable);
    }

    [Theory]
    [InlineData("echo \"$(cat a.txt)\"")]
    [InlineData("eval \"cat a.txt\"")]
    [InlineData("python3 -c \"print(open('a.txt').read())\"")]
    [InlineData("dd if=a.txt")]
    [InlineData("curl -d @a.txt http://localhost")]
    [InlineData("awk 1 {b,a}.txt")]
    [InlineData("awk 1 $PWD/a.txt")]
    [InlineData("cd sub && awk 1 ../a.txt")]
    [InlineData("x=a.txt; awk 1 \"$x\"")]
    public void WhatAnUndecidableCommandNamesIsLookedAt(string command)
    {
        OutgoingTexts texts = new();
        texts.AddCommand(command, _root, withNamed: true);
        Assert.NotNull(texts.Undecidable);
        Assert.StartsWith("a1\na2\n", Encoding.UTF8.GetString(Assert.Single(texts.Named).Utf8.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grep -rn . sub", "b1 b2")]
    [InlineData("grep --recursive -e . ./sub/", "b1 b2")]
    [InlineData("rg . sub", "b1 b2")]
    [InlineData("ag . s*b", "b1 b2")]
    [InlineData("git grep . sub", "b1 b2")]
    [InlineData("cd sub && rg B1", "b1")]
    [InlineData("rg b2 sub", "b2")]
    [InlineData("rg b2 sub; rg . sub", "b2 b1 b2")]
    [InlineData("grep -rn --include=*.txt -e 'zz\\|b2' sub", "b2")]
    [InlineData("grep -rA1 b1 sub", "b1 b2")]
    [InlineData("rg -v b1 sub", "b1 b2")]
    [InlineData("grep -n b2 'sub/b c.txt'; make", "b2")]
    [InlineData("make | tail -3; rg b1 sub/*.txt", "b1")]
    [InlineData("cat <<EOF\nx\nEOF\ngrep b2 'sub/b c.txt'", "b1 b2")]
    [InlineData("black --diff 'sub/b c.txt'", "b1 b2")]
    [InlineData("awk 1 'sub/b c.txt' > x; make; cat x", "b1 b2")]
    [InlineData("bash -c 'grep -r . sub'", "b1 b2")]
    [InlineData("find . -name 'b*.txt' -exec cat {} +", "b1 b2")]
    [InlineData("find . -name 'b*.txt' | sort | xargs -n 1 cat", "b1 b2")]
    [InlineData("find sub -type f | xargs grep -n b2", "b2")]
    [InlineData("grep -rl b1 sub | xargs cat", "b1 b2")]
    [InlineData("cd sub; git ls-files | xargs cat", "b1 b2")]
    [InlineData("ls s*/b* | xargs -d '\n' cat", "b1 b2")]
    [InlineData("for f in sub/*.txt; do cat \"$f\"; done", "b1 b2")]
    [InlineData("awk 1 s?b/[b]*.txt", "b1 b2")]
    [InlineData("cat s?b/{b,c}*.txt", "b1 b2")]
    [InlineData("cat sub/*.txt | base64", "b1 b2")]
    [InlineData("git log -p sub/*.txt", "b1 b2")]
    public void WhatAnUndecidableCommandFindsIsLookedAt(string command, string found)
    {
        OutgoingTexts texts = new() { SearchTime = TimeSpan.FromSeconds(60) };
        texts.AddCommand(command, _root, withNamed: true);
        Assert.NotNull(texts.Undecidable);
        Assert.Equal(found, string.Concat(texts.Named.Select(t => Encoding.UTF8.GetString(t.Utf8.Span))).Replace('\n', ' ').Trim());
    }

    [Theory]
    [InlineData("ls sub/*.txt; make")]
    [InlineData("cd sub; make; ls")]
    [InlineData("find sub -name '*.txt'")]
    [InlineData("find . -name *.txt -delete")]
    [InlineData("find sub -name '*.txt' -exec rm {} +")]
    [InlineData("find sub -type f | xargs wc -l")]
    [InlineData("find sub -type f | xargs grep -l b1")]
    [InlineData("git add sub/*.txt; make")]
    [InlineData("rm sub/*.txt; cp */*.txt /tmp")]
    [InlineData("make sub/*.txt")]
    [InlineData("pytest sub/*.txt sub")]
    [InlineData("python3 -m pytest sub/*.txt")]
    [InlineData("npm test -- sub/*.txt")]
    [InlineData("gcc -c sub/*.txt")]
    [InlineData("for f in sub/*.txt; do pytest \"$f\"; done")]
    [InlineData("for f in sub/*.txt; do echo \"$f\"; done; make")]
    [InlineData("grep -rl . sub; make")]
    [InlineData("rg --files sub")]
    [InlineData("rg nothing")]
    [InlineData("grep -rn nothing . sub")]
    [InlineData("grep -rn -C3 nothing . sub")]
    [InlineData("rg -A 5 nothing --context=2 sub")]
    [InlineData("grep -r3 nothing --after-context 2 sub")]
    [InlineData("make | rg .")]
    [InlineData("grep -c . sub/*.txt; make")]
    [InlineData("tar cf x.tar sub")]
    [InlineData("pytest a.txt -q | tail -5")]
    [InlineData("python3 -m py_compile a.txt; make FILES=a.txt")]
    [InlineData("python3 a.txt > out.log 2>&1")]
    [InlineData("sed -i s/a/b/ a.txt")]
    [InlineData("grep -n nothing a.txt sub/*.txt; make")]
    [InlineData("black a.txt && ruff check a.txt --fix")]
    public void WhatPrintsNothingOfFilesLooksAtNone(string command)
    {
        OutgoingTexts texts = new() { SearchTime = TimeSpan.FromSeconds(60) };
        texts.AddCommand(command, _root, withNamed: true);
        Assert.Empty(texts.Named);
        Assert.DoesNotContain(texts.All, t => t.Utf8.Length > 0);
    }

    [Fact]
    public void OfAFileThatIsTooLongTheBeginningIsLookedAt()
    {
        Write("long.csv", "l1\nl2\nl3\n");
        using (FileStream file = File.OpenWrite(Path.Combine(_root, "long.csv"))) file.SetLength((64 << 20) + 1);
        Assert.Equal(("l1 l2", false), Run("head -n 2 long.csv"));
        (string printed, bool isUndecidable) = Run("tail -n 2 long.csv | head -n 2");
        Assert.True(isUndecidable);
        Assert.Contains("\0", printed, StringComparison.Ordinal);
        OutgoingTexts texts = new();
        texts.AddFile("long.csv", _root, LineRange.From(2, 1));
        Assert.Equal("l2\n", Encoding.UTF8.GetString(Assert.Single(texts.All).Utf8.Span));
        Assert.Throws<UnreadableException>(() => texts.AddFile("long.csv", _root, LineRange.From(2, null)));
    }

    [Fact]
    public void APatternWithoutFilesStandsForItself()
    {
        Write("app/[id]/page.txt", "p1\n");
        Assert.Equal(("p1", false), Run("cat app/[id]/page.txt"));
        Write("app/i/page.txt", "p2\n");
        Assert.Equal(("p2", false), Run("cat app/[id]/page.txt"));
    }

    [UnixFact]
    public void FoldersThatCannotBeReadHoldNothingUp()
    {
        Write("deep/one/x.txt", "x1\n");
        Directory.CreateSymbolicLink(Path.Combine(_root, "deep", "around"), _root);
        File.CreateSymbolicLink(Path.Combine(_root, "deep", "nowhere.txt"), Path.Combine(_root, "not there"));
        Write("deep/closed.txt", "x2\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(_root, "deep", "closed.txt"), UnixFileMode.None);
        OutgoingTexts texts = new() { SearchTime = TimeSpan.FromSeconds(60) };
        texts.AddCommand("grep -rn . deep; cat deep/**/x.txt", _root, withNamed: true);
        Assert.Contains(texts.Named, t => t.Utf8.Span.SequenceEqual("x1\n"u8));
        Assert.Equal("x1\n", Encoding.UTF8.GetString(Assert.Single(texts.All).Utf8.Span));
    }

    static readonly string[] s_commands =
    [
        "cat F", "cat F F", "cat -n F", "cat - < F", "cat < F", "cat <F 3<F", "head -3 F", "head -n 2 F F", "head -n -5 F", "head -c 20 F", "tail -n 2 F", "tail -n +7 F", "tail -3 F F", "tac F", "sort F", "sort -r F F", "uniq F", "nl F", "less F",
        "sed -n 2,4p F", "sed -n '$p' F", "sed -n '3,$p' F F", "sed -n '/3z/p' F", "sed -n '2p;5p' F", "sed -n '2p;r F' F", "sed -n '2!p' F", "sed -n 5,2p F", "sed 1d F", "grep -n z F", "grep -c z F", "grep -l z F", "grep -v -e -q F", "wc -l F", "echo F", "ls",
        "echo \"$(cat F)\"", "echo $(<F)", "X=$(cat F)", "echo `cat F`", "(cat F)", "{ cat F; }", "if true; then cat F; fi", "for f in F; do cat $f; done", "bash -c 'cat F'", "bash -c cat < F", "sh -c 'cd sub; cat F'", "eval cat F", "env X=1 cat F",
        "cd sub", "cd ..", "(cd sub)", "cp F copy.txt", "cp F /dev/stdout", "cat copy.txt", "cat /dev/stdin < F", "awk 1 F", "true", "false", "printf '%s' x", "cat sub/../F", "cat {a,b}.txt", "cat *.txt", "cat */a.txt", "cat [!b].txt", "cat s?b/[a-c]*", "cat ./[[:alpha:]].*", "cat sub*/*", "cat [x]*.txt", "cat \\\n F", "echo $'it\\'s'",
    ];

    static readonly string[] s_filters = ["cat", "head -2", "head -n 1", "tail -n 2", "tail -n +3", "sed -n 2,3p", "sort", "tac", "wc -l", "grep z", "grep -c z", "(cat)", "{ cat; }", "bash -c cat", "cat -", "cat - F", "while read l; do echo $l; done", "cat >&2", "\nhead -2"];

    static readonly string[] s_redirections = ["> out.txt", ">> out.txt", "2>/dev/null", ">/dev/null", ">&2", "2>&1", "> /dev/stderr", "> /dev/fd/1", "3>/dev/null", "1>/dev/null >&2", "3>&1 >/dev/null >&3", "> /dev/null 2>&1"];

    /// <summary>Held against bash: whatever it prints of the files is told, or the command is undecidable.</summary>
    [Fact]
    public async Task NothingIsPrintedThatIsNotTold()
    {
        if (!File.Exists("/bin/bash"))
        {
            Console.WriteLine("skipped: there is no /bin/bash to hold commands against");
            return;
        }
        string[] files = ["a.txt", "b.txt", "sub/a.txt", "sub/b.txt"];
        string home = Path.Combine(_root, "home");
        const int Seed = 20261130, Count = 400;
        Random random = new(Seed);
        int decided = 0;
        for (int i = 0; i < Count; i++)
        {
            string command = MakeCommand(random);
            Directory.CreateDirectory(home);
            Directory.Delete(home, recursive: true);
            foreach (string file in files) Write("home/" + file, string.Concat(Enumerable.Range(1, 12).Select(line => FormattableString.Invariant($"q{Array.IndexOf(files, file)}l{line:00}z\n"))));
            OutgoingTexts texts = new();
            texts.AddCommand(command, home, withNamed: false);
            if (texts.Undecidable is not null) continue;
            decided++;
            string told = string.Concat(texts.All.Select(t => Encoding.UTF8.GetString(t.Utf8.Span)));
            ProcessStartInfo start = new("/bin/bash", ["-c", command]) { WorkingDirectory = home, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            using Process bash = Process.Start(start)!;
            bash.StandardInput.Close();
            Task<string> error = bash.StandardError.ReadToEndAsync();
            string printed = await bash.StandardOutput.ReadToEndAsync() + await error;
            await bash.WaitForExitAsync();
            foreach (System.Text.RegularExpressions.Match line in Regex.Matches(printed, "q[0-9]l[0-9]{2}z")) Assert.True(told.Contains(line.Value, StringComparison.Ordinal), $"seed {Seed}: bash prints {line.Value} and it is not told: {command}");
        }
        Assert.InRange(decided, Count / 5, Count);
    }

    static string MakeCommand(Random random)
    {
        StringBuilder command = new();
        int count = random.Next(1, 4);
        for (int i = 0; i < count; i++)
        {
            if (i > 0) command.Append(Any("; ", " && ", " || ", "\n", " & "));
            command.Append(Any(s_commands));
            while (random.Next(3) == 0) command.Append(" | ").Append(Any(s_filters));
            if (random.Next(4) == 0) command.Append(' ').Append(Any(s_redirections));
        }
        return Regex.Replace(command.ToString(), @"\bF\b", _ => Any("a.txt", "b.txt", "sub/a.txt"));

        string Any(params string[] of) => of[random.Next(of.Length)];
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
