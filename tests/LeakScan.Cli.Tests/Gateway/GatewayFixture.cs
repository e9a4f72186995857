using System.Collections.Concurrent;
using System.Net;
using System.Text;
using LeakScan.Cli.Gateway;
using LeakScan.Cli.Tests.Hooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LeakScan.Cli.Tests.Gateway;

/// <summary>A request as it reached the provider.</summary>
sealed record Reached(string Method, string Target, Dictionary<string, string> Headers, byte[] Body);

/// <summary>A provider that records what reaches it, a gateway before it, and a client of the gateway.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    readonly HookFixture _project = new();
    readonly WebApplication _provider;
    GatewayServer _gateway = null!;

    public GatewayFixture()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = null;
            k.Listen(IPAddress.Loopback, 0);
        });
        _provider = builder.Build();
        _provider.Run(AnswerAsync);
    }

    public HttpClient Client { get; private set; } = null!;

    internal ConcurrentQueue<Reached> Reached { get; } = [];

    internal string Provider { get; private set; } = "";

    /// <summary>Holds the second half of a streamed answer back until it is completed.</summary>
    internal TaskCompletionSource Rest { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The same, of the answers that take long.</summary>
    internal TaskCompletionSource Long { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>When it is completed, the connection of a broken answer ends.</summary>
    internal TaskCompletionSource Break { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HookFixture Project => _project;

    async Task AnswerAsync(HttpContext context)
    {
        MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        Reached.Enqueue(new(context.Request.Method, context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        if (context.Request.Path.Value!.Contains("switch", StringComparison.Ordinal)) context.Response.StatusCode = StatusCodes.Status101SwitchingProtocols;
        if (context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols) return;
        context.Response.StatusCode = 202;
        context.Response.Headers["request-id"] = "r1";
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync("data: one\n\n");
        await context.Response.Body.FlushAsync();
        if (context.Request.Path.Value!.Contains("slow", StringComparison.Ordinal)) await Rest.Task;
        if (context.Request.Path.Value.Contains("long", StringComparison.Ordinal)) await Long.Task;
        if (context.Request.Path.Value.Contains("broken", StringComparison.Ordinal))
        {
            await Break.Task;
            context.Abort();
        }
        await context.Response.WriteAsync("data: two\n\n");
    }

    public async Task InitializeAsync()
    {
        await _provider.StartAsync();
        Provider = _provider.Urls.First();
        (_gateway, Client) = await StartAsync(Options);
    }

    internal GatewayOptions Options => new()
    {
        Indexes = [_project.PathOf("corp.lsi")],
        KeyFile = _project.PathOf("key"),
        Audit = _project.PathOf("audit.jsonl"),
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Upstreams = [Upstream.Parse("anthropic=" + Provider), Upstream.Parse($"openai={Provider}/v1"), Upstream.Parse($"internal={Provider}/models/")],
    };

    internal static async Task<(GatewayServer, HttpClient)> StartAsync(GatewayOptions options)
    {
        GatewayServer gateway = new(options);
        string address = await gateway.StartAsync(CancellationToken.None);
        return (gateway, new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(1) });
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _gateway.DisposeAsync();
        await _provider.DisposeAsync();
        _project.Dispose();
    }
}
