using System.Text;
using LeakScan.Cli.Hooks;

namespace LeakScan.Cli.Tests.Hooks;

/// <summary>What cannot be checked is blocked unless the policy says otherwise, in time and with a reason.</summary>
public sealed class HookErrorTests(HookFixture fixture) : IClassFixture<HookFixture>
{
    const string Prompt = """{"session_id":"s1","cwd":"/","prompt_id":"p","hook_event_name":"UserPromptSubmit","prompt":"hello"}""";
    const string CursorPrompt = """{"conversation_id":"s1","hook_event_name":"beforeSubmitPrompt","prompt":"hello"}""";
    const string CascadePrompt = """{"trajectory_id":"s1","agent_action_name":"pre_user_prompt","tool_info":{"user_prompt":"hello"}}""";

    static string PromptOf(HookTool tool) => tool switch
    {
        HookTool.Cursor => CursorPrompt,
        HookTool.Windsurf => CascadePrompt,
        _ => Prompt,
    };

    public static TheoryData<string> Tools => ["claude-code", "codex", "cursor", "windsurf"];

    static HookTool Tool(string name) => HookTools.Parse(name)!.Value;

    /// <summary>Whether a reply refuses, by the contract of its tool.</summary>
    internal static bool Blocks(HookTool tool, HookReply reply) => tool switch
    {
        HookTool.Windsurf => reply.ExitCode == 2,
        HookTool.Cursor => reply.ExitCode == 2 && reply.Out.Length > 0,
        _ => reply.ExitCode == 2 || (reply.ExitCode == 0 && reply.Out.Length > 0 && reply.Json is { } json
            && ((json.TryGetProperty("decision", out System.Text.Json.JsonElement decision) && decision.GetString() == "block")
                || (json.TryGetProperty("hookSpecificOutput", out System.Text.Json.JsonElement output)
                    && (output.TryGetProperty("updatedToolOutput", out _) || output.GetProperty("permissionDecision").GetString() == "deny")))),
    };

    [Theory]
    [MemberData(nameof(Tools))]
    public void WithoutAnIndexEverythingIsBlocked(string name)
    {
        HookReply reply = HookFixture.Ask(fixture.Options(Tool(name)) with { Indexes = [fixture.PathOf("nowhere.lsi")] }, PromptOf(Tool(name)));
        Assert.True(Blocks(Tool(name), reply), reply.Shape);
        Assert.Contains("could not be checked", reply.Out + reply.Error, StringComparison.Ordinal);
        Assert.Contains("nowhere.lsi: no such index", reply.Out + reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void ADamagedIndexBlocks(string name)
    {
        File.WriteAllBytes(fixture.PathOf("cut.lsi"), File.ReadAllBytes(fixture.PathOf("corp.lsi"))[..300]);
        HookReply reply = HookFixture.Ask(fixture.Options(Tool(name)) with { Indexes = [fixture.PathOf("cut.lsi")] }, PromptOf(Tool(name)));
        Assert.True(Blocks(Tool(name), reply), reply.Shape);
        Assert.Contains("cut.lsi", reply.Out + reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void ADamagedPolicyBlocks(string name)
    {
        fixture.Write("bad.json", "{\"onError\":\"allow\",");
        HookReply reply = HookFixture.Ask(fixture.Options(Tool(name)) with { Policy = fixture.PathOf("bad.json") }, PromptOf(Tool(name)));
        Assert.True(Blocks(Tool(name), reply), reply.Shape);
        Assert.Contains("bad.json:1:", reply.Out + reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void APolicyForALabelThatThereIsNotBlocks(string name)
    {
        fixture.Write("label.json", """{"$schema":"leakscan.policy/1","rules":[{"label":"nope","verdict":"allow"}],"onError":"allow"}""");
        HookReply reply = HookFixture.Ask(fixture.Options(Tool(name)) with { Policy = fixture.PathOf("label.json") }, PromptOf(Tool(name)));
        Assert.True(Blocks(Tool(name), reply), reply.Shape);
        Assert.Contains("label.json:1:", reply.Out + reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("link")]
    [InlineData("zeros")]
    [InlineData("utf-16")]
    [InlineData("data")] // is passed over
    public void TextInAFolderIsReadHoweverItStandsThere(string how)
    {
        string folder = Path.Combine("folder-" + how, "in"), file = Path.Combine(folder, "x");
        fixture.Write(file, "");
        string text = fixture.Secret + string.Concat(Enumerable.Range(0, 3000).Select(i => FormattableString.Invariant($"number {i}\n")));
        byte[] bytes = how switch
        {
            "zeros" => [.. new byte[4096], .. Encoding.UTF8.GetBytes(text)],
            "utf-16" => Encoding.Unicode.GetBytes(text),
            "data" => [.. Encoding.UTF8.GetBytes(text).SelectMany((b, i) => i % 20 < 9 ? [b, (byte)0, (byte)0] : (byte[])[b])],
            _ => Encoding.UTF8.GetBytes(text),
        };
        File.WriteAllBytes(fixture.PathOf(how == "link" ? "linked" : file), bytes);
        if (how == "link")
        {
            File.Delete(fixture.PathOf(file));
            File.CreateSymbolicLink(fixture.PathOf(file), fixture.PathOf("linked"));
            Directory.CreateSymbolicLink(fixture.PathOf(Path.Combine(folder, "around")), fixture.PathOf(folder));
            string At(string name) => fixture.PathOf(Path.Combine(folder, name));
            foreach ((string from, string to) in ((string, string)[])[("nowhere", fixture.PathOf("not there")), ("zero", "/dev/zero"), ("one", At("two")), ("two", At("one"))]) File.CreateSymbolicLink(At(from), to);
        }
        string path = System.Text.Json.JsonSerializer.Serialize(fixture.PathOf("folder-" + how));
        HookReply reply = HookFixture.Ask(fixture.Options(HookTool.Windsurf), $$$"""{"trajectory_id":"s1","agent_action_name":"pre_read_code","tool_info":{"file_path":{{{path}}}}}""");
        Assert.Equal(how == "data" ? 0 : 2, reply.ExitCode);
        Assert.Equal(how != "data", (reply.Out + reply.Error).Contains("src/secret.py", StringComparison.Ordinal)); // for what it is, and not for what cannot be read
    }

    [Fact]
    public void AReadOfNothingThatIsKnownIsRefused()
    {
        HookReply reply = HookFixture.Ask(fixture.Options(HookTool.Cursor), """{"conversation_id":"c","generation_id":"g","hook_event_name":"preToolUse","tool_name":"Read","tool_input":{"place":"src/secret.py"},"workspace_roots":["/"]}""");
        Assert.True(Blocks(HookTool.Cursor, reply), reply.Shape);
    }

    [Theory]
    [InlineData("allow")]
    [InlineData("warn")]
    public void ThePolicyMayLetThroughWhatCannotBeChecked(string onError)
    {
        fixture.Write($"{onError}.json", $$"""{"$schema":"leakscan.policy/1","onError":"{{onError}}"}""");
        foreach (HookTool tool in Enum.GetValues<HookTool>())
        {
            foreach (string message in new[] { PromptOf(tool), "{", "" })
            {
                HookReply reply = HookFixture.Ask(fixture.Options(tool) with { Policy = fixture.PathOf($"{onError}.json"), Indexes = [fixture.PathOf("nowhere.lsi")] }, message);
                Assert.Equal(0, reply.ExitCode);
                Assert.DoesNotContain("deny", reply.Out, StringComparison.Ordinal);
                Assert.DoesNotContain("block\"", reply.Out, StringComparison.Ordinal);
                Assert.Equal(onError == "warn", (reply.Out + reply.Error).Contains("could not check this", StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void AMessageThatNeverEndsIsAnsweredAtTheDeadline(string name)
    {
        using ManualResetEventSlim end = new();
        using OpenEndedStream input = new("{\"hook_event_name\":"u8.ToArray(), end);
        HookReply reply = HookFixture.Ask(fixture.Options(Tool(name)) with { Deadline = TimeSpan.FromSeconds(0.2) }, input);
        Assert.True(Blocks(Tool(name), reply), reply.Shape);
        Assert.Contains("0.2 s", reply.Out + reply.Error, StringComparison.Ordinal);
        Assert.False(end.IsSet); // it did not wait for the message
        end.Set();
    }

    /// <summary>A pipe that is not closed: after its text a read lasts until the end is set.</summary>
    sealed class OpenEndedStream(byte[] text, ManualResetEventSlim end) : MemoryStream(text)
    {
        public override int Read(Span<byte> buffer)
        {
            int read = base.Read(buffer);
            if (read == 0) end.Wait();
            return read;
        }
    }

    [Fact]
    public void AFileThatCannotBeReadBlocks()
    {
        using (FileStream big = File.OpenWrite(fixture.PathOf("big.bin"))) big.SetLength((64 << 20) + 1);
        string message = fixture.Fill("""{"session_id":"s1","cwd":"@ROOT@","prompt_id":"p","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"big.bin"}}""");
        HookReply reply = HookFixture.Ask(fixture.Options(HookTool.ClaudeCode), message);
        Assert.Equal("deny", reply.Json.GetProperty("hookSpecificOutput").GetProperty("permissionDecision").GetString());
        Assert.Contains("big.bin: more than the 67108864 bytes", reply.Json.GetProperty("systemMessage").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnAuditFileThatCannotBeWrittenIsToldAndDoesNotDecide()
    {
        HookReply reply = HookFixture.Ask(fixture.Options(HookTool.ClaudeCode) with { Audit = fixture.Root }, Prompt);
        Assert.Equal((0, ""), (reply.ExitCode, reply.Out));
        Assert.Contains("audit file", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void DecisionsOfManyHooksAtOnceAreAllRecorded()
    {
        using HookFixture own = new();
        Parallel.For(0, 64, _ => HookFixture.Ask(own.Options(HookTool.Codex), Prompt));
        Assert.Equal(64, own.Audit.Length);
    }
}
