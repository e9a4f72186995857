using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LeakScan.Cli.Gateway;
using LeakScan.Cli.Hooks;
using LeakScan.Cli.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace LeakScan.Cli.Tests.Gateway;

public sealed class GatewayTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    const string Open = "What does a rolling hash do?";

    string Secret => fixture.Project.Secret;

    static string Anthropic(string text, bool stream = false) =>
        JsonSerializer.Serialize(new { model = "m", stream, messages = new[] { new { role = "user", content = "hello" }, new { role = "user", content = text } } });

    static HttpRequestMessage Post(string path, byte[] body, string contentType = "application/json", string? encoding = null)
    {
        HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (encoding is not null) request.Content.Headers.Add("Content-Encoding", encoding);
        return request;
    }

    static HttpRequestMessage Post(string path, string body) => Post(path, Encoding.UTF8.GetBytes(body));

    /// <summary>Sends a request that must not go on, and returns what was answered.</summary>
    async Task<(HttpStatusCode Status, string Body)> HeldBack(HttpRequestMessage request, HttpClient? client = null)
    {
        string mark = Guid.NewGuid().ToString();
        request.Headers.Add("x-mark", mark);
        using HttpResponseMessage response = await (client ?? fixture.Client).SendAsync(request);
        Assert.DoesNotContain(fixture.Reached, r => r.Headers.GetValueOrDefault("x-mark") == mark);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a request that must go on, and returns what reached the provider.</summary>
    async Task<Reached> Passed(HttpRequestMessage request, HttpClient? client = null)
    {
        string mark = Guid.NewGuid().ToString();
        request.Headers.Add("x-mark", mark);
        using HttpResponseMessage response = await (client ?? fixture.Client).SendAsync(request);
        Assert.Equal("data: one\n\ndata: two\n\n", await response.Content.ReadAsStringAsync());
        return Assert.Single(fixture.Reached, r => r.Headers.GetValueOrDefault("x-mark") == mark);
    }

    [Fact]
    public async Task WhatMayLeaveGoesOnAsItCame()
    {
        byte[] body = Encoding.UTF8.GetBytes(Anthropic(Open) + " \n");
        HttpRequestMessage request = Post("/v1/messages?beta=true&q=a%2Fb", body);
        request.Headers.Add("x-api-key", "k1");
        request.Headers.Add("anthropic-version", "2023-06-01");
        request.Headers.Add("traceparent", "00-a4307b7c965e86408bb657c5c70e3191-20b686d8cc07e79e-01");
        Reached reached = await Passed(request);
        Assert.Equal(("POST", "/v1/messages?beta=true&q=a%2Fb"), (reached.Method, reached.Target));
        Assert.Equal(body, reached.Body);
        Assert.Equal(("k1", "2023-06-01", "application/json"), (reached.Headers["x-api-key"], reached.Headers["anthropic-version"], reached.Headers["Content-Type"]));
        Assert.Equal("00-a4307b7c965e86408bb657c5c70e3191-20b686d8cc07e79e-01", reached.Headers["traceparent"]);
        Assert.Equal(new Uri(fixture.Provider).Authority, reached.Headers["Host"]);
        Assert.DoesNotContain(reached.Headers.Keys, k => k.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task ACompressedBodyGoesOnCompressed()
    {
        byte[] body = Compress("zstd", Encoding.UTF8.GetBytes(Anthropic(Open)));
        Reached reached = await Passed(Post("/v1/responses", body, encoding: "zstd"));
        Assert.Equal(body, reached.Body);
        Assert.Equal("zstd", reached.Headers["Content-Encoding"]);
    }

    [Fact]
    public async Task AnAnswerComesBackAPieceAtATime()
    {
        using HttpResponseMessage response = await fixture.Client.SendAsync(Post("/v1/chat/completions/slow", Anthropic(Open)), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("r1", Assert.Single(response.Headers.GetValues("request-id")));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        Assert.Equal("data: one", await reader.ReadLineAsync());
        fixture.Rest.SetResult();
        Assert.Equal("\ndata: two\n\n", await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("/v1/messages", false, 451)]
    [InlineData("/v1/messages", true, 451)]
    [InlineData("/v1/messages/count_tokens", false, 451)]
    [InlineData("/anthropic/v1/messages", false, 451)]
    [InlineData("/v1/responses", false, 400)]
    [InlineData("/v1/responses/compact", true, 400)]
    [InlineData("/v1/chat/completions", true, 400)]
    [InlineData("/internal/generate", false, 400)]
    public async Task WhatIsProtectedIsHeldBackInTheFormOfTheApi(string path, bool stream, int status)
    {
        (HttpStatusCode held, string body) = await HeldBack(Post(path, Anthropic(Secret, stream)));
        Assert.Equal(status, (int)held);
        JsonElement error = CliResult.Json(body).GetProperty("error");
        string message = error.GetProperty("message").GetString()!;
        Assert.StartsWith("LeakScan blocked this: messages[1] (user) has text of src/secret.py, lines ", message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret.Split('\n')[3].Trim(), body, StringComparison.Ordinal);
        Assert.Equal(status == 451 ? "permission_error" : "invalid_request_error", error.GetProperty("type").GetString());
    }

    [Fact]
    public async Task AStreamOfResponsesIsToldThatItFailed()
    {
        (HttpStatusCode status, string body) = await HeldBack(Post("/v1/responses", Anthropic(Secret, stream: true)));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("event: response.failed\ndata: {", body, StringComparison.Ordinal);
        Assert.EndsWith("}\n\n", body, StringComparison.Ordinal);
        JsonElement data = CliResult.Json(body["event: response.failed\ndata: ".Length..]);
        Assert.Equal("response.failed", data.GetProperty("type").GetString());
        JsonElement response = data.GetProperty("response");
        Assert.Equal("failed", response.GetProperty("status").GetString());
        Assert.Equal("invalid_prompt", response.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("src/secret.py", response.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("identity, GZip, zstd")]
    public async Task AnEncodingHidesNothing(string encodings)
    {
        byte[] body = Encoding.UTF8.GetBytes(Anthropic(Secret));
        foreach (string encoding in encodings.Split(", ")) body = Compress(encoding.ToLowerInvariant(), body);
        Assert.Equal(HttpStatusCode.UnavailableForLegalReasons, (await HeldBack(Post("/v1/messages", body, encoding: encodings))).Status);
    }

    [Fact]
    public async Task NothingIsHiddenBehindAnEncoding()
    {
        byte[] body = [.. Compress("gzip", Encoding.UTF8.GetBytes(Anthropic(Open))), .. Encoding.UTF8.GetBytes(Secret)];
        Assert.Equal(HttpStatusCode.UnavailableForLegalReasons, (await HeldBack(Post("/v1/messages", body, encoding: "gzip"))).Status);
    }

    static byte[] Compress(string encoding, byte[] body)
    {
        using MemoryStream compressed = new();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            "zstd" => new ZstdSharp.CompressionStream(compressed, leaveOpen: true),
            _ => new BufferedStream(new MemoryStream(body)),
        })
        {
            if (encoding == "identity") return body;
            stream.Write(body);
        }
        return compressed.ToArray();
    }

    public static TheoryData<string, string, string> Hidings => new()
    {
        { "a value deep inside", "application/json", """{"requests":[{"params":{"system":[{"text":@SECRET@}]}}]}""" },
        { "JSON within a string, twice", "application/json", """{"input":[{"type":"custom_tool_call_output","output":@TWICE@}]}""" },
        { "the name of a member", "application/json", """{"metadata":{@SECRET@:1}}""" },
        { "the name of a member of all", "application/json", """{@SECRET@:[]}""" },
        { "a file in base64", "application/json", """{"input":[{"content":[{"type":"input_file","file_data":"data:text/x-python;base64,@BASE64@"}]}]}""" },
        { "a document in base64", "application/json", """{"messages":[{"content":[{"source":{"type":"base64","data":"@BASE64@"}}]}]}""" },
        { "a string", "application/json", "@SECRET@" },
        { "JSON that is none", "application/json", """{"messages":[{"role":"user","content":@SECRET@}]""" },
        { "a form with a file", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.py\"\r\n\r\n@PLAIN@\r\n--b--\r\n" },
        { "lines of JSON", "application/x-ndjson", "{\"a\":1}\n{\"custom_id\":\"1\",\"body\":{\"messages\":[{\"content\":@SECRET@}]}}\n" },
        { "no content type that is known", "application/octet-stream", "@PLAIN@" },
    };

    [Theory]
    [MemberData(nameof(Hidings))]
    public async Task NothingIsHiddenBy(string place, string contentType, string body)
    {
        string secret = JsonSerializer.Serialize(Secret);
        string text = body.Replace("@SECRET@", secret, StringComparison.Ordinal).Replace("@PLAIN@", Secret, StringComparison.Ordinal)
            .Replace("@TWICE@", JsonSerializer.Serialize(JsonSerializer.Serialize(new { output = Secret })), StringComparison.Ordinal)
            .Replace("@BASE64@", Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)), StringComparison.Ordinal);
        (HttpStatusCode status, string answer) = await HeldBack(Post("/v1/files", Encoding.UTF8.GetBytes(text), contentType));
        Assert.True(status == HttpStatusCode.BadRequest && answer.Contains("src/secret.py", StringComparison.Ordinal), place);
    }

    [Fact]
    public async Task AnAddressHidesNothing() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await HeldBack(new(HttpMethod.Get, "/v1/search?q=" + Uri.EscapeDataString(Secret[..2000])))).Status);

    [Fact]
    public async Task WhatCannotBeReadIsHeldBackOrNotAsThePolicySays()
    {
        fixture.Project.Write("policy.json", """{"$schema":"leakscan.policy/1","rules":[],"onError":"allow"}""");
        (GatewayServer gateway, HttpClient client) = await GatewayFixture.StartAsync(fixture.Options with { Policy = fixture.Project.PathOf("policy.json") });
        await using (gateway)
        using (client)
        {
            foreach ((byte[] body, string? encoding, string why) in new (byte[], string?, string)[]
            {
                ("x"u8.ToArray(), "lzma", "an encoding that is not known here"),
                ("this is none"u8.ToArray(), "gzip", "not in the encoding that it says (gzip)"),
                (Compress("zstd", "{}"u8.ToArray())[..^3], "zstd", "not in the encoding that it says (zstd)"),
                ([.. "{\"a\":\""u8, 0xFF, .. "\"}"u8], null, "not UTF-8"),
            })
            {
                (HttpStatusCode status, string answer) = await HeldBack(Post("/v1/messages", body, encoding: encoding));
                Assert.Equal(HttpStatusCode.UnavailableForLegalReasons, status);
                Assert.Contains(why, answer, StringComparison.Ordinal);
                Assert.Equal(body, (await Passed(Post("/v1/messages", body, encoding: encoding), client)).Body);
            }
            // What was not read to its end cannot be sent on, whatever the policy says.
            (_, string tooLong) = await HeldBack(Post("/v1/messages", new byte[RequestBody.MaxBytes + 1], "application/octet-stream"), client);
            Assert.Contains("longer than 67108864 bytes", tooLong, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WhatUnpacksToVeryMuchIsNotRead()
    {
        byte[] bomb = Compress("gzip", new byte[RequestBody.MaxReadBytes + 1]);
        HookInputException e = Assert.Throws<HookInputException>(() => RequestBody.Decode(bomb, "gzip"));
        Assert.Contains("longer than 268435456 bytes when it is unpacked", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWebSocketIsRefused()
    {
        HttpRequestMessage request = new(HttpMethod.Get, "/v1/responses");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        Assert.Equal(HttpStatusCode.UpgradeRequired, (await HeldBack(request)).Status);
    }

    [Fact]
    public async Task TheDestinationIsTheUpstreamsName()
    {
        fixture.Project.Write("internal.json", """{"$schema":"leakscan.policy/1","rules":[{"label":"*","destination":"internal","verdict":"allow"}]}""");
        (GatewayServer gateway, HttpClient client) = await GatewayFixture.StartAsync(fixture.Options with { Policy = fixture.Project.PathOf("internal.json") });
        await using (gateway)
        using (client)
        {
            Assert.Equal("/models/generate", (await Passed(Post("/internal/generate", Anthropic(Secret)), client)).Target);
            Assert.Equal(HttpStatusCode.UnavailableForLegalReasons, (await HeldBack(Post("/v1/messages", Anthropic(Secret)), client)).Status);
        }
    }

    [Fact]
    public async Task EachDecisionIsRecordedWithoutText()
    {
        HttpRequestMessage request = Post("/v1/messages", Anthropic(Secret));
        request.Headers.TryAddWithoutValidation("User-Agent", "claude-cli/2.1.330 (external, sdk-cli)");
        request.Headers.Add("x-claude-code-session-id", "session-of-this-test");
        await HeldBack(request);
        JsonElement line = Assert.Single(fixture.Project.Audit, a => a.TryGetProperty("session", out JsonElement session) && session.GetString() == "session-of-this-test");
        Assert.Equal(("claude-code", "POST /v1/messages", "block", true),
            (line.GetProperty("tool").GetString(), line.GetProperty("event").GetString(), line.GetProperty("verdict").GetString(), line.GetProperty("stopped").GetBoolean()));
        Assert.Equal("src/secret.py", Assert.Single(line.GetProperty("documents").EnumerateArray()).GetString());
        Assert.DoesNotContain(Secret.Split('\n')[3].Trim(), await File.ReadAllTextAsync(fixture.Project.PathOf("audit.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProviderThatIsNotThereIsToldApartFromABlock()
    {
        (GatewayServer gateway, HttpClient client) = await GatewayFixture.StartAsync(fixture.Options with { Upstreams = [Upstream.Parse("anthropic=http://127.0.0.1:9")] });
        await using (gateway)
        using (client)
        {
            (HttpStatusCode status, string body) = await HeldBack(Post("/v1/messages", Anthropic(Open)), client);
            Assert.Equal(HttpStatusCode.BadGateway, status);
            Assert.StartsWith("LeakScan let this through, but anthropic (http://127.0.0.1:9) cannot be reached", CliResult.Json(body).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ManyAtOnceAreJudgedEachByItself()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            if (i % 3 == 0) await HeldBack(Post("/v1/messages", Anthropic(Secret)));
            else Assert.Equal(Anthropic(Workspace.Code(1000 + i)), Encoding.UTF8.GetString((await Passed(Post("/v1/messages", Anthropic(Workspace.Code(1000 + i))))).Body));
        });
    }

    [Fact]
    public void AnIndexThatChangesIsOpenedAnew()
    {
        IndexKey key = IndexKey.Load(fixture.Project.PathOf("key"));
        string path = fixture.Project.PathOf("live.lsi"), text = Workspace.Code(77);
        Write("a.py", Workspace.Code(76));
        using LiveIndex index = new([path], () => FingerprintIndex.Open(path, key), Policy.Default);
        Assert.Equal(Verdict.Allow, Scan());
        Write("b.py", text);
        Assert.True(SpinWait.SpinUntil(() => Scan() == Verdict.Block, TimeSpan.FromMinutes(1)));
        File.WriteAllText(path + "-damaged", "damaged");
        File.Move(path + "-damaged", path, overwrite: true); // as it is written: a mapped file must not be cut short in place
        Thread.Sleep(1100); // it looks once a second
        Assert.Equal(Verdict.Block, Scan());

        Verdict Scan() => index.Use("*", scanner => scanner.Scan(Encoding.UTF8.GetBytes(text), new List<Match>()).Verdict);

        void Write(string name, string document)
        {
            using FingerprintIndexBuilder builder = new(key);
            builder.AddDocument(name, "proprietary-code", Encoding.UTF8.GetBytes(document));
            builder.Write(path);
        }
    }

    [Theory]
    [InlineData("anthropic=https://a.example openai=https://o.example/v1", "/v1/messages", "https://a.example/v1/messages")]
    [InlineData("anthropic=https://a.example openai=https://o.example/v1", "/v1/responses", "https://o.example/v1/responses")]
    [InlineData("anthropic=https://a.example openai=https://o.example", "/v1/responses", "https://o.example/v1/responses")]
    [InlineData("anthropic=https://a.example openai=https://o.example/v1/", "/responses", "https://o.example/v1/responses")]
    [InlineData("anthropic=https://a.example openai=https://o.example", "/anthropic/v1/files", "https://a.example/v1/files")]
    [InlineData("corp=https://c.example/llm openai=https://o.example", "/corp/v1/x", "https://c.example/llm/v1/x")]
    [InlineData("corp=https://c.example/llm", "/v1/messages", "https://c.example/llm/v1/messages")]
    [InlineData("corp=https://c.example/v1", "/v10/x", "https://c.example/v1/v10/x")]
    [InlineData("anthropic=https://a.example corp=https://c.example", "/v1/responses", null)]
    [InlineData("anthropic=https://a.example corp=https://c.example", "/corporate/x", null)]
    public void ARequestFindsItsProvider(string upstreams, string path, string? address)
    {
        DefaultHttpContext context = new();
        context.Request.Path = path;
        var found = Upstream.Find([.. upstreams.Split(' ').Select(Upstream.Parse)], context.Request);
        Assert.Equal(address, found is (Upstream upstream, PathString rest) ? upstream.PrefixFor(rest) + rest : null);
    }

    [Fact]
    public async Task WhoseRequestItIsMustBeTold()
    {
        (GatewayServer gateway, HttpClient client) = await GatewayFixture.StartAsync(fixture.Options with { Upstreams = [Upstream.Parse("a=" + fixture.Provider), Upstream.Parse("b=" + fixture.Provider)] });
        await using (gateway)
        using (client)
        {
            (HttpStatusCode status, string body) = await HeldBack(Post("/v1/messages", Anthropic(Open)), client);
            Assert.Equal(HttpStatusCode.NotFound, status);
            Assert.Contains("begin the path with its name (a, b)", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("anthropic")]
    [InlineData("=https://a.example")]
    [InlineData("a b=https://a.example")]
    [InlineData("a=a.example")]
    [InlineData("a=ftp://a.example")]
    [InlineData("a=https://user:password@a.example")]
    [InlineData("a=https://a.example/?key=1")]
    public void WhatIsNoUpstreamIsRefused(string text)
    {
        UserException e = Assert.Throws<UserException>(() => Upstream.Parse(text));
        Assert.StartsWith("--upstream ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("password@", e.Message, StringComparison.Ordinal);
    }
}
