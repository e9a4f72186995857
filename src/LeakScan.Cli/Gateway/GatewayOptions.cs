using System.Net;

namespace LeakScan.Cli.Gateway;

/// <summary>What a gateway is started with.</summary>
sealed record GatewayOptions
{
    /// <summary>The indexes; empty for the default one.</summary>
    internal IReadOnlyList<string> Indexes { get; init; } = [];

    internal required IPEndPoint Listen { get; init; }

    internal required IReadOnlyList<Upstream> Upstreams { get; init; }

    internal string? Policy { get; init; }

    internal string? KeyFile { get; init; }

    internal string? Audit { get; init; }
}
