using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LeakScan.Cli.Tests.Support;

/// <summary>What a run of the executable came to.</summary>
sealed record CliResult(int ExitCode, string Out, string Err)
{
    public string[] OutLines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public string[] ErrLines => Err.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The findings of --format jsonl.</summary>
    public JsonElement[] Findings => [.. OutLines.Select(Json)];

    /// <summary>The last line on standard error.</summary>
    public JsonElement Summary => Json(ErrLines[^1]);

    public CliResult Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, string.Create(CultureInfo.InvariantCulture, $"exit {ExitCode}, not {exitCode}\n--- stdout\n{Out}\n--- stderr\n{Err}"));
        Assert.DoesNotContain("   at ", Err, StringComparison.Ordinal); // no trace of ours ever reaches anybody
        Assert.DoesNotContain("internal error", Err, StringComparison.Ordinal);
        return this;
    }

    public static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

/// <summary>A folder of its own, with the executable to run in it and a few files to protect.</summary>
sealed class Workspace : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public Workspace()
    {
        Root = Directory.CreateTempSubdirectory("leakscan-test-").FullName;
        Write("src/alpha.cs", Code(1));
        Write("src/beta.py", Code(2));
        Write("src/deep/gamma.rs", Code(3));
    }

    public string Root { get; }

    public string PathOf(string name) => Path.Combine(Root, name);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    public string Read(string name) => File.ReadAllText(PathOf(name));

    public string[] Files => [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>Sixty lines like code, which nothing else has; the same for the same seed.</summary>
    public static string Code(int seed)
    {
        Random random = new(seed);
        StringBuilder code = new();
        for (int line = 0; line < 60; line++)
            code.Append(CultureInfo.InvariantCulture, $"    {Word(random)}{Word(random)} = {Word(random)}({Word(random)}.{Word(random)}, {random.Next(1000, 99999)}) + {Word(random)}[{random.Next(100)}]\n");
        return code.ToString();
    }

    public static string Lines(string text, int first, int last) => string.Join('\n', text.Split('\n')[(first - 1)..last]);

    static string Word(Random random) => string.Concat(Enumerable.Range(0, random.Next(4, 9)).Select(_ => (char)('a' + random.Next(26))));

    /// <summary>One line of a prompt log.</summary>
    public static string Record(string id, string text) => JsonSerializer.Serialize(new Dictionary<string, object> { ["id"] = id, ["messages"] = new[] { new { role = "user", content = text } } });

    /// <summary>A log of so many records of which every fourth leaks, and an index to scan it against.</summary>
    public string[] MakeLog(int records, string name = "log.jsonl")
    {
        string[] log = [.. Enumerable.Range(0, records).Select(i => Record(
            string.Create(CultureInfo.InvariantCulture, $"r{i + 1}"),
            i % 4 == 3 ? "please look at\n" + Lines(Code(1 + i % 3), 5 + i % 7, 40) : "Nothing of note " + Lines(Code(1000 + i), 1, 10)))];
        Write(name, string.Join('\n', log) + "\n");
        return log;
    }

    /// <summary>
    /// An index of src. Its key is always the same: which k-grams are sampled depends on it, and with that how much of
    /// a short text is found, so that a test that fails would not do so again with the next key.
    /// </summary>
    public Workspace WithIndex()
    {
        if (!File.Exists(PathOf("key")))
        {
            File.WriteAllBytes(PathOf("key"), "tests of the command line: a key"u8);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(PathOf("key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        Run("index", "build", "-o", "corp.lsi", "src").Expect(0);
        return this;
    }

    public CliResult Run(params string[] arguments) => RunWith(null, null, arguments);

    public CliResult RunWith(string? input, Dictionary<string, string?>? environment, params string[] arguments)
    {
        using Process process = Start(environment, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code tells.
        }
        return Finish(process, output, error);
    }

    public Process Start(Dictionary<string, string?>? environment, params string[] arguments)
    {
        ProcessStartInfo start = Executable.Start(arguments);
        start.WorkingDirectory = Root;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardInputEncoding = start.StandardOutputEncoding = new UTF8Encoding(false);
        start.Environment["LEAKSCAN_KEY_FILE"] = PathOf("key");
        start.Environment["DOTNET_ROLL_FORWARD"] = "LatestPatch";
        start.Environment["DOTNET_TieredPGO"] = "0"; // Counting calls costs a process of a second a tenth of it.
        foreach ((string name, string? value) in environment ?? []) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static CliResult Finish(Process process, Task<string> output, Task<string> error)
    {
        if (!process.WaitForExit(s_patience))
        {
            process.Kill();
            Assert.Fail("the executable did not end");
        }
        return new CliResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    public static void Interrupt(Process process, string signal = "INT")
    {
        using Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>A test of what only Unix has; elsewhere the run says that it was skipped.</summary>
sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "signals, modes, links and devices of Unix";
    }
}

/// <summary>A test of what only Linux has; elsewhere the run says that it was skipped.</summary>
sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "/dev/full and XDG_CONFIG_HOME";
    }
}
