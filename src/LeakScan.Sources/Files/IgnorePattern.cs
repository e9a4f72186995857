namespace LeakScan.Sources.Files;

/// <summary>One pattern of a .gitignore file.</summary>
// A pattern is a list of segments, one for each folder of a path; `**` as a segment stands for any number of folders. A pattern
// without a slash but at its end matches at any depth, so it gets a `**` in front. Both levels, segments of a path and
// characters of a segment, are matched by the walk that goes back to the last star only, so the cost is at most the product of the lengths.
sealed class IgnorePattern
{
    const string AnyFolders = "**";

    readonly string[] _segments;
    readonly bool _folderOnly;

    IgnorePattern(string[] segments, bool negated, bool folderOnly)
    {
        _segments = segments;
        IsNegated = negated;
        _folderOnly = folderOnly;
    }

    internal bool IsNegated { get; }

    /// <summary>Null for a comment, a blank line, or nothing but slashes.</summary>
    internal static IgnorePattern? Parse(string line)
    {
        string text = TrimEnd(line);
        if (text.Length == 0 || text[0] == '#') return null;
        bool negated = text[0] == '!';
        if (negated) text = text[1..];
        bool folderOnly = text.EndsWith('/');
        if (folderOnly) text = text[..^1];
        bool anchored = text.Contains('/', StringComparison.Ordinal);
        if (text.StartsWith('/')) text = text[1..];
        if (text.Length == 0) return null;
        string[] segments = text.Split('/');
        return new IgnorePattern(anchored ? segments : [AnyFolders, .. segments], negated, folderOnly);
    }

    /// <summary>Whether the pattern names this path; its folders are not looked at.</summary>
    /// <param name="path">The segments of the path below the folder of the .gitignore file.</param>
    /// <param name="isFolder">Whether the path is a folder.</param>
    internal bool IsMatch(ReadOnlySpan<string> path, bool isFolder)
    {
        if (_folderOnly && !isFolder) return false;
        int segment = 0;
        int position = 0;
        int starSegment = -1;
        int starPosition = 0;
        while (position < path.Length)
        {
            if (segment < _segments.Length && _segments[segment] == AnyFolders)
            {
                if (segment == _segments.Length - 1) return true; // `a/**`: something is left, and all of it matches
                (starSegment, starPosition) = (segment++, position);
            }
            else if (segment < _segments.Length && IsSegmentMatch(_segments[segment], path[position]))
            {
                segment++;
                position++;
            }
            else if (starSegment >= 0)
            {
                (segment, position) = (starSegment + 1, ++starPosition);
            }
            else
            {
                return false;
            }
        }
        return segment == _segments.Length;
    }

    static string TrimEnd(string line)
    {
        int length = line.Length;
        if (length > 0 && line[length - 1] == '\r') length--;
        while (length > 0 && line[length - 1] == ' ')
        {
            int slashes = 0;
            while (slashes < length - 1 && line[length - 2 - slashes] == '\\') slashes++;
            if (slashes % 2 == 1) break;
            length--;
        }
        return line[..length];
    }

    static bool IsSegmentMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0;
        int n = 0;
        int starP = -1;
        int starN = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (starP, starN) = (++p, n);
            }
            else if (p < pattern.Length && IsCharacterMatch(pattern[p..], name[n], out int length))
            {
                p += length;
                n++;
            }
            else if (starP >= 0)
            {
                (p, n) = (starP, ++starN);
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    static bool IsCharacterMatch(ReadOnlySpan<char> pattern, char c, out int length)
    {
        length = 1;
        switch (pattern[0])
        {
            case '?':
                return true;
            case '\\' when pattern.Length > 1:
                length = 2;
                return pattern[1] == c;
            case '[':
                return IsClassMatch(pattern, c, out length);
            default:
                return pattern[0] == c;
        }
    }

    // [abc], [a-z], [!a], [^a], [[:alpha:]]; a ']' directly after the bracket stands for itself. A class without its end matches nothing.
    static bool IsClassMatch(ReadOnlySpan<char> pattern, char c, out int length)
    {
        int i = 1;
        bool negated = i < pattern.Length && pattern[i] is '!' or '^';
        if (negated) i++;
        bool found = false;
        for (int first = i; i < pattern.Length; i++)
        {
            if (pattern[i] == ']' && i > first)
            {
                length = i + 1;
                return found != negated;
            }
            int nameLength = pattern[i..].StartsWith("[:") ? pattern[(i + 2)..].IndexOf(":]") : -1;
            if (nameLength >= 0)
            {
                found |= IsNamedClass(pattern.Slice(i + 2, nameLength), c);
                i += nameLength + 3;
                continue;
            }
            char low = Literal(pattern, ref i);
            char high = low;
            if (i + 2 < pattern.Length && pattern[i + 1] == '-' && pattern[i + 2] != ']')
            {
                i += 2;
                high = Literal(pattern, ref i);
            }
            found |= c >= low && c <= high;
        }
        length = 1;
        return false;
    }

    static char Literal(ReadOnlySpan<char> pattern, ref int i)
    {
        if (pattern[i] == '\\' && i + 1 < pattern.Length) i++;
        return pattern[i];
    }

    static bool IsNamedClass(ReadOnlySpan<char> name, char c) => name switch
    {
        "alpha" => char.IsAsciiLetter(c),
        "digit" => char.IsAsciiDigit(c),
        "alnum" => char.IsAsciiLetterOrDigit(c),
        "upper" => char.IsAsciiLetterUpper(c),
        "lower" => char.IsAsciiLetterLower(c),
        "xdigit" => char.IsAsciiHexDigit(c),
        "space" => c is ' ' or (>= '\t' and <= '\r'),
        "blank" => c is ' ' or '\t',
        "cntrl" => c is < ' ' or '\x7F',
        "punct" => char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)),
        "print" => c is >= ' ' and < '\x7F',
        "graph" => c is > ' ' and < '\x7F',
        _ => false,
    };
}
