using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CsCheck;
using LeakScan.Cli.Gateway;
using LeakScan.Cli.Outgoing;
using LeakScan.Cli.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace LeakScan.Cli.Tests.Gateway;

public sealed class GatewayTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    const string Open = "What does a rolling hash do?";

    static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(20);

    string Secret => fixture.Project.Secret;

    static string Anthropic(string text, bool stream = false) =>
        JsonSerializer.Serialize(new { model = "m", stream, messages = new[] { new { role = "user", content = "hello" }, new { role = "user", content = text } } });

    static HttpRequestMessage Post(string path, byte[] body, string contentType = "application/json", string? encoding = null) => Post(new Uri(path, UriKind.Relative), body, contentType, encoding);

    static HttpRequestMessage Post(Uri path, byte[] body, string contentType = "application/json", string? encoding = null)
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
        const string target = "/v1/messages/a%20b%2Fc%25d%3Ae//x?beta=true&q=a%2Fb+c";
        HttpRequestMessage request = Post(new Uri(fixture.Client.BaseAddress + target[1..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), body);
        request.Headers.Add("x-metadata", "/home/j\u00fcrgen");
        request.Headers.Add("x-api-key", "k1");
        request.Headers.Add("anthropic-version", "2023-06-01");
        request.Headers.Add("traceparent", "00-a4307b7c965e86408bb657c5c70e3191-20b686d8cc07e79e-01");
        Reached reached = await Passed(request);
        Assert.Equal(("POST", target), (reached.Method, reached.Target));
        Assert.Equal("/home/j\u00fcrgen", reached.Headers["x-metadata"]);
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

    [Fact]
    public async Task AnAnswerThatBreaksOffDoesNotLookWhole()
    {
        using HttpResponseMessage response = await fixture.Client.SendAsync(Post("/v1/messages/broken", Anthropic(Open)), HttpCompletionOption.ResponseHeadersRead);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        Assert.Equal("data: one", await reader.ReadLineAsync());
        fixture.Break.SetResult();
        await Assert.ThrowsAnyAsync<IOException>(reader.ReadToEndAsync);
    }

    [Fact]
    public async Task ABodyOfUnknownLengthGoesOn()
    {
        HttpRequestMessage request = Post("/v1/messages", Anthropic(Open));
        request.Headers.TransferEncodingChunked = true;
        Assert.Equal(Anthropic(Open), Encoding.UTF8.GetString((await Passed(request)).Body));
        HttpRequestMessage secret = Post("/v1/messages", Anthropic(Secret));
        secret.Headers.TransferEncodingChunked = true;
        Assert.Equal(HttpStatusCode.UnavailableForLegalReasons, (await HeldBack(secret)).Status);
    }

    [Theory]
    [InlineData("/v1/messages", false, 451)]
    [InlineData("/v1/messages", true, 451)]
    [InlineData("/v1/messages/count_tokens", false, 451)]
    [InlineData("/anthropic/v1/messages", false, 451)]
    [InlineData("/anthropic/v1/files", false, 451)]
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
        foreach (string encoding in (string[])["gzip", "br", "deflate", "zstd"])
        {
            byte[] open = Compress(encoding, Encoding.UTF8.GetBytes(Anthropic(Open))), secret = Compress(encoding, Encoding.UTF8.GetBytes(Secret));
            Assert.Contains(encoding == "zstd" ? "not in the encoding" : "goes on behind the end of what is packed", (await HeldBack(Post("/v1/messages", [.. open, .. "xxxx"u8, .. secret], encoding: encoding))).Body, StringComparison.Ordinal);
            Assert.Contains(encoding is "gzip" or "zstd" ? "has text of src/secret.py" : "goes on behind", (await HeldBack(Post("/v1/messages", [.. open, .. secret], encoding: encoding))).Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public void WhatStandsBehindAnEncodingIsSeenWhereverItEnds(string encoding) => Gen.Select(Gen.Int[0, 20_000], Gen.Int[2, 20_000], Gen.Int).Sample((length, behind, seed) =>
    {
        Random random = new(seed);
        byte[] first = new byte[length], rest = new byte[behind];
        random.NextBytes(first); // so that it is about as long when it is packed: decoders read 8 or 64 KiB at once
        random.NextBytes(rest);
        first.AsSpan(0, Math.Min(length, 4)).Fill((byte)'#');
        rest.AsSpan(0, 2).Fill((byte)'#');
        byte[] packed = Compress(encoding, first);
        Assert.Equal(first, RequestBody.Decode(packed, encoding).ToArray());
        Assert.Throws<UnreadableException>(() => RequestBody.Decode((byte[])[.. packed, .. rest], encoding));
        byte[] two = [.. packed, .. Compress(encoding, rest)];
        if (encoding is "gzip" or "zstd") Assert.Equal([.. first, .. rest], RequestBody.Decode(two, encoding).ToArray());
        else Assert.Throws<UnreadableException>(() => RequestBody.Decode(two, encoding));
    }, iter: 200);

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task WhatIsPackedWithoutSayingSoIsRead(string packing)
    {
        byte[] secret = Compress(packing, Encoding.UTF8.GetBytes(Secret)), twice = Compress("gzip", secret);
        Assert.Contains("has text of src/secret.py", (await HeldBack(Post("/v1/files", secret, "application/octet-stream"))).Body, StringComparison.Ordinal);
        Assert.Contains("has text of src/secret.py", (await HeldBack(Post("/v1/files", twice, "application/octet-stream"))).Body, StringComparison.Ordinal);
        foreach ((string type, string boundary) in new[] { ("multipart/form-data; boundary=b", "b"), ("multipart/mixed; charset=x; Boundary=\"b c\"; a=b", "b c"), ("multipart/form-data; boundary=----b1; a=b", "----b1") })
        {
            Assert.Contains("a packed part of the request's body has text of src/secret.py", (await HeldBack(Post("/v1/files", Form(boundary, secret), type))).Body, StringComparison.Ordinal);
            Assert.Contains("a packed part of the request's body has text of src/secret.py", (await HeldBack(Post("/v1/files", Form(boundary, twice), type))).Body, StringComparison.Ordinal);
        }
        byte[] tokens = Compress(packing, """{"body":{"input":[1,2,3]}}"""u8.ToArray());
        Assert.Contains("the numbers of tokens", (await HeldBack(Post("/v1/files", Form("b", tokens), "multipart/form-data; boundary=b"))).Body, StringComparison.Ordinal);
        Assert.Contains("not in the encoding", (await HeldBack(Post("/v1/files", Form("b", [.. secret[..8], 0xFF, .. secret[8..]]), "multipart/form-data; boundary=b"))).Body, StringComparison.Ordinal);

        byte[] open = Form("b", Compress(packing, Encoding.UTF8.GetBytes(Open)));
        Assert.Equal(open, (await Passed(Post("/v1/files", open, "multipart/form-data; boundary=b"))).Body);
    }

    static byte[] Form(string boundary, byte[] file) =>
    [
        .. Encoding.UTF8.GetBytes($"--{boundary}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nx\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.gz\"\r\n\r\n"),
        .. file, .. Encoding.UTF8.GetBytes($"\r\n--{boundary}--\r\n"),
    ];

    [Fact]
    public void WhatIsPackedHasRoomOnceForAll()
    {
        byte[] half = Compress("gzip", new byte[RequestBody.MaxBytes / 2 + 1]);
        Assert.NotEmpty(RequestTexts.Of(Form("b", half), "multipart/form-data; boundary=b", out _).All);
        byte[] both = [.. Form("b", half)[..^"--\r\n".Length], .. "\r\n\r\n"u8, .. half, .. "\r\n--b--"u8];
        Assert.Contains("longer than", Assert.Throws<UnreadableException>(() => RequestTexts.Of(both, "multipart/form-data; boundary=b", out _)).Message, StringComparison.Ordinal);
        byte[] often = [0];
        for (int i = 0; i < 5; i++) often = Compress("gzip", often);
        Assert.Throws<UnreadableException>(() => RequestBody.Decode(often, null));
        Assert.Equal([0], RequestBody.Decode(often, "gzip").ToArray());
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
        { "base64 without padding", "application/json", """{"input":[{"file_data":"@UNPADDED@"}]}""" },
        { "base64 for addresses", "application/json", """{"input":[{"file_data":"@URL@"}]}""" },
        { "base64 in lines", "application/json", """{"input":[{"file_data":"@LINES@"}]}""" },
        { "base64 of text that is not UTF-8", "application/json", """{"input":[{"file_data":"@LATIN@"}]}""" },
        { "base64 of UTF-16", "application/json", """{"input":[{"file_data":"@UTF16@"}]}""" },
        { "base64 in JSON in a string", "application/json", """{"input":[{"type":"custom_tool_call_output","output":"{\"data\":\"@BASE64@\"}"}]}""" },
        { "base64 within a string", "application/json", """{"messages":[{"role":"user","content":"this is the file: @BASE64@, is it not?"}]}""" },
        { "base64 in lines of JSON", "application/x-ndjson", "{\"a\":1}\n{\"b\":\"@BASE64@\"}\n" },
        { "base64 in lines of JSON with escapes", "application/x-ndjson", "{\"a\":1}\n{\"b\":\"@ESCAPED@\"}\n" },
        { "base64 with escapes in JSON in a string", "application/json", """{"input":[{"output":"{\"data\":\"@ESCAPEDTWICE@\"}"}]}""" },
        { "base64 in JSON that some take for JSON", "application/json", """{"temperature":NaN,"messages":[{"content":"@BASE64@"}]}""" },
        { "a list of strings", "application/json", """{"input":["a","b",@SECRET@]}""" },
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
            .Replace("@BASE64@", Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)), StringComparison.Ordinal)
            .Replace("@ESCAPED@", Escaped("\\"), StringComparison.Ordinal).Replace("@ESCAPEDTWICE@", Escaped("\\\\"), StringComparison.Ordinal)
            .Replace("@UNPADDED@", Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret + "xx"[(Secret.Length % 3 == 0 ? 1 : 2)..])).TrimEnd('='), StringComparison.Ordinal)
            .Replace("@URL@", Convert.ToBase64String(Encoding.UTF8.GetBytes("\u00ff\u00fe\u00bf" + Secret)).Replace('+', '-').Replace('/', '_'), StringComparison.Ordinal)
            .Replace("@LINES@", JsonEncodedText.Encode(Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret), Base64FormattingOptions.InsertLineBreaks)).ToString(), StringComparison.Ordinal)
            .Replace("@LATIN@", Convert.ToBase64String(Encoding.Latin1.GetBytes("# caf\u00e9\n" + Secret)), StringComparison.Ordinal)
            .Replace("@UTF16@", Convert.ToBase64String(Encoding.Unicode.GetBytes(Secret)), StringComparison.Ordinal);
        (HttpStatusCode status, string answer) = await HeldBack(Post("/v1/files", Encoding.UTF8.GetBytes(text), contentType));
        Assert.True(status == HttpStatusCode.BadRequest && answer.Contains("src/secret.py", StringComparison.Ordinal), place);

        string Escaped(string escape) => string.Concat(Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)).Select(c => c % 8 == 3 ? $"{escape}u00{(int)c:X2}" : c.ToString()));
    }

    [Theory]
    [InlineData("/v1/search?q=")]
    [InlineData("/v1/search/")]
    [InlineData("/v1/search?to=https%3A%2F%2Fx.invalid%2F%3Fq%3D")]
    public async Task AnAddressHidesNothing(string before)
    {
        (HttpStatusCode status, string body) = await HeldBack(new(HttpMethod.Get, before + Uri.EscapeDataString(Secret[..2000])));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("the address has text of src/secret.py", body, StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(Secret.Split('\n')[3].Trim()), await File.ReadAllTextAsync(fixture.Project.PathOf("audit.jsonl")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"input":[[1,2,3]]}""")]
    [InlineData("""{"prompt":[1,2,3]}""")]
    [InlineData("""{"prompt":["x",[1,2]]}""")]
    [InlineData("""{"requests":[{"input":[1,2,3]}]}""")]
    [InlineData("{\"custom_id\":\"a\",\"body\":{\"input\":\"x\"}}\n{\"custom_id\":\"b\",\"body\":{\"input\":[1,2]}}")]
    [InlineData("""{"prompt":{"input":[1]}}""")]
    [InlineData("""{"prompt_token_ids":[@16@]}""")]
    [InlineData("""{"prompt":{"prompt_token_ids":[@16@]}}""")]
    [InlineData("""{"prompt":[{"prompt_token_ids":[@16@]}]}""")]
    [InlineData("""{"input":{"input_ids":[@16@]}}""")]
    [InlineData("""{"inputs":[[@16@],[]]}""")]
    [InlineData("""{"prompt":"go on","context":[@16@]}""")]
    [InlineData("""{"tokens":[@16@]}""")]
    public async Task TheNumbersOfTokensCannotBeRead(string body) =>
        Assert.Contains("the numbers of tokens", (await HeldBack(Post("/v1/embeddings", body.Replace("@16@", Sixteen, StringComparison.Ordinal)))).Body, StringComparison.Ordinal);

    const string Sixteen = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,200000";

    [Theory]
    [InlineData("""{"context":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]}""")]
    [InlineData("""{"inputs":[@16@,0.5]}""")]
    [InlineData("""{"inputs":[@16@,-1]}""")]
    [InlineData("""{"context":[@16@,{"line":1}]}""")]
    [InlineData("""{"stop_token_ids":[@16@],"allowed_token_ids":[@16@],"begin_suppress_tokens":[@16@]}""")]
    [InlineData("""{"max_tokens":16,"lines":[@16@]}""")]
    [InlineData("""{"messages":[{"content":[{"type":"tool_use","input":{"context":[@16@]}}]}]}""")]
    [InlineData("""{"input":[{"type":"x","context":[@16@]}]}""")]
    public async Task OtherNumbersAreNoTokens(string body) => await Passed(Post("/v1/x", body.Replace("@16@", Sixteen, StringComparison.Ordinal)));

    [Fact]
    public async Task ManyLargeBodiesWaitForEachOther()
    {
        byte[] body = new byte[9 << 20];
        body.AsSpan().Fill((byte)' ');
        HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fixture.Client.SendAsync(Post("/v1/x", body, "text/plain"))));
        Assert.All(responses, response => Assert.True(response.IsSuccessStatusCode));
        foreach (HttpResponseMessage response in responses) response.Dispose();
    }

    [Fact]
    public async Task ALargeRequestMakesRoomWhenItsAnswerBegins()
    {
        byte[] body = new byte[9 << 20];
        body.AsSpan().Fill((byte)' ');
        HttpResponseMessage[] begun = new HttpResponseMessage[12];
        for (int i = 0; i < begun.Length; i++) begun[i] = await fixture.Client.SendAsync(Post("/v1/x/long", body, "text/plain"), HttpCompletionOption.ResponseHeadersRead);
        fixture.Long.SetResult();
        foreach (HttpResponseMessage response in begun)
        {
            Assert.Equal("data: one\n\ndata: two\n\n", await response.Content.ReadAsStringAsync());
            response.Dispose();
        }
    }

    [Theory]
    [InlineData("{\n")]
    [InlineData("{ a[0] }\n")]
    public async Task LinesThatAreNoRecordsAreReadAtOnce(string line) =>
        await Passed(Post("/v1/x", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, 500_000))), "text/plain")); // a minute, and the client gives up

    [Fact]
    public async Task AnotherProtocolIsRefused()
    {
        using HttpResponseMessage response = await fixture.Client.SendAsync(Post("/v1/messages/switch", Anthropic(Open)));
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("another protocol", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASessionThatIsTextIsNotRecorded()
    {
        HttpRequestMessage request = Post("/v1/messages", Anthropic(Secret));
        request.Headers.TryAddWithoutValidation("session-id", "class Of a text; not_of_a_session");
        await HeldBack(request);
        Assert.DoesNotContain("not_of_a_session", await File.ReadAllTextAsync(fixture.Project.PathOf("audit.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFormIsRead() =>
        Assert.Contains("the form has text of src/secret.py", (await HeldBack(Post("/v1/x", Encoding.UTF8.GetBytes("prompt=" + WebUtility.UrlEncode(Secret)), "application/x-www-form-urlencoded"))).Body, StringComparison.Ordinal);

    [Fact]
    public async Task AFormThatDoesNotSayThatItIsOneIsRead()
    {
        byte[] form = Encoding.UTF8.GetBytes("a=1&prompt=" + WebUtility.UrlEncode(Secret) + "\n");
        HttpRequestMessage request = Post("/v1/x", form);
        request.Content!.Headers.ContentType = null;
        Assert.Contains("the form has text of src/secret.py", (await HeldBack(request)).Body, StringComparison.Ordinal);
        Assert.Equal(2, RequestTexts.Of(form, "text/plain", out _).All.Count);
        Assert.Single(RequestTexts.Of("a = 1 % 2"u8.ToArray(), "text/plain", out _).All);
    }

    [Theory]
    [InlineData("system")]
    [InlineData("messages")]
    public async Task ADocumentThatIsCutIntoItsLinesIsOneStill(string list)
    {
        IEnumerable<string> lines = Secret.Split('\n').Select(line => $$"""{"role":"user","text":"{{JsonEncodedText.Encode(line)}}"}""");
        Assert.Contains($"{list}[0] to [", (await HeldBack(Post("/v1/messages", $$"""{"{{list}}":[{{string.Join(',', lines)}}]}"""))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANameThatIsTextIsNotShown()
    {
        (HttpStatusCode _, string body) = await HeldBack(Post("/v1/x", $$"""{"{{Secret.Split('\n')[3].Trim()[..31]}}":"{{JsonEncodedText.Encode(Secret)}}"}"""));
        Assert.Contains("a name of 31 characters has text of src/secret.py", body, StringComparison.Ordinal);
    }

    [Fact]
    public void AListOfVeryManyIsOneText()
    {
        byte[] body = Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Repeat("""{"a":"b"}""", 100_000)) + "]");
        OutgoingText text = Assert.Single(RequestTexts.Of(body, "application/json", out _).All);
        Assert.Equal(200_000, text.Utf8.Length);
        Assert.Equal("the request's body", text.What);
    }

    [Fact]
    public async Task NamesThatAreNoTextAreNoFault()
    {
        string body = """{"a\ud800bcdefg":1,"messages":[{"r\udc00le":"user","role":"user","content":"x"}]}""";
        Assert.Equal(body, Encoding.UTF8.GetString((await Passed(Post("/v1/messages", body))).Body));
    }

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
                ("this is none"u8.ToArray(), "gzip", "not in the encoding that it says or begins with (gzip)"),
                (Compress("zstd", "{}"u8.ToArray())[..^3], "zstd", "not in the encoding that it says or begins with (zstd)"),
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
            Assert.Contains("longer than the 67108864 bytes", tooLong, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WhatUnpacksToVeryMuchIsNotRead()
    {
        byte[] bomb = Compress("gzip", new byte[RequestBody.MaxBytes + 1]);
        UnreadableException e = Assert.Throws<UnreadableException>(() => RequestBody.Decode(bomb, "gzip"));
        Assert.Contains("longer than the 67108864 bytes that are read when it is unpacked", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWebSocketIsRefused()
    {
        HttpRequestMessage request = new(HttpMethod.Get, "/v1/responses");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        Assert.Equal(HttpStatusCode.UpgradeRequired, (await HeldBack(request)).Status);

        HttpRequestMessage offer = Post("/v1/responses", Anthropic(Open));
        offer.Headers.TryAddWithoutValidation("Connection", "Upgrade, HTTP2-Settings");
        offer.Headers.TryAddWithoutValidation("Upgrade", "h2c");
        Assert.False((await Passed(offer)).Headers.ContainsKey("Upgrade"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("identity")]
    [InlineData("chunked")]
    public async Task ATransferEncodingHidesNothing(string coding)
    {
        HttpRequestMessage request = Post("/v1/messages", Compress("gzip", Encoding.UTF8.GetBytes(Anthropic(Open))), "text/plain");
        request.Headers.TransferEncoding.Add(new(coding));
        request.Headers.TransferEncoding.Add(new("chunked"));
        (HttpStatusCode status, string body) = await HeldBack(request);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("no Transfer-Encoding but chunked", body, StringComparison.Ordinal);
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

    [Theory]
    [InlineData("/v1/messages/count_tokens?beta=true", "/v1/messages/count_tokens")]
    [InlineData("/v1beta/models/gemini-pro:generateContent", "/v1beta/models/gemini-pro:generateContent")]
    [InlineData("/v1/search/def%20rate(x)", "/v1/search/...")]
    [InlineData("/v1/abcdefghijklmnopqrstuvwxyzabcdefg/x", "/v1/.../x")]
    [InlineData("/a/b/c/d/e/f", "/a/b/c/d/...")]
    [InlineData("/", "/")]
    public void APathIsShownAsFarAsItIsNoText(string target, string shown) => Assert.Equal(shown, GatewayServer.Shown(target));

    [Fact]
    public async Task AProviderThatIsNotThereIsToldApartFromABlock()
    {
        (GatewayServer gateway, HttpClient client) = await GatewayFixture.StartAsync(fixture.Options with { Upstreams = [Upstream.Parse($"anthropic=http://127.0.0.1:{ClosedPort()}")] });
        await using (gateway)
        using (client)
        {
            using HttpResponseMessage response = await client.SendAsync(Post("/v1/messages", Anthropic(Open)));
            Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
            JsonElement error = CliResult.Json(await response.Content.ReadAsStringAsync()).GetProperty("error");
            Assert.Matches(@"^LeakScan let this through, but anthropic \(http://127\.0\.0\.1:\d+\) cannot be reached: \w.*refused", error.GetProperty("message").GetString());
            Assert.False(response.Headers.Contains("x-should-retry")); // it may be there again soon

            using HttpResponseMessage blocked = await client.SendAsync(Post("/v1/messages", Anthropic(Secret)));
            Assert.Equal("false", Assert.Single(blocked.Headers.GetValues("x-should-retry")));
        }
    }

    static int ClosedPort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [Fact]
    public async Task ManyAtOnceAreJudgedEachByItself()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            if (i % 3 == 0) Assert.Equal(HttpStatusCode.UnavailableForLegalReasons, (await HeldBack(Post("/v1/messages", Anthropic(Secret)))).Status);
            else Assert.Equal(Anthropic(Workspace.Code(1000 + i)), Encoding.UTF8.GetString((await Passed(Post("/v1/messages", Anthropic(Workspace.Code(1000 + i))))).Body));
        });
    }

    [Fact]
    public void AnIndexThatChangesIsOpenedAnew() => IsOpenedAnew(byLink: false);

    [UnixFact]
    public void AnIndexBehindALinkIsOpenedAnew() => IsOpenedAnew(byLink: true);

    void IsOpenedAnew(bool byLink)
    {
        IndexKey key = IndexKey.Load(fixture.Project.PathOf("key"));
        string path = fixture.Project.PathOf(byLink ? "target.lsi" : "live.lsi"), name = path;
        Write("a.py", Workspace.Code(76));
        if (byLink) File.CreateSymbolicLink(name = fixture.Project.PathOf("link.lsi"), path);
        using LiveIndex index = new([name], () => FingerprintIndex.Open(name, key), Policy.Default, s_often);
        Assert.Equal(Verdict.Allow, Scan(77));
        Write("b.py", Workspace.Code(77));
        Assert.True(SpinWait.SpinUntil(() => Scan(77) == Verdict.Block, TimeSpan.FromMinutes(1)));

        // As it is written: a mapped file must not be cut short in place.
        File.WriteAllText(path + "-damaged", "damaged");
        File.Move(path + "-damaged", path, overwrite: true);
        long until = Environment.TickCount64 + 500;
        while (Environment.TickCount64 < until) Assert.Equal(Verdict.Block, Scan(77));
        File.Move(path, path + "-gone");
        Assert.Equal(Verdict.Block, Scan(77));
        Write("c.py", Workspace.Code(78));
        Assert.True(SpinWait.SpinUntil(() => Scan(78) == Verdict.Block, TimeSpan.FromMinutes(1)));

        Verdict Scan(int seed) => index.Use("*", scanner => scanner.Scan(Encoding.UTF8.GetBytes(Workspace.Code(seed)), new List<Match>()).Verdict);

        void Write(string document, string text)
        {
            using FingerprintIndexBuilder builder = new(key);
            builder.AddDocument(document, "proprietary-code", Encoding.UTF8.GetBytes(text));
            builder.Write(path);
        }
    }

    [Fact]
    public void AnIndexInUseIsNotClosed()
    {
        IndexKey key = IndexKey.Load(fixture.Project.PathOf("key"));
        LiveIndex index = new([fixture.Project.PathOf("corp.lsi")], () => FingerprintIndex.Open(fixture.Project.PathOf("corp.lsi"), key), Policy.Default, s_often);
        Verdict verdict = index.Use("*", scanner =>
        {
            index.Dispose();
            return scanner.Scan(Encoding.UTF8.GetBytes(Secret), new List<Match>()).Verdict;
        });
        Assert.Equal(Verdict.Block, verdict);
        Assert.Throws<ObjectDisposedException>(() => index.Use("*", _ => 0));
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
    [InlineData("groq=https://g.example/openai/v1", "/groq/v1/chat/completions", "https://g.example/openai/v1/chat/completions")]
    [InlineData("openai=https://r.example/api/v1", "/v1/responses?a=/v1", "https://r.example/api/v1/responses?a=/v1")]
    [InlineData("openai=https://z.example/openai", "/openai/deployments/d", "https://z.example/openai/deployments/d")]
    [InlineData("corp=https://c.example:8443", "/models/org%2Fname", "https://c.example:8443/models/org%2Fname")]
    [InlineData("corp=https://c.example", "/corp", "https://c.example")]
    [InlineData("anthropic=https://a.example corp=https://c.example", "/v1/responses", null)]
    [InlineData("anthropic=https://a.example corp=https://c.example", "/corporate/x", null)]
    public void ARequestFindsItsProvider(string upstreams, string path, string? address)
    {
        var found = Upstream.Find([.. upstreams.Split(' ').Select(Upstream.Parse)], new DefaultHttpContext().Request, path);
        Assert.Equal(address, found is (Upstream upstream, string rest) ? upstream.AddressOf(rest) : null);
    }

    [Theory]
    [InlineData("anthropic-version", "2023-06-01")]
    [InlineData("x-api-key", "k")]
    [InlineData("User-Agent", "claude-cli/2.1.330 (external, cli)")]
    public void AKeyDoesNotGoToAnotherProvider(string header, string value)
    {
        DefaultHttpContext context = new();
        context.Request.Headers[header] = value;
        Assert.Equal("anthropic", Upstream.Find([Upstream.Parse("openai=https://o.example"), Upstream.Parse("anthropic=https://a.example")], context.Request, "/api/hello")!.Value.Upstream.Name);
    }

    [Theory]
    [InlineData("/internal/../v1/messages", true)]
    [InlineData("/internal/%2E%2e/v1/messages", true)]
    [InlineData("/internal/..%2fv1", true)]
    [InlineData("/internal\\..\\v1", true)]
    [InlineData("/./v1", true)]
    [InlineData("/v1/models/a..b/.well-known?x=/../", false)]
    public void APathThatLeadsOutOfItsFolderIsRefused(string target, bool climbs) => Assert.Equal(climbs, Upstream.Climbs(target));

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
