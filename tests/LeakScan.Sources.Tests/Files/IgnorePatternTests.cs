using LeakScan.Sources.Files;

namespace LeakScan.Sources.Tests.Files;

/// <summary>Each expectation was checked against git, which also ignores what lies in an ignored folder; here the walk does not enter it.</summary>
public class IgnorePatternTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "x/y/a.log", true)]
    [InlineData("*.log", "a.log.txt", false)]
    [InlineData("/a.txt", "a.txt", true)]
    [InlineData("/a.txt", "x/a.txt", false)]
    [InlineData("x/a.txt", "x/a.txt", true)]
    [InlineData("x/a.txt", "y/x/a.txt", false)]
    [InlineData("build/", "build/", true)]
    [InlineData("build/", "build", false)]
    [InlineData("build/", "x/build/", true)]
    [InlineData("/build/", "x/build/", false)]
    [InlineData("x/build/", "x/build/", true)]
    [InlineData("**/foo", "foo", true)]
    [InlineData("**/foo", "x/y/foo", true)]
    [InlineData("**/foo/bar", "a/foo/bar", true)]
    [InlineData("foo/**", "foo/a/b", true)]
    [InlineData("foo/**", "foo/", false)]
    [InlineData("foo/**", "x/foo/a", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "a/xb", false)]
    [InlineData("a/**/b/**/c", "a/b/b/x/c", true)]
    [InlineData("**", "x/y", true)]
    [InlineData("a**b", "axxb", true)]
    [InlineData("a**b/c", "ax/b/c", false)]
    [InlineData("foo/*", "foo/a", true)]
    [InlineData("foo/*", "foo/a/b", false)]
    [InlineData("?.c", "a.c", true)]
    [InlineData("?.c", "ab.c", false)]
    [InlineData("x?y", "x/y", false)]
    [InlineData("[abc].h", "b.h", true)]
    [InlineData("[a-c].h", "d.h", false)]
    [InlineData("[!a-c].h", "d.h", true)]
    [InlineData("[^a-c].h", "a.h", false)]
    [InlineData("[]x].h", "].h", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[[:digit:]]x", "7x", true)]
    [InlineData("[[:alpha:]_]x", "_x", true)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[abc", "a", false)]
    [InlineData("# comment", "# comment", false)]
    [InlineData("\\#file", "#file", true)]
    [InlineData("\\!file", "!file", true)]
    [InlineData("trailing   ", "trailing", true)]
    [InlineData("trailing\\ ", "trailing ", true)]
    [InlineData("tab\t", "tab", false)]
    [InlineData("carriage\r", "carriage", true)]
    [InlineData(" lead", " lead", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("A.txt", "a.txt", false)]
    [InlineData("*a*b*c*", "xxaxxbxxcxx", true)]
    [InlineData("*a*b*c*", "xxaxxcxxbxx", false)]
    [InlineData("", "a", false)]
    [InlineData("/", "a", false)]
    [InlineData(".*", ".env", true)]
    [InlineData("*", "a/b", true)]
    [InlineData("é*", "école", true)]
    public void One_pattern(string pattern, string path, bool expected) => Assert.Equal(expected, IsIgnored([pattern], path));

    [Fact]
    public void Last_pattern_decides()
    {
        string[] lines = ["*.log", "!keep.log", "/x/keep.log"];
        Assert.True(IsIgnored(lines, "a.log"));
        Assert.False(IsIgnored(lines, "keep.log"));
        Assert.False(IsIgnored(lines, "y/keep.log"));
        Assert.True(IsIgnored(lines, "x/keep.log"));
    }

    [Fact]
    public void Nearest_folder_decides()
    {
        IgnoreRules above = new(IgnoreRules.Parse(["*.log"]), 0, null);
        IgnoreRules below = new(IgnoreRules.Parse(["!a.log", "/only.txt"]), 1, above);
        Assert.False(below.IsIgnored(["x", "a.log"], isFolder: false));
        Assert.True(below.IsIgnored(["x", "b.log"], isFolder: false));
        Assert.True(below.IsIgnored(["x", "only.txt"], isFolder: false));
        Assert.False(below.IsIgnored(["x", "y", "only.txt"], isFolder: false));
    }

    [Fact]
    public void Hostile_pattern_takes_no_time() => Assert.False(IsIgnored([string.Concat(Enumerable.Repeat("*a", 500)) + "b"], new string('a', 5000)));

    static bool IsIgnored(string[] lines, string path)
    {
        bool isFolder = path.EndsWith('/');
        return new IgnoreRules(IgnoreRules.Parse(lines), 0, null).IsIgnored((isFolder ? path[..^1] : path).Split('/'), isFolder);
    }
}
