namespace LeakScan.Sources.Tests;

public class SourceSpecTests
{
    [Theory]
    [InlineData("src", "code", "src")]
    [InlineData("training-data=/data/books", "training-data", "/data/books")]
    [InlineData("./a=b", "code", "./a=b")]
    [InlineData("=b", "code", "=b")]
    [InlineData("a=", "code", "a=")]
    [InlineData("l=a=b", "l", "a=b")]
    [InlineData("-", "code", "-")]
    [InlineData("my label=x", "code", "my label=x")]
    public void Parses(string text, string label, string path) => Assert.Equal(new SourceSpec(path, label), SourceSpec.Parse(text, "code"));
}
