namespace LeakScan.Tests.Support;

/// <summary>A test over the templates of the .NET SDK that runs the tests; a runtime alone has none.</summary>
sealed class SdkTemplatesFactAttribute : FactAttribute
{
    public SdkTemplatesFactAttribute()
    {
        if (Packages.Length == 0) Skip = "needs the templates of a .NET SDK, which the installation that runs this has not";
    }

    internal static string[] Packages { get; } = Find();

    static string[] Find()
    {
        string folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "templates"));
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.nupkg", SearchOption.AllDirectories) : [];
    }
}
