using System.Buffers;

namespace LeakScan.Cli.Outgoing;

/// <summary>The @path mentions of a prompt: files that a tool puts into the request without calling any hook for them.</summary>
static class Mentions
{
    const int MaxPath = 4096;

    /// <summary>No file system has longer names.</summary>
    const int MaxName = 255;

    static readonly SearchValues<char> s_closing = SearchValues.Create(",;:.!?)]}>\"'`*#");

    /// <param name="prompt">The prompt as typed.</param>
    /// <param name="fileExists">Whether there is such a file: where a mention ends is only known from that.</param>
    /// <param name="folderExists">Whether there is such a folder.</param>
    internal static IEnumerable<(string Path, LineRange Lines)> Of(string prompt, Func<string, bool> fileExists, Func<string, bool> folderExists)
    {
        HashSet<(string, LineRange)> seen = [];
        for (int at = prompt.IndexOf('@'); at >= 0; at = prompt.IndexOf('@', at + 1))
        {
            // In dev@example.com there is no mention.
            if (at > 0 && IsInName(prompt[at - 1])) continue;
            if (Find(prompt.AsSpan(at + 1), fileExists, folderExists) is (string, LineRange) found && seen.Add(found)) yield return found;
        }
    }

    static bool IsInName(char c) => char.IsLetterOrDigit(c) || c is '_' or '.' or '-';

    static (string Path, LineRange Lines)? Find(ReadOnlySpan<char> text, Func<string, bool> fileExists, Func<string, bool> folderExists)
    {
        if (text is ['"' or '\'', ..])
        {
            int close = text[1..].IndexOf(text[0]);
            return close is < 0 or > MaxPath ? null : WithLines(text.Slice(1, close), fileExists);
        }
        int end = 0;
        bool escaped = false;
        while (end < text.Length && end < MaxPath && (!char.IsWhiteSpace(text[end]) || (end > 0 && text[end - 1] == '\\'))) escaped |= text[end++] == '\\';
        ReadOnlySpan<char> word = text[..end];
        if (escaped && WithLines(word.ToString().Replace("\\ ", " ", StringComparison.Ordinal), fileExists) is (string, LineRange) spaced) return spaced;
        word = Possible(word, folderExists);
        // A sentence may go on right behind the path: "see @a.py, @b.py)."
        while (word.Length > 0)
        {
            if (WithLines(word, fileExists) is (string, LineRange) found) return found;
            int shorter = word.LastIndexOfAny(s_closing);
            if (shorter <= 0) return null;
            word = word[..shorter];
        }
        return null;
    }

    /// <summary>What of a word may be a path: minified JSON or CSS is one word with many @ in it, and what follows each may be long.</summary>
    static ReadOnlySpan<char> Possible(ReadOnlySpan<char> word, Func<string, bool> folderExists)
    {
        int name = 0;
        for (int i = word.StartsWith("file:///") ? "file:///".Length : 0; i < word.Length; i++)
        {
            if (word[i] == '@' && i > 0 && word[i - 1] is not '/' && !IsInName(word[i - 1])) return word[..i]; // the next mention
            if (word[i] is '/' or '\\')
            {
                if (i > 0 && word[i] == '/' && !folderExists(word[..i].ToString())) return word[..i];
                name = i + 1;
            }
            if (i - name >= MaxName) return word[..i];
        }
        return word;
    }

    /// <summary>A path, or a path with #L10 or #L10-20 behind it.</summary>
    static (string Path, LineRange Lines)? WithLines(ReadOnlySpan<char> word, Func<string, bool> exists)
    {
        string path = word.ToString();
        if (exists(path)) return (path, LineRange.All);
        int hash = path.LastIndexOf("#L", StringComparison.Ordinal);
        if (hash <= 0 || !exists(path[..hash])) return null;
        string[] bounds = path[(hash + 2)..].Split('-');
        if (bounds.Length > 2 || !long.TryParse(bounds[0], out long first) || first < 1) return (path[..hash], LineRange.All);
        if (bounds.Length == 1) return (path[..hash], LineRange.All); // tools differ in what one line means
        return long.TryParse(bounds[1].TrimStart('L'), out long last) && last >= first ? (path[..hash], new(first, last - first + 1)) : (path[..hash], LineRange.All);
    }
}
