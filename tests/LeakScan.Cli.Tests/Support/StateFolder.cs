using System.Runtime.CompilerServices;

namespace LeakScan.Cli.Tests.Support;

/// <summary>What programs note for themselves goes to a folder of this run, in the tests' own process and in those that they start.</summary>
static class StateFolder
{
    [ModuleInitializer]
    internal static void Make()
    {
        string folder = Directory.CreateTempSubdirectory("leakscan-test-state-").FullName;
        Environment.SetEnvironmentVariable("XDG_STATE_HOME", folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
    }
}
