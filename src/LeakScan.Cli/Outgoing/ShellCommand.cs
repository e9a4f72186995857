using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Enumeration;

namespace LeakScan.Cli.Outgoing;

/// <summary>What a shell command would print of files, for the commands by which models look at files.</summary>
// Not a shell: it knows cat, head, tail, sed -n, nl and the like, git show and git diff, pipes of them, cd, and commands that
// print nothing of a file. Whatever else there is makes the command undecidable, and the parts that were understood count
// nevertheless: cat secret.py; make prints secret.py whatever make does.
sealed class ShellCommand(OutgoingTexts texts, string folder)
{
    const int MaxNesting = 4;
    const int MaxPatternFiles = 256;
    const int MaxGitBytes = 16 << 20;

    static readonly string[] s_printsNothing =
    [
        "echo", "printf", "true", "false", ":", "exit", "cd", "pwd", "ls", "mkdir", "rmdir", "rm", "mv", "cp", "ln", "touch", "test", "[", "wait",
        "sleep", "date", "whoami", "which", "stat", "du", "basename", "dirname", "realpath", "chmod", "export", "set", "wc", "sha256sum", "md5sum", "fi", "done",
    ];

    static readonly char[] s_digits = [.. "0123456789"];
    static readonly SearchValues<char> s_nameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    string _folder = folder;
    int _nesting;

    /// <summary>Why the command is undecidable; null if it is not.</summary>
    internal string? Undecidable { get; private set; }

    /// <summary>The words of the command, any of which may name a file.</summary>
    internal List<string> Words { get; } = [];

    sealed class Stage
    {
        internal readonly List<ShellWord> Words = [];
        internal string? Input;
        internal bool OutputGoesToFile;
    }

    internal void Run(string command)
    {
        List<ShellWord> words = ShellWords.Split(command);
        foreach (ShellWord word in words)
        {
            if (!word.IsOperator && Words.Count < 1024) Words.Add(word.Text);
        }
        List<Stage> pipeline = [new()];
        for (int i = 0; i < words.Count; i++)
        {
            ShellWord word = words[i];
            if (!word.IsOperator)
            {
                pipeline[^1].Words.Add(word);
                continue;
            }
            string operation = word.Text.TrimStart(s_digits);
            bool isOutput = word.Text[0] is not '2';
            switch (operation)
            {
                case ";" or "&&" or "||" or "&" or "\n" or "(" or ")":
                    Run(pipeline);
                    pipeline = [new()];
                    break;
                case "|" or "|&":
                    pipeline.Add(new());
                    break;
                case "<" when i + 1 < words.Count && !words[i + 1].IsOperator && !words[i + 1].IsOpen:
                    pipeline[^1].Input = words[++i].Text;
                    break;
                case ">" or ">>" or ">|" or "&>" or "&>>" when i + 1 < words.Count && !words[i + 1].IsOperator:
                    string target = words[++i].Text;
                    if (isOutput && target is not ("/dev/stdout" or "/dev/stderr" or "/dev/tty")) pipeline[^1].OutputGoesToFile = true;
                    break;
                case ">&" or "<&" when i + 1 < words.Count && !words[i + 1].IsOperator:
                    i++;
                    break;
                default:
                    Run(pipeline);
                    Undecided(operation.StartsWith("<<", StringComparison.Ordinal) ? "it reads text that stands in the command" : $"it has {Shown(operation)}");
                    return;
            }
        }
        Run(pipeline);
    }

    void Run(List<Stage> pipeline)
    {
        List<OutgoingText>? flow = null;
        for (int i = 0; i < pipeline.Count; i++)
        {
            if (pipeline[i].Words.Count == 0 && pipeline.Count == 1) return;
            flow = Run(pipeline[i], flow);
            if (flow is null) return;
            if (pipeline[i].OutputGoesToFile) flow = [];
        }
        foreach (OutgoingText text in flow!) texts.Add(text.What, text.Utf8);
    }

    /// <summary>What a stage prints of files, given what comes in; null if that cannot be told.</summary>
    List<OutgoingText>? Run(Stage stage, List<OutgoingText>? input)
    {
        List<ShellWord> words = stage.Words;
        int first = 0;
        // NAME=value before a command, and commands that run another.
        while (first < words.Count && (IsAssignment(words[first].Text) || words[first].Text is "sudo" or "command" or "time" or "nohup" or "env" or "if" or "elif" or "then" or "else" or "while" or "until" or "do" or "!" or "{" or "}")) first++;
        if (first < words.Count && words[first].Text == "timeout" && first + 1 < words.Count && !words[first + 1].Text.StartsWith('-')) first += 2;
        if (first == words.Count) return [];
        string program = Path.GetFileName(words[first].Text);
        if (words[first].IsOpen || words[first].IsPattern) return Undecided("the command is put together when it runs");
        List<ShellWord> arguments = words[(first + 1)..];

        if (program is "bash" or "sh" or "zsh" or "dash" && arguments.Count >= 2 && arguments[0].Text is "-c" or "-lc" or "-ic" && !arguments[1].IsOpen)
        {
            if (++_nesting > MaxNesting) return Undecided("shells call shells too deeply");
            Run(arguments[1].Text);
            _nesting--;
            return [];
        }
        if (s_printsNothing.Contains(program))
        {
            if (program == "cd")
            {
                if (arguments.Any(a => a.IsOpen)) return Undecided("it changes to a folder that is not known here");
                _folder = arguments.Count == 0 ? OutgoingTexts.FullPath("~", _folder) : OutgoingTexts.FullPath(arguments[^1].Text, _folder);
            }
            // A program's output may stand in the arguments of echo.
            return arguments.Any(a => a.IsOpen) && program is "echo" or "printf" && !arguments.TrueForAll(a => !a.Text.Contains('(') && !a.Text.Contains('`') && !a.Text.Contains('<'))
                ? Undecided($"{program} prints what another command prints") : [];
        }
        if (program == "git") return Git(arguments);
        if (program is "grep" or "egrep" or "fgrep" or "rg" && arguments.Exists(a => a.Text is "-c" or "-l" or "-q" or "-L" or "--count" or "--quiet" or "--files-with-matches")) return [];

        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? filter = FilterOf(program, arguments, out List<ShellWord> files);
        if (filter is null) return Undecided($"what {Shown(program)} prints is not known before it runs");
        List<OutgoingText> result = [];
        if (stage.Input is not null && files.Count == 0) files.Add(new(stage.Input, false));
        if (files.Count == 0 || files.Exists(f => f.Text == "-"))
        {
            foreach (OutgoingText text in input ?? []) result.Add(text with { Utf8 = filter(text.Utf8) });
        }
        foreach (ShellWord file in files)
        {
            if (file.Text == "-") continue;
            if (file.IsOpen) return Undecided("it names files that are not known here");
            foreach (string path in file.IsPattern ? Expand(file.Text) : [file.Text])
            {
                // A file that is not there may be in another folder: the tool may run the command elsewhere.
                if (texts.ReadFile(path, _folder) is not ReadOnlyMemory<byte> text) Undecided($"there is no file {Shown(path)} here");
                else result.Add(new($"the file {Shown(path)}, which the command prints", filter(text)));
            }
        }
        return result;
    }

    /// <summary>What a program makes of a file's text, and which of its arguments are files; null if it is none that is known.</summary>
    static Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? FilterOf(string program, List<ShellWord> arguments, out List<ShellWord> files)
    {
        files = [];
        switch (program)
        {
            case "cat" or "nl" or "tac" or "less" or "more" or "sort" or "uniq" or "bat" or "batcat":
                for (int i = 0; i < arguments.Count; i++)
                {
                    // Options with a value of their own would make a file of the value; a file that is not there changes nothing.
                    if (arguments[i].Text is "-" || !arguments[i].Text.StartsWith('-')) files.Add(arguments[i]);
                    else if (program == "sort" && arguments[i].Text.StartsWith("-o", StringComparison.Ordinal)) return null;
                    else if (program == "nl" && arguments[i].Text is "-b" or "-w" or "-s" or "-v" or "-i" or "-n") i++;
                    else if (program == "sort" && arguments[i].Text is "-k" or "-t" or "-S" or "-T") i++;
                }
                return static text => text;
            case "head" or "tail":
                return HeadOrTail(program == "head", arguments, files);
            case "sed":
                return SedPrint(arguments, files);
            default:
                return null;
        }
    }

    static Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? HeadOrTail(bool head, List<ShellWord> arguments, List<ShellWord> files)
    {
        string count = "10";
        bool bytes = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i].Text;
            if (argument is "-q" or "-v" or "-" || !argument.StartsWith('-'))
            {
                if (argument is not ("-q" or "-v")) files.Add(arguments[i]);
                continue;
            }
            bytes = argument.StartsWith("-c", StringComparison.Ordinal) || argument.StartsWith("--bytes", StringComparison.Ordinal);
            if (argument is "-n" or "-c" or "--lines" or "--bytes")
            {
                if (++i == arguments.Count) return null;
                count = arguments[i].Text;
            }
            else
            {
                string[] prefixes = ["--lines=", "--bytes=", "-n", "-c", "-"];
                count = argument[prefixes.First(p => argument.StartsWith(p, StringComparison.Ordinal)).Length..];
            }
        }
        bool fromStart = count.StartsWith('+');
        if (!long.TryParse(count.TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out long number)) return static text => text; // head -n -5: nearly all
        if (bytes) return text => text.Length <= number || fromStart ? text : head ? text[..(int)number] : text[^(int)number..];
        if (fromStart) return head ? null : text => new LineRange(Math.Max(1, number), long.MaxValue).Of(text);
        return head ? text => number == 0 ? default : new LineRange(1, number).Of(text) : text => LineRange.Last(text, number);
    }

    /// <summary>sed -n with addresses of lines: 5p, 5,20p, 5,$p, several of them.</summary>
    static Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? SedPrint(List<ShellWord> arguments, List<ShellWord> files)
    {
        string? script = null;
        bool quiet = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i].Text;
            if (argument is "-n" or "--quiet" or "-ne") quiet = true;
            if (argument is "-e" or "-ne")
            {
                if (script is not null || ++i == arguments.Count) return null;
                script = arguments[i].Text;
            }
            else if (argument.StartsWith('-') && argument.Length > 1)
            {
                if (argument is not ("-n" or "--quiet" or "-E" or "-r" or "-s" or "-u")) return null;
            }
            else if (script is null) script = argument;
            else files.Add(arguments[i]);
        }
        if (script is null || !quiet) return null;
        long low = long.MaxValue, high = 0;
        foreach (string part in script.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part == "q") continue;
            if (!part.EndsWith('p')) return null;
            string[] bounds = part[..^1].Split(',');
            if (bounds.Length > 2) return null;
            long first = 1, last = long.MaxValue;
            if (bounds[0].Length > 0)
            {
                if (!long.TryParse(bounds[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out first)) return static text => text; // a pattern: at most all of it
                string end = bounds[^1].Trim();
                if (end != "$" && !long.TryParse(end.TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out last)) return static text => text;
                if (end.StartsWith('+')) last += first;
            }
            (low, high) = (Math.Min(low, Math.Max(1, first)), Math.Max(high, last));
        }
        if (high < low) return static _ => default;
        LineRange range = new(low, high == long.MaxValue ? long.MaxValue : high - low + 1);
        return range.Of;
    }

    List<OutgoingText>? Git(List<ShellWord> arguments)
    {
        string gitFolder = _folder;
        int at = 0;
        for (; at < arguments.Count && arguments[at].Text.StartsWith('-'); at++)
        {
            if (arguments[at].Text == "-C" && at + 1 < arguments.Count && !arguments[at + 1].IsOpen) gitFolder = OutgoingTexts.FullPath(arguments[++at].Text, gitFolder);
            else if (arguments[at].Text is not ("--no-pager" or "-P")) return Undecided("git has options that are not known here");
        }
        if (at == arguments.Count) return [];
        string verb = arguments[at].Text;
        if (verb is "status" or "add" or "commit" or "branch" or "checkout" or "switch" or "fetch" or "push" or "pull" or "rev-parse" or "ls-files" or "remote" or "tag" or "init") return [];
        if (verb is not ("show" or "diff")) return Undecided($"what git {Shown(verb)} prints is not known before it runs");
        List<string> rest = [];
        foreach (ShellWord argument in arguments.Skip(at + 1))
        {
            if (argument.IsOpen || argument.IsPattern || (argument.Text.StartsWith('-') && !IsHarmlessGitOption(argument.Text))) return Undecided($"git {verb} has options that are not known here");
            rest.Add(argument.Text);
        }
        byte[]? output = RunGit(gitFolder, verb, rest);
        return output is null ? Undecided($"git {verb} does not work here") : [new($"what git {verb} prints", output)];
    }

    static bool IsHarmlessGitOption(string option) =>
        option is "--" or "--cached" or "--staged" or "--stat" or "--name-only" or "--name-status" or "--oneline" or "-p" or "--patch" or "-w" or "--numstat" or "--shortstat" or "--no-color" or "--word-diff"
        || (option.StartsWith("-U", StringComparison.Ordinal) && int.TryParse(option[2..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        || (option.StartsWith("--unified=", StringComparison.Ordinal) && int.TryParse(option[10..], NumberStyles.None, CultureInfo.InvariantCulture, out _));

    // The person may not have allowed the command yet: nothing that a repository's configuration names may run.
    static byte[]? RunGit(string folder, string verb, List<string> arguments)
    {
        if (!Directory.Exists(folder)) return null;
        ProcessStartInfo start = new("git") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (string argument in (string[])["--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", verb, "--no-ext-diff", "--no-textconv", "--no-color"]) start.ArgumentList.Add(argument);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        try
        {
            using Process git = Process.Start(start)!;
            git.StandardInput.Close();
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            using MemoryStream output = new();
            byte[] buffer = new byte[64 << 10];
            for (int read; (read = git.StandardOutput.BaseStream.Read(buffer)) > 0;)
            {
                output.Write(buffer, 0, read);
                if (output.Length <= MaxGitBytes) continue;
                git.Kill();
                throw new UnreadableException(FormattableString.Invariant($"git {verb} prints more than the {MaxGitBytes} bytes that are looked through in time"));
            }
            git.WaitForExit();
            return git.ExitCode == 0 || output.Length > 0 ? output.ToArray() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no git
        }
    }

    string[] Expand(string pattern)
    {
        string directory = Path.GetDirectoryName(pattern) ?? "";
        string name = Path.GetFileName(pattern);
        string full = directory.Length == 0 ? _folder : OutgoingTexts.FullPath(directory, _folder);
        if (directory.AsSpan().IndexOfAny('*', '?', '[') >= 0 || name.Contains('[') || !Directory.Exists(full))
        {
            Undecided("it names files by a pattern that is not known here");
            return [];
        }
        string[] found = [.. Directory.EnumerateFiles(full).Where(f => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(f), ignoreCase: false)).Take(MaxPatternFiles + 1)];
        if (found.Length > MaxPatternFiles) throw new UnreadableException(FormattableString.Invariant($"a command prints more than {MaxPatternFiles} files at once"));
        return found;
    }

    List<OutgoingText>? Undecided(string why)
    {
        Undecidable ??= why;
        return null;
    }

    static bool IsAssignment(string word)
    {
        int equals = word.IndexOf('=');
        return equals > 0 && !word.AsSpan(0, equals).ContainsAnyExcept(s_nameCharacters);
    }

    static string Shown(string text) => Output.Diagnostics.Printable(text.Length <= 80 ? text : text[..80] + "...");
}
