namespace LeakScan.Sources.Files;

/// <summary>Paths as they are handed out.</summary>
static class PathNames
{
    /// <summary>A root as given and a path below it, with one slash between.</summary>
    internal static string Join(string root, string relative)
    {
        if (relative.Length == 0) return root;
        string trimmed = Path.DirectorySeparatorChar == '\\' ? root.TrimEnd('/', '\\') : root.TrimEnd('/');
        return $"{trimmed}/{relative}";
    }
}
