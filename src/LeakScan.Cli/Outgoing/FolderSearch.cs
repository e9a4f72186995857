using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace LeakScan.Cli.Outgoing;

/// <summary>A command that prints what is in the files below a folder, or in a file.</summary>
/// <param name="Place">The folder, or the file.</param>
/// <param name="Name">The pattern of the files' names; null for all.</param>
/// <param name="Lines">The lines that are printed; null for all.</param>
sealed record FolderSearch(string Place, string? Name, SearchedLines? Lines)
{
    /// <summary>Options that are followed by a value, by whose value no other lines are printed.</summary>
    static readonly string[] s_withValue = ["glob", "iglob", "type", "type-not", "include", "exclude", "exclude-dir", "max-count", "max-depth", "max-columns", "sort", "threads"];

    static readonly string[] s_plain =
    [
        "color", "colour", "line-number", "no-line-number", "heading", "no-heading", "hidden", "no-ignore", "ignore-case", "smart-case", "case-sensitive", "word-regexp", "recursive", "with-filename", "no-filename",
        "fixed-strings", "perl-regexp", "extended-regexp", "basic-regexp", "no-messages", "binary-files", "only-matching", "column", "follow", "text", "cached", "untracked", "no-index",
    ];

    const string PlainLetters = "rRnHhiIsSwxoEFGPaNyub";

    /// <summary>Reads the arguments of grep and its like.</summary>
    /// <returns>Whether it goes through folders, where, and which lines it prints; null for all.</returns>
    internal static (bool Recurses, List<ShellWord> Places, SearchedLines? Lines) ReadArguments(string program, IReadOnlyList<ShellWord> arguments)
    {
        string valueLetters = program switch { "rg" => "efABCmdDgtTErMj", "ag" => "ABCGm", _ => "efABCmdD" };
        bool recurses = program is "rg" or "ag" or "ack" or "git" or "rgrep", isPlain = true, hasContext = false, hasPattern = false, isRest = false;
        List<ShellWord> places = [];
        List<ShellWord> patterns = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i].Text;
            if (isRest || argument is not ['-', _, ..])
            {
                if (!hasPattern) patterns.Add(arguments[i]);
                else places.Add(arguments[i]);
                hasPattern = true;
            }
            else if (argument == "--")
            {
                isRest = true;
            }
            else if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                string[] option = argument[2..].Split('=', 2);
                recurses |= option[0] is "recursive" or "dereference-recursive" || argument == "--directories=recurse";
                bool isPattern = option[0] == "regexp";
                hasPattern |= isPattern || option[0] == "file";
                if (isPattern && option.Length == 2) patterns.Add(arguments[i] with { Text = option[1] });
                else if (isPattern && i + 1 < arguments.Count) patterns.Add(arguments[++i]);
                else if (option[0] is "context" or "after-context" or "before-context") (hasContext, i) = (true, i + 2 - option.Length);
                else if (s_withValue.Contains(option[0]) || option[0] == "color" && program == "rg") i += option.Length == 2 ? 0 : 1;
                else isPlain &= s_plain.Contains(option[0]);
            }
            else
            {
                for (int at = 1; at < argument.Length; at++)
                {
                    char letter = argument[at];
                    if (!valueLetters.Contains(letter, StringComparison.Ordinal))
                    {
                        recurses |= letter is 'r' or 'R';
                        hasContext |= char.IsAsciiDigit(letter);
                        isPlain &= char.IsAsciiDigit(letter) || PlainLetters.Contains(letter, StringComparison.Ordinal);
                        continue;
                    }
                    bool isNext = at + 1 == argument.Length;
                    if (isNext) i++;
                    isPlain &= letter != 'f';
                    hasContext |= letter is 'A' or 'B' or 'C';
                    hasPattern |= letter is 'e' or 'f';
                    recurses |= letter == 'd';
                    if (letter == 'e' && i < arguments.Count) patterns.Add(isNext ? arguments[i] : arguments[i] with { Text = argument[(at + 1)..] });
                    break;
                }
            }
        }
        string[]?[] words = [.. patterns.Select(p => p.IsOpen ? null : WordsOf(p.Text))];
        return (recurses, places, isPlain && words.Length > 0 && words.All(w => w is not null) ? new([.. words.SelectMany(w => w!)], hasContext) : null);
    }

    /// <summary>Words of which one is in whatever a regular expression fits; null if there are none.</summary>
    // Of each alternative the longest run of characters that stand for themselves in every kind of regular expression.
    internal static string[]? WordsOf(string pattern)
    {
        if (pattern.Contains("(?", StringComparison.Ordinal) || s_repeatedGroup.IsMatch(pattern)) return null;
        List<string> words = [];
        StringBuilder run = new();
        string longest = "";
        for (int i = 0; i <= pattern.Length; i++)
        {
            char c = i < pattern.Length ? pattern[i] : '\n';
            bool isEscaped = c == '\\';
            if (isEscaped)
            {
                if (++i == pattern.Length) return null;
                c = pattern[i];
                if (char.IsAsciiLetterOrDigit(c) && !"bBwWsSdD".Contains(c, StringComparison.Ordinal)) return null;
            }
            bool isSyntax = isEscaped || c is '.' or '^' or '$' or '(' or ')' or '+' or '*' or '?' or '{' or '[' or '|' or '\n';
            if (!isSyntax)
            {
                run.Append(c);
                continue;
            }
            // What may be there not at all.
            if (c is '*' or '?' or '{' && run.Length > 0) run.Length--;
            if (run.Length > longest.Length) longest = run.ToString();
            run.Clear();
            if (c == '{' && pattern.IndexOf('}', i) is int end and >= 0) i = end;
            if (c == '[' && !isEscaped)
            {
                int length = FilePatterns.SetLength(pattern.AsSpan(i));
                if (length == 0) return null;
                i += length - 1;
            }
            if (c is not ('|' or '\n')) continue;
            if (longest.Length == 0) return null;
            words.Add(longest);
            longest = "";
        }
        return [.. words];
    }

    static readonly Regex s_repeatedGroup = new(@"\)\\?[*?{]", RegexOptions.CultureInvariant);
}

/// <summary>Lines that a search prints.</summary>
/// <param name="Words">Each has one of these, in upper or lower case.</param>
/// <param name="HasContext">Whether lines around them are printed, too.</param>
sealed record SearchedLines(string[] Words, bool HasContext)
{
    /// <summary>What is printed of a file's text, at most.</summary>
    internal ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> text)
    {
        string all = Encoding.UTF8.GetString(text.Span);
        if (!HasWord(all)) return default;
        if (HasContext) return text;
        ArrayBufferWriter<byte> printed = new();
        foreach (Range line in all.AsSpan().Split('\n'))
        {
            if (!HasWord(all.AsSpan(line))) continue;
            Encoding.UTF8.GetBytes(all.AsSpan(line), printed);
            printed.Write("\n"u8);
        }
        return printed.WrittenMemory;
    }

    bool HasWord(ReadOnlySpan<char> text)
    {
        foreach (string word in Words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}
