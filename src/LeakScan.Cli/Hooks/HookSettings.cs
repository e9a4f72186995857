using System.Text;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Hooks;

/// <summary>Where each tool keeps its hooks, what we ask for, and what an administrator's file looks like.</summary>
static class HookSettings
{
    /// <summary>After this the tool gives a hook up; the hook's own deadline is shorter.</summary>
    internal const int TimeoutSeconds = 10;

    static readonly string[] s_claudeEvents = ["UserPromptSubmit", "PreToolUse", "PostToolUse"];
    static readonly string[] s_cursorEvents = ["beforeSubmitPrompt", "beforeReadFile", "beforeTabFileRead", "beforeShellExecution", "beforeMCPExecution", "preToolUse", "postToolUse"];
    static readonly string[] s_cascadeEvents = ["pre_user_prompt", "pre_read_code", "pre_write_code", "pre_run_command", "pre_mcp_tool_use"];

    /// <summary>The files of a tool, for the user or for a project.</summary>
    internal static IReadOnlyList<HookFile> FilesOf(HookTool tool, string? project)
    {
        string Folder(string name, string? variable = null) => project is not null ? Path.Combine(project, name)
            : variable is not null && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder ? folder
            : Path.Combine(Home(), name);
        return tool switch
        {
            HookTool.ClaudeCode => [new(Path.Combine(Folder(".claude", "CLAUDE_CONFIG_DIR"), "settings.json"), HookFileStyle.Groups) { Events = s_claudeEvents }],
            HookTool.Codex => [new(Path.Combine(Folder(".codex", "CODEX_HOME"), "hooks.json"), HookFileStyle.Groups) { Events = s_claudeEvents }],
            HookTool.Cursor => [new(Path.Combine(Folder(".cursor"), "hooks.json"), HookFileStyle.Cursor) { Events = s_cursorEvents }],
            _ => project is not null
                ? [new(Path.Combine(project, ".windsurf", "hooks.json"), HookFileStyle.Cascade) { Events = s_cascadeEvents },
                    new(Path.Combine(project, ".devin", "hooks.v1.json"), HookFileStyle.Bare) { Events = s_claudeEvents }]
                : [new(Path.Combine(Home(), ".codeium", "windsurf", "hooks.json"), HookFileStyle.Cascade) { Events = s_cascadeEvents },
                    new(DevinConfiguration(), HookFileStyle.Groups) { Events = s_claudeEvents }],
        };
    }

    /// <summary>The files in which Cursor has hooks for whatever project.</summary>
    internal static IEnumerable<string> FilesOfCursor() => [Path.Combine(Home(), ".cursor", "hooks.json"), ManagedPath(HookTool.Cursor)];

    /// <summary>Whether a command is one that <see cref="Command"/> made.</summary>
    internal static bool IsOurs(string command) =>
        command.Contains("leakscan", StringComparison.OrdinalIgnoreCase) && Enum.GetValues<HookTool>().Any(t => command.Contains($" hook {HookTools.NameOf(t)}", StringComparison.Ordinal));

    /// <summary>What a tool is to run.</summary>
    /// <param name="options">How the hook is to be started; paths are made absolute.</param>
    /// <param name="program">The program; null for this one.</param>
    /// <param name="failClosed">Whether a hook that cannot run, or crashes, is to stop the tool, as most tools let everything through then.</param>
    internal static string Command(HookOptions options, string? program, bool failClosed)
    {
        List<string> words = program is null ? [.. ThisProgram()] : [program];
        words.AddRange(["hook", HookTools.NameOf(options.Tool)]);
        void Add(string name, string? value)
        {
            if (value is not null) words.AddRange([name, Path.GetFullPath(value)]);
        }
        foreach (string index in options.Indexes) Add("--index", index);
        Add("--policy", options.Policy);
        Add("--key-file", options.KeyFile);
        Add("--audit", options.Audit);
        string command = string.Join(' ', words.Select(ShellWords.Quote));
        return failClosed && options.Tool != HookTool.Cursor ? command + " || exit 2" : command;
    }

    static string[] ThisProgram()
    {
        string program = Environment.ProcessPath ?? "leakscan";
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") return [program, Path.Combine(AppContext.BaseDirectory, "leakscan-cli.dll")];
        // The link that an installed tool is started by stays where it is when the tool is brought up to date; what it leads to does not.
        string? link = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Where(Path.IsPathFullyQualified).Select(f => Path.Combine(f, "leakscan"))
            .FirstOrDefault(p => File.Exists(p) && File.ResolveLinkTarget(p, returnFinalTarget: true)?.FullName == program);
        return [link ?? program];
    }

    /// <summary>Where an administrator's file belongs, on this system.</summary>
    internal static string ManagedPath(HookTool tool)
    {
        string data = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData, Environment.SpecialFolderOption.DoNotVerify) : "";
        string mac = "/Library/Application Support";
        return tool switch
        {
            HookTool.ClaudeCode => OperatingSystem.IsWindows() ? Path.Combine(data, "ClaudeCode", "managed-settings.json") : OperatingSystem.IsMacOS() ? $"{mac}/ClaudeCode/managed-settings.json" : "/etc/claude-code/managed-settings.json",
            HookTool.Codex => "/etc/codex/requirements.toml",
            HookTool.Cursor => OperatingSystem.IsWindows() ? Path.Combine(data, "Cursor", "hooks.json") : OperatingSystem.IsMacOS() ? $"{mac}/Cursor/hooks.json" : "/etc/cursor/hooks.json",
            _ => OperatingSystem.IsWindows() ? Path.Combine(data, "Windsurf", "hooks.json") : OperatingSystem.IsMacOS() ? $"{mac}/Windsurf/hooks.json" : "/etc/windsurf/hooks.json",
        };
    }

    /// <summary>An administrator's file, which users cannot turn off.</summary>
    internal static string Managed(HookTool tool, string command, bool failClosed)
    {
        if (tool == HookTool.Codex) return ManagedCodex(command);
        HookFile file = FilesOf(tool, project: null)[0];
        return file.Install(tool == HookTool.ClaudeCode ? "{\n  \"allowManagedHooksOnly\": true\n}" : "", command, failClosed);
    }

    // Without hooks = true a user's [features] hooks = false would turn these off too.
    static string ManagedCodex(string command)
    {
        StringBuilder toml = new("allow_managed_hooks_only = true\n\n[features]\nhooks = true\n");
        foreach (string name in s_claudeEvents)
        {
            toml.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n[[hooks.{name}]]\n");
            toml.Append(System.Globalization.CultureInfo.InvariantCulture, $"[[hooks.{name}.hooks]]\ntype = \"command\"\ncommand = \"{TomlText(command)}\"\ntimeout = {TimeoutSeconds}\n");
        }
        return toml.ToString();
    }

    static string TomlText(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    static string Home()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return home.Length > 0 ? home : throw new UserException("there is no home folder: use --project DIR");
    }

    static string DevinConfiguration() => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "devin", "config.json")
        : Path.Combine(Home(), ".config", "devin", "config.json");
}
