using System.Buffers;
using System.Text;

namespace LeakScan.Sources.Files;

/// <summary>Which files of a folder are not worth a fingerprint, and why.</summary>
static class SkipRules
{
    internal const string Binary = "binary";
    internal const string Generated = "generated";
    internal const string Minified = "minified";
    internal const string Licence = "licence";
    internal const string Vendored = "vendored";
    internal const string Excluded = "excluded";
    internal const string Ignored = "ignored";
    internal const string Empty = "empty";
    internal const string Link = "link";

    /// <summary>How much of a file tells whether it is binary.</summary>
    internal const int BinaryHeadBytes = 8 * 1024;

    /// <summary>A header that says "generated" stands in the first lines.</summary>
    const int HeaderLines = 30;
    const int HeaderBytes = 8 * 1024;

    const int LongLineBytes = 1000;

    /// <summary>Those that text has no use for: all but tab, line feed, form feed, carriage return and escape.</summary>
    static readonly SearchValues<byte> s_controls = SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(c => c is not ('\t' or '\n' or '\f' or '\r' or 0x1B)).Select(c => (byte)c), 0x7F]);

    static readonly HashSet<string> s_vendorFolders = new(StringComparer.Ordinal)
    {
        "node_modules", "vendor", "third_party", ".venv", "site-packages", "bower_components",
    };

    static readonly HashSet<string> s_lockFiles = new(StringComparer.Ordinal)
    {
        "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Cargo.lock", "go.sum", "poetry.lock", "composer.lock",
    };

    static readonly string[] s_generatedEnds =
    [
        ".Designer.cs", ".g.cs", "AssemblyInfo.cs", ".pb.go", "_pb2.py",
        // What development environments keep of a project, and draw of its dialogues.
        ".sln", ".pbxproj", ".xcscheme", ".xcworkspacedata", ".storyboard", ".xib",
    ];

    /// <summary>What build tools put into every project that uses them, and libraries beside every model that they save.</summary>
    static readonly HashSet<string> s_writtenByTools = new(StringComparer.Ordinal)
    {
        "gradlew", "gradlew.bat", "mvnw", "mvnw.cmd", "adapter_config.json", "added_tokens.json", "generation_config.json", "preprocessor_config.json", "special_tokens_map.json",
    };

    static readonly string[] s_licenceNames = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "CODE_OF_CONDUCT"];

    static readonly string[] s_proseEnds = ["", ".md", ".txt", ".rst", ".adoc", ".html"];

    static readonly string[] s_minifiableEnds = [".js", ".mjs", ".cjs", ".css", ".svg", ".map"];

    static readonly string[] s_dataEnds = [".jsonl", ".ndjson", ".json", ".txt", ".csv", ".tsv", ".md"];

    static readonly string[] s_commentStarts = ["//", "/*", "*", "#", "--", "<!--", ";", "%", "\"\"\"", "'", "(*", "{-", "@"];

    internal static bool IsVendorFolder(string name) => s_vendorFolders.Contains(name);

    /// <summary>The reason the name gives, or null.</summary>
    internal static string? ByName(string name)
    {
        if (s_lockFiles.Contains(name) || s_writtenByTools.Contains(name) || s_generatedEnds.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase))) return Generated;
        if (name.EndsWith(".min.js", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".min.css", StringComparison.OrdinalIgnoreCase)) return Minified;
        return s_licenceNames.Any(licence => IsLicence(name, licence)) ? Licence : null;
    }

    /// <summary>The reason the first bytes give, or null. <see cref="Binary"/> comes first.</summary>
    internal static string? ByContent(string name, ReadOnlySpan<byte> head)
    {
        if (IsBinary(head)) return Binary;
        // A mark in data or prose is about something else, or is quoted.
        if (!s_dataEnds.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)) && IsGenerated(head)) return Generated;
        return s_minifiableEnds.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)) && IsMinified(head) ? Minified : null;
    }

    /// <summary>A NUL, or one control byte in ten, in the first 8 KiB.</summary>
    internal static bool IsBinary(ReadOnlySpan<byte> head)
    {
        int length = Math.Min(head.Length, BinaryHeadBytes);
        head = head[..length];
        if (head.Contains((byte)0)) return true;
        int controls = 0;
        for (int at = head.IndexOfAny(s_controls); at >= 0; at = head.IndexOfAny(s_controls))
        {
            controls++;
            head = head[(at + 1)..];
        }
        return controls * 10 > length;
    }

    // "LICENSE*" but neither LicenseManager.cs nor NOTICEBOARD.md: capitals and no letter after them, or the bare word as prose.
    static bool IsLicence(string name, string licence)
    {
        if (!name.StartsWith(licence, StringComparison.OrdinalIgnoreCase)) return false;
        string rest = name[licence.Length..];
        if (s_proseEnds.Contains(rest, StringComparer.OrdinalIgnoreCase)) return true;
        return name.StartsWith(licence, StringComparison.Ordinal) && !char.IsAsciiLetter(rest[0]);
    }

    static bool IsGenerated(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("%YAML 1.1\n%TAG !u! tag:unity3d.com,"u8) || head.StartsWith("%YAML 1.1\r\n%TAG !u! tag:unity3d.com,"u8)) return true; // scenes, prefabs, assets
        head = head[..Math.Min(head.Length, HeaderBytes)];
        for (int line = 0; line < HeaderLines && head.Length > 0; line++)
        {
            int end = head.IndexOf((byte)'\n');
            ReadOnlySpan<byte> text = end < 0 ? head : head[..end];
            if (IsGeneratedMark(text) || text.IndexOf("controller-gen.kubebuilder.io/version"u8) >= 0) return true; // of Go's types for Kubernetes
            head = end < 0 ? default : head[(end + 1)..];
        }
        return false;
    }

    static bool IsGeneratedMark(ReadOnlySpan<byte> line)
    {
        int code = line.IndexOf("Code generated "u8);
        bool marked = (code >= 0 && line[code..].IndexOf("DO NOT EDIT"u8) >= 0)
            || line.IndexOf("@generated"u8) >= 0
            || line.IndexOf("<auto-generated"u8) >= 0;
        return marked && IsComment(line);
    }

    static bool IsComment(ReadOnlySpan<byte> line)
    {
        line = line.TrimStart(" \t\xEF\xBB\xBF"u8);
        Span<byte> start = stackalloc byte[4];
        foreach (string comment in s_commentStarts)
        {
            if (line.StartsWith(start[..Encoding.ASCII.GetBytes(comment, start)])) return true;
        }
        return false;
    }

    static bool IsMinified(ReadOnlySpan<byte> text)
    {
        long inLongLines = 0;
        for (ReadOnlySpan<byte> rest = text; rest.Length > 0;)
        {
            int end = rest.IndexOf((byte)'\n');
            int length = end < 0 ? rest.Length : end;
            if (length > LongLineBytes) inLongLines += length;
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return inLongLines * 10 > text.Length * 9L;
    }
}
