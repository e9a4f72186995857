namespace LeakScan.Cli.Outgoing;

/// <summary>The index of what must not leave.</summary>
static class ProtectedIndex
{
    /// <summary>Opens the indexes, or the default one, and checks that the policy speaks of labels that they have.</summary>
    internal static FingerprintIndex Open(IReadOnlyList<string> indexes, string? keyFile, Policy policy)
    {
        IReadOnlyList<string> paths = indexes.Count > 0 ? indexes : [DefaultPath()];
        foreach (string path in paths)
        {
            if (Directory.Exists(path)) throw new UserException($"{path}: is a folder; an index is a file");
            if (!File.Exists(path)) throw new UserException($"{path}: no such index: make one with leakscan index build -o {ShellWords.Quote(path)} SOURCE...");
        }
        FingerprintIndex index = CheckedIndex.Open(paths, KeyFile.Load(keyFile));
        try
        {
            // This reads the record of every document, so only where there is something to check.
            if (policy.Rules.Any(r => r.Label != "*")) policy.CheckLabels([.. index.Info.DocumentsByLabel.Keys]);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    internal static string DefaultPath()
    {
        string folder = KeyFile.ConfigurationFolder();
        return folder.Length > 0 ? Path.Combine(folder, "leakscan", "corp.lsi") : throw new UserException("there is no configuration folder to look for an index in: use --index FILE");
    }
}
