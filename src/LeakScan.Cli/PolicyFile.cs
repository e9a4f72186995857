namespace LeakScan.Cli;

/// <summary>The policy that is named on the command line.</summary>
static class PolicyFile
{
    /// <summary>Reads it; without a name it is the default.</summary>
    internal static Policy Load(string? path) => path is null ? Policy.Default
        : File.Exists(path) || Directory.Exists(path) ? Policy.Load(path)
        : throw new UserException($"{path}: no such policy: docs/formats.md tells how one is written");
}
