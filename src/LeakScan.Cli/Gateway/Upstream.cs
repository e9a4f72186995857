using Microsoft.AspNetCore.Http;

namespace LeakScan.Cli.Gateway;

/// <summary>A provider that requests go on to.</summary>
/// <param name="Name">What it is called: <c>anthropic</c>, <c>openai</c>, or any other name, which is then the first part of a request's path.</param>
/// <param name="Address">Scheme, host and perhaps a path, without a slash at the end.</param>
sealed record Upstream(string Name, string Address)
{
    const string Anthropic = "anthropic";
    const string OpenAI = "openai";

    /// <summary>Whether it speaks Anthropic's API for certain.</summary>
    internal bool IsAnthropic => Name == Anthropic;

    /// <summary>Scheme and host.</summary>
    internal string Origin => new Uri(Address).GetLeftPart(UriPartial.Authority);

    /// <summary>Parses <c>NAME=URL</c>.</summary>
    internal static Upstream Parse(string text)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? "" : text[..equals];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new UserException($"--upstream {(equals < 0 ? text : name)}: write NAME=URL, such as anthropic=https://api.anthropic.com");
        if (!Uri.TryCreate(text[(equals + 1)..], UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https") || address.Query.Length > 0 || address.Fragment.Length > 0)
            throw new UserException($"--upstream {name}: the address must be http:// or https:// and a host, with a path at most");
        if (address.UserInfo.Length > 0) throw new UserException($"--upstream {name}: no password in an address: the tool sends its own key along");
        return new Upstream(name, address.GetLeftPart(UriPartial.Path).TrimEnd('/'));
    }

    /// <summary>Which upstream a request is for, and the target that it has there; null if that cannot be told.</summary>
    /// <param name="upstreams">All upstreams.</param>
    /// <param name="request">The request, for its headers.</param>
    /// <param name="target">Path and query, as they came.</param>
    // A path that begins with an upstream's name is for that one, whatever follows. Else the API tells: Anthropic's requests say its version or carry a key in its
    // way, and its paths are its own; the rest is what OpenAI began and others speak. With one upstream there is nothing to tell.
    internal static (Upstream Upstream, string Target)? Find(IReadOnlyList<Upstream> upstreams, HttpRequest request, string target)
    {
        foreach (Upstream named in upstreams)
        {
            if (BeginsWith(target, "/" + named.Name)) return (named, target[(named.Name.Length + 1)..]);
        }
        Upstream? upstream = upstreams.Count == 1 ? upstreams[0] : upstreams.FirstOrDefault(u => u.Name == (IsAnthropics(request, target) ? Anthropic : OpenAI));
        return upstream is null ? null : (upstream, target);
    }

    /// <summary>Whether a path leads out of the folder that it begins with: to a place that policy does not know by that name.</summary>
    internal static bool Climbs(string target)
    {
        string path = target.Split('?')[0].Replace("%2e", ".", StringComparison.OrdinalIgnoreCase).Replace("%2f", "/", StringComparison.OrdinalIgnoreCase).Replace("%5c", "/", StringComparison.OrdinalIgnoreCase);
        return path.Split('/', '\\').Any(segment => segment is "." or "..");
    }

    /// <summary>Whether a request is one of Anthropic's API.</summary>
    internal static bool IsAnthropics(HttpRequest request, string target) =>
        request.Headers.ContainsKey("anthropic-version") || request.Headers.ContainsKey("x-api-key")
        || request.Headers.UserAgent.ToString().StartsWith("claude-cli/", StringComparison.Ordinal)
        || target.Contains("/v1/messages", StringComparison.Ordinal) || BeginsWith(target, "/v1/complete");

    /// <summary>Where a target is here. The end of the address with which it begins is not said twice, since clients differ on whose part <c>/v1</c> is.</summary>
    internal string AddressOf(string target)
    {
        int path = Origin.Length;
        for (int slash = path; slash >= 0 && slash < Address.Length; slash = Address.IndexOf('/', slash + 1))
        {
            if (BeginsWith(target, Address[slash..])) return Address[..slash] + target;
        }
        return Address + target;
    }

    /// <summary>Whether a target begins with whole segments of a path.</summary>
    static bool BeginsWith(string target, string path) =>
        target.StartsWith(path, StringComparison.Ordinal) && (target.Length == path.Length || target[path.Length] is '/' or '?');
}
