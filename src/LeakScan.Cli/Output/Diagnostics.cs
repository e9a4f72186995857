using LeakScan.Sources;

namespace LeakScan.Cli.Output;

/// <summary>Everything that is not a result: one line each, to standard error.</summary>
static class Diagnostics
{
    static readonly Lock s_lock = new();

    internal static void Error(string message) => Note(message);

    internal static void Note(string message)
    {
        lock (s_lock)
        {
            ProgressLine.Clear();
            Console.Error.WriteLine($"leakscan: {Printable(message)}");
        }
    }

    /// <summary>Names come from others: what could move the cursor or speak to the terminal does not get through.</summary>
    internal static string Printable(string text) => text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f')
        ? string.Create(text.Length, text, static (target, source) =>
        {
            for (int i = 0; i < target.Length; i++) target[i] = char.IsControl(source[i]) ? ' ' : source[i];
        })
        : text;

    internal static void Problem(SourceProblem problem)
    {
        string record = problem.Record > 0 ? FormattableString.Invariant($": record {problem.Record}") : "";
        string offset = problem.Offset >= 0 ? FormattableString.Invariant($" at byte {problem.Offset}") : "";
        Error($"{problem.File}{record}{offset}: {problem.Message}");
    }

    /// <summary>A line as it is, for the summary.</summary>
    internal static void Raw(string line)
    {
        lock (s_lock)
        {
            ProgressLine.Clear();
            Console.Error.WriteLine(line);
        }
    }
}
