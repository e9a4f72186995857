using System.ComponentModel;
using System.Diagnostics;

namespace LeakScan.Peers;

/// <summary>Runs programs of others.</summary>
static class Tool
{
    /// <summary>Runs a program to its end; returns the seconds it took and what it printed.</summary>
    /// <param name="program">Found by PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">For its standard input.</param>
    /// <exception cref="PeerMissingException">There is no such program, or it fails (with 2 or more: searchers say 1 for "nothing found").</exception>
    internal static (double Seconds, string Output) Run(string program, IEnumerable<string> arguments, IEnumerable<string>? input = null)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";
        long begin = Stopwatch.GetTimestamp();
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new PeerMissingException($"no {program} on this machine");
        }
        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            foreach (string line in input ?? []) process.StandardInput.WriteLine(line);
            process.StandardInput.Close();
            process.WaitForExit();
            double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            if (process.ExitCode > 1) throw new PeerMissingException($"{program} ends with {process.ExitCode}: {errors.Result.Trim().Split('\n')[^1]}");
            return (seconds, output.Result);
        }
    }

    /// <summary>The first line that a program prints of itself.</summary>
    internal static string Version(string program, params string[] arguments) => Run(program, arguments).Output.Split('\n')[0].Trim();
}
