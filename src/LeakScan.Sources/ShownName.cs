using System.Globalization;

namespace LeakScan.Sources;

/// <summary>Names that a log gives: of sessions, turns, folders, roles, keys. Where a text stands in place of one it is not shown.</summary>
static class ShownName
{
    const int LongestWithSpaces = 64;
    const int Longest = 256;

    /// <summary>Whether it is longer than names are.</summary>
    internal static bool MayBeText(string name) => name.Length > Longest || (name.Length > LongestWithSpaces && name.Any(char.IsWhiteSpace));

    /// <summary>The name, or how long it is.</summary>
    internal static string? Of(string? name) => name is null || !MayBeText(name) ? name : Instead(name);

    internal static string Instead(string name) => string.Create(CultureInfo.InvariantCulture, $"(a name of {name.Length} characters)");
}
