using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Diagnostics;
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
            // What a shell makes of a variable that is not set; as the name of a file it would mean nothing, or the current folder.
            if (Array.IndexOf(args, "") is >= 0 and int empty) throw new UserException(empty > 0 && args[empty - 1].StartsWith('-') ? $"{args[empty - 1]} is empty: give it a value, or leave the option out" : "an argument is empty");
            // No response files: @scope is a folder like any other.
            ParseResult parsed = Build(interruption.Token).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0)
            {
                foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors) Diagnostics.Error(error.Message);
                Diagnostics.Note($"try: {CommandPath(parsed)} --help");
                SummarizeNothing(args);
                return ExitCode.Failed;
            }
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException)
        {
            Diagnostics.Note("interrupted; nothing was left half-written");
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            Diagnostics.Error(Explain(e));
            SummarizeNothing(args);
            return ExitCode.Failed;
        }
    }

    /// <summary>Whoever runs a scan reads its last line, whatever was wrong with its arguments.</summary>
    static void SummarizeNothing(string[] args)
    {
        if (Array.Find(args, a => a.Length > 0 && a[0] is not ('-' or '[')) == "scan") Diagnostics.Raw(new ScanSummary { Errors = 1 }.ToJson(TimeSpan.Zero));
    }

    /// <summary>One line for the person at the keyboard.</summary>
    internal static string Explain(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [var inner, ..] } => Explain(inner), // of work that ran on several threads
        OutOfMemoryException => "out of memory",
        _ when !IsFault(exception) => exception.Message,
        // A fault of ours: the person can do nothing with a trace, and a message of unknown origin could quote input.
        _ => $"internal error ({exception.GetType().Name} in {PlaceOf(exception)}); please report it with the command line",
    };

    /// <summary>Whether it is a fault of the program, and not of what it works on or with.</summary>
    internal static bool IsFault(Exception exception) => exception is not
        (UserException or IndexException or PolicyException or IOException or UnauthorizedAccessException or PlatformNotSupportedException or OutOfMemoryException or OperationCanceledException);

    static string PlaceOf(Exception exception)
    {
        DiagnosticMethodInfo? method = new StackTrace(exception).GetFrame(0) is StackFrame frame ? DiagnosticMethodInfo.Create(frame) : null;
        return method is null ? "an unknown place" : $"{method.DeclaringTypeName}.{method.Name}";
    }

    internal static RootCommand Build(CancellationToken cancellationToken)
    {
        RootCommand root = new("Finds proprietary code and training data in what AI coding tools send out.");
        Command index = new ExampleCommand("index", "Builds and looks after indexes of what must not leave.",
            "leakscan index build -o corp.lsi --label proprietary-code src training-data=/data/books",
            "leakscan index info corp.lsi");
        index.Add(IndexBuildCommand.Create(cancellationToken));
        index.Add(IndexAddCommand.Create(cancellationToken));
        index.Add(IndexVerifyCommand.Create());
        index.Add(IndexInfoCommand.Create());
        root.Add(index);
        root.Add(ScanCommand.Create(cancellationToken));
        root.Add(HookCommand.Create());
        root.Add(GatewayCommand.Create(cancellationToken));
        root.Add(ReportCommand.Create(cancellationToken));
        root.Add(AuditCommand.Create());
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

static class Arguments
{
    /// <summary>A mistyped option must not pass for the name of a file: the work would be done without what it asked for.</summary>
    internal static Argument<string[]> RefuseOptions(this Argument<string[]> argument)
    {
        argument.Validators.Add(static result =>
        {
            foreach (System.CommandLine.Parsing.Token token in result.Tokens)
            {
                if (token.Value.Length > 1 && token.Value[0] == '-' && !Path.Exists(token.Value))
                    result.AddError($"unknown option {token.Value} (for a file of that name write ./{token.Value})");
            }
        });
        return argument;
    }
}

/// <summary>A mistake of the person at the keyboard, with what to do about it.</summary>
sealed class UserException(string message) : Exception(message);

static class ExitCode
{
    internal const int Clean = 0;
    internal const int Findings = 1;
    internal const int Failed = 2;
    internal const int Interrupted = 130;

    internal static Option<string> CreateFailOn() =>
        new Option<string>("--fail-on") { HelpName = "warn|block|never", Description = "The verdict from which on the exit code is 1.", DefaultValueFactory = _ => "block" }.AcceptOnlyFromAmong("warn", "block", "never");

    internal static int Of(ScanSummary summary, string failOn)
    {
        if (summary.Errors > 0) return Failed;
        long failing = failOn switch
        {
            "warn" => summary.Blocked + summary.Warned,
            "block" => summary.Blocked,
            _ => 0,
        };
        return failing > 0 ? Findings : Clean;
    }
}
