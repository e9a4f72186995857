using System.Text.RegularExpressions;

namespace LeakScan.Quality.Making;

/// <summary>Whether a text has a run of letters in common with others: labels must not come from what they are to judge.</summary>
sealed partial class SharedRuns
{
    /// <summary>Longer than a line of an idiom of the house, shorter than two lines of code.</summary>
    internal const int RunCharacters = 60;

    readonly HashSet<string> _runs = new(StringComparer.Ordinal);

    // Digits are line numbers, often.
    [GeneratedRegex(@"\\+[nrt]?|[^A-Za-z\\]+")]
    static partial Regex NotCounted { get; }

    static string Plain(string text) => NotCounted.Replace(text, "").ToLowerInvariant();

    internal void Add(string text)
    {
        string plain = Plain(text);
        for (int i = 0; i + RunCharacters <= plain.Length; i++) _runs.Add(plain.Substring(i, RunCharacters));
    }

    internal bool HasRunOf(string text)
    {
        string plain = Plain(text);
        for (int i = 0; i + RunCharacters <= plain.Length; i++)
        {
            if (_runs.Contains(plain.Substring(i, RunCharacters))) return true;
        }
        return false;
    }
}
