using System.CommandLine;
using System.Globalization;
using System.Net;
using LeakScan.Cli.Gateway;
using LeakScan.Cli.Output;

namespace LeakScan.Cli.Commands;

/// <summary><c>leakscan gateway</c>.</summary>
static class GatewayCommand
{
    const string DefaultListen = "127.0.0.1:8787";

    internal static Command Create(CancellationToken cancellationToken)
    {
        Option<string[]> indexes = HookCommand.CreateIndexes();
        Option<string> listen = new("--listen") { HelpName = "ADDRESS:PORT", Description = "Where tools send their requests.", DefaultValueFactory = _ => DefaultListen };
        Option<string[]> upstreams = new("--upstream") { HelpName = "NAME=URL", Description = "A provider that requests go on to; may be given more than once. anthropic and openai are told by their APIs, others by NAME as the first part of the path.", Required = true };
        Option<string?> policy = HookCommand.CreatePolicy("The destination is the upstream's name.");
        Option<string?> audit = HookCommand.CreateAudit();
        Option<string?> keyFile = KeyFile.CreateOption();
        ExampleCommand command = new("gateway", "Stands between coding tools and their providers: scans each request and lets through what may leave.",
            "leakscan gateway --index corp.lsi --listen 127.0.0.1:8787 --upstream anthropic=https://api.anthropic.com --upstream openai=https://api.openai.com",
            "ANTHROPIC_BASE_URL=http://127.0.0.1:8787 claude") { indexes, listen, upstreams, policy, audit, keyFile };
        command.SetAction((parsed, _) => RunAsync(new GatewayOptions
        {
            Indexes = parsed.GetValue(indexes) ?? [],
            Listen = ParseListen(parsed.GetValue(listen)!),
            Upstreams = ParseUpstreams(parsed.GetValue(upstreams)!),
            Policy = parsed.GetValue(policy),
            Audit = parsed.GetValue(audit),
            KeyFile = parsed.GetValue(keyFile),
        }, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(GatewayOptions options, CancellationToken cancellationToken)
    {
        await using GatewayServer server = new(options);
        string address = await server.StartAsync(cancellationToken);
        if (!IPAddress.IsLoopback(options.Listen.Address)) Diagnostics.Note("others on the network can send requests here, unencrypted: put something that speaks TLS and knows who they are before it");
        foreach (Upstream upstream in options.Upstreams) Diagnostics.Note($"{upstream.Name} is {upstream.Address}");
        Diagnostics.Note(string.Create(CultureInfo.InvariantCulture, $"listening on {address}, {server.Index.Documents} documents protected; Ctrl-C ends it"));
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The way in which it ends.
        }
        Diagnostics.Note("no more requests are taken; answers under way have five seconds, a second Ctrl-C ends it at once");
        await server.StopAsync();
        Diagnostics.Note("ended");
        return ExitCode.Clean;
    }

    static IPEndPoint ParseListen(string text)
    {
        string address = text.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + text["localhost".Length..] : text;
        return address.Contains(':') && IPEndPoint.TryParse(address, out IPEndPoint? endPoint) && (endPoint.Port > 0 || address.EndsWith(":0", StringComparison.Ordinal))
            ? endPoint
            : throw new UserException($"--listen {text}: write ADDRESS:PORT, such as {DefaultListen}");
    }

    static List<Upstream> ParseUpstreams(string[] texts)
    {
        List<Upstream> upstreams = [.. texts.Select(Upstream.Parse)];
        string? twice = upstreams.GroupBy(u => u.Name).FirstOrDefault(g => g.Count() > 1)?.Key;
        return twice is null ? upstreams : throw new UserException($"--upstream {twice} is given twice");
    }
}
