using System.Diagnostics;
using System.Text.Json;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks;

/// <summary>Runs the command line as a user does.</summary>
sealed class LeakScanCli
{
    internal sealed record Outcome(long Records, long Bytes, long Findings, long Errors, double Seconds, long PeakMemoryBytes);

    readonly string _program;
    readonly string _keyFile;

    /// <param name="program">The program; null for that of this build.</param>
    /// <param name="keyFile">Where the key of <see cref="Synthetic"/> indexes is put.</param>
    internal LeakScanCli(string? program, string keyFile)
    {
        _program = program ?? OfThisBuild ?? throw new FileNotFoundException($"{Default}: not built: dotnet build src/LeakScan.Cli -c Release");
        _keyFile = keyFile;
        File.WriteAllBytes(keyFile, System.Text.Encoding.ASCII.GetBytes(Synthetic.KeyText));
    }

    /// <summary>Null if it has not been built.</summary>
    internal static string? OfThisBuild => File.Exists(Default) ? Default : null;

    // The same configuration as this program's, which stands in its folder's name.
    static string Default => Repository.Path("artifacts", "bin", "LeakScan.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), OperatingSystem.IsWindows() ? "leakscan.exe" : "leakscan");

    /// <summary>Scans; findings of any verdict go to <paramref name="findings"/>.</summary>
    internal Outcome Scan(string index, int threads, string findings, params IEnumerable<string> inputs)
    {
        ProcessStartInfo start = new(_program, ["scan", "--verbatim-only", "--index", index, "--key-file", _keyFile, "--format", "jsonl", "--output", findings, "--fail-on", "never", "--threads", $"{threads}", .. inputs])
        {
            RedirectStandardError = true,
        };
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        string last = "";
        process.ErrorDataReceived += (_, line) => last = line.Data ?? last;
        process.BeginErrorReadLine();
        long peak = 0;
        while (!process.WaitForExit(50))
        {
            process.Refresh();
            try
            {
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                break; // it has just ended
            }
        }
        process.WaitForExit();
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        // 2: some records could not be read, and are counted as errors.
        if (process.ExitCode is not (0 or 2) || !last.StartsWith('{')) throw new InvalidOperationException($"leakscan scan ended with {process.ExitCode}: {last}");
        using JsonDocument summary = JsonDocument.Parse(last);
        long Number(string name) => summary.RootElement.GetProperty(name).GetInt64();
        return new(Number("records"), Number("bytes"), Number("findings"), Number("errors"), seconds, peak);
    }
}
