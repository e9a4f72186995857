namespace LeakScan.Cli.Tests.Support;

/// <summary>A test over what real clients wrote and sent, which lies beside the repository and is not ours to check in.</summary>
sealed class CaptureTheoryAttribute : TheoryAttribute
{
    public CaptureTheoryAttribute()
    {
        if (!Directory.Exists(Folder)) Skip = "needs the captures in ../shared/wire, which is not here";
    }

    /// <summary>A folder for each version of a client; <c>clients/acme</c> is the project that they were run on.</summary>
    internal static string Folder { get; } = Find();

    static string Find()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "LeakScan.sln"))) root = Path.GetDirectoryName(root)!;
        return Path.GetFullPath(Path.Combine(root, "..", "shared", "wire"));
    }
}
