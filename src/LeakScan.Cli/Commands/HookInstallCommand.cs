using System.CommandLine;
using System.Text;
using System.Text.Unicode;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;
using LeakScan.Cli.Hooks;
using LeakScan.Cli.Outgoing;
using LeakScan.Cli.Output;

namespace LeakScan.Cli.Commands;

/// <summary><c>leakscan hook install</c> and <c>leakscan hook uninstall</c>.</summary>
static class HookInstallCommand
{
    const string BackupSuffix = ".leakscan.bak";

    internal static Command Create()
    {
        Argument<string> tool = CreateTool();
        Option<string[]> indexes = HookCommand.CreateIndexes();
        Option<string?> policy = HookCommand.CreatePolicy();
        Option<string?> audit = HookCommand.CreateAudit();
        Option<string?> keyFile = KeyFile.CreateOption();
        Option<string?> project = CreateProject();
        Option<bool> dryRun = CreateDryRun();
        Option<bool> managed = new("--managed") { Description = "Changes nothing and prints the administrator's file, which users cannot turn off." };
        ExampleCommand command = new("install", "Adds the hooks to a tool's settings and leaves the rest as it is; a second time it changes nothing.",
            "leakscan hook install claude-code --index ~/corp.lsi",
            "leakscan hook install codex --index corp.lsi --project . --dry-run",
            "leakscan hook install codex --index /opt/leakscan/corp.lsi --managed > requirements.toml")
        { tool, indexes, policy, keyFile, audit, project, dryRun, managed };
        command.SetAction(parsed =>
        {
            HookOptions options = new()
            {
                Tool = Parse(parsed.GetRequiredValue(tool)),
                Indexes = parsed.GetValue(indexes) is { Length: > 0 } given ? given : [ProtectedIndex.DefaultPath()],
                Policy = parsed.GetValue(policy),
                Audit = parsed.GetValue(audit),
                KeyFile = parsed.GetValue(keyFile) ?? (Environment.GetEnvironmentVariable(KeyFile.Variable) is { Length: > 0 } file ? file : null),
            };
            return Install(options, parsed.GetValue(project), parsed.GetValue(dryRun), parsed.GetValue(managed));
        });
        return command;
    }

    internal static Command CreateUninstall()
    {
        Argument<string> tool = CreateTool();
        Option<string?> project = CreateProject();
        Option<bool> dryRun = CreateDryRun();
        ExampleCommand command = new("uninstall", "Takes the hooks out of a tool's settings and leaves the rest as it is.", "leakscan hook uninstall claude-code") { tool, project, dryRun };
        command.SetAction(parsed =>
        {
            Apply([.. HookSettings.FilesOf(Parse(parsed.GetRequiredValue(tool)), Existing(parsed.GetValue(project))).Select(file => Planned(file, file.Uninstall))], parsed.GetValue(dryRun));
            return ExitCode.Clean;
        });
        return command;
    }

    static Argument<string> CreateTool() => new Argument<string>("TOOL") { Description = HookTools.Names }.AcceptOnlyFromAmong(HookTools.Names.Split('|'));

    static Option<string?> CreateProject() => new("--project") { HelpName = "DIR", Description = "The settings of a project instead of the user's." };

    static Option<bool> CreateDryRun() => new("--dry-run") { Description = "Changes nothing and prints the difference." };

    static HookTool Parse(string name) => HookTools.Parse(name) ?? throw new UserException($"{name}: not a tool; there are {HookTools.Names}");

    static string? Existing(string? project) => project is null || Directory.Exists(project) ? project : throw new UserException($"{project}: there is no such folder");

    static int Install(HookOptions options, string? project, bool dryRun, bool managed)
    {
        // Where the policy lets through what cannot be checked, so does a hook that cannot run.
        bool failClosed = PolicyFile.Load(options.Policy).OnError == Verdict.Block;
        string command = HookSettings.Command(options, program: null, failClosed);
        if (managed)
        {
            Console.Out.Write(HookSettings.Managed(options.Tool, command, failClosed));
            Diagnostics.Note($"this belongs to {HookSettings.ManagedPath(options.Tool)}");
            if (options.Tool == HookTool.Windsurf)
            {
                HookFile devin = HookSettings.FilesOf(options.Tool, project: null)[1];
                Diagnostics.Note($"Devin, which has taken Cascade's place, does not read it, and has no such file: what follows belongs to the team settings of its enterprise, or to each user's {devin.Path} (leakscan hook install windsurf)");
                Console.Error.Write(devin.Install("", command, failClosed));
            }
            return ExitCode.Clean;
        }
        Apply([.. HookSettings.FilesOf(options.Tool, Existing(project)).Select(file => Planned(file, text => file.Install(text, command, failClosed)))], dryRun);
        if (dryRun) return ExitCode.Clean;
        string until = failClosed ? "everything is blocked" : "nothing is checked";
        foreach (string index in options.Indexes)
        {
            if (!File.Exists(index)) Diagnostics.Note($"{index}: there is no such index yet, and until then {until}: make it with leakscan index build -o {ShellWords.Quote(index)} SOURCE...");
        }
        if (options.Indexes.All(File.Exists)) TryOpening(options, until);
        if (options.Tool == HookTool.Codex) Diagnostics.Note("Codex asks for trust before it runs a new hook: start it and answer /hooks");
        return ExitCode.Clean;
    }

    /// <summary>What the hook will need is tried now, when somebody is looking.</summary>
    static void TryOpening(HookOptions options, string until)
    {
        try
        {
            using FingerprintIndex index = ProtectedIndex.Open(options.Indexes, options.KeyFile, PolicyFile.Load(options.Policy));
            if (index.Info.Documents == 0) Diagnostics.Note("the index has no documents: nothing will be held back");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Diagnostics.Note($"the hook cannot work yet, and until it can {until}: {CommandLine.Explain(e)}");
        }
    }

    /// <summary>A file of settings before and after.</summary>
    /// <param name="Path">What the tool reads; it may be a link into somebody's collection of settings.</param>
    /// <param name="Target">The file itself.</param>
    /// <param name="Exists">Whether there is one.</param>
    /// <param name="Before">What it says; nothing if there is none.</param>
    /// <param name="After">What it is to say.</param>
    /// <param name="IsOurs">Whether there was nothing but our hooks in it.</param>
    sealed record PlannedChange(string Path, string Target, bool Exists, string Before, string After, bool IsOurs);

    static PlannedChange Planned(HookFile file, Func<string, string> change)
    {
        string path = file.Path;
        string target = File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is FileSystemInfo link ? link.FullName : path;
        bool exists = File.Exists(target);
        byte[] bytes = exists ? File.ReadAllBytes(target) : [];
        if (!Utf8.IsValid(bytes)) throw new UserException($"{path}: not UTF-8; nothing was changed");
        string before = Encoding.UTF8.GetString(bytes);
        return new(path, target, exists, before, change(before), HookSettings.IsOurs(before) && HookFile.IsEmpty(file.Uninstall(before)));
    }

    /// <summary>Makes all changes, once it is known that all can be made.</summary>
    static void Apply(List<PlannedChange> changes, bool dryRun)
    {
        foreach ((string path, string target, bool exists, string before, string after, bool isOurs) in changes)
        {
            if (after == before)
            {
                Diagnostics.Note($"{path}: nothing to change");
                continue;
            }
            PrintDifference(path, before, after);
            if (dryRun) continue;
            // What was there before any hook of ours is what somebody may want back.
            string backup = target + BackupSuffix;
            if (exists && !isOurs && !(File.Exists(backup) && HookSettings.IsOurs(before))) Replace(backup, before, modeOf: target);
            // A file in which there was nothing but our hooks is ours.
            bool isRemoved = HookFile.IsEmpty(after) && !(File.Exists(backup) && HookFile.IsEmpty(File.ReadAllText(backup)));
            if (isRemoved) File.Delete(target);
            else Replace(target, after, modeOf: target);
            string kept = File.Exists(backup) ? $"; what it was is in {backup}" : "";
            Diagnostics.Note(!exists ? $"{path}: made" : $"{path}: {(isRemoved ? "removed" : "changed")}{kept}");
        }
    }

    /// <summary>Settings may hold secrets: whoever may not read the file may not read what is made of it.</summary>
    static void Replace(string path, string text, string modeOf)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
            UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(modeOf) ? File.GetUnixFileMode(modeOf) : null;
            if (mode is not null && !OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
            using (FileStream file = new(temporary, options))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }
            // What the process makes has what its mask leaves of the mode.
            if (mode is UnixFileMode whole && !OperatingSystem.IsWindows()) File.SetUnixFileMode(temporary, whole);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    static void PrintDifference(string path, string before, string after)
    {
        const int Context = 2;
        List<DiffPiece> lines = InlineDiffBuilder.Diff(before, after).Lines;
        Console.Out.WriteLine($"--- {path}\n+++ {path}");
        int shownTo = -1;
        for (int i = 0; i < lines.Count; i++)
        {
            int nearest = lines.FindIndex(Math.Max(0, i - Context), Math.Min(lines.Count, i + Context + 1) - Math.Max(0, i - Context), l => l.Type is ChangeType.Inserted or ChangeType.Deleted);
            if (nearest < 0) continue;
            if (shownTo >= 0 && i > shownTo + 1) Console.Out.WriteLine("...");
            shownTo = i;
            if (lines[i].Type == ChangeType.Unchanged && i == lines.Count - 1 && lines[i].Text.Length == 0) continue;
            Console.Out.WriteLine((lines[i].Type switch { ChangeType.Inserted => "+", ChangeType.Deleted => "-", _ => " " }) + lines[i].Text);
        }
    }
}
