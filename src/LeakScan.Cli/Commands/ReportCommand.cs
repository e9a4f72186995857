using System.CommandLine;
using LeakScan.Cli.Output;
using LeakScan.Cli.Reports;
using LeakScan.Sources;

namespace LeakScan.Cli.Commands;

/// <summary><c>leakscan report</c>.</summary>
static class ReportCommand
{
    internal static Command Create(CancellationToken cancellationToken)
    {
        Argument<string[]> inputs = new Argument<string[]>("FINDINGS") { Description = "Files of findings as scan --format jsonl writes them, or - for standard input.", Arity = ArgumentArity.OneOrMore }.RefuseOptions();
        Option<string?> output = new("--output", "-o") { HelpName = "FILE", Description = "Where the report goes: a file that appears when it is complete. Default: standard output." };
        Option<string> format = new Option<string>("--format") { HelpName = "html|sarif", Description = "One self-contained page, or what reads the results of code analysis.", DefaultValueFactory = _ => "html" }.AcceptOnlyFromAmong("html", "sarif");
        Option<string> failOn = ExitCode.CreateFailOn();
        ExampleCommand command = new("report", "Makes a page, or SARIF, of findings. It holds no text, only where it stands.",
            "leakscan report findings.jsonl -o report.html",
            "leakscan report findings.jsonl --format sarif -o findings.sarif",
            "leakscan scan --index corp.lsi --format jsonl prompts.jsonl | leakscan report --fail-on never - > report.html")
        {
            inputs, output, format, failOn,
        };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(inputs), parsed.GetValue(output), parsed.GetValue(format) == "sarif", parsed.GetValue(failOn)!, cancellationToken));
        return command;
    }

    static int Run(string[] inputs, string? path, bool isSarif, string failOn, CancellationToken cancellationToken)
    {
        if (path is null && !isSarif && !Console.IsOutputRedirected) throw new UserException("a page is not for a terminal: say where it goes, with -o report.html");
        if (path is not null) FindingOutput.Validate(path, inputs);
        using FindingOutput output = path is null ? FindingOutput.ToStandardOutput() : FindingOutput.ToFile(path);
        Report report = isSarif ? new SarifReport() : new HtmlReport(inputs);
        ScanSummary summary = new();
        long bytes = 0;
        using (new ProgressLine("reading", "findings", () => (Interlocked.Read(ref bytes), summary.Findings), _ => inputs.Sum(i => File.Exists(i) ? new FileInfo(i).Length : 0)))
        {
            foreach (string input in inputs)
            {
                try
                {
                    using Stream stream = Open(input, cancellationToken);
                    Read(stream, input, report, summary, ref bytes, cancellationToken);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
                {
                    summary.Errors++;
                    Diagnostics.Error($"{input}: {e.Message}");
                }
            }
        }
        try
        {
            report.Write(output.Stream, summary.Errors);
            output.Commit();
        }
        catch (IOException e) when (output.IsPipe && FindingOutput.IsBrokenPipe(e))
        {
            // Whoever read has what they wanted.
        }
        return ExitCode.Of(summary, failOn);
    }

    static Stream Open(string input, CancellationToken cancellationToken)
    {
        if (Directory.Exists(input)) throw new IOException("is a folder; name the files of findings that are in it");
        if (input == "-") return new InterruptibleStream(Console.OpenStandardInput, cancellationToken);
        return InterruptibleStream.IsWanted(input) ? new InterruptibleStream(() => File.OpenRead(input), cancellationToken) : File.OpenRead(input);
    }

    static void Read(Stream stream, string input, Report report, ScanSummary summary, ref long bytes, CancellationToken cancellationToken)
    {
        FindingLines lines = new(stream);
        long before = 0;
        while (lines.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Interlocked.Add(ref bytes, lines.Offset - before);
            before = lines.Offset;
            string problem = "the line is too long for a finding";
            if (lines.Line.IsEmpty && !lines.IsTooLong) continue;
            if (!lines.IsTooLong && ReportedFinding.Parse(lines.Line, out problem) is ReportedFinding finding)
            {
                report.Add(finding);
                summary.Add(finding.Verdict switch { "block" => Verdict.Block, "warn" => Verdict.Warn, _ => Verdict.Allow });
                continue;
            }
            summary.Errors++;
            Diagnostics.Problem(new SourceProblem(input, lines.Number, lines.Offset, problem));
            if (ReportedFinding.IsCompressed(lines.Line)) return;
        }
    }
}
