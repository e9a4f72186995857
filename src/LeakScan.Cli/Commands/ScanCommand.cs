using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using LeakScan.Cli.Output;
using LeakScan.Sources;

namespace LeakScan.Cli.Commands;

/// <summary><c>leakscan scan</c>.</summary>
static class ScanCommand
{
    sealed record Arguments
    {
        internal required string[] Inputs { get; init; }
        internal required string[] Indexes { get; init; }
        internal required IReadOnlyList<SourceSpec> Protected { get; init; }
        internal required IReadOnlyList<SourceSpec> Publics { get; init; }
        internal required string? Policy { get; init; }
        internal required string? Destination { get; init; }
        internal required bool VerbatimOnly { get; init; }
        internal required InputOptions Input { get; init; }
        internal required string Format { get; init; }
        internal required string? Output { get; init; }
        internal required int Threads { get; init; }
        internal required string? Resume { get; init; }
        internal required string FailOn { get; init; }
        internal required string? KeyFile { get; init; }
    }

    static readonly string[] s_formats = ["text", "jsonl", "sarif"];
    static readonly string[] s_inputs = ["auto", "text", "jsonl", "claude-code", "codex", "cursor", "windsurf", "parquet"];

    internal static Command Create(CancellationToken cancellationToken)
    {
        Argument<string[]> inputs = new Argument<string[]>("INPUT") { Description = "Files, folders, or - for standard input; .gz and .zst are opened.", Arity = ArgumentArity.OneOrMore }.RefuseOptions();
        Option<string[]> indexes = new("--index") { HelpName = "FILE", Description = "An index to scan against; may be given more than once." };
        Option<string[]> protects = new("--protect") { HelpName = "SOURCE", Description = "Builds the index in memory first, of this; may be given more than once. label=SOURCE gives it a label." };
        Option<string[]> publics = Indexing.CreatePublics();
        Option<string?> policy = new("--policy") { HelpName = "FILE", Description = "Rules that say what is allowed, a warning, or blocked (leakscan.json). Default: by evidence alone." };
        Option<string?> destination = new("--destination") { HelpName = "NAME", Description = "Where the text goes, for policy rules that have a destination." };
        Option<string> input = new Option<string>("--input") { HelpName = string.Join('|', s_inputs), Description = "What the inputs are; auto tells by name and content.", DefaultValueFactory = _ => "auto" }.AcceptOnlyFromAmong(s_inputs);
        Option<string?> textField = new("--text-field") { HelpName = "NAME", Description = "JSONL: the field that holds the text; Parquet: the column. Default: every string in the record." };
        Option<string> idField = new("--id-field") { HelpName = "NAME", Description = "JSONL: the field that names the record; Parquet: the column; without it FILE:LINE.", DefaultValueFactory = _ => "id" };
        Option<string?> format = new Option<string?>("--format") { HelpName = string.Join('|', s_formats), Description = "Default: text on a terminal, jsonl in a pipe or file." }.AcceptOnlyFromAmong(s_formats);
        Option<string?> output = new("--output") { HelpName = "FILE", Description = "Where findings go: a file that appears when it is complete. Default: standard output." };
        Option<int> threads = new("--threads") { HelpName = "N", Description = "Threads that scan: one a core unless given.", DefaultValueFactory = _ => Environment.ProcessorCount, CustomParser = ParseThreads };
        Option<string?> resume = new("--resume") { HelpName = "FILE", Description = "Keeps in this file how far the scan is, and goes on from there if it was interrupted. Needs --output and jsonl." };
        Option<string> failOn = ExitCode.CreateFailOn();
        Option<bool> verbatimOnly = new("--verbatim-only") { Description = "Look for verbatim text alone, not for code that was edited or renamed. Several times as fast." };
        Option<string?> keyFile = KeyFile.CreateOption();
        ExampleCommand command = new("scan", "Finds what of an index, or of --protect, stands in the inputs.",
            "leakscan scan --protect src prompts.jsonl                          try it",
            "leakscan scan --protect src --public vendor-docs ~/prompts",
            "leakscan scan --index corp.lsi ~/.claude ~/.codex                 what the tools left on disk",
            "leakscan scan --index corp.lsi --policy leakscan.json log.jsonl.zst --output findings.jsonl",
            "leakscan scan --index corp.lsi --text-field prompt --id-field request log.parquet",
            "git diff | leakscan scan --index corp.lsi --fail-on warn -")
        {
            inputs, indexes, protects, publics, policy, destination, input, textField, idField, format, output, threads, resume, failOn, verbatimOnly, keyFile,
        };
        command.SetAction(parsed => Run(() => Validate(new Arguments
        {
            Inputs = parsed.GetRequiredValue(inputs),
            Indexes = parsed.GetValue(indexes) ?? [],
            Protected = Indexing.Parse(parsed.GetValue(protects), null),
            Publics = Indexing.Parse(parsed.GetValue(publics), null),
            Policy = parsed.GetValue(policy),
            Destination = parsed.GetValue(destination),
            Input = new InputOptions { Format = FormatOf(parsed.GetValue(input)!), TextField = parsed.GetValue(textField), IdField = parsed.GetValue(idField)! },
            Format = parsed.GetValue(format) ?? (parsed.GetValue(output) is null && !Console.IsOutputRedirected ? "text" : "jsonl"),
            Output = parsed.GetValue(output),
            Threads = parsed.GetValue(threads),
            Resume = parsed.GetValue(resume),
            FailOn = parsed.GetValue(failOn)!,
            VerbatimOnly = parsed.GetValue(verbatimOnly),
            KeyFile = parsed.GetValue(keyFile),
        }), cancellationToken));
        return command;
    }

    static InputFormat FormatOf(string name) => name switch
    {
        "auto" => InputFormat.Auto,
        "text" => InputFormat.Text,
        "jsonl" => InputFormat.Jsonl,
        "claude-code" => InputFormat.ClaudeCode,
        "codex" => InputFormat.Codex,
        "cursor" => InputFormat.Cursor,
        "windsurf" => InputFormat.Windsurf,
        _ => InputFormat.Parquet,
    };

    static int ParseThreads(ArgumentResult result)
    {
        if (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) || threads is < 1 or > 1024) result.AddError("--threads is a number from 1 to 1024");
        return threads;
    }

    static Arguments Validate(Arguments arguments)
    {
        if (arguments.Indexes.Length == 0 && arguments.Protected.Count == 0) throw new UserException("say what must not leave: either --index FILE (made by leakscan index build) or --protect SOURCE");
        if (arguments.Indexes.Length > 0 && arguments.Protected.Count > 0)
            throw new UserException("--index and --protect do not go together: add SOURCE to the index (leakscan index add), or give all sources with --protect");
        if (arguments.Publics.Count > 0 && arguments.Protected.Count == 0) throw new UserException("--public goes with --protect; for an index it is given to leakscan index build");
        if (arguments.Resume is not null && (arguments.Output is null || arguments.Format != "jsonl")) throw new UserException("--resume needs --output FILE and the format jsonl");
        if (arguments.Resume is not null && (FindingOutput.IsDevice(arguments.Output!) || FindingOutput.IsDevice(arguments.Resume)))
            throw new UserException("--resume and its --output are files, not devices: only a file can be gone on with");
        if (arguments.Inputs.Concat(arguments.Protected.Concat(arguments.Publics).Select(s => s.Path)).Count(i => i == "-") > 1) throw new UserException("standard input (-) can be read once only");
        string?[] read =
        [
            .. arguments.Inputs, .. arguments.Indexes, .. arguments.Protected.Concat(arguments.Publics).Select(s => s.Path), arguments.Policy,
            arguments.Indexes.Length > 0 || arguments.KeyFile is not null ? KeyFile.PathFrom(arguments.KeyFile) : null,
        ];
        if (arguments.Output is not null) FindingOutput.Validate(arguments.Output, read.Append(arguments.Resume));
        if (arguments.Resume is not null)
        {
            FindingOutput.RefuseToReplace("--resume", arguments.Resume, read);
            foreach ((string option, string path) in new[] { ("--resume", arguments.Resume), ("--output", arguments.Output!) })
            {
                if (arguments.Inputs.FirstOrDefault(i => FindingOutput.IsWithin(path, i)) is string input) throw new UserException($"{option} {path} is in {input}, which is scanned, and would be one of the inputs when the scan goes on: put it elsewhere");
            }
        }
        foreach (string path in arguments.Indexes)
        {
            if (Directory.Exists(path)) throw new UserException($"{path}: is a folder; an index is a file");
            if (!File.Exists(path)) throw new UserException($"{path}: no such index: make one with leakscan index build -o {path} SOURCE...");
        }
        return arguments;
    }

    static int Run(Func<Arguments> parse, CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        ScanSummary summary = new();
        int code;
        try
        {
            code = Scan(parse(), summary, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Diagnostics.Note("interrupted; nothing was left half-written");
            code = ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            // The summary comes last whatever happens: programs that read it must not find the line of an error instead.
            Diagnostics.Error(CommandLine.Explain(e));
            summary.Errors++;
            code = ExitCode.Failed;
        }
        Diagnostics.Raw(summary.ToJson(watch.Elapsed));
        return code;
    }

    static int Scan(Arguments arguments, ScanSummary summary, CancellationToken cancellationToken)
    {
        Policy policy = PolicyFile.Load(arguments.Policy);
        ResumeState? state = arguments.Resume is null ? null : ResumeState.Load(arguments.Resume, Identity(arguments), summary);
        using FingerprintIndex index = OpenIndex(arguments, summary, cancellationToken);
        if (policy.Rules.Count > 0) policy.CheckLabels([.. index.Info.DocumentsByLabel.Keys]);
        ScanOptions options = new() { Policy = policy, Destination = arguments.Destination, Structure = !arguments.VerbatimOnly };
        bool onTerminal = arguments.Output is null && !Console.IsOutputRedirected;
        FindingWriter writer = arguments.Format switch
        {
            "text" => new TextFindingWriter(colours: onTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "" && Environment.GetEnvironmentVariable("TERM") != "dumb"),
            "sarif" => new SarifFindingWriter([.. index.Info.DocumentsByLabel.Keys.Order(StringComparer.Ordinal)]),
            _ => new JsonlFindingWriter(new TokenCounter()),
        };
        using FindingOutput output = arguments.Output is null ? FindingOutput.ToStandardOutput()
            : state is null ? FindingOutput.ToFile(arguments.Output)
            : FindingOutput.ToResumableFile(arguments.Output, state.OutputBytes);
        InputReader reader = new(arguments.Input with { ParsesOnDemand = true });
        Action<SourceProblem> problemFound = problem =>
        {
            summary.Errors++;
            Diagnostics.Problem(problem);
        };
        reader.Problem += problemFound;
        Scanning scanning = new(index, options, writer, output, summary, arguments.Threads, flushAlways: onTerminal, isResumable: state is not null, problemFound);
        try
        {
            using ProgressLine progress = new("scanning", "records", () => (reader.BytesRead, summary.Records), end => TotalBytes(arguments.Inputs, end));
            writer.Begin(output.Stream);
            scanning.Run(arguments.Inputs.SelectMany(i => Read(reader, i, cancellationToken)), state?.Records ?? 0,
                () => state?.Save(output.Flush(), scanning.Safe), cancellationToken);
            writer.End(output.Stream, isComplete: summary.Errors == 0);
            output.Commit();
            state?.Delete();
            if (reader.PackedFiles > 0) Diagnostics.Note(string.Create(CultureInfo.InvariantCulture, $"{reader.PackedFiles} archives in folders were not looked into: unpack them to have them scanned"));
            if (summary.Records == 0 && summary.Errors == 0) Diagnostics.Note("there was nothing to scan");
            return ExitCode.Of(summary, arguments.FailOn);
        }
        catch (OperationCanceledException)
        {
            if (state is not null)
            {
                state.Save(output.Flush(), scanning.Safe);
                Diagnostics.Note(string.Create(CultureInfo.InvariantCulture, $"interrupted; run the same command again to go on from record {scanning.Safe.Records + 1}"));
                return ExitCode.Interrupted;
            }
            if (output.IsPipe)
            {
                writer.End(output.Stream, isComplete: false);
                output.Commit();
            }
            throw;
        }
        catch (IOException e) when (output.IsPipe && FindingOutput.IsBrokenPipe(e))
        {
            // Whoever read has what they wanted, but what they did not read may be worse than that: nobody can say that there is nothing.
            return ExitCode.Of(summary, arguments.FailOn) is ExitCode.Clean ? ExitCode.Failed : ExitCode.Of(summary, arguments.FailOn);
        }
    }

    static IEnumerable<InputRecord> Read(InputReader reader, string input, CancellationToken cancellationToken) => input == "-"
        ? reader.Read(new InterruptibleStream(Console.OpenStandardInput, cancellationToken), input, cancellationToken)
        : InterruptibleStream.IsWanted(input) ? reader.Read(new InterruptibleStream(() => File.OpenRead(input), cancellationToken), input, cancellationToken)
        : reader.Read(input, cancellationToken);

    /// <summary>All that the findings depend on.</summary>
    static string[] Identity(Arguments arguments) =>
    [
        .. arguments.Indexes.Select(i => $"--index={i}"), .. arguments.Protected.Select(s => $"--protect={s.Label}={s.Path}"),
        .. arguments.Publics.Select(s => $"--public={s.Path}"), $"--policy={arguments.Policy}", $"--destination={arguments.Destination}",
        $"--input={arguments.Input.Format}", $"--text-field={arguments.Input.TextField}", $"--id-field={arguments.Input.IdField}",
        .. arguments.Indexes.SelectMany(WithDeltas).Append(arguments.Policy).OfType<string>().Select(StateOf),
        $"--output={arguments.Output}", .. arguments.VerbatimOnly ? ["--verbatim-only"] : Array.Empty<string>(), .. arguments.Inputs,
    ];

    static IEnumerable<string> WithDeltas(string index)
    {
        yield return index;
        for (int i = 1; File.Exists(FormattableString.Invariant($"{index}.{i}")); i++) yield return FormattableString.Invariant($"{index}.{i}");
    }

    /// <summary>What tells a file from another of its name: its length and its beginning, which in an index is a number of its own.</summary>
    internal static string StateOf(string path)
    {
        if (!File.Exists(path)) return "";
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (!file.CanSeek) return ""; // a pipe is read once
        byte[] head = new byte[Math.Min(file.Length, 1 << 20)];
        file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return string.Create(CultureInfo.InvariantCulture, $"{file.Length}:{XxHash3.HashToUInt64(head):x16}");
    }

    // An index that is never written needs no secret, and the same command gives the same findings each time, resumed or not.
    static readonly IndexKey s_trialKey = IndexKey.FromBytes("a trial needs no secret, one key"u8);

    static FingerprintIndex OpenIndex(Arguments arguments, ScanSummary summary, CancellationToken cancellationToken)
    {
        if (arguments.Indexes.Length > 0)
        {
            FingerprintIndex index = CheckedIndex.Open(arguments.Indexes, KeyFile.Load(arguments.KeyFile));
            if (arguments.Indexes.SelectMany(WithDeltas).Count() is > 1 and int files && files > index.Info.Layers)
                Diagnostics.Note(string.Create(CultureInfo.InvariantCulture, $"{files - index.Info.Layers} files beside the index (.1, .2, ...) were made for another one and are not read; leakscan index verify says which"));
            return index;
        }
        using FingerprintIndexBuilder builder = new(arguments.KeyFile is null ? s_trialKey : KeyFile.Load(arguments.KeyFile));
        Indexing.Outcome documents = Indexing.Read(arguments.Protected, null, "indexing", (d, _) => builder.AddDocument(d.Path, d.Label, d.Text.Span, d.FirstLine), cancellationToken);
        if (documents.Documents == 0) throw new UserException("nothing to protect: no source of --protect has a text file that is not left out");
        Indexing.Outcome publics = Indexing.Read(arguments.Publics, null, "reading public text", (d, _) => builder.AddPublic(d.Text.Span), cancellationToken);
        summary.Errors += documents.Problems + publics.Problems;
        using (new ProgressLine("making the index")) return builder.Build(cancellationToken);
    }

    /// <summary>For the time left; 0 where it is not known before all has been read.</summary>
    static long TotalBytes(string[] inputs, CancellationToken cancellationToken)
    {
        EnumerationOptions everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        long total = 0;
        foreach (string input in inputs)
        {
            if (Directory.Exists(input)) total += new DirectoryInfo(input).EnumerateFiles("*", everything).TakeWhile(_ => !cancellationToken.IsCancellationRequested).Sum(f => f.Length);
            else if (File.Exists(input)) total += new FileInfo(input).Length;
            else return 0;
        }
        return total;
    }
}
