using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LeakScan.Cli.Hooks;
using LeakScan.Cli.Tests.Support;

namespace LeakScan.Cli.Tests.Hooks;

/// <summary>A project with a protected file, its index, and hooks that are answered in this process.</summary>
public sealed class HookFixture : IDisposable
{
    public HookFixture()
    {
        Root = Directory.CreateTempSubdirectory("leakscan-hooks-").FullName;
        Secret = Workspace.Code(1);
        Write("src/secret.py", "# heading\n" + Secret);
        Write("src/open.py", "print('hello')\n");
        Write("encoded.txt", Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret), Base64FormattingOptions.InsertLineBreaks));
        Write("notes.txt", Workspace.Code(50));
        // The key decides what is selected, so another one would give a match another first line now and then.
        File.WriteAllBytes(PathOf("key"), [.. Enumerable.Range(1, IndexKey.LengthBytes).Select(i => (byte)i)]);
        IndexKey key = IndexKey.Load(PathOf("key"));
        using FingerprintIndexBuilder builder = new(key);
        builder.AddDocument("src/secret.py", "proprietary-code", File.ReadAllBytes(PathOf("src/secret.py")));
        // Names that no document declares would be others'.
        builder.AddDocument("src/names.py", "proprietary-code", Encoding.UTF8.GetBytes(string.Join('\n', Regex.Matches(Secret, "[a-z]+").Select(word => $"{word} = 0"))));
        builder.Write(PathOf("corp.lsi"));
    }

    public string Root { get; }

    /// <summary>Text that must not leave.</summary>
    public string Secret { get; }

    public string PathOf(string name) => Path.Combine(Root, name);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    internal HookOptions Options(HookTool tool) => new()
    {
        Tool = tool,
        Indexes = [PathOf("corp.lsi")],
        KeyFile = PathOf("key"),
        Audit = PathOf("audit.jsonl"),
        Deadline = TimeSpan.FromSeconds(60), // a slow machine must not decide a test
    };

    /// <summary>Answers a message, in which @ROOT@ stands for the project's folder and @SECRET@ for the protected text (@SECRET2@ within JSON as text, @BASE64@ in base64).</summary>
    internal HookReply Ask(HookTool tool, string message) => Ask(Options(tool), Fill(message));

    internal string Fill(string message) => message
        .Replace("@ROOT@", Escaped(Root), StringComparison.Ordinal)
        .Replace("@SECRET@", Escaped(Secret), StringComparison.Ordinal)
        .Replace("@BASE64@", Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)), StringComparison.Ordinal)
        .Replace("@SECRET2@", Escaped(Escaped(Secret)), StringComparison.Ordinal);

    internal static HookReply Ask(HookOptions options, string message) => Ask(options, Encoding.UTF8.GetBytes(message));

    internal static HookReply Ask(HookOptions options, byte[] message)
    {
        using MemoryStream input = new(message);
        return Ask(options, input);
    }

    internal static HookReply Ask(HookOptions options, Stream input)
    {
        using MemoryStream output = new(), error = new();
        int code = HookRun.Run(options, input, output, error);
        return new(code, Encoding.UTF8.GetString(output.ToArray()).Trim(), Encoding.UTF8.GetString(error.ToArray()).Trim());
    }

    internal JsonElement[] Audit => File.Exists(PathOf("audit.jsonl")) ? [.. File.ReadAllLines(PathOf("audit.jsonl")).Select(CliResult.Json)] : [];

    static string Escaped(string text) => JsonEncodedText.Encode(text).ToString();

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>What a hook printed.</summary>
sealed record HookReply(int ExitCode, string Out, string Error)
{
    /// <summary>The answer in one line, with the two long texts that others test for shortened.</summary>
    internal string Shape => $"{ExitCode}|{Shorten(Out)}|{Shorten(Error)}";

    internal JsonElement Json => CliResult.Json(Out);

    static string Shorten(string text) => System.Text.RegularExpressions.Regex.Replace(
        text.Replace(HookContract.ForModel, "MODEL", StringComparison.Ordinal), @"LeakScan[: ](?:[^""\\|]|\\.)*", "PERSON");
}
