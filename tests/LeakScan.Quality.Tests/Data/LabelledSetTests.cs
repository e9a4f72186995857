using System.Text;
using LeakScan.Quality.Data;
using LeakScan.Quality.Measures;
using LeakScan.Sources;

namespace LeakScan.Quality.Tests.Data;

public sealed class LabelledSetTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("leakscan-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public void ReadsWhatIsKnownOfARecord()
    {
        LabelledRecord record = LabelledRecord.Parse(Encoding.UTF8.GetBytes("""{"id":"1","text":"é\n","label":"positive","kind":"cut","lines":5,"bin":null,"source_file":"a.go","oracle_file":"a.go","sources":["dir"],"x":[1]}"""));
        Assert.Equal("1", record.Id);
        Assert.Equal("é\n"u8, record.Text);
        Assert.Equal(RecordLabel.Positive, record.Label);
        Assert.Equal("cut", record.Kind);
        Assert.Equal(5, record.Lines);
        Assert.Null(record.Field("bin"));
        Assert.Equal(["a.go", "dir"], record.Sources);
        Assert.True(record.IsOf("dir/b.go"));
        Assert.False(record.IsOf("directory/b.go"));
    }

    [Fact]
    public void TellsOfBadRecordsAndReadsTheOthers()
    {
        const string good = """{"id":"1","text":"x","label":"negative"}""";
        string file = Write("outgoing.jsonl", $"{good}\n{{\"id\":\"2\",\n\n{{\"id\":\"3\",\"text\":\"secret\",\"label\":\"maybe\"}}\n{good}\n{{\"id\":4,\"text\":\"x\",\"label\":\"negative\"}}");
        List<SourceProblem> problems = [];
        Assert.Equal(2, LabelledSet.ReadRecords(file, problems).Count);
        Assert.Equal([(2, good.Length + 1), (4, good.Length + 13), (6, 2 * good.Length + 57)], problems.Select(p => ((int)p.Record, (int)p.Offset)));
        Assert.All(problems, p => Assert.Equal(file, p.File));
        Assert.DoesNotContain(problems, p => p.Message.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void NewIsNoCountedNegative()
    {
        LabelledRecord Parse(string kind) => LabelledRecord.Parse(Encoding.UTF8.GetBytes($$"""{"id":"1","text":"x","label":"negative","kind":"{{kind}}"}"""));
        Assert.False(Parse("new").IsCountedNegative);
        Assert.True(Parse("indep").IsCountedNegative);
    }

    [Fact]
    public void ASetNeedsItsFiles() => Assert.Contains(_folder, Assert.Throws<IOException>(() => LabelledSet.Load(_folder)).Message, StringComparison.Ordinal);

    [Fact]
    public void ALeakIsFoundInItsFileWithEachKey()
    {
        string code = string.Join('\n', Enumerable.Range(0, 40).Select(i => $"    total_{i} = weigh(parcel_{i * 7}, depot_{i * 13}, tariff[{i * i}])"));
        Write("index/src/parcels.py", code);
        Write("outgoing.jsonl", System.Text.Json.JsonSerializer.Serialize(new { id = "leak", text = code[200..1200], label = "positive", source_file = "src/parcels.py" }) + "\n"
            + """{"id":"clean","text":"What is the weather like on other planets, and how would one know?","label":"negative"}""");
        SetRun run = SetRun.Run(LabelledSet.Load(_folder), Keys.Fixed(2), threads: 2);
        Assert.Equal(new Spread(1, 1, 1), run.Rate(r => r.Label == RecordLabel.Positive, Verdict.Block));
        Assert.Equal(new Spread(0, 0, 0), run.Rate(r => r.IsCountedNegative, Verdict.Warn));
        Assert.Equal(1, run.RightFile(Verdict.Warn).Mean);
    }
}
