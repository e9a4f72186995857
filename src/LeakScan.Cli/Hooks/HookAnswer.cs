namespace LeakScan.Cli.Hooks;

/// <summary>What a hook prints and how it exits: all that a tool learns from it.</summary>
readonly record struct HookAnswer(int ExitCode, string Out = "", string Error = "")
{
    /// <summary>Exit 0 and nothing else: the tool goes on.</summary>
    internal static HookAnswer Silent => new(0);
}
