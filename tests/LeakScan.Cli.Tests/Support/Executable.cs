using System.Diagnostics;

namespace LeakScan.Cli.Tests.Support;

/// <summary>The program under test: the managed one that was built, or with LEAKSCAN_TEST_PROGRAM the one of that path, native code say.</summary>
static class Executable
{
    static readonly string? s_program = Environment.GetEnvironmentVariable("LEAKSCAN_TEST_PROGRAM");
    static readonly string s_managed = Path.Combine(AppContext.BaseDirectory, "leakscan-cli.dll");

    /// <summary>How a shell calls it.</summary>
    internal static string ForShell { get; } = s_program is null ? $"dotnet '{s_managed}'" : $"'{s_program}'";

    internal static ProcessStartInfo Start(params IEnumerable<string> arguments) => s_program is null ? new("dotnet", [s_managed, .. arguments]) : new(s_program, arguments);
}
