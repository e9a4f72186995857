using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using LeakScan.Cli.Tests.Support;

namespace LeakScan.Cli.Tests.Gateway;

public sealed class GatewayCommandTests : IDisposable
{
    readonly Workspace _work = new Workspace().WithIndex();

    public void Dispose() => _work.Dispose();

    [UnixFact]
    public async Task ItListensUntilItIsInterrupted()
    {
        using Process process = _work.Start(null, "gateway", "--index", "corp.lsi", "--listen", "127.0.0.1:0", "--upstream", "anthropic=http://127.0.0.1:9", "--audit", "audit.jsonl");
        List<string> lines = [];
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
        while (await process.StandardError.ReadLineAsync(patience.Token) is string line)
        {
            lines.Add(line);
            if (line.Contains("listening on", StringComparison.Ordinal)) break;
        }
        string address = lines[^1].Split(' ').First(w => w.StartsWith("http://", StringComparison.Ordinal)).TrimEnd(',');
        using HttpClient client = new();
        string body = JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = _work.Read("src/alpha.cs") } } });
        using HttpResponseMessage response = await client.PostAsync(new Uri(address + "/v1/messages"), new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.UnavailableForLegalReasons, response.StatusCode);
        Workspace.Interrupt(process, "TERM");
        string rest = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("leakscan: anthropic, POST /v1/messages: LeakScan blocked this: messages[0] (user) has text of src/alpha.cs", rest, StringComparison.Ordinal);
        Assert.EndsWith("leakscan: ended\n", rest, StringComparison.Ordinal);
        Assert.Equal("block", CliResult.Json(Assert.Single(await File.ReadAllLinesAsync(_work.PathOf("audit.jsonl")))).GetProperty("verdict").GetString());
    }

    [Fact]
    public void WhatItCannotStartWithIsSaid()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains($"--listen 127.0.0.1:{port}: ", Start("--listen", "127.0.0.1:" + port, "--upstream", "a=http://127.0.0.1:9"), StringComparison.Ordinal);
        Assert.Contains("--listen 8787: write ADDRESS:PORT", Start("--listen", "8787", "--upstream", "a=http://127.0.0.1:9"), StringComparison.Ordinal);
        Assert.Contains("--upstream a is given twice", Start("--upstream", "a=http://127.0.0.1:9", "--upstream", "a=http://127.0.0.1:10"), StringComparison.Ordinal);
        Assert.Contains("'--upstream' is required", Start(), StringComparison.Ordinal);
        Assert.Contains("none.lsi: no such index", _work.Run("gateway", "--index", "none.lsi", "--upstream", "a=http://127.0.0.1:9").Expect(2).Err, StringComparison.Ordinal);
    }

    string Start(params string[] arguments) => _work.Run(["gateway", "--index", "corp.lsi", .. arguments]).Expect(2).Err;
}
