namespace LeakScan.Sources.Transcripts;

/// <summary>What a file's path says about it, in a tool's folder under the person's home or in a copy of it.</summary>
static class ToolPaths
{
    static readonly (string Folder, RecordFormat Format)[] s_homes =
    [
        (".claude", RecordFormat.ClaudeCode), (".codex", RecordFormat.Codex), (".cursor", RecordFormat.Cursor), ("Cursor", RecordFormat.Cursor),
        (".windsurf", RecordFormat.Windsurf), ("windsurf", RecordFormat.Windsurf), ("devin", RecordFormat.Windsurf),
    ];

    // In Claude Code's home beside the transcripts: full output of tools of which a preview was sent, files before an edit.
    static readonly string[] s_localFolders = ["tool-results", "file-history", "shell-snapshots", "todos"];

    /// <summary>What is known of a file before it is read.</summary>
    /// <param name="path">As shown.</param>
    /// <param name="format">What the person said the inputs are; <see cref="RecordFormat.None"/> to find out.</param>
    internal static LineContext Describe(string path, RecordFormat format)
    {
        string[] parts = path.Split('/', '\\');
        string name = Path.GetFileName(StripCompression(parts[^1]));
        bool isJsonl = name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
        if (format == RecordFormat.None) format = FormatOf(parts, name, isJsonl);
        string stem = Path.GetFileNameWithoutExtension(name);
        return format switch
        {
            RecordFormat.ClaudeCode => new(format, IsLocalToClaudeCode(parts, isJsonl), SessionFolder([.. parts[..^1], stem]), Slug(parts), null, null),
            RecordFormat.Codex => new(format, !isJsonl, RolloutId(stem), null, null, null),
            RecordFormat.Windsurf => new(format, false, isJsonl ? stem : null, null, null, null),
            RecordFormat.Cursor => new(format, false, isJsonl ? stem : null, AgentProject(parts), null, null),
            _ => new(format, false, null, null, null, null),
        };
    }

    static string StripCompression(string name) => name.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
        ? Path.GetFileNameWithoutExtension(name)
        : name;

    static RecordFormat FormatOf(string[] parts, string name, bool isJsonl)
    {
        if (isJsonl && name.StartsWith("rollout-", StringComparison.Ordinal)) return RecordFormat.Codex;
        for (int i = parts.Length - 2; i >= 0; i--)
        {
            foreach ((string folder, RecordFormat format) in s_homes)
            {
                if (parts[i] == folder) return format;
            }
        }
        // A copy of a home: projects/-home-someone-project/session.jsonl, and what lies below a session.
        return Slug(parts) is not null && (isJsonl || parts.Contains("tool-results")) ? RecordFormat.ClaudeCode : RecordFormat.None;
    }

    static bool IsLocalToClaudeCode(string[] parts, bool isJsonl) => !isJsonl || Array.Exists(parts, part => Array.IndexOf(s_localFolders, part) >= 0);

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
