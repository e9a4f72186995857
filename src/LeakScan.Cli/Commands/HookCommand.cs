using System.CommandLine;
using System.Globalization;
using LeakScan.Cli.Hooks;
using LeakScan.Cli.Outgoing;
using Microsoft.Win32.SafeHandles;

namespace LeakScan.Cli.Commands;

/// <summary><c>leakscan hook</c>.</summary>
static class HookCommand
{
    const string DeadlineHelp = "Seconds after which a call counts as one that could not be checked, from 0.05 to 60.";

    internal static Command Create()
    {
        ExampleCommand hook = new("hook", "Answers the hooks of AI coding tools: nothing protected leaves with a prompt, a file or a command's output.",
            "leakscan hook install claude-code --index ~/corp.lsi",
            "echo '{\"hook_event_name\":\"UserPromptSubmit\",\"prompt\":\"hello\"}' | leakscan hook claude-code --index corp.lsi");
        foreach (HookTool tool in Enum.GetValues<HookTool>()) hook.Add(CreateAnswer(tool));
        hook.Add(HookInstallCommand.Create());
        hook.Add(HookInstallCommand.CreateUninstall());
        return hook;
    }

    static ExampleCommand CreateAnswer(HookTool tool)
    {
        string name = HookTools.NameOf(tool);
        Option<string[]> indexes = CreateIndexes();
        Option<string?> policy = CreatePolicy();
        Option<string?> audit = CreateAudit();
        Option<double> deadline = new("--deadline") { HelpName = "SECONDS", Description = DeadlineHelp, DefaultValueFactory = _ => HookOptions.DefaultDeadline.TotalSeconds };
        Option<string?> keyFile = KeyFile.CreateOption();
        ExampleCommand command = new(name, $"Reads a hook's message of {name} from standard input and answers it.",
            $"leakscan hook {name} --index corp.lsi --policy leakscan.json < message.json") { indexes, policy, audit, deadline, keyFile };
        command.SetAction(parsed => Run(new HookOptions
        {
            Tool = tool,
            Indexes = parsed.GetValue(indexes) ?? [],
            Policy = parsed.GetValue(policy),
            Audit = parsed.GetValue(audit),
            Deadline = Deadline(parsed.GetValue(deadline)) ?? throw new UserException("--deadline is a number of seconds from 0.05 to 60"),
            KeyFile = parsed.GetValue(keyFile),
        }));
        return command;
    }

    internal static Option<string[]> CreateIndexes() => new("--index") { HelpName = "FILE", Description = "The index; may be given more than once. Default: leakscan/corp.lsi in the user's configuration folder." };

    internal static Option<string?> CreatePolicy(string destination = "The destination is the tool's name.") =>
        new("--policy") { HelpName = "FILE", Description = $"leakscan.json: what may leave, and what becomes of text that cannot be checked (onError). {destination}" };

    internal static Option<string?> CreateAudit() => new("--audit") { HelpName = "FILE", Description = $"Where each decision is recorded. Default: {AuditLog.Variable}, else leakscan/audit.jsonl in the user's state folder." };

    static TimeSpan? Deadline(double seconds) => seconds is >= 0.05 and <= 60 ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Runs a plain call of a hook at once; null for any other command line.</summary>
    // A hook starts on every event, and setting up the parser for all commands takes longer than its work. What is not
    // plain (help, mistakes, other spellings) is left to the parser.
    internal static int? TryRun(string[] args)
    {
        if (args.Length < 2 || args[0] != "hook" || HookTools.Parse(args[1]) is not HookTool tool || args.Length % 2 != 0) return null;
        HookOptions options = new() { Tool = tool };
        List<string> indexes = [];
        for (int i = 2; i < args.Length; i += 2)
        {
            string value = args[i + 1];
            if (value.Length == 0 || value[0] == '-') return null;
            switch (args[i])
            {
                case "--index":
                    indexes.Add(value);
                    break;
                case "--policy" when options.Policy is null:
                    options = options with { Policy = value };
                    break;
                case "--audit" when options.Audit is null:
                    options = options with { Audit = value };
                    break;
                case "--key-file" when options.KeyFile is null:
                    options = options with { KeyFile = value };
                    break;
                case "--deadline" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && Deadline(seconds) is TimeSpan deadline:
                    options = options with { Deadline = deadline };
                    break;
                default:
                    return null;
            }
        }
        return Run(options with { Indexes = indexes });
    }

    static int Run(HookOptions options) => HookRun.Run(options, Input(), Output(1), Output(2));

    static Stream Input()
    {
        try
        {
            return Console.OpenStandardInput();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Stream.Null; // the tool has closed it
        }
    }

    // The console's own streams first set up signals and the terminal, which a hook has no use for. But a FileStream does not
    // move the place at which the next writes to a file that several have open.
    static Stream Output(int descriptor)
    {
        if (!OperatingSystem.IsWindows())
        {
            FileStream pipe = new(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!pipe.CanSeek) return pipe;
        }
        return descriptor == 1 ? Console.OpenStandardOutput() : Console.OpenStandardError();
    }
}
