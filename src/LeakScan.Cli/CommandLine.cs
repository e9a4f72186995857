using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using LeakScan.Cli.Commands;
using LeakScan.Cli.Output;

namespace LeakScan.Cli;

/// <summary>The whole command line: parses, runs one command, turns whatever goes wrong into one line and an exit code.</summary>
static class CommandLine
{
    internal static int Run(string[] args)
    {
        using Interruption interruption = new();
        try
        {
            RootCommand root = Build(interruption.Token);
            ParseResult parsed = root.Parse(args);
            if (parsed.Errors.Count > 0 && parsed.Action is not { ClearsParseErrors: true })
            {
                foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors) Diagnostics.Error(error.Message);
                Diagnostics.Note($"try: {CommandPath(parsed)} --help");
                return ExitCode.Failed;
            }
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UserException e)
        {
            Diagnostics.Error(e.Message);
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is IndexException or PolicyException or IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            Diagnostics.Error(e.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            Diagnostics.Error("interrupted; nothing was left half-written");
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            // A fault of ours: the person can do nothing with a trace, and a message of unknown origin could quote input.
            Diagnostics.Error($"internal error ({e.GetType().Name} in {e.TargetSite?.DeclaringType?.Name}.{e.TargetSite?.Name}); please report it with the command line");
            return ExitCode.Failed;
        }
    }

    internal static RootCommand Build(CancellationToken cancellationToken)
    {
        RootCommand root = new("Finds proprietary code and training data in what AI coding tools send out.");
        Command index = new("index", "Builds and looks after indexes of what must not leave.");
        index.Add(IndexBuildCommand.Create(cancellationToken));
        index.Add(IndexAddCommand.Create(cancellationToken));
        index.Add(IndexVerifyCommand.Create());
        index.Add(IndexInfoCommand.Create());
        root.Add(index);
        root.Add(ScanCommand.Create(cancellationToken));
        foreach (Option option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help } helpOption) helpOption.Action = new HelpWithExamples(help);
        }
        return root;
    }

    static string CommandPath(ParseResult parsed)
    {
        string path = "leakscan";
        for (System.CommandLine.Parsing.SymbolResult? result = parsed.CommandResult; result is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } command; result = result.Parent)
            path = path.Insert("leakscan".Length, " " + command.Command.Name);
        return path;
    }

    sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            IReadOnlyList<string> examples = parseResult.CommandResult.Command is ExampleCommand command ? command.Examples : s_rootExamples;
            parseResult.InvocationConfiguration.Output.WriteLine("Examples:");
            foreach (string example in examples) parseResult.InvocationConfiguration.Output.WriteLine($"  {example}");
            return code;
        }
    }

    static readonly string[] s_rootExamples =
    [
        "leakscan scan --protect src prompts.jsonl        try it: protect a folder, scan a log",
        "leakscan index build -o corp.lsi --label proprietary-code src training-data=/data/books",
        "leakscan scan --index corp.lsi prompts.jsonl.zst",
    ];
}

/// <summary>A command that shows examples in its help.</summary>
sealed class ExampleCommand(string name, string description, params string[] examples) : Command(name, description)
{
    internal IReadOnlyList<string> Examples { get; } = examples;
}

/// <summary>A mistake of the person at the keyboard, with what to do about it.</summary>
sealed class UserException(string message) : Exception(message);

static class ExitCode
{
    internal const int Clean = 0;
    internal const int Findings = 1;
    internal const int Failed = 2;
    internal const int Interrupted = 130;
}
