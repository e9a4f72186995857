namespace LeakScan.Tests.Support;

/// <summary>The files of the project itself.</summary>
static class Repository
{
    internal static string Root
    {
        get
        {
            string root = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(root, "LeakScan.sln"))) root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("no LeakScan.sln above the tests");
            return root;
        }
    }
}
