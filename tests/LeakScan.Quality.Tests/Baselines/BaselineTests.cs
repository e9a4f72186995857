using LeakScan.Quality.Baselines;

namespace LeakScan.Quality.Tests.Baselines;

public sealed class BaselineTests
{
    [Fact]
    public void ReadsWhatItWrote()
    {
        Baseline written = new(5, new Dictionary<string, Baseline.Counts> { ["b"] = new(5, 4, 3), ["a"] = new(0, 0, 0) });
        using StringWriter text = new();
        written.Write(text);
        Assert.Equal("# keys 5\nid\twarn\tblock\tfile\na\t0\t0\t0\nb\t5\t4\t3\n", text.ToString());
        Baseline read = Baseline.Read(new StringReader(text.ToString()));
        Assert.Equal(5, read.Keys);
        Assert.Equal(written.Records.OrderBy(r => r.Key), read.Records.OrderBy(r => r.Key));
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("# keys x\n", "line 1")]
    [InlineData("# keys 5\nid\n", "line 2")]
    [InlineData("# keys 5\nid\twarn\tblock\tfile\na\t1\t1\t1\nb\t1\t1\n", "line 4")]
    [InlineData("# keys 5\nid\twarn\tblock\tfile\na\t6\t1\t1\n", "line 3")]
    [InlineData("# keys 5\nid\twarn\tblock\tfile\na\t1\t1\t1\na\t1\t1\t1\n", "line 4: a is there twice")]
    public void SaysWhichLineIsWrong(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Baseline.Read(new StringReader(text))).Message, StringComparison.Ordinal);
}
