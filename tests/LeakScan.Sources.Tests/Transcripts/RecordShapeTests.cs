using System.Text;
using LeakScan.Sources.Transcripts;

namespace LeakScan.Sources.Tests.Transcripts;

public class RecordShapeTests
{
    [Theory]
    [InlineData(false, """{"record_type":"request","prompt":"x"}""")]
    [InlineData(false, """{"session_id":"s","ts":1,"text":"x"}""")]
    [InlineData(false, """{"type":"user","sessionId":"s","content":"x"}""")]
    [InlineData(false, """{"type":"system","sessionId":"s","content":"x"}""")]
    [InlineData(false, """{"type":"turn_context","payload":{"x":"x"}}""")]
    [InlineData(true, """{"type":"system","sessionId":"s","uuid":"u","content":"x"}""")]
    [InlineData(true, """{"type":"turn_context","timestamp":"2026","payload":{"x":"x"}}""")]
    public void A_likeness_is_no_tools_own(bool isLocal, string line)
    {
        foreach (InputRecord record in new InputReader().Read(new MemoryStream(Encoding.UTF8.GetBytes(line + "\n" + line)), "a.jsonl")) Assert.Equal(isLocal, record.SentLength < record.Text.Length);
    }

    [Theory]
    [InlineData(true, "home/.claude/projects/-p/s/tool-results/a.txt")]
    [InlineData(false, "todos/.claude/projects/-p/a.jsonl")]
    public void Folders_above_the_home_say_nothing(bool isLocal, string name)
    {
        InputRecord record = Assert.Single(new InputReader().Read(new MemoryStream("""{"type":"user","sessionId":"s","uuid":"u","message":{"content":"x"}}"""u8.ToArray()), name));
        Assert.Equal(isLocal, record.SentLength == 0);
    }

    /// <summary>Strings of a record that begin with S were sent, others were not; names and ids are not looked at.</summary>
    [Theory]
    [InlineData(RecordFormat.ClaudeCode, """{"type":"user","message":{"role":"S","content":"S"},"toolUseResult":{"stdout":"L"},"sessionId":"L"}""")]
    [InlineData(RecordFormat.ClaudeCode, """{"toolUseResult":"L","message":{"content":[{"type":"S","text":"S"}]},"sessionId":"L","type":"assistant"}""")] // type comes last
    [InlineData(RecordFormat.ClaudeCode, """{"type":"attachment","attachment":{"content":"L"},"rendered":[{"content":"S"}],"sessionId":"L"}""")]
    [InlineData(RecordFormat.ClaudeCode, """{"rendered":[],"type":"attachment","attachment":{"content":"L"},"sessionId":"L"}""")]
    [InlineData(RecordFormat.ClaudeCode, """{"type":"attachment","attachment":{"content":"S"},"sessionId":"L"}""")]
    [InlineData(RecordFormat.ClaudeCode, """{"type":"progress","data":{"message":{"message":{"content":"S"},"toolUseResult":"L"},"output":"L"},"sessionId":"L"}""")]
    [InlineData(RecordFormat.ClaudeCode, """{"type":"progress","data":{"normalizedMessages":[{"message":"S","toolUseResult":"L"}]},"sessionId":"L"}""")]
    [InlineData(RecordFormat.ClaudeCode, """{"type":"never-heard-of","x":["S",{"y":"S"}],"toolUseResult":"L","sessionId":"S"}""")]
    [InlineData(RecordFormat.ClaudeCode, """{"type":"summary","summary":"L","leafUuid":"L"}""")]
    [InlineData(RecordFormat.Codex, """{"type":"response_item","payload":{"output":"S"},"metadata":{"x":"L"},"timestamp":"L"}""")]
    [InlineData(RecordFormat.Codex, """{"payload":{"output":"L"},"timestamp":"L","type":"event_msg"}""")]
    [InlineData(RecordFormat.Codex, """{"type":"never-heard-of","payload":"S"}""")]
    [InlineData(RecordFormat.Codex, """{"id":"S","timestamp":"S","instructions":"S"}""")]
    [InlineData(RecordFormat.Codex, """{"record_type":"state","x":"L"}""")]
    [InlineData(RecordFormat.Codex, """{"session_id":"L","ts":1,"text":"L"}""")]
    [InlineData(RecordFormat.Cursor, """{"bubbleId":"S","text":"S","richText":"L","toolFormerData":{"result":"S"}}""")]
    [InlineData(RecordFormat.Cursor, """{"composerId":"S","conversation":[{"text":"S","richText":"L"}],"originalFileStates":{"a":{"content":"L"}}}""")]
    [InlineData(RecordFormat.Windsurf, """{"status":"S","type":"S","user_input":{"user_response":"S"}}""")]
    [InlineData(RecordFormat.AnthropicRequest, """{"model":"Sclaude","system":"S","messages":[{"content":"S"}]}""")]
    [InlineData(RecordFormat.OpenAIRequest, """{"model":"S","input":"S","instructions":"S"}""")]
    [InlineData(RecordFormat.WrappedRequest, """{"custom_id":"S","body":{"messages":"S"}}""")]
    [InlineData(RecordFormat.LiteLlm, """{"response":{"choices":["L"]},"model":"S","messages":["S"]}""")]
    [InlineData(RecordFormat.Conversation, """[{"conversations":[{"from":"S","value":"S"}]},{"conversations":[{"value":"S"}]}]""")]
    [InlineData(RecordFormat.OpenTelemetry, """{"timeUnixNano":"S","attributes":[{"key":"gen_ai.input.messages","value":{"stringValue":"S"}},{"key":"gen_ai.output.messages","value":{"stringValue":"L"}}],"body":{"stringValue":"S"}}""")]
    [InlineData(RecordFormat.OpenTelemetry, """{"spanId":"S","attributes":{"gen_ai.prompt":"S","gen_ai.completion":"L"}}""")]
    [InlineData(RecordFormat.OpenTelemetry, """{"resourceLogs":[{"logRecords":[{"attributes":[{"key":"event.name","value":{"stringValue":"api_response_body"}},{"key":"body","value":{"stringValue":"L"}}]},{"body":{"stringValue":"S"}}]}]}""")]
    [InlineData(RecordFormat.None, """{"text":"S","type":"S"}""")]
    [InlineData(RecordFormat.None, """["S",1,{"message":"S"}]""")]
    public void What_was_sent(RecordFormat format, string line)
    {
        string name = format switch { RecordFormat.ClaudeCode => ".claude/projects/-p/a.jsonl", RecordFormat.Codex => ".codex/a.jsonl", _ => "a.jsonl" };
        foreach (InputRecord record in new InputReader().Read(new MemoryStream(Encoding.UTF8.GetBytes(line)), name))
        {
            Assert.Equal(format, record.Format);
            string text = Encoding.UTF8.GetString(record.Text.Span);
            string[] sent = [.. text[..record.SentLength].Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(IsMarked)];
            string[] local = [.. text[record.LocalStart..].Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(IsMarked)];
            Assert.Equal(line.Split('"').Count(part => part == "S" || part == "Sclaude"), sent.Length);
            Assert.Equal(line.Split('"').Count(part => part == "L"), local.Length);
            Assert.All(sent, part => Assert.StartsWith("S", part, StringComparison.Ordinal));
            Assert.All(local, part => Assert.Equal("L", part));
            foreach (InputField field in record.Fields)
            {
                Assert.True(record.TryLocate(field.Start, out InputField found));
                Assert.Equal(field, found);
            }
        }

        static bool IsMarked(string part) => part is "S" or "L" or "Sclaude";
    }

    [Theory]
    [InlineData("/home/m/.claude/projects/-home-m-x/10000000-aaaa-4000-8000-000000000001.jsonl", RecordFormat.ClaudeCode, false, true, "10000000-aaaa-4000-8000-000000000001", "-home-m-x")]
    [InlineData("copy/projects/-home-m-x/10000000-aaaa-4000-8000-000000000001/subagents/agent-a1.jsonl", RecordFormat.ClaudeCode, false, true, "10000000-aaaa-4000-8000-000000000001", "-home-m-x")]
    [InlineData("copy/projects/-home-m-x/10000000-aaaa-4000-8000-000000000001/tool-results/b.txt", RecordFormat.ClaudeCode, true, true, "10000000-aaaa-4000-8000-000000000001", "-home-m-x")]
    [InlineData("/home/m/.claude/settings.json", RecordFormat.ClaudeCode, false, true, null, null)]
    [InlineData("x/rollout-2026-11-24T07-31-11-01a20c77-3f98-7050-9a37-8163657f0148.jsonl.zst", RecordFormat.Codex, false, true, "01a20c77-3f98-7050-9a37-8163657f0148", null)]
    [InlineData("C:\\Users\\m\\AppData\\Roaming\\Cursor\\User\\globalStorage\\state.vscdb", RecordFormat.Cursor, false, false, null, null)]
    [InlineData("state.vscdb.backup", RecordFormat.Cursor, false, false, null, null)]
    [InlineData("/home/m/.local/share/devin/cli/sessions.db", RecordFormat.Windsurf, false, false, null, null)]
    [InlineData("/home/m/.windsurf/transcripts/w1.jsonl", RecordFormat.Windsurf, false, false, "w1", null)]
    [InlineData("/home/devin/logs/a.jsonl", RecordFormat.None, false, false, null, null)]
    [InlineData("/srv/projects/-x/notes.txt", RecordFormat.None, false, false, null, null)]
    public void What_a_path_tells(string path, RecordFormat format, bool isLocal, bool isTextLocal, string? session, string? project) =>
        Assert.Equal(new LineContext(format, isLocal, isTextLocal, session, project, null, null), ToolPaths.Describe(path, InputFormat.Auto));

    [Fact]
    public void What_a_person_says_counts_more_than_the_path()
    {
        Assert.Equal(RecordFormat.Codex, ToolPaths.Describe("/home/m/.claude/a.jsonl", InputFormat.Codex).Format);
        Assert.False(ToolPaths.Describe("a.log", InputFormat.ClaudeCode).IsTextLocal);
        Assert.Equal(default, ToolPaths.Describe("/home/m/.claude/a.jsonl", InputFormat.Text));
    }

    [Fact]
    public void The_unfinished_last_line_of_a_transcript_is_no_problem()
    {
        const string Line = """{"type":"user","message":{"content":"x"},"sessionId":"s","uuid":"u"}""";
        Assert.Empty(Problems("projects/-p/a.jsonl", Line + "\n" + Line[..20]));
        Assert.Empty(Problems("a.jsonl", Line + "\n" + Line[..20])); // the first record tells
        Assert.Single(Problems("projects/-p/a.jsonl", Line + "\n" + Line[..20] + "\n" + Line));
        Assert.Single(Problems("a.jsonl", """{"text":"x"}""" + "\n" + Line[..20]));

        static IReadOnlyList<SourceProblem> Problems(string name, string text)
        {
            InputReader reader = new();
            Assert.NotEqual(0, reader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), name).Count(r => r.Text.Length > 0));
            return reader.Problems;
        }
    }

    [Fact]
    public void A_tool_is_known_by_its_call_some_lines_above()
    {
        string[] lines =
        [
            """{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"Read","input":{"a":"\"type\":\"tool_use\",\"id\":\"t2\",\"name\":\"Fake\""}}]},"cwd":"/p","sessionId":"s","uuid":"v"}""",
            """{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t2","name":"Bash","input":{}}]},"cwd":"/p","sessionId":"s"}""",
            """{"type":"user","message":{"role":"user","content":[{"tool_use_id":"t1","type":"tool_result","content":"x"}]},"toolUseResult":"y","cwd":"/p","sessionId":"s","uuid":"u"}""",
            """{"type":"user","message":{"role":"user","content":[{"tool_use_id": "t2","type":"tool_result","content":"x"}]},"promptId":"p","sessionId":"s","uuid":"u"}""",
            """{"type":"user","message":{"role":"user","content":[{"tool_use_id":"t3","type":"tool_result","content":"x"}]},"sessionId":"s","uuid":"u"}""",
        ];
        List<TextOrigin> origins = [];
        foreach (InputRecord record in new InputReader().Read(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines))), "a.jsonl"))
        {
            InputRecord copy = new();
            record.CopyTo(copy);
            InputField content = record.Fields.Last(f => f.Name == "message.content[0].content" || f.Name.EndsWith(".name", StringComparison.Ordinal));
            origins.Add(record.GetOrigin(content.Start));
            Assert.Equal(origins[^1], copy.GetOrigin(content.Start));
        }
        Assert.Equal(
            [
                new TextOrigin("s", "v", "/p", "assistant", "Read"), new TextOrigin("s", null, "/p", "assistant", "Bash"),
                new TextOrigin("s", "u", "/p", "user", "Read"), new TextOrigin("s", "p", "/p", "user", "Bash"), new TextOrigin("s", "u", "/p", "user", null),
            ],
            origins);
    }
}
