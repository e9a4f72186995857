namespace LeakScan.Sources.Files;

/// <summary>The patterns that hold in one folder: those of its own .gitignore file, then those of the folders above.</summary>
/// <param name="patterns">In the order of the file.</param>
/// <param name="depth">Number of path segments of the folder, from the root.</param>
/// <param name="above">The rules of the folder above, if any.</param>
sealed class IgnoreRules(IReadOnlyList<IgnorePattern> patterns, int depth, IgnoreRules? above)
{
    internal static IgnorePattern[] Parse(IEnumerable<string> lines) => [.. lines.Select(IgnorePattern.Parse).OfType<IgnorePattern>()];

    /// <summary>The last pattern of the nearest folder that matches decides.</summary>
    /// <param name="path">Segments of the path from the root.</param>
    /// <param name="isFolder">Whether the path is a folder.</param>
    internal bool IsIgnored(string[] path, bool isFolder)
    {
        for (IgnoreRules? rules = this; rules is not null; rules = rules.Above)
        {
            for (int i = rules.Patterns.Count - 1; i >= 0; i--)
            {
                if (rules.Patterns[i].IsMatch(path.AsSpan(rules.Depth), isFolder)) return !rules.Patterns[i].IsNegated;
            }
        }
        return false;
    }

    IReadOnlyList<IgnorePattern> Patterns => patterns;

    int Depth => depth;

    IgnoreRules? Above => above;
}
