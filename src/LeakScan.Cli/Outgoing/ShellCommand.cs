using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LeakScan.Cli.Outgoing;

/// <summary>What a shell command would print of files, for the commands by which models look at files.</summary>
// Not a shell: it knows cat, head, tail, sed -n, nl and the like, git show and git diff, pipes of them, cd, and commands that
// print nothing of a file. Whatever else there is makes the command undecidable, and the parts that were understood count
// nevertheless: cat secret.py; make prints secret.py whatever make does.
sealed class ShellCommand(OutgoingTexts texts, string folder, bool withNamed)
{
    const int MaxNesting = 4;
    const int MaxPatternFiles = 256;
    const int MaxGitBytes = 16 << 20;
    const int MaxNames = 8192;
    const int MaxFolders = 8;
    const int MaxBraces = 4096;

    static readonly string[] s_printsNothing =
    [
        "echo", "printf", "true", "false", ":", "exit", "cd", "pwd", "ls", "mkdir", "rmdir", "rm", "mv", "cp", "ln", "touch", "test", "[", "wait",
        "sleep", "date", "whoami", "which", "stat", "du", "basename", "dirname", "realpath", "chmod", "chown", "chgrp", "truncate", "sha1sum", "sha512sum", "b2sum", "cksum", "export", "set", "wc", "sha256sum", "md5sum", "fi", "done",
    ];

    /// <summary>What builds, tests and checks: it is given many files and prints lines of few.</summary>
    static readonly string[] s_builds =
    [
        "make", "gmake", "ninja", "cmake", "bazel", "tox", "nox", "pytest", "unittest", "jest", "vitest", "mocha", "phpunit", "rspec", "rake", "go", "cargo", "dotnet", "mvn", "gradle", "gradlew", "npm", "pnpm", "yarn",
        "tsc", "black", "isort", "gcc", "g++", "clang", "clang++", "cc", "c++", "javac", "rustc", "ruff", "isort", "mypy", "pyright", "flake8", "pylint", "eslint", "stylelint", "shellcheck", "py_compile", "compileall", "pre-commit",
    ];

    static readonly string[] s_runners = ["python", "python3", "uv", "npx", "poetry", "pipenv", "bundle"];
    static readonly string[] s_searches = ["grep", "egrep", "fgrep", "rgrep", "rg", "ag", "ack"];

    static readonly SearchValues<char> s_aroundNames = SearchValues.Create(" \t\r\n\"'`=@(){}[],:;<>|&$");
    static readonly char[] s_digits = [.. "0123456789"];
    static readonly SearchValues<char> s_nameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    string _folder = folder;

    /// <summary>Whether something was written: what files say now is not what they will say.</summary>
    bool _hasChanged;

    /// <summary>Whether the last filter gives just what the program prints.</summary>
    bool _isExact;

    /// <summary>Whether what flows through the pipeline has the lines of its file, in their order, so that they can be counted.</summary>
    bool _hasLines;

    int _nesting;

    /// <summary>Why the command is undecidable; null if it is not.</summary>
    internal string? Undecidable { get; private set; }

    /// <summary>What in the command may be the name of a file: its words, and their parts where another command or a program stands in one.</summary>
    internal HashSet<string> Names { get; } = [];

    /// <summary>The folders that names may be relative to.</summary>
    internal HashSet<string> Folders { get; } = [folder];

    /// <summary>Folders whose files an undecidable command would print.</summary>
    internal List<FolderSearch> Searches { get; } = [];

    /// <summary>The patterns that loops go through.</summary>
    readonly List<ShellWord> _loops = [];

    sealed class Stage
    {
        internal readonly List<ShellWord> Words = [];
        internal string? Input;
        internal bool OutputGoesToFile;
        internal bool WritesFile;

        /// <summary>What it prints is seen whatever comes behind it in the pipeline.</summary>
        internal bool PrintsDirectly;
    }

    internal void Run(string command)
    {
        List<ShellWord> words = ShellWords.Split(command);
        List<(int Start, int End)> quiet = QuietStages(words);
        for (int i = 0; i < words.Count; i++)
        {
            ShellWord word = words[i];
            if (word.IsOperator) continue;
            if (!quiet.Exists(stage => i >= stage.Start && i < stage.End)) AddNames(word.Text);
            if (word.IsOpen && word.Text.AsSpan().IndexOfAny('(', '`') >= 0) Undecided("a command's output stands in it");
        }
        Stack<string> folders = [];
        string before = "";
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
            string stream = word.Text[..^operation.Length];
            switch (operation)
            {
                case "\n" when pipeline.Count > 1 && pipeline[^1].Words.Count == 0:
                    break; // a pipe goes on in the next line
                case ";" or "&&" or "||" or "&" or "\n" or "(" or ")":
                    if (operation == "(" && pipeline[^1].Words.Count > 0 && !pipeline[^1].Words[^1].Text.EndsWith('$')) Undecided("it defines a function");
                    if (operation is "(" && (pipeline.Count > 1 || before is "|")) Undecided("a group of commands is part of a pipeline");
                    string folder = _folder;
                    Run(pipeline);
                    // Whether the folder was changed is not known.
                    if (_folder != folder && (operation == "&" || before == "||")) Undecided("it changes to a folder perhaps");
                    if (operation == "&") _folder = folder;
                    if (operation == "(") folders.Push(_folder);
                    if (operation == ")" && folders.TryPop(out string? outside)) _folder = outside;
                    pipeline = [new()];
                    before = operation;
                    break;
                case "|" or "|&":
                    pipeline.Add(new());
                    break;
                case "<" when stream is "" or "0" && i + 1 < words.Count && !words[i + 1].IsOperator && !words[i + 1].IsOpen:
                    pipeline[^1].Input = words[++i].Text;
                    break;
                case ">" or ">>" or ">|" or "&>" or "&>>" when i + 1 < words.Count && !words[i + 1].IsOperator:
                    ShellWord target = words[++i];
                    pipeline[^1].WritesFile |= IsFile(target) && OutgoingTexts.FullPath(target.Text, _folder) != "/dev/null";
                    if (stream is not ("" or "1")) break;
                    pipeline[^1].OutputGoesToFile = IsFile(target);
                    pipeline[^1].PrintsDirectly = !IsFile(target);
                    break;
                case ">&" or "<&" when i + 1 < words.Count && !words[i + 1].IsOperator:
                    string to = words[++i].Text;
                    if (stream is "" or "1" && operation == ">&" && to == "2") (pipeline[^1].PrintsDirectly, pipeline[^1].OutputGoesToFile) = (true, false);
                    else if (!(stream == "2" && to is "1" or "-") && !(stream is "" or "1" && to == "1")) Undecided("it redirects streams that are not known here");
                    break;
                default:
                    Run(pipeline);
                    Undecided(operation.StartsWith("<<", StringComparison.Ordinal) ? "it reads text that stands in the command" : $"it has {Shown(operation)}");
                    return;
            }
        }
        Run(pipeline);
    }

    /// <summary>Whether what is written to it is not shown: a device may be the terminal.</summary>
    bool IsFile(ShellWord word)
    {
        string path = OutgoingTexts.FullPath(word.Text, _folder);
        // A link made before may lead to a device.
        if (path.Length > 0 && File.Exists(path) && new FileInfo(path).LinkTarget is string target) path = OutgoingTexts.FullPath(target, Path.GetDirectoryName(path)!);
        return !word.IsOpen && (path == "/dev/null" || !path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/proc/", StringComparison.Ordinal));
    }

    /// <summary>The stages of which it is not known what they print, but that it is not the files that they name: builds and tests, edits in place, and a command whose only output goes to a file.</summary>
    List<(int Start, int End)> QuietStages(List<ShellWord> words)
    {
        List<(int, int)> stages = [];
        if (words.Exists(word => word.IsOperator && word.Text.Contains("<<", StringComparison.Ordinal))) return stages; // what stands behind it is not read as commands
        for (int start = 0; start < words.Count;)
        {
            int end = words.FindIndex(start, word => word.IsOperator && word.Text is ";" or "&&" or "||" or "&" or "\n" or "(" or ")" or "|" or "|&");
            if (end < 0) end = words.Count;
            List<ShellWord> stage = words[start..end];
            bool isWhole = start == 0 && end == words.Count;
            if (!stage.Exists(word => word.IsOpen) && (isWhole && GoesToFile(stage) || IsQuiet(CommandOf([.. stage.TakeWhile(word => !word.IsOperator)])))) stages.Add((start, end));
            start = end + 1;
        }
        return stages;

        bool GoesToFile(List<ShellWord> stage)
        {
            int at = stage.FindIndex(word => word.IsOperator && word.Text is ">" or ">>" or "1>" or "1>>" or "&>" or "&>>");
            return at >= 0 && at + 1 < stage.Count && IsFile(stage[at + 1]) && !stage.Exists(word => word.IsOperator && word.Text.Contains('<', StringComparison.Ordinal));
        }
    }

    static bool IsQuiet(List<ShellWord> command)
    {
        if (command.Count == 0) return false;
        string program = Path.GetFileName(command[0].Text);
        // The lines that a search finds are looked at by themselves.
        if (s_searches.Contains(program) && FolderSearch.ReadArguments(program, command[1..]) is { Lines: not null, Places.Count: > 0 }) return true;
        return IsBuild(program, command) || program == "sed" && command.Exists(word => IsOption(word.Text, "i", "in-place")) && !command.Exists(word => word.Text.Contains("/dev/", StringComparison.Ordinal));
    }

    /// <summary>Whether a command builds, tests or checks, other than a compiler that prints what it reads, or a formatter the changes that it would make.</summary>
    static bool IsBuild(string program, List<ShellWord> command) =>
        (s_builds.Contains(program) || s_runners.Contains(program) && command.Skip(1).Take(3).Any(word => s_builds.Contains(word.Text))) && !command.Exists(word => word.Text is "-E" or "--diff" or "-");

    void AddNames(string word)
    {
        word = word.Replace("${PWD}", _folder, StringComparison.Ordinal).Replace("$PWD", _folder, StringComparison.Ordinal).Replace("${HOME}", "~", StringComparison.Ordinal).Replace("$HOME", "~", StringComparison.Ordinal);
        Add(word);
        foreach (Range part in word.AsSpan().SplitAny(s_aroundNames)) Add(word[part]);
        foreach (string name in WithoutBraces(word)) Add(name);

        void Add(string name)
        {
            if (name.Length > 0 && Names.Count < MaxNames) Names.Add(name);
        }
    }

    void Run(List<Stage> pipeline)
    {
        RunStages(pipeline);
        _hasChanged |= pipeline.Exists(stage => stage.WritesFile);
    }

    void RunStages(List<Stage> pipeline)
    {
        List<OutgoingText>? flow = null;
        _hasLines = true;
        for (int i = 0; i < pipeline.Count; i++)
        {
            if (pipeline[i].Words.Count == 0 && pipeline[i].Input is null && pipeline.Count == 1) return;
            string folder = _folder;
            flow = Run(pipeline[i], flow);
            if (flow is null)
            {
                if (withNamed) LookAt(pipeline);
                return;
            }
            if (pipeline.Count > 1 && _folder != folder)
            {
                Undecided("it changes to a folder within a pipeline");
                _folder = folder;
            }
            if (pipeline[i].PrintsDirectly) foreach (OutgoingText text in flow) texts.AddFileText(text.What, text.Utf8);
            if (pipeline[i].OutputGoesToFile || pipeline[i].PrintsDirectly) flow = [];
        }
        foreach (OutgoingText text in flow!) texts.AddFileText(text.What, text.Utf8);
    }

    /// <summary>What a stage prints of files, given what comes in; null if that cannot be told.</summary>
    List<OutgoingText>? Run(Stage stage, List<OutgoingText>? input)
    {
        List<ShellWord> words = stage.Words;
        int first = 0;
        while (first < words.Count && IsBefore(words[first].Text)) first++;
        if (words.Exists(w => IsAssignment(w.Text) && ChangesPrograms(w.Text))) return Undecided("it sets a variable that programs heed");
        bool hasInput = stage.Input is not null || input is { Count: > 0 };
        // A group of commands, or what a keyword begins, may read it.
        if (hasInput && (first > 0 && words[..first].Exists(w => !IsAssignment(w.Text) && w.Text is not ("sudo" or "command" or "time" or "nohup" or "env")) || first < words.Count && words[first].Text is "fi" or "done" or "bash" or "sh" or "zsh" or "dash"))
            Undecided("a group of commands reads what comes in");
        if (first == words.Count && stage.Input is not null) return ReadAll(stage.Input); // X=$(<file)
        if (first == words.Count && hasInput) return Undecided("a group of commands reads what comes in");
        if (first < words.Count && words[first].Text == "timeout" && first + 1 < words.Count && !words[first + 1].Text.StartsWith('-')) first += 2;
        if (first == words.Count) return [];
        string program = Path.GetFileName(words[first].Text);
        if (words[first].Text.Contains('/') && Path.GetDirectoryName(words[first].Text) is not ("/bin" or "/usr/bin" or "/usr/local/bin" or "/opt/homebrew/bin")) return Undecided($"what {Shown(program)} prints is not known before it runs");
        if (words[first].IsOpen || words[first].IsPattern) return Undecided("the command is put together when it runs");
        List<ShellWord> arguments = words[(first + 1)..];

        if (program is "bash" or "sh" or "zsh" or "dash" && ScriptOf(arguments) is ShellWord script)
        {
            if (++_nesting > MaxNesting) return Undecided("shells call shells too deeply");
            string outside = _folder;
            Run(script.Text);
            _folder = outside;
            _nesting--;
            return [];
        }
        if (s_printsNothing.Contains(program))
        {
            if (program == "cd")
            {
                if (arguments.Any(a => a.IsOpen) || (first > 0 && !words[..first].TrueForAll(w => IsAssignment(w.Text)))) return Undecided("it changes to a folder that is not known here");
                _folder = arguments.Count == 0 ? OutgoingTexts.FullPath("~", _folder) : OutgoingTexts.FullPath(arguments[^1].Text, _folder);
                if (Folders.Count < MaxFolders) Folders.Add(_folder);
            }
            _hasLines = false; // what it prints itself is not told, and goes before a file's lines perhaps
            _hasChanged |= program is "cp" or "mv" or "ln" or "rm" or "touch";
            // Another command's output may stand in the arguments of echo, and in what the others complain of.
            if (arguments.Exists(a => a.IsOpen && a.Text.AsSpan().IndexOfAny('(', '`', '<') >= 0)) return Undecided($"{program} prints what another command prints");
            return arguments.Exists(a => PrintsFiles(program, a)) ? Undecided($"{program} has options that are not known here") : [];
        }
        if (program == "git")
        {
            _hasLines = false;
            return Git(arguments);
        }
        if (program is "grep" or "egrep" or "fgrep" or "rg" && PrintsNamesOrCounts(program, arguments))
        {
            _hasLines = false;
            return [];
        }

        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? filter = FilterOf(program, arguments, out List<ShellWord> files);
        if (filter is null) return Undecided($"what {Shown(program)} prints is not known before it runs");
        List<OutgoingText> result = [];
        if (stage.Input is not null && (files.Count == 0 || files.Exists(f => f.Text == "-"))) files.Add(new(stage.Input, false));
        bool readsInput = files.Count == 0 || files.Exists(f => f.Text == "-");
        // sed counts the lines of all of its files, and what comes out of several is one flow: lines are of a file only where there is one.
        if (readsInput && (!_hasLines || input?.Count > 1) || program == "sed" && files.Count > 1) filter = static text => text;
        _hasLines &= _isExact && !(program is "head" or "tail" && files.Count > 1) && program is not ("tac" or "sort" or "uniq") && !(program == "cat" && arguments.Exists(a => IsOption(a.Text, "s", "squeeze-blank")));
        if (readsInput)
        {
            foreach (OutgoingText text in input ?? []) result.Add(text with { Utf8 = filter(text.Utf8) });
        }
        if (_hasChanged && files.Count > 0) Undecided("it reads files after it has changed some");
        foreach (ShellWord file in files)
        {
            if (file.Text == "-") continue;
            if (file.IsOpen) return Undecided("it names files that are not known here");
            // From a folder that is a link the way up is another.
            if (file.Text.TrimStart('.', '/').Contains("/../", StringComparison.Ordinal)) Undecided("a path goes up from a folder");
            foreach (string path in file.IsPattern ? Expand(file.Text) : [file.Text])
            {
                // A file that is not there may be in another folder: the tool may run the command elsewhere.
                string full = OutgoingTexts.FullPath(path, _folder);
                if (full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal)) Undecided("it reads a device");
                else if (texts.ReadFile(path, _folder, out bool isCut) is not ReadOnlyMemory<byte> text) Undecided($"there is no file {Shown(path)} here");
                else AddPrinted(path, text, filter(text), isCut);
            }
        }
        return result;

        void AddPrinted(string path, ReadOnlyMemory<byte> text, ReadOnlyMemory<byte> printed, bool isCut)
        {
            // Of a file that is too long for all of it its beginning is looked at: of head that is enough.
            if (isCut && !(program == "head" && printed.Length < text.Length)) Undecided($"{Shown(path)} is longer than what is looked through in time");
            result.Add(new($"the file {Shown(path)}, which the command prints", printed));
        }
    }

    /// <summary>NAME=value before a command, and commands that run another.</summary>
    static bool IsBefore(string word) => IsAssignment(word) || word is "sudo" or "command" or "time" or "nohup" or "env" or "if" or "elif" or "then" or "else" or "while" or "until" or "do" or "!" or "{" or "}";

    /// <summary>Notes the files that a pipeline may print and does not name: by a pattern, below a folder, or handed on to xargs.</summary>
    void LookAt(List<Stage> pipeline)
    {
        List<List<ShellWord>> commands = [.. pipeline.Select(stage => CommandOf(stage.Words))];
        int handedTo = commands.FindIndex(command => command.Count > 0 && command[0].Text == "xargs");
        SearchedLines? lines = null;
        if (handedTo >= 0 && !Prints(CommandOfXargs(commands[handedTo]), out lines)) handedTo = -1;
        for (int i = 0; i < commands.Count; i++)
        {
            List<ShellWord> command = commands[i];
            if (command.Count == 0) continue;
            string program = Path.GetFileName(command[0].Text);
            List<ShellWord> arguments = command[1..];
            bool isHandedOn = i < handedTo;
            if (program is "git" && GitVerb(arguments) is int verb && verb < arguments.Count)
            {
                string place = arguments[verb].Text;
                if (place == "ls-files" && isHandedOn) Search(arguments[(verb + 1)..], null, lines);
                else if (place == "grep") LookAtSearch("git", arguments[(verb + 1)..], isFirst: true, isHandedOn, lines);
                else if (place is "log" or "show" or "diff" or "blame" or "annotate") AddPatterns(arguments);
            }
            else if (program == "find")
            {
                LookAtFind(arguments, isHandedOn, lines);
            }
            else if (s_searches.Contains(program))
            {
                LookAtSearch(program, arguments, isFirst: i == 0 && pipeline[0].Input is null, isHandedOn, lines);
            }
            else if (program == "for")
            {
                _loops.AddRange(arguments);
            }
            else if (isHandedOn || Prints(command, out _))
            {
                AddPatterns(arguments);
                if (arguments.Exists(a => a.IsOpen)) AddPatterns(_loops);
            }
        }
    }

    static List<ShellWord> CommandOf(List<ShellWord> words)
    {
        int first = 0;
        while (first < words.Count && IsBefore(words[first].Text)) first++;
        if (first + 1 < words.Count && words[first].Text == "timeout") first += 2;
        return words[Math.Min(first, words.Count)..];
    }

    /// <summary>What xargs runs.</summary>
    static List<ShellWord> CommandOfXargs(List<ShellWord> words)
    {
        int at = 1;
        for (; at < words.Count && words[at].Text.StartsWith('-'); at++)
        {
            if (words[at].Text is ['-', 'n' or 'P' or 'I' or 'L' or 'd' or 's' or 'E' or 'a']) at++;
        }
        return at < words.Count ? words[at..] : [];
    }

    /// <summary>Whether a command may print what is in files that it is given.</summary>
    /// <param name="command">The command.</param>
    /// <param name="lines">Those that it prints; null if any line may be printed.</param>
    static bool Prints(List<ShellWord> command, out SearchedLines? lines)
    {
        lines = null;
        if (command.Count == 0) return false;
        string program = Path.GetFileName(command[0].Text);
        if (s_printsNothing.Contains(program)) return false;
        if (IsBuild(program, command)) return false;
        if (!s_searches.Contains(program)) return true;
        lines = FolderSearch.ReadArguments(program, command[1..]).Lines;
        return !PrintsNamesOrCounts(program, command[1..]);
    }

    static int? GitVerb(List<ShellWord> arguments)
    {
        int at = 0;
        while (at < arguments.Count && arguments[at].Text.StartsWith('-')) at += arguments[at].Text is "-C" or "-c" ? 2 : 1;
        return at < arguments.Count ? at : null;
    }

    void LookAtSearch(string program, List<ShellWord> arguments, bool isFirst, bool isHandedOn, SearchedLines? handedLines)
    {
        (bool recurses, List<ShellWord> places, SearchedLines? lines) = FolderSearch.ReadArguments(program, arguments);
        bool printsNames = PrintsNamesOrCounts(program, arguments) || arguments.Exists(a => a.Text == "--files");
        if (printsNames && !isHandedOn) return;
        if (!recurses && lines is null) AddPatterns(places);
        else if (places.Count > 0 || recurses && isFirst) Search(places, null, isHandedOn ? handedLines : lines);
    }

    void LookAtFind(List<ShellWord> arguments, bool isHandedOn, SearchedLines? handedLines)
    {
        List<ShellWord> places = [.. arguments.SkipWhile(a => a.Text is "-H" or "-L" or "-P").TakeWhile(a => a.Text is not (['-', ..] or "(" or "!"))];
        int run = arguments.FindIndex(a => a.Text is "-exec" or "-execdir" or "-ok" or "-okdir");
        SearchedLines? lines = handedLines;
        if (!isHandedOn && (run < 0 || !Prints([.. arguments.Skip(run + 1).TakeWhile(a => a.Text is not (";" or "+"))], out lines))) return;
        int name = arguments.FindIndex(a => a.Text is "-name" or "-iname");
        bool isPlain = name >= 0 && name + 1 < arguments.Count && arguments[name].Text == "-name" && arguments.FindLastIndex(a => a.Text is "-name" or "-iname") == name
            && !arguments[name + 1].IsOpen && !arguments.Exists(a => a.Text is "!" or "-not" or "-o" or "-or");
        Search(places, isPlain ? arguments[name + 1].Text : null, lines);
    }

    /// <summary>Notes the folders among some places, and the files that patterns stand for.</summary>
    void Search(List<ShellWord> places, string? name, SearchedLines? lines)
    {
        if (places.Count == 0) places = [new(".", false)];
        foreach (ShellWord place in places)
        {
            foreach (string path in place.IsPattern ? FilePatterns.Expand(place.Text, _folder, withFolders: true, MaxPatternFiles, out _) : [place.Text])
            {
                string full = OutgoingTexts.FullPath(path, _folder);
                if (Directory.Exists(full) || lines is not null && File.Exists(full)) Searches.Add(new(full, name, lines));
                else if (place.IsPattern && Names.Count < MaxNames) Names.Add(full);
            }
        }
    }

    /// <summary>Notes the files that patterns stand for.</summary>
    void AddPatterns(List<ShellWord> words)
    {
        foreach (ShellWord word in words)
        {
            if (!word.IsPattern) continue;
            foreach (string pattern in WithoutBraces(word.Text))
            {
                foreach (string path in FilePatterns.Expand(pattern, _folder, withFolders: false, MaxPatternFiles, out _))
                {
                    if (Names.Count < MaxNames) Names.Add(path);
                }
            }
        }
    }

    /// <summary>{a,b}.c is a.c and b.c.</summary>
    static IEnumerable<string> WithoutBraces(string word)
    {
        int open = word.IndexOf('{'), close = word.IndexOf('}', Math.Max(0, open));
        return open >= 0 && close > open && word.Length <= MaxBraces ? word[(open + 1)..close].Split(',').Select(part => word[..open] + part + word[(close + 1)..]) : [word];
    }

    /// <summary>What is printed of a file by who knows whom.</summary>
    List<OutgoingText> ReadAll(string path)
    {
        Undecided("a variable is given a file's text");
        return texts.ReadFile(path, _folder) is ReadOnlyMemory<byte> text ? [new($"the file {Shown(path)}, which the command prints", text)] : [];
    }

    /// <summary>Whether a variable makes programs run others, or look elsewhere.</summary>
    static bool ChangesPrograms(string assignment) =>
        assignment.StartsWith("GIT_", StringComparison.Ordinal) || assignment[..assignment.IndexOf('=')] is "PS4" or "BASH_ENV" or "ENV" or "HOME" or "PATH" or "CDPATH" or "LESSOPEN" or "PAGER" or "EDITOR" or "VISUAL" or "IFS";

    /// <summary>The command that a shell is given as an argument; null if it is given none.</summary>
    static ShellWord? ScriptOf(List<ShellWord> arguments)
    {
        for (int i = 0; i + 1 < arguments.Count && arguments[i].Text is ['-' or '+', ..]; i++)
        {
            if (arguments[i].Text is ['-', not '-', ..] and [.., 'c']) return arguments[i + 1].IsOpen ? null : arguments[i + 1];
            if (arguments[i].Text is "-o" or "+o" or "-O" or "+O") i++;
        }
        return null;
    }

    /// <summary>Whether an argument is, or may be short for, one of these options: one of the letters, or a beginning of one of the words.</summary>
    static bool IsOption(string argument, string letters, params ReadOnlySpan<string> words)
    {
        if (argument is ['-', not '-', ..]) return argument.AsSpan().IndexOfAny(letters) >= 0;
        if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2) return false;
        string name = argument[2..].Split('=')[0];
        foreach (string word in words)
        {
            if (word.StartsWith(name, StringComparison.Ordinal)) return true;
        }
        return false;
    }

    /// <summary>Whether an argument makes a program that prints nothing of files print one after all.</summary>
    bool PrintsFiles(string program, ShellWord argument) =>
        IsOption(argument.Text, "", "files0-from") || program switch
        {
            "test" or "[" or "printf" => argument.Text == "-v",
            "date" => IsOption(argument.Text, "f", "file"),
            "cp" or "mv" or "ln" => argument.Text.Contains("/dev/", StringComparison.Ordinal) || argument.Text.Contains("/proc/", StringComparison.Ordinal) || argument.IsPattern || !IsFile(argument),
            _ => false,
        };

    /// <summary>Whether a search tells files or how often, not lines.</summary>
    static bool PrintsNamesOrCounts(string program, List<ShellWord> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i].Text;
            if (argument == "--") break;
            if (argument is "--count" or "--quiet" or "--silent" or "--files-with-matches" or "--files-without-match") return true;
            if (argument is not ['-', not '-', ..])
            {
                // The value of a long option may be the next argument, and look like another.
                if (argument.StartsWith("--", StringComparison.Ordinal) && !argument.Contains('=')) return false;
                continue;
            }
            for (int at = 1; at < argument.Length; at++)
            {
                char option = argument[at];
                if (option is 'c' or 'l' or 'q' || option == 'L' && program != "rg") return true;
                if (!"efABCmdDgtTErMj".Contains(option, StringComparison.Ordinal) || program != "rg" && option is 'E' or 'r' or 'g' or 't' or 'T' or 'M' or 'j') continue;
                if (at + 1 == argument.Length) i++;
                break;
            }
        }
        return false;
    }

    /// <summary>What a program makes of a file's text, and which of its arguments are files; null if it is none that is known.</summary>
    Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? FilterOf(string program, List<ShellWord> arguments, out List<ShellWord> files)
    {
        files = [];
        _isExact = true;
        switch (program)
        {
            case "cat" or "nl" or "tac" or "less" or "sort" or "uniq" or "bat" or "batcat":
                for (int i = 0; i < arguments.Count; i++)
                {
                    // Options with a value of their own would make a file of the value; a file that is not there changes nothing.
                    if (arguments[i].Text is "-" || !arguments[i].Text.StartsWith('-')) files.Add(arguments[i]);
                    else if (IsOption(arguments[i].Text, "", "files0-from")) return null;
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

    Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? HeadOrTail(bool head, List<ShellWord> arguments, List<ShellWord> files)
    {
        string count = "10";
        bool bytes = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i].Text;
            if (argument is "-v" or "--verbose") _isExact = false; // with the file's name before its lines
            if (argument is "--") continue;
            if (argument is "-q" or "-v" or "-f" or "-F" or "--quiet" or "--silent" or "--verbose" or "--follow") continue;
            if (argument is "-" || !argument.StartsWith('-'))
            {
                files.Add(arguments[i]);
                continue;
            }
            if (argument is not ['-', 'n' or 'c' or (>= '0' and <= '9'), ..] && argument is not ("--lines" or "--bytes") && !argument.StartsWith("--lines=", StringComparison.Ordinal) && !argument.StartsWith("--bytes=", StringComparison.Ordinal)) return null;
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
        if (!long.TryParse(count.TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            _isExact = false;
            return static text => text; // head -n -5: nearly all
        }
        _isExact &= !bytes;
        if (bytes) return text => text.Length <= number || fromStart ? text : head ? text[..(int)number] : text[^(int)number..];
        if (fromStart) return head ? null : text => new LineRange(Math.Max(1, number), long.MaxValue).Of(text);
        return head ? text => number == 0 ? default : new LineRange(1, number).Of(text) : text => LineRange.Last(text, number);
    }

    /// <summary>sed -n with addresses of lines: 5p, 5,20p, 5,$p, several of them.</summary>
    Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? SedPrint(List<ShellWord> arguments, List<ShellWord> files)
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
        string[] parts = script.Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (!Array.TrueForAll(parts, part => s_sedPrint.IsMatch(part))) return null;
        _isExact = parts.Length == 1;
        foreach (string part in parts)
        {
            if (part.EndsWith('q')) continue;
            string[] bounds = part[..^1].Split(',');
            if (bounds.Length > 2) return null;
            long first = 1, last = long.MaxValue;
            if (bounds[0].Length > 0)
            {
                if (!long.TryParse(bounds[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out first)) return All(); // a pattern: at most all of it
                string end = bounds[^1].Trim();
                if (end != "$" && !long.TryParse(end.TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out last)) return All();
                if (end.StartsWith('+')) last += first;
            }
            // Of a range that ends before it begins the first line is printed.
            (low, high) = (Math.Min(low, Math.Max(1, first)), Math.Max(high, Math.Max(first, last)));
        }
        if (high < low) return static _ => default;
        LineRange range = new(low, high == long.MaxValue ? long.MaxValue : high - low + 1);
        return range.Of;

        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> All()
        {
            _isExact = false;
            return static text => text;
        }
    }

    // Addresses and p, nothing that reads, writes or runs: 5p, 5,+3p, /x/,$p, /x/!p, and 20q.
    static readonly Regex s_sedPrint = new(@"^(?:(?:\d+|\$|/(?:\\.|[^/\\])*/I?)(?:\s*,\s*(?:\+?\d+|~\d+|\$|/(?:\\.|[^/\\])*/I?))?\s*!?)?\s*p$|^\d*q$", RegexOptions.CultureInvariant);

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
        // With these a status is a diff.
        if (verb is "status" or "add" or "commit" or "checkout" or "restore" or "reset" or "tag" && arguments.Skip(at + 1).Any(a => IsOption(a.Text, verb switch { "tag" => "nF", "commit" => "vpiFt", "add" => "vpiFe", _ => "vpiF" }, "verbose", "patch", "interactive", "file", "template", "edit"))) return Undecided($"git {verb} has options that are not known here");
        if (verb is "status" or "add" or "commit" or "branch" or "checkout" or "switch" or "restore" or "reset" or "rm" or "mv" or "fetch" or "push" or "pull" or "rev-parse" or "ls-files" or "remote" or "tag" or "init")
        {
            _hasChanged |= verb is not ("status" or "rev-parse" or "ls-files" or "remote");
            return [];
        }
        if (verb == "log" && arguments.Skip(at + 1).All(a => !a.IsOpen && (a.Text is not ['-', ..] || IsTellingOfCommits(a.Text)))) return [];
        if (_hasChanged) Undecided("it looks at what it has changed");
        if (verb is not ("show" or "diff")) return Undecided($"what git {Shown(verb)} prints is not known before it runs");
        List<string> rest = [];
        foreach (ShellWord argument in arguments.Skip(at + 1))
        {
            if (argument.IsOpen || argument.IsPattern || (argument.Text.StartsWith('-') && !IsHarmlessGitOption(argument.Text))) return Undecided($"git {verb} has options that are not known here");
            rest.Add(argument.Text);
        }
        if (Git(gitFolder, ["config", "diff.submodule"]) is { Length: > 0 } submodules && !submodules.AsSpan().StartsWith("short"u8)) return Undecided("git looks into modules");
        List<string> filters = verb == "diff" ? FiltersOf(gitFolder) : [];
        if (filters.Exists(f => f.Contains('='))) return Undecided("git has a filter that cannot be switched off");
        IEnumerable<string> withoutFilters = filters.SelectMany(f => (string[])["-c", f + (f.EndsWith("required", StringComparison.Ordinal) ? "=false" : "=")]);
        byte[]? output = Git(gitFolder, [.. s_gitOptions, .. withoutFilters, verb, "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules", .. rest]);
        return output is null ? Undecided($"git {verb} does not work here") : [new($"what git {verb} prints", output)];
    }

    /// <summary>Whether an option of git log leaves it at messages and names.</summary>
    static bool IsTellingOfCommits(string option) =>
        option is "--" or "--oneline" or "--stat" or "--shortstat" or "--numstat" or "--name-only" or "--name-status" or "--graph" or "--decorate" or "--all" or "--no-merges" or "--merges" or "--reverse" or "--follow" or "--first-parent"
        || option.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0 || option.StartsWith("-n", StringComparison.Ordinal)
        || s_choosingCommits.Any(begin => option.StartsWith(begin, StringComparison.Ordinal));

    static readonly string[] s_choosingCommits = ["--author=", "--since=", "--until=", "--after=", "--before=", "--grep=", "--max-count=", "--date="];

    static bool IsHarmlessGitOption(string option) =>
        option is "--" or "--cached" or "--staged" or "--stat" or "--name-only" or "--name-status" or "--oneline" or "-p" or "--patch" or "-w" or "--numstat" or "--shortstat" or "--no-color" or "--word-diff"
        || (option.StartsWith("-U", StringComparison.Ordinal) && int.TryParse(option[2..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        || (option.StartsWith("--unified=", StringComparison.Ordinal) && int.TryParse(option[10..], NumberStyles.None, CultureInfo.InvariantCulture, out _));

    // The person may not have allowed the command yet: nothing that a repository's configuration names may run. That is what watches files, hooks,
    // programs that check signatures or fetch what a partial clone lacks, whatever draws a diff, and what makes a file of the work tree ready to be compared.
    static readonly string[] s_gitOptions =
    [
        "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "diff.submodule=short",
        "-c", "log.showSignature=false", "-c", "gpg.program=false", "-c", "gpg.openpgp.program=false", "-c", "gpg.x509.program=false", "-c", "gpg.ssh.program=false",
    ];

    /// <summary>The settings by which programs make files of the work tree ready to be compared.</summary>
    static List<string> FiltersOf(string folder)
    {
        byte[] names = Git(folder, ["config", "--null", "--name-only", "--get-regexp", @"^filter\..*\.(clean|process|required)$"]) ?? [];
        return [.. Encoding.UTF8.GetString(names).Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct()];
    }

    static byte[]? Git(string folder, IEnumerable<string> arguments)
    {
        if (!Directory.Exists(folder)) return null;
        ProcessStartInfo start = new("git") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_ALLOW_PROTOCOL"] = "none"; // nothing is fetched, whatever a configuration allows
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
                throw new UnreadableException(FormattableString.Invariant($"git prints more than the {MaxGitBytes} bytes that are looked through in time"));
            }
            git.WaitForExit();
            return git.ExitCode == 0 || output.Length > 0 ? output.ToArray() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no git
        }
    }

    /// <summary>The files that a pattern stands for; if there are none, it stands for itself.</summary>
    List<string> Expand(string pattern)
    {
        List<string> found = FilePatterns.Expand(pattern, _folder, withFolders: false, MaxPatternFiles + 1, out bool isCut);
        if (isCut) Undecided("it names files by a pattern among too many names");
        if (found.Count > MaxPatternFiles) throw new UnreadableException(FormattableString.Invariant($"a command prints more than {MaxPatternFiles} files at once"));
        return found.Count > 0 ? found : [pattern];
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
