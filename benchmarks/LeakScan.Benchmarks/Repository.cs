namespace LeakScan.Benchmarks;

/// <summary>The repository that this program was built in.</summary>
static class Repository
{
    internal static string Root { get; } = Find();

    internal static string Path(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Root, .. parts]);

    static string Find()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(System.IO.Path.Combine(root, "LeakScan.sln"))) root = System.IO.Path.GetDirectoryName(root);
        return root ?? throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is not inside of the repository, whose sources and corpora are needed");
    }
}
