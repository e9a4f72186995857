using System.Security;

namespace LeakScan.Sources.Files;

/// <summary>A file found below a folder.</summary>
/// <param name="Path">To open it with.</param>
/// <param name="RelativePath">Its path below the folder, with <c>/</c>.</param>
/// <param name="IsEmpty">Has no bytes; true of pipes and sockets too, which are never opened.</param>
readonly record struct FoundFile(string Path, string RelativePath, bool IsEmpty);

/// <summary>Lists the files below a folder in the ordinal order of their paths. Folders that are links are not entered.</summary>
sealed class FolderWalker
{
    static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false };

    /// <summary>Called with the path of what could not be listed.</summary>
    internal required Action<string, string> Problem { get; init; }

    /// <summary>Says whether to leave an entry out.</summary>
    internal required Func<FolderEntry, bool> LeaveOut { get; init; }

    /// <summary>Whether .gitignore files are read.</summary>
    internal bool ReadIgnoreFiles { get; init; }

    internal IEnumerable<FoundFile> Walk(string root)
    {
        // What is still to do, last first; a folder is replaced by its entries when its turn comes.
        Stack<FolderEntry> waiting = new();
        Push(waiting, root, [], null);
        while (waiting.TryPop(out FolderEntry? entry))
        {
            if (LeaveOut(entry)) continue;
            if (entry.IsFolder) Push(waiting, entry.Path, entry.Segments, entry.Rules);
            else yield return new FoundFile(entry.Path, string.Join('/', entry.Segments), entry.IsEmpty);
        }
    }

    void Push(Stack<FolderEntry> waiting, string folder, string[] segments, IgnoreRules? above)
    {
        try
        {
            IgnoreRules? rules = ReadIgnoreFiles ? ReadRules(folder, segments.Length, above) : null;
            List<FolderEntry> entries = [];
            foreach (FileSystemInfo info in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", s_everything))
            {
                entries.Add(FolderEntry.Create(info, Path.Combine(folder, info.Name), [.. segments, info.Name], rules));
            }
            entries.Sort(static (left, right) => string.CompareOrdinal(right.SortName, left.SortName));
            foreach (FolderEntry entry in entries) waiting.Push(entry);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            Problem(string.Join('/', segments), e.Message);
        }
    }

    const int MaxRulesBytes = 4 << 20;

    static IgnoreRules? ReadRules(string folder, int depth, IgnoreRules? above)
    {
        string file = Path.Combine(folder, ".gitignore");
        // As git does, no links are followed; and a device or a pipe has no length.
        FileInfo rules = new(file);
        if (!rules.Exists || rules.LinkTarget is not null || rules.Length == 0) return above;
        if (rules.Length > MaxRulesBytes) throw new IOException($"{file}: longer than the {MaxRulesBytes} bytes that are read of it");
        return new IgnoreRules(IgnoreRules.Parse(File.ReadLines(file)), depth, above);
    }
}

/// <summary>A file or folder below the root of a walk.</summary>
sealed class FolderEntry
{
    internal required string Path { get; init; }

    internal required string[] Segments { get; init; }

    internal required bool IsFolder { get; init; }

    internal required bool IsLink { get; init; }

    internal required bool IsEmpty { get; init; }

    internal required IgnoreRules? Rules { get; init; }

    internal string Name => Segments[^1];

    /// <summary>With the slash that follows a folder's name in every path below it, so that names sort as the paths do.</summary>
    internal string SortName => IsFolder ? Name + "/" : Name;

    internal static FolderEntry Create(FileSystemInfo info, string path, string[] segments, IgnoreRules? rules)
    {
        bool isLink = (info.Attributes & FileAttributes.ReparsePoint) != 0 && info.LinkTarget is not null;
        return new FolderEntry
        {
            Path = path,
            Segments = segments,
            IsFolder = (info.Attributes & FileAttributes.Directory) != 0,
            IsLink = isLink,
            IsEmpty = info is FileInfo file && LengthOf(file, isLink) == 0,
            Rules = rules,
        };
    }

    // A link's own length is that of its target's name.
    static long LengthOf(FileInfo file, bool isLink)
    {
        if (!isLink) return file.Exists ? file.Length : -1;
        try
        {
            return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length : -1;
        }
        catch (IOException)
        {
            return -1; // a loop of links: opening it says so
        }
    }
}
