using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LeakScan.Benchmarks;

/// <summary>How long a hook takes as a whole process, from start to exit: what a person waits at every event of a tool.</summary>
static class HookLatency
{
    const int Runs = 50;
    const int PromptBytes = 4 << 10;
    const int FileBytes = 100 << 10;

    internal static int Run(string program, string keyFile, string text, string[] indexes)
    {
        string work = Directory.CreateTempSubdirectory("leakscan-latency-").FullName;
        try
        {
            byte[] words = new byte[FileBytes];
            using (FileStream file = File.OpenRead(text)) file.ReadExactly(words);
            File.WriteAllBytes(Path.Combine(work, "file.txt"), words);
            string prompt = Encoding.UTF8.GetString(words.AsSpan(0, PromptBytes));
            (string Name, string Message)[] cases =
            [
                ("prompt of 4 KB", Message("UserPromptSubmit", work, new() { ["prompt"] = prompt })),
                ("read of a file of 100 KB", Message("PreToolUse", work, new() { ["tool_name"] = "Read", ["tool_input"] = new Dictionary<string, string> { ["file_path"] = Path.Combine(work, "file.txt") } })),
                ("command that prints nothing", Message("PreToolUse", work, new() { ["tool_name"] = "Bash", ["tool_input"] = new Dictionary<string, string> { ["command"] = "ls -l" } })),
            ];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Measure.Machine()}; {Runs} runs each, from the start of the process to its exit; a process that does nothing (/bin/true) takes {Median(Time("/bin/true", [], "")):F1} ms\n"));
            Console.WriteLine("| fingerprints | message | median ms | least ms | tier | answer |");
            Console.WriteLine("|---|---|---|---|---|---|");
            foreach (string index in indexes)
            {
                double millions = Fingerprints(index, keyFile) / 1e6;
                foreach ((string name, string message) in cases)
                {
                    string audit = Path.Combine(work, "audit.jsonl");
                    File.Delete(audit);
                    double[] times = Time(program, ["hook", "claude-code", "--index", index, "--key-file", keyFile, "--audit", audit], message);
                    using JsonDocument last = JsonDocument.Parse(File.ReadLines(audit).Last());
                    if (last.RootElement.TryGetProperty("error", out JsonElement error)) throw new InvalidOperationException($"the hook could not check: {error}");
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"| {millions:F1} M | {name} | {Median(times):F1} | {times.Min():F1} | {last.RootElement.GetProperty("tier")} | {last.RootElement.GetProperty("verdict")} |"));
                }
            }
            return 0;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    static long Fingerprints(string path, string keyFile)
    {
        using FingerprintIndex index = FingerprintIndex.Open(path, IndexKey.Load(keyFile));
        return index.Info.Fingerprints;
    }

    static string Message(string name, string folder, Dictionary<string, object> fields)
    {
        fields["session_id"] = "latency";
        fields["cwd"] = folder;
        fields["hook_event_name"] = name;
        return JsonSerializer.Serialize(fields);
    }

    static double Median(double[] times) => times.Order().ElementAt(times.Length / 2);

    static double[] Time(string program, string[] arguments, string message)
    {
        double[] times = new double[Runs];
        for (int i = -3; i < Runs; i++)
        {
            ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
            long began = Stopwatch.GetTimestamp();
            using (Process process = Process.Start(start)!)
            {
                try
                {
                    process.StandardInput.Write(message);
                    process.StandardInput.Close();
                }
                catch (IOException) when (message.Length == 0)
                {
                    // /bin/true does not read
                }
                process.StandardOutput.ReadToEnd();
                process.WaitForExit();
            }
            if (i >= 0) times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds; // the first ones bring the files into memory
        }
        return times;
    }
}
