using System.IO.Enumeration;

namespace LeakScan.Cli.Outgoing;

/// <summary>What a shell makes of a pattern of file names: *, ? and sets in each part of the path, and ** for folders at any depth, as some shells have it.</summary>
static class FilePatterns
{
    /// <summary>So many names are looked at: a pattern may lead through everything that there is.</summary>
    const int MaxLookedAt = 5_000;

    internal static bool IsPattern(string name) => name.AsSpan().IndexOfAny('*', '?', '[') >= 0;

    /// <summary>The files that a pattern stands for.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="folder">Where it starts, if it is relative.</param>
    /// <param name="withFolders">Whether folders are wanted, too.</param>
    /// <param name="max">More are not looked for.</param>
    /// <param name="isCut">Whether there may be others, among too many names.</param>
    internal static List<string> Expand(string pattern, string folder, bool withFolders, int max, out bool isCut)
    {
        string[] parts = pattern.Split('/');
        int first = Array.FindIndex(parts, IsPattern);
        string start = OutgoingTexts.FullPath(first <= 0 ? "." : string.Join('/', parts[..first]) + "/", folder);
        List<string> found = [];
        int lookedAt = 0;
        if (first >= 0 && Directory.Exists(start)) Walk(start, first);
        isCut = lookedAt > MaxLookedAt;
        return found;

        void Walk(string at, int number)
        {
            string part = parts[number];
            bool isLast = number == parts.Length - 1;
            if (!IsPattern(part))
            {
                string path = Path.Combine(at, part);
                if (isLast) Add(path, Directory.Exists(path));
                else if (Directory.Exists(path)) Walk(path, number + 1);
                return;
            }
            bool isAnyDepth = part == "**";
            if (isAnyDepth && !isLast) Walk(at, number + 1);
            FileSystemEnumerable<(string Path, bool IsFolder, bool IsLink)> entries = new(at, static (ref entry) => (entry.ToFullPath(), entry.IsDirectory, (entry.Attributes & FileAttributes.ReparsePoint) != 0), new EnumerationOptions { AttributesToSkip = 0 });
            foreach ((string path, bool isFolder, bool isLink) in entries)
            {
                if (++lookedAt > MaxLookedAt || found.Count >= max) return;
                if (!Matches(part, Path.GetFileName(path))) continue;
                if (isLast) Add(path, isFolder);
                if (isFolder && isAnyDepth && !isLink) Walk(path, number);
                else if (isFolder && !isLast && !isAnyDepth) Walk(path, number + 1);
            }
        }

        void Add(string path, bool isFolder)
        {
            if (found.Count < max && (isFolder ? withFolders : File.Exists(path))) found.Add(path);
        }
    }

    /// <summary>Whether a name is as a pattern says.</summary>
    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int at = 0, star = -1, behindStar = 0;
        for (int i = 0; i < name.Length;)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                behindStar = i;
            }
            else if (at < pattern.Length && MatchesOne(pattern[at..], name[i]) is int length and > 0)
            {
                at += length;
                i++;
            }
            else if (star < 0)
            {
                return false;
            }
            else
            {
                at = star + 1;
                i = ++behindStar;
            }
        }
        return !pattern[at..].ContainsAnyExcept('*');
    }

    /// <summary>How much of the pattern stands for a character; 0 if it does not.</summary>
    static int MatchesOne(ReadOnlySpan<char> pattern, char c)
    {
        if (pattern[0] == '?') return 1;
        if (pattern[0] != '[' || SetLength(pattern) is not (int length and > 0)) return pattern[0] == c ? 1 : 0;
        ReadOnlySpan<char> set = pattern[1..(length - 1)];
        if (set.IndexOf("[:") >= 0) return length; // a class of characters, taken for all
        bool isInverse = set[0] is '!' or '^';
        if (isInverse) set = set[1..];
        bool isIn = false;
        for (int i = 0; i < set.Length; i++)
        {
            bool isRange = i + 2 < set.Length && set[i + 1] == '-';
            isIn |= isRange ? c >= set[i] && c <= set[i + 2] : c == set[i];
            if (isRange) i += 2;
        }
        return isIn != isInverse ? length : 0;
    }

    /// <summary>How long a set is with its brackets; 0 if it is none.</summary>
    internal static int SetLength(ReadOnlySpan<char> pattern)
    {
        int at = 1;
        if (at < pattern.Length && pattern[at] is '!' or '^') at++;
        if (at < pattern.Length && pattern[at] == ']') at++;
        for (; at < pattern.Length; at++)
        {
            if (pattern[at] == ']') return at + 1;
            if (pattern[at..].StartsWith("[:") && pattern[at..].IndexOf(":]") is int end and > 0) at += end + 1;
        }
        return 0;
    }
}
