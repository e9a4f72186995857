using System.Globalization;
using System.Text;
using LeakScan.Sources;
using Spectre.Console;

namespace LeakScan.Cli.Output;

/// <summary>A few lines a finding for people; never any of the text itself.</summary>
sealed class TextFindingWriter(bool colours) : FindingWriter
{
    const int MaxMatches = 5;

    internal override bool WantsAllowed => false;

    internal override int Write(Stream output, in RecordFinding finding)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = int.MaxValue;
        string colour = finding.Result.Verdict == Verdict.Block ? "red" : "yellow";
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"[bold {colour}]{RecordFinding.Name(finding.Result.Verdict)}[/]  [bold]{Diagnostics.Printable(Diagnostics.Shorten(finding.Record.Id))}[/]  {Diagnostics.Printable(finding.Record.Input)}:{finding.Record.Line}  {Diagnostics.Printable(finding.Result.Label ?? "")}  score {finding.Result.Score:F2}, {100 * finding.Result.Containment:F0} % of the record{(finding.IsSent == false ? ", not sent" : "")}");
        int countAt = Encoding.UTF8.GetByteCount(text.ToString().TrimEnd('\r', '\n'));
        if (finding.IsSent is not null) console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"       [dim]{Describe(finding)}[/]");
        foreach (Match match in finding.Matches.Take(MaxMatches))
        {
            IndexedDocument document = finding.Index.GetDocument(match.DocumentId);
            InputSpan span = finding.Locate(match);
            string where = string.IsNullOrEmpty(span.Field) ? "" : $"{Diagnostics.Printable(Diagnostics.Shorten(span.Field))} ";
            if (finding.OriginOf(match).Tool is string tool) where += $"of {Diagnostics.Printable(Diagnostics.Shorten(tool))} ";
            if (finding.IsMatchSent(match) == false) where += "(not sent) ";
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture,
                $"       {Diagnostics.Printable(document.Path)}:{match.SourceStartLine}-{match.SourceEndLine}  [dim]in {where}lines {span.StartLine}-{span.EndLine}, {match.MatchedCharacters} characters, {RecordFinding.Name(match.Kind)}[/]");
        }
        if (finding.Matches.Count > MaxMatches) console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"       [dim]and {finding.Matches.Count - MaxMatches} more[/]");
        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
        return countAt;
    }

    internal override string FormatCount(int count) => string.Create(CultureInfo.InvariantCulture, $", {count} times");

    static string Describe(in RecordFinding finding)
    {
        TextOrigin origin = finding.OriginOf(finding.Matches[0]);
        StringBuilder text = new(RecordFinding.Name(finding.Record.Format));
        foreach ((string name, string? value) in ((string, string?)[])[("session", origin.Session), ("turn", origin.Turn), ("role", origin.Role), ("in", origin.Project)])
        {
            if (value is not null) text.Append(CultureInfo.InvariantCulture, $"  {name} {Diagnostics.Printable(Diagnostics.Shorten(value))}");
        }
        return text.ToString();
    }
}
