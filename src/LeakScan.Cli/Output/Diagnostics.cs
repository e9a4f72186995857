using System.Buffers;
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
            Write($"leakscan: {Printable(message)}");
        }
    }

    /// <summary>Names come from others: what could move the cursor, speak to the terminal or turn the order of letters does not get through.</summary>
    internal static string Printable(string text) => text.AsSpan().ContainsAny(s_unprintable)
        ? string.Create(text.Length, text, static (target, source) => source.AsSpan().ReplaceAny(target, s_unprintable, ' '))
        : text;

    static readonly SearchValues<char> s_unprintable = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(char.IsControl), '\u202A', '\u202B', '\u202C', '\u202D', '\u202E', '\u2066', '\u2067', '\u2068', '\u2069']);

    /// <summary>An id or a property name can be as long as its record.</summary>
    internal static string Shorten(string name)
    {
        const int most = 120;
        return name.Length <= most ? name : $"{name.AsSpan(0, char.IsHighSurrogate(name[most - 1]) ? most - 1 : most)}...";
    }

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
            Write(line);
        }
    }

    static void Write(string line)
    {
        try
        {
            Console.Error.WriteLine(line);
        }
        catch (IOException)
        {
            // Whoever closed standard error, or has it on a full disk, is told by the exit code alone: there is no other place.
        }
    }
}
