using System.CommandLine;

namespace LeakScan.Cli.Commands;

/// <summary><c>leakscan index verify</c>.</summary>
static class IndexVerifyCommand
{
    internal static Command Create()
    {
        Argument<string> index = new("INDEX") { Description = "The index to check." };
        Option<string?> keyFile = KeyFile.CreateOption();
        ExampleCommand command = new("verify", "Checks every checksum of an index and its deltas.", "leakscan index verify corp.lsi") { index, keyFile };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(index), parsed.GetValue(keyFile)));
        return command;
    }

    static int Run(string path, string? keyFile)
    {
        if (!File.Exists(path)) throw new UserException($"{path}: no such index");
        string state = CheckedIndex.StateOf(path);
        IReadOnlyList<IndexProblem> problems = FingerprintIndex.Verify(path, KeyFile.Load(keyFile));
        foreach (IndexProblem problem in problems)
        {
            // What opening the index says begins with the file, and mostly says where.
            string rest = problem.Message.StartsWith(problem.File + ": ", StringComparison.Ordinal) ? problem.Message[(problem.File.Length + 2)..] : problem.Message;
            string message = rest != problem.Message && rest.Contains(" at offset ", StringComparison.Ordinal) ? problem.Message
                : FormattableString.Invariant($"{problem.File}: section {problem.Section} at offset {problem.Offset}: {rest}");
            Output.Diagnostics.Error(message);
        }
        if (problems.Count == 0)
        {
            CheckedIndex.Remember(path, state);
            Console.Out.WriteLine($"{path}: ok");
        }
        return problems.Count == 0 ? ExitCode.Clean : ExitCode.Failed;
    }
}
