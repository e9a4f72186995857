using System.Text;

namespace LeakScan.Cli.Outgoing;

/// <summary>A word of a shell command.</summary>
/// <param name="Text">The word without its quotes; an operator as it is.</param>
/// <param name="IsOperator">Whether it separates or redirects.</param>
/// <param name="IsOpen">Whether the shell would put in something that is not known here: a variable, a command's output.</param>
/// <param name="IsPattern">Whether it is a pattern of file names.</param>
readonly record struct ShellWord(string Text, bool IsOperator, bool IsOpen = false, bool IsPattern = false);

/// <summary>Cuts a shell command into words, as a POSIX shell would.</summary>
static class ShellWords
{
    internal static List<ShellWord> Split(string command)
    {
        List<ShellWord> words = [];
        StringBuilder word = new();
        bool inWord = false, open = false, pattern = false;
        void End()
        {
            if (inWord) words.Add(new(word.ToString(), false, open, pattern));
            word.Clear();
            inWord = open = pattern = false;
        }
        for (int i = 0; i < command.Length; i++)
        {
            char c = command[i];
            switch (c)
            {
                case ' ' or '\t':
                    End();
                    break;
                case '#' when !inWord:
                    while (i + 1 < command.Length && command[i + 1] != '\n') i++;
                    break;
                case '\\':
                    if (i + 1 < command.Length && command[i + 1] == '\n')
                    {
                        i++;
                        break;
                    }
                    if (i + 1 < command.Length) word.Append(command[++i]);
                    inWord = true;
                    break;
                case '\'' when i > 0 && command[i - 1] == '$' && word.Length > 0 && word[^1] == '$':
                    // $'it\'s', of which the escapes are not undone.
                    inWord = open = true;
                    for (i++; i < command.Length && command[i] != '\''; i++)
                    {
                        if (command[i] == '\\' && i + 1 < command.Length) i++;
                        word.Append(command[i]);
                    }
                    break;
                case '\'':
                    int close = command.IndexOf('\'', i + 1);
                    if (close < 0) (close, open) = (command.Length, true);
                    word.Append(command, i + 1, close - i - 1);
                    inWord = true;
                    i = close;
                    break;
                case '"':
                    inWord = true;
                    for (i++; i < command.Length && command[i] != '"'; i++)
                    {
                        if (command[i] == '\\' && i + 1 < command.Length && command[i + 1] is '"' or '\\' or '$' or '`') i++;
                        else open |= command[i] is '$' or '`';
                        word.Append(command[i]);
                    }
                    open |= i >= command.Length;
                    break;
                case '\n' or ';' or '&' or '|' or '<' or '>' or '(' or ')':
                    // The number of a redirected stream belongs to the operator: 2>
                    string number = c is '<' or '>' && word.Length > 0 && inWord && !open && IsNumber(word) ? word.ToString() : "";
                    if (number.Length > 0) inWord = false;
                    End();
                    int length = 1;
                    while (i + length < command.Length && command[i + length] is '&' or '|' or '<' or '>' && c is not ('\n' or '(' or ')' or ';') && length < 3) length++;
                    words.Add(new(string.Concat(number, command.AsSpan(i, length)), true));
                    i += length - 1;
                    break;
                default:
                    inWord = true;
                    open |= c is '$' or '`';
                    pattern |= c is '*' or '?' or '[';
                    // A brace would make several words of one.
                    open |= c == '{' && command.IndexOf(',', i) > 0;
                    word.Append(c);
                    break;
            }
        }
        End();
        return words;
    }

    static bool IsNumber(StringBuilder word)
    {
        for (int i = 0; i < word.Length; i++)
        {
            if (!char.IsAsciiDigit(word[i])) return false;
        }
        return true;
    }

    /// <summary>A word for a shell.</summary>
    internal static string Quote(string word)
    {
        bool plain = word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '+' or '=' or ':' or '@' or ',' || (c == '\\' && OperatingSystem.IsWindows()));
        return plain ? word : OperatingSystem.IsWindows() ? $"\"{word}\"" : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
