using System.CommandLine;
using System.Globalization;
using System.Text;
using LeakScan.Cli.Output;
using LeakScan.Cli.Reports;

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
        if (path is not null && inputs.Any(i => i != "-" && Path.GetFullPath(i) == Path.GetFullPath(path))) throw new UserException($"--output {path} would replace what is read");
        using FindingOutput output = path is null ? FindingOutput.ToStandardOutput() : FindingOutput.ToFile(path);
        Report report = isSarif ? new SarifReport() : new HtmlReport(inputs);
        ScanSummary summary = new();
        long bytes = 0;
        using (new ProgressLine("reading", "findings", () => (Interlocked.Read(ref bytes), summary.Findings), inputs.Sum(i => File.Exists(i) ? new FileInfo(i).Length : 0)))
        {
            foreach (string input in inputs)
            {
                try
                {
                    using Stream stream = input == "-" ? new InterruptibleStream(Console.OpenStandardInput(), cancellationToken) : File.OpenRead(input);
                    Read(stream, input, report, summary, ref bytes, cancellationToken);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
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
            return ExitCode.Clean; // whoever read has what they wanted
        }
        return ExitCode.Of(summary, failOn);
    }

    static void Read(Stream stream, string input, Report report, ScanSummary summary, ref long bytes, CancellationToken cancellationToken)
    {
        using StreamReader reader = new(stream, Encoding.UTF8);
        long record = 0, offset = 0;
        while (reader.ReadLine() is string line)
        {
            cancellationToken.ThrowIfCancellationRequested();
            record++;
            if (line.Length > 0)
            {
                if (ReportedFinding.Parse(line, out string problem) is ReportedFinding finding)
                {
                    report.Add(finding);
                    summary.Add(finding.Verdict switch { "block" => Verdict.Block, "warn" => Verdict.Warn, _ => Verdict.Allow });
                }
                else
                {
                    summary.Errors++;
                    Diagnostics.Error(string.Create(CultureInfo.InvariantCulture, $"{input}: record {record} at byte {offset}: {problem}"));
                }
            }
            int length = Encoding.UTF8.GetByteCount(line) + 1;
            offset += length;
            Interlocked.Add(ref bytes, length);
        }
    }
}
