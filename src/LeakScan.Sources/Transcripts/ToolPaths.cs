namespace LeakScan.Sources.Transcripts;

/// <summary>What a file's path says about it, in a tool's folder under the person's home or in a copy of it.</summary>
static class ToolPaths
{
    static readonly (string? Above, string Folder, RecordFormat Format)[] s_homes =
    [
        (null, ".claude", RecordFormat.ClaudeCode), (null, ".codex", RecordFormat.Codex), (null, ".cursor", RecordFormat.Cursor), ("Cursor", "User", RecordFormat.Cursor),
        (null, ".windsurf", RecordFormat.Windsurf), (null, ".codeium", RecordFormat.Windsurf), ("Windsurf", "User", RecordFormat.Windsurf),
        ("share", "devin", RecordFormat.Windsurf), ("Application Support", "devin", RecordFormat.Windsurf), ("Roaming", "devin", RecordFormat.Windsurf), ("devin", "cli", RecordFormat.Windsurf),
    ];

    // In Claude Code's home beside the transcripts: full output of tools of which a preview was sent, files before an edit.
    static readonly string[] s_localFolders = ["tool-results", "file-history", "shell-snapshots", "todos"];

    /// <summary>What is known of a file before it is read.</summary>
    /// <param name="path">Its path; the longer, the more it tells.</param>
    /// <param name="input">What the person said the inputs are.</param>
    internal static LineContext Describe(string path, InputFormat input)
    {
        if (input is InputFormat.Text or InputFormat.Jsonl) return default;
        RecordFormat format = input switch
        {
            InputFormat.ClaudeCode => RecordFormat.ClaudeCode,
            InputFormat.Codex => RecordFormat.Codex,
            InputFormat.Cursor => RecordFormat.Cursor,
            InputFormat.Windsurf => RecordFormat.Windsurf,
            _ => RecordFormat.None,
        };
        string[] parts = path.Split('/', '\\');
        string name = Path.GetFileName(StripCompression(parts[^1]));
        bool isJsonl = name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
        RecordFormat told = FormatOf(parts, name, isJsonl);
        if (format == RecordFormat.None) format = told;
        bool isHome = told == format;
        string stem = Path.GetFileNameWithoutExtension(name);
        return format switch
        {
            RecordFormat.ClaudeCode => new(format, IsLocalToClaudeCode(parts[(Array.LastIndexOf(parts, ".claude") is var home and >= 0 ? home : Math.Max(0, Array.LastIndexOf(parts, "projects")))..]), isHome, SessionFolder([.. parts[..^1], stem]), Slug(parts), null, null),
            RecordFormat.Codex => new(format, false, isHome, RolloutId(stem), null, null, null),
            RecordFormat.Windsurf => new(format, false, false, isJsonl ? stem : null, null, null, null),
            RecordFormat.Cursor => new(format, false, false, isJsonl ? stem : null, AgentProject(parts), null, null),
            _ => default,
        };
    }

    static string StripCompression(string name) => name.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
        ? Path.GetFileNameWithoutExtension(name)
        : name;

    static RecordFormat FormatOf(string[] parts, string name, bool isJsonl)
    {
        if (isJsonl && name.StartsWith("rollout-", StringComparison.Ordinal)) return RecordFormat.Codex;
        if (name.StartsWith("state.vscdb", StringComparison.Ordinal)) return RecordFormat.Cursor;
        for (int i = parts.Length - 2; i >= 0; i--)
        {
            foreach ((string? above, string folder, RecordFormat format) in s_homes)
            {
                if (parts[i] == folder && (above is null || (i > 0 && parts[i - 1] == above))) return format;
            }
        }
        // A copy of a home: projects/-home-someone-project/session.jsonl, and what lies below a session.
        return Slug(parts) is not null && (isJsonl || parts.Contains("tool-results")) ? RecordFormat.ClaudeCode : RecordFormat.None;
    }

    /// <summary>Whether a file is of the store that Cascade encrypts.</summary>
    internal static bool IsEncrypted(string path, in LineContext context) => context.Format == RecordFormat.Windsurf && path.EndsWith(".pb", StringComparison.OrdinalIgnoreCase);

    static bool IsLocalToClaudeCode(string[] parts) => Array.Exists(parts, part => Array.IndexOf(s_localFolders, part) >= 0);

    /// <summary>Claude Code's name of the project's folder, with a hyphen for each character that is no letter or digit.</summary>
    static string? Slug(string[] parts)
    {
        int projects = Array.LastIndexOf(parts, "projects");
        return projects >= 0 && projects < parts.Length - 2 && parts[projects + 1].StartsWith('-') ? parts[projects + 1] : null;
    }

    /// <summary>A session's file, or the folder of what belongs to it, is named by its id.</summary>
    static string? SessionFolder(string[] parts) => Array.FindLast(parts, part => Guid.TryParse(part, out _));

    static string? AgentProject(string[] parts)
    {
        int projects = Array.LastIndexOf(parts, "projects");
        return projects >= 0 && projects < parts.Length - 2 ? parts[projects + 1] : null;
    }

    // rollout-2026-11-24T07-31-11-01a20c77-3f98-7050-9a37-8163657f0148
    static string? RolloutId(string stem) => stem.Length > 36 && Guid.TryParse(stem.AsSpan(stem.Length - 36), out _) ? stem[^36..] : null;
}
