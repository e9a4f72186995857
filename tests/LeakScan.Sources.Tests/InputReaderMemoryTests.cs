using System.Text;
using LeakScan.Sources.Tests.Support;

namespace LeakScan.Sources.Tests;

public class InputReaderMemoryTests
{
    const long MiB = 1024 * 1024;

    const string Plain = """{"id":"r1","model":"m","messages":[{"role":"user","content":[{"text":"a\nb grüße \ud83d\ude00"},{"text":"c"}]}],"n":[1,2,null,true]}""";

    const string ClaudeCode = """
        {"type":"assistant","message":{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"Read","input":{"file_path":"a"}}]},"cwd":"/p","sessionId":"s"}
        {"type":"user","message":{"role":"user","content":[{"tool_use_id":"t1","type":"tool_result","content":"text"}]},"toolUseResult":{"file":{"content":"text"}},"cwd":"/p","sessionId":"s"}
        """;

    const string Codex = """
        {"timestamp":"t","type":"session_meta","payload":{"id":"s","cwd":"/p"}}
        {"timestamp":"t","type":"turn_context","payload":{"turn_id":"t1","cwd":"/p"}}
        {"timestamp":"t","type":"response_item","payload":{"type":"function_call","name":"shell","arguments":"{}","call_id":"c1"}}
        {"timestamp":"t","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"text"},"metadata":{"x":"y"}}
        """;

    [Theory]
    [InlineData("a.jsonl", Plain)]
    [InlineData("a.txt", Plain)]
    [InlineData("projects/-p/a.jsonl", ClaudeCode)]
    [InlineData("rollout-a.jsonl", Codex)]
    public void No_allocation_for_a_record_after_warm_up(string name, string lines)
    {
        byte[] pattern = Encoding.UTF8.GetBytes(lines.ReplaceLineEndings("\n") + "\n");
        InputReader reader = new(new InputOptions { Format = name == "a.txt" ? InputFormat.Text : InputFormat.Auto });
        using IEnumerator<InputRecord> records = reader.Read(new RepeatingStream(pattern, 60 * MiB / pattern.Length * pattern.Length), name).GetEnumerator();
        int warmUp = name == "a.txt" ? 2 : 20_000;
        for (int i = 0; i < warmUp; i++) Assert.True(records.MoveNext());
        // The runtime itself allocates now and then when it compiles a method again; a record that allocates does so each time.
        long least = long.MaxValue;
        for (int run = 0; run < 3; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long bytes = 0;
            while (bytes < 10 * MiB && records.MoveNext()) bytes += records.Current.RawBytes;
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(bytes >= 10 * MiB);
        }
        Assert.Equal(0, least);
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("a.jsonl")]
    public void Constant_memory_for_300_MB(string name)
    {
        byte[] pattern = Encoding.UTF8.GetBytes("{\"text\":\"" + new string('x', 2000) + "\"}\n");
        long length = 300 * MiB / pattern.Length * pattern.Length;
        InputReader reader = new(new InputOptions { Format = name == "a.txt" ? InputFormat.Text : InputFormat.Jsonl });
        long before = GC.GetAllocatedBytesForCurrentThread();
        long bytes = 0;
        foreach (InputRecord record in reader.Read(new RepeatingStream(pattern, length), name)) bytes += record.RawBytes;
        Assert.Equal(length, bytes);
        Assert.Equal(length, reader.BytesRead);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 * MiB);
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public void Line_of_70_MiB()
    {
        byte[] line = new byte[70 * MiB];
        line.AsSpan().Fill((byte)'x');
        "{\"t\":\""u8.CopyTo(line);
        line[^1] = (byte)'\n';
        byte[] bytes = [.. "{\"t\":\"before\"}\n"u8, .. line, .. "{\"t\":\"after\"}\n"u8];
        InputReader reader = new();
        long raw = 0;
        int pieces = 0;
        string last = "";
        foreach (InputRecord record in reader.Read(new MemoryStream(bytes), "a.jsonl"))
        {
            raw += record.RawBytes;
            if (record.Line == 2)
            {
                pieces++;
                Assert.InRange(record.Text.Length, 1, (int)MiB);
                Assert.Equal("a.jsonl:2", record.Id);
            }
            else
            {
                last = Encoding.UTF8.GetString(record.Text.Span);
            }
        }
        Assert.Equal(bytes.Length, raw);
        Assert.Equal(71, pieces);
        Assert.Equal("after", last);
        Assert.Equal(2, Assert.Single(reader.Problems).Record);
    }

    [Fact]
    public void Line_of_60_MiB_is_parsed()
    {
        byte[] line = new byte[60 * MiB];
        line.AsSpan().Fill((byte)'x');
        "{\"t\":\""u8.CopyTo(line);
        "\"}\n"u8.CopyTo(line.AsSpan(line.Length - 3));
        InputReader reader = new();
        int length = 0;
        foreach (InputRecord record in reader.Read(new MemoryStream(line), "a")) length = record.Text.Length;
        Assert.Equal(line.Length - 9, length);
        Assert.Empty(reader.Problems);
    }
}
