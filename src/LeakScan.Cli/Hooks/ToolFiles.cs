using System.Text.Json;
using System.Text.RegularExpressions;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Hooks;

/// <summary>The files that a tool's input names.</summary>
static class ToolFiles
{
    /// <summary>What the tools call their own reading of files.</summary>
    static readonly string[] s_readTools = ["Read", "read", "ReadFile", "read_file", "NotebookRead", "TabRead"];

    static readonly string[] s_readKeys = ["file_path", "filePath", "path", "notebook_path", "target_file", "absolute_path", "uri", "paths", "file_paths", "files"];

    static readonly string[] s_pathEndings = ["path", "paths", "file", "files", "filename", "filenames", "uri", "uris", "url", "urls"];
    static readonly string[] s_otherPathKeys = ["source", "src", "document", "include", "includepattern", "glob"];

    /// <summary>What is written there is not read.</summary>
    static readonly string[] s_writtenKeys = ["output", "dest"];

    static readonly string[] s_writing = ["write", "edit", "multiedit", "delete", "replace", "create", "remove", "move", "rename", "patch", "insert", "append", "save", "update"];
    static readonly string[] s_reading = ["read", "get", "view", "show"];
    /// <summary>What is told of a file is not what is in it.</summary>
    static readonly string[] s_telling = ["lint", "lints", "diagnostic", "diagnostics", "problems", "definition", "lsp", "open", "reapply", "add", "list", "info", "commits", "status", "stat"];

    static readonly string[] s_searching = ["grep", "ripgrep", "search"];

    /// <summary>Such a search prints names, or what is not on this machine.</summary>
    static readonly string[] s_searchedElsewhere = ["web", "file", "files", "glob"];

    /// <summary>Whether a tool's name says that it reads.</summary>
    internal static bool Reads(string tool) => WordsOf(tool).Contains("read");

    /// <summary>Whether a tool writes, and its result says little more than that it has.</summary>
    internal static bool IsWriter(string tool) => Writes(WordsOf(tool), default);

    internal static bool IsReadTool(string tool) => s_readTools.Contains(tool);

    /// <summary>Adds the file that a reading tool is asked for, or the files.</summary>
    /// <returns>Whether one is named.</returns>
    internal static bool AddRead(OutgoingTexts texts, JsonElement input, string folder)
    {
        bool isNamed = false;
        foreach (string key in s_readKeys)
        {
            if (!input.TryGetProperty(key, out JsonElement value)) continue;
            foreach (JsonElement path in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
            {
                if (path.ValueKind == JsonValueKind.Object) isNamed |= AddRead(texts, path, folder);
                if (path.ValueKind != JsonValueKind.String) continue;
                isNamed = true;
                texts.AddFile(OutgoingTexts.TextOf(path), folder, LineRange.From(Number(input, "offset"), Number(input, "limit")));
            }
        }
        return isNamed;
    }

    /// <summary>Adds each file that the input of a tool names, where no later hook holds back what the tool makes of it: whatever it is called, it may print it.</summary>
    /// <param name="texts">What would leave.</param>
    /// <param name="tool">The tool's name.</param>
    /// <param name="isServers">Whether it is another server's tool.</param>
    /// <param name="input">What the tool is given.</param>
    /// <param name="folder">Where relative paths start.</param>
    internal static void AddNamed(OutgoingTexts texts, string tool, bool isServers, JsonElement input, string folder)
    {
        string[] words = WordsOf(tool);
        if (Writes(words, input) || Tells(words)) return;
        if (isServers && (Text(input, "repo") ?? Text(input, "repository")) is not null) return; // a path there
        if (!isServers && words.Intersect(s_searching).Any() && Text(input, "output_mode") is "files_with_matches" or "count") return;
        bool namesFile = false, namesFolder = false;
        foreach (string path in PathsIn(input, isPath: false))
        {
            string full = OutgoingTexts.FullPath(path, folder);
            namesFile |= File.Exists(full);
            namesFolder |= Directory.Exists(full);
            texts.AddTextFile(path, folder, $", which {HookContract.Shown(tool)} is given");
        }
        if (words.Intersect(s_searching).Any() && !words.Intersect(s_searchedElsewhere).Any() && (namesFolder || !isServers && !namesFile))
            texts.CannotTell($"{HookContract.Shown(tool)} looks through a folder");
    }

    // A text editor may be one tool whose command says whether it shows a file or changes it.
    static bool Writes(string[] words, JsonElement input) => words.Intersect(s_writing).Any() && !words.Intersect(s_reading).Any() && Text(input, "command") != "view";

    // ReadLints, list_commits
    static bool Tells(string[] words) => words.Length > 0 && (s_telling.Contains(words[^1]) || s_telling.Contains(words[0]) && !words.Contains("read"));

    /// <summary>The words of a name, without the server's: read_file, MCP:readFile and mcp__files__read_file are read and file.</summary>
    static string[] WordsOf(string tool)
    {
        string name = tool.Split("__")[^1].Split(':')[^1];
        return [.. Regex.Matches(name, "[A-Z]?[a-z]+|[A-Z]+").Select(word => word.Value.ToLowerInvariant())];
    }

    static IEnumerable<string> PathsIn(JsonElement value, bool isPath)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when isPath:
                return [OutgoingTexts.TextOf(value)];
            case JsonValueKind.Array:
                return value.EnumerateArray().SelectMany(item => PathsIn(item, isPath));
            case JsonValueKind.Object:
                return value.EnumerateObject().SelectMany(property => PathsIn(property.Value, IsPathKey(OutgoingTexts.NameOf(property))));
            default:
                return [];
        }
    }

    static bool IsPathKey(string key)
    {
        key = key.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        return (s_pathEndings.Any(ending => key.EndsWith(ending, StringComparison.Ordinal)) || s_otherPathKeys.Contains(key))
            && !s_writtenKeys.Any(beginning => key.StartsWith(beginning, StringComparison.Ordinal));
    }

    static string? Text(JsonElement input, string name) =>
        input.ValueKind == JsonValueKind.Object && input.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? OutgoingTexts.TextOf(value) : null;

    static long? Number(JsonElement input, string name) =>
        input.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;
}
