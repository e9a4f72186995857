using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LeakScan.Cli.Hooks;
using LeakScan.Cli.Outgoing;
using LeakScan.Cli.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace LeakScan.Cli.Gateway;

/// <summary>Stands between coding tools and their providers: no byte of a request goes on before all of it was scanned.</summary>
// Requests are read whole, since a verdict on half a request would be none; answers come back as they are sent, a piece at a time.
sealed class GatewayServer : IAsyncDisposable
{
    /// <summary>A model may think for so long between two pieces of its answer.</summary>
    static readonly ForwarderRequestConfig s_forwarding = new() { ActivityTimeout = TimeSpan.FromMinutes(30) };

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Requests with large bodies at once; more wait, since each body is in memory until it has been sent on.</summary>
    const int MaxLarge = 8;

    readonly GatewayOptions _options;
    readonly Policy _policy;
    readonly LiveIndex _index;
    readonly WebApplication _web;
    readonly IHttpForwarder _forwarder;
    readonly HttpMessageInvoker _client;
    const int MaxMethod = 7, MaxSession = 64;

    readonly SemaphoreSlim _scans = new(Environment.ProcessorCount); // lives as long as the last scan
    readonly SemaphoreSlim _large = new(MaxLarge);
    readonly Lock _auditing = new();
    bool _saidThatAuditFails;

    internal GatewayServer(GatewayOptions options)
    {
        _options = options;
        _policy = PolicyFile.Load(options.Policy);
        IReadOnlyList<string> indexes = options.Indexes.Count > 0 ? options.Indexes : [ProtectedIndex.DefaultPath()];
        _index = new LiveIndex(indexes, () => ProtectedIndex.Open(indexes, options.KeyFile, _policy), _policy, TimeSpan.FromSeconds(1));
        // Nothing is read from the folder that it is started in, nor from the environment.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            // Headers go through as the bytes that they are.
            kestrel.RequestHeaderEncodingSelector = kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.Listen(options.Listen, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _web = builder.Build();
        _web.Run(HandleAsync);
        _forwarder = _web.Services.GetRequiredService<IHttpForwarder>();
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            // A connection that died while a laptop slept must not hold requests up.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        });
    }

    internal IndexInfo Index => _index.Info;

    /// <summary>Begins to listen.</summary>
    /// <returns>Where, which is news if the port was left to the system.</returns>
    internal async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _web.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new UserException($"--listen {_options.Listen}: {e.Message}");
        }
        return _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    /// <summary>Takes no more requests and waits for the answers that are under way, but not for long.</summary>
    internal Task StopAsync() => _web.StopAsync(s_patience);

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _client.Dispose();
        _index.Dispose();
    }

    async Task HandleAsync(HttpContext context)
    {
        int rooms = 0;
        try
        {
            await HandleAsync(context, async () =>
            {
                await _large.WaitAsync(context.RequestAborted);
                Volatile.Write(ref rooms, 1);
            }, Leave);
        }
        finally
        {
            Leave();
        }

        void Leave()
        {
            if (Interlocked.Exchange(ref rooms, 0) != 0) _large.Release();
        }
    }

    async Task HandleAsync(HttpContext context, Func<Task> beforeLarge, Action afterSent)
    {
        HttpRequest request = context.Request;
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target[0] != '/')
        {
            await GatewayReply.Error(false, StatusCodes.Status400BadRequest, "LeakScan: this is a gateway and no HTTP proxy; make it the base address of the tool").WriteAsync(context);
            return;
        }
        if (Upstream.Climbs(target))
        {
            await GatewayReply.Error(false, StatusCodes.Status400BadRequest, "LeakScan: no path with . or .. in it").WriteAsync(context);
            return;
        }
        if (!request.Headers.Upgrade.All(protocol => string.Equals(protocol, "h2c", StringComparison.OrdinalIgnoreCase)))
        {
            // What goes through a web socket cannot be held back; a tool that is refused one sends requests instead.
            await GatewayReply.Error(false, StatusCodes.Status426UpgradeRequired, "LeakScan: no web sockets here, send requests").WriteAsync(context);
            return;
        }
        if (request.Headers.TransferEncoding is { Count: > 0 } codings && !string.Equals(codings, "chunked", StringComparison.OrdinalIgnoreCase))
        {
            // Nothing here undoes another one, and whoever is behind might.
            await GatewayReply.Error(false, StatusCodes.Status400BadRequest, "LeakScan: no Transfer-Encoding but chunked").WriteAsync(context);
            return;
        }
        context.Features.Set<IHttpUpgradeFeature>(null); // an offer of HTTP/2 is not taken
        request.Headers.Remove("Upgrade");
        if (Upstream.Find(_options.Upstreams, request, target) is not (Upstream upstream, string there))
        {
            string names = string.Join(", ", _options.Upstreams.Select(u => u.Name));
            await GatewayReply.Error(false, StatusCodes.Status404NotFound, $"LeakScan: which provider this is for cannot be told; begin the path with its name ({names})").WriteAsync(context);
            return;
        }

        bool isAnthropics = upstream.IsAnthropic || Upstream.IsAnthropics(request, there);
        Stopwatch watch = Stopwatch.StartNew();
        AuditEntry entry = new() { Time = DateTime.UtcNow, Tool = ToolOf(request) ?? upstream.Name, Event = $"{(request.Method.Length <= MaxMethod && request.Method.All(char.IsAsciiLetterUpper) ? request.Method : "...")} {Shown(there)}", Session = SessionOf(request) };
        ArraySegment<byte> body = default;
        bool isRead = false, streams = false;
        string? message;
        try
        {
            body = await RequestBody.ReadAsync(request, beforeLarge, context.RequestAborted);
            isRead = true;
            (Judgement judgement, streams) = await JudgeAsync(request, upstream, target, body, context.RequestAborted);
            entry = entry with { Verdict = judgement.Verdict, Documents = judgement.Documents, Characters = judgement.Characters };
            message = judgement.Finding.Length == 0 ? null
                : judgement.Verdict == Verdict.Block ? $"LeakScan blocked this: {judgement.Finding}. It stays in the conversation: go back before it or begin a new one, or ask whoever keeps the policy to allow it."
                : $"LeakScan: {judgement.Finding}";
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested && e is not Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            string why = Diagnostics.Printable(e is UnreadableException ? e.Message : CommandLine.Explain(e));
            // What was not read to its end cannot be sent on either.
            Verdict verdict = isRead ? _policy.OnError : Verdict.Block;
            entry = entry with { Verdict = verdict, Error = why };
            message = verdict == Verdict.Block ? $"LeakScan blocked this, since it could not be checked: {why}" : $"LeakScan could not check this: {why}";
        }

        bool isBlocked = entry.Verdict == Verdict.Block;
        if (body.Count > 0 || request.QueryString.HasValue || isBlocked) Record(entry with { Stopped = isBlocked, Elapsed = watch.Elapsed });
        if (message is not null) Diagnostics.Note($"{entry.Tool}, {entry.Event}: {message}");
        if (isBlocked)
        {
            await GatewayReply.Blocked(isAnthropics, there, streams, message!).WriteAsync(context);
            return;
        }
        if (body.Count > 0) request.Body = new MemoryStream(body.Array!, body.Offset, body.Count, writable: false);
        body = default;
        await ForwardAsync(context, upstream, there, isAnthropics, () =>
        {
            // The answer may take minutes: the request is not kept until then.
            request.Body = Stream.Null;
            afterSent();
        });
    }

    async Task<(Judgement Judgement, bool Streams)> JudgeAsync(HttpRequest request, Upstream upstream, string target, ArraySegment<byte> body, CancellationToken cancellationToken)
    {
        await _scans.WaitAsync(cancellationToken);
        try
        {
            ArraySegment<byte> decoded = RequestBody.Decode(body, request.Headers.ContentEncoding);
            OutgoingTexts texts = RequestTexts.Of(decoded, request.ContentType, out bool streams);
            // The names and comments that stand between what is packed are not unpacked.
            if (decoded.Array != body.Array) texts.Add("the request's body, as it came,", body);
            // What is in an address may be an address with another in it.
            string address = Uri.UnescapeDataString(target.Replace('+', ' '));
            texts.AddDecoded("the address", Encoding.UTF8.GetBytes(address));
            if (address.Contains('%')) texts.AddDecoded("the address", Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address)));
            return (_index.Use(upstream.Name, scanner => Judgement.Of(texts.All, scanner, _policy, _options.Policy, upstream.Name, cancellationToken)), streams);
        }
        finally
        {
            _scans.Release();
        }
    }

    async Task ForwardAsync(HttpContext context, Upstream upstream, string target, bool isAnthropics, Action answered)
    {
        Transformer transformer = new(upstream.AddressOf(target), answered);
        ForwarderError error = await _forwarder.SendAsync(context, upstream.Address, _client, s_forwarding, transformer);
        if (transformer.SwitchesProtocols)
        {
            Diagnostics.Error($"{upstream.Name} ({upstream.Origin}) would go on in another protocol, which nobody asked for");
            await GatewayReply.Error(isAnthropics, StatusCodes.Status502BadGateway, $"LeakScan let this through, but {upstream.Name} would go on in another protocol").WriteAsync(context);
            return;
        }
        if (error is ForwarderError.None or ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.ResponseBodyCanceled
            or ForwarderError.RequestBodyClient or ForwarderError.ResponseBodyClient) return;
        Exception? cause = context.GetForwarderErrorFeature()?.Exception;
        while (cause?.InnerException is not null) cause = cause.InnerException;
        string what = $"{upstream.Name} ({upstream.Origin}) {(context.Response.HasStarted ? "broke off its answer" : "cannot be reached")}: {cause?.Message ?? error.ToString()}";
        Diagnostics.Error(what);
        if (!context.Response.HasStarted) await GatewayReply.Error(isAnthropics, context.Response.StatusCode, Diagnostics.Printable($"LeakScan let this through, but {what}")).WriteAsync(context);
    }

    void Record(AuditEntry entry)
    {
        try
        {
            lock (_auditing) AuditLog.Append(AuditLog.PathFrom(_options.Audit), entry);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UserException)
        {
            if (!_saidThatAuditFails) Diagnostics.Error($"the audit file cannot be written: {e.Message}");
            _saidThatAuditFails = true;
        }
    }

    /// <summary>A path as logs may show it: what it has that is longer than a name in an API may be text.</summary>
    internal static string Shown(string target)
    {
        const int maxSegments = 5, maxLength = 32;
        string[] segments = target.Split('?')[0].Split('/');
        IEnumerable<string> shown = segments.Take(maxSegments).Select(s => s.Length <= maxLength && s.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':') ? s : "...");
        return string.Join('/', segments.Length > maxSegments ? shown.Append("...") : shown);
    }

    /// <summary>The tool that sends a request, if it is one of those that hooks are for.</summary>
    static string? ToolOf(HttpRequest request)
    {
        string agent = request.Headers.UserAgent.ToString();
        return agent.StartsWith("claude-cli/", StringComparison.Ordinal) ? HookTools.NameOf(HookTool.ClaudeCode)
            : agent.StartsWith("codex", StringComparison.Ordinal) ? HookTools.NameOf(HookTool.Codex)
            : null;
    }

    static string? SessionOf(HttpRequest request)
    {
        foreach (string name in (ReadOnlySpan<string>)["x-claude-code-session-id", "session-id", "session_id"])
        {
            // A name that is longer or has other characters may be text.
            if (request.Headers.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues value) && value.ToString() is { Length: <= MaxSession } id && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':')) return id;
        }
        return null;
    }

    /// <summary>Sends a request on as it came, to another address.</summary>
    /// <param name="address">Where it goes.</param>
    /// <param name="answered">Called when the answer begins.</param>
    sealed class Transformer(string address, Action answered) : HttpTransformer
    {
        /// <summary>Whether the answer is 101, after which nothing could be looked at.</summary>
        internal bool SwitchesProtocols { get; private set; }

        public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            answered();
            SwitchesProtocols = proxyResponse?.StatusCode == HttpStatusCode.SwitchingProtocols;
            return SwitchesProtocols ? ValueTask.FromResult(false) : base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }

        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.RequestUri = new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            proxyRequest.Headers.Host = null;
        }
    }
}
