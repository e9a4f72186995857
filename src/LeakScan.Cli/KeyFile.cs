using System.CommandLine;

namespace LeakScan.Cli;

/// <summary>Where the key comes from. It is never on the command line.</summary>
static class KeyFile
{
    internal const string Variable = "LEAKSCAN_KEY_FILE";

    internal static Option<string?> CreateOption() => new("--key-file")
    {
        HelpName = "FILE",
        Description = $"The 32 bytes that the index is keyed with; made by `index build`, readable by the owner only, if absent. Default: {Variable}, else leakscan/key in the user's configuration folder.",
    };

    internal static string PathFrom(string? option)
    {
        if (option is "") throw new UserException("--key-file is empty: name a file, or leave the option out");
        if (option is not null) return option;
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable) return variable;
        string folder = ConfigurationFolder();
        return folder.Length > 0 ? Path.Combine(folder, "leakscan", "key") : throw new UserException($"there is no configuration folder to look for a key in: use --key-file FILE or set {Variable}");
    }

    // ApplicationData alone would be ~/Library/Application Support on macOS, where command-line tools use ~/.config as on Linux.
    internal static string ConfigurationFolder()
    {
        if (OperatingSystem.IsWindows()) return Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is string configured && Path.IsPathRooted(configured)) return configured;
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return home.Length > 0 ? Path.Combine(home, ".config") : "";
    }

    internal static IndexKey LoadOrCreate(string? option) => IndexKey.LoadOrCreate(PathFrom(option));

    internal static IndexKey Load(string? option)
    {
        string path = PathFrom(option);
        return File.Exists(path) ? IndexKey.Load(path) : throw new UserException($"{path}: no key there: name the one that the index was built with by --key-file FILE or {Variable}");
    }
}
