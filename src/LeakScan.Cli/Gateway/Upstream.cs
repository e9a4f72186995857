using Microsoft.AspNetCore.Http;

namespace LeakScan.Cli.Gateway;

/// <summary>A provider that requests go on to.</summary>
/// <param name="Name">What it is called: <c>anthropic</c>, <c>openai</c>, or any other name, which is then the first part of a request's path.</param>
/// <param name="Address">Scheme, host and perhaps a path, without a slash at the end.</param>
sealed record Upstream(string Name, Uri Address)
{
    const string Anthropic = "anthropic";
    const string OpenAI = "openai";

    /// <summary>Parses <c>NAME=URL</c>.</summary>
    internal static Upstream Parse(string text)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? "" : text[..equals];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new UserException($"--upstream {text}: write NAME=URL, such as anthropic=https://api.anthropic.com");
        if (!Uri.TryCreate(text[(equals + 1)..], UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https") || address.Query.Length > 0 || address.Fragment.Length > 0)
            throw new UserException($"--upstream {name}: the address must be http:// or https:// and a host, with a path at most");
        if (address.UserInfo.Length > 0) throw new UserException($"--upstream {name}: no password in an address: the tool sends its own key along");
        return new Upstream(name, new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/')));
    }

    /// <summary>Which upstream a request is for, and the path that it has there; null if that cannot be told.</summary>
    // A path that begins with an upstream's name is for that one, whatever follows. Else the API tells: Anthropic's requests say its version, and its
    // paths are its own; the rest is what OpenAI began and others speak. With one upstream there is nothing to tell.
    internal static (Upstream Upstream, PathString Path)? Find(IReadOnlyList<Upstream> upstreams, HttpRequest request)
    {
        foreach (Upstream named in upstreams)
        {
            if (request.Path.StartsWithSegments("/" + named.Name, StringComparison.Ordinal, out PathString rest)) return (named, rest);
        }
        Upstream? upstream = upstreams.Count == 1 ? upstreams[0] : upstreams.FirstOrDefault(u => u.Name == (IsAnthropics(request) ? Anthropic : OpenAI));
        return upstream is null ? null : (upstream, request.Path);
    }

    internal static bool IsAnthropics(HttpRequest request) =>
        request.Headers.ContainsKey("anthropic-version") || request.Path.Value!.Contains("/v1/messages", StringComparison.Ordinal) || request.Path.Value.EndsWith("/v1/complete", StringComparison.Ordinal);

    /// <summary>The address that a path has here. A path which the address ends with already is not said twice, as clients differ on whose part <c>/v1</c> is.</summary>
    internal string PrefixFor(PathString path)
    {
        string own = Address.AbsolutePath.TrimEnd('/');
        bool isSaid = own.Length > 0 && path.StartsWithSegments(own, StringComparison.Ordinal);
        return isSaid ? Address.GetLeftPart(UriPartial.Authority) : Address.GetLeftPart(UriPartial.Path).TrimEnd('/');
    }
}
