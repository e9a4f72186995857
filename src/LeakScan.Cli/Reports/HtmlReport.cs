using System.Globalization;
using System.Net;
using System.Text;
using LeakScan.Cli.Output;

namespace LeakScan.Cli.Reports;

/// <summary>A page that needs nothing else, not even a network: what was found, of which documents, the gravest first. It holds no text of records or documents.</summary>
sealed class HtmlReport(IReadOnlyList<string> inputs) : Report
{
    /// <summary>Findings that are shown one by one, the gravest; all are counted.</summary>
    internal const int MaxFindings = 5000;

    const int MaxDocuments = 500;
    const int MaxMatches = 5;

    readonly PriorityQueue<ReportedFinding, (bool IsBlocked, double Score, long Number)> _gravest = new();
    readonly Dictionary<(string Path, string Label), DocumentCount> _documents = [];
    long _findings, _blocked, _allowed, _notSent, _met;

    sealed class DocumentCount
    {
        internal long Blocked, Warned;
        internal long MostCharacters;
        internal readonly List<(long Start, long End)> Lines = [];
    }

    internal override void Add(ReportedFinding finding)
    {
        if (finding.Verdict == "allow")
        {
            _allowed++;
            return;
        }
        _findings++;
        if (finding.Verdict == "block") _blocked++;
        _met += finding.Count;
        if (finding.Sent == false) _notSent++;
        (bool, double, long) rank = (finding.Verdict == "block", finding.Score, -_findings);
        if (_gravest.Count < MaxFindings) _gravest.Enqueue(finding, rank);
        else _gravest.EnqueueDequeue(finding, rank);
        foreach (IGrouping<(string, string), ReportedMatch> matches in finding.Matches.GroupBy(m => (m.Source.Path, m.Source.Label ?? "")))
        {
            if (!_documents.TryGetValue(matches.Key, out DocumentCount? count)) _documents.Add(matches.Key, count = new DocumentCount());
            if (finding.Verdict == "block") count.Blocked++;
            else count.Warned++;
            count.MostCharacters = Math.Max(count.MostCharacters, matches.Sum(m => (long)m.MatchedCharacters));
            foreach (ReportedMatch match in matches) AddLines(count.Lines, match.Source.StartLine, match.Source.EndLine);
        }
    }

    /// <summary>Adds lines to ranges that are in order and apart from each other.</summary>
    internal static void AddLines(List<(long Start, long End)> ranges, long start, long end)
    {
        int at = ranges.FindIndex(r => r.End >= start - 1);
        if (at < 0) at = ranges.Count;
        int behind = at;
        for (; behind < ranges.Count && ranges[behind].Start <= end + 1; behind++)
        {
            start = Math.Min(start, ranges[behind].Start);
            end = Math.Max(end, ranges[behind].End);
        }
        ranges.RemoveRange(at, behind - at);
        ranges.Insert(at, (start, end));
    }

    internal override void Write(Stream output, long problems)
    {
        using StreamWriter page = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        page.Write("""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
            <title>LeakScan report</title>
            <style>
            body { font: 14px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 78em; padding: 0 1em; color: #1b1f24; background: #fff }
            h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em }
            table { border-collapse: collapse; width: 100% } th { text-align: left; border-bottom: 2px solid #8883 }
            td { border-bottom: 1px solid #8883; vertical-align: top; overflow-wrap: anywhere } th, td { padding: .3em .6em .3em 0 }
            .n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums } code { font: 13px ui-monospace, monospace } small { color: #666e }
            .block { color: #b3261e; font-weight: 600 } .warn { color: #8a5a00; font-weight: 600 }
            input { font: inherit; padding: .3em .5em; width: 30em; max-width: 100% }
            @media (prefers-color-scheme: dark) { body { color: #ddd; background: #16181c } .block { color: #ff8a80 } .warn { color: #ffca5c } small { color: #aaae } }
            </style>
            </head>
            <body>
            <h1>LeakScan report</h1>

            """);
        if (problems > 0) page.Write(Invariant($"<p class=\"block\">Not complete: {problems} lines or files of findings could not be read.</p>\n"));
        WriteCounts(page);
        if (_documents.Count > 0) WriteDocuments(page);
        if (_findings > 0) WriteFindings(page);
        page.Write("</body>\n</html>\n");
    }

    void WriteCounts(StreamWriter page)
    {
        page.Write($"<p>Of {string.Join(", ", inputs.Select(i => Code(i == "-" ? "standard input" : i)))}. ");
        page.Write(_findings == 0 ? "Nothing was found that is blocked or warned of." : Invariant($"""
            {_findings} records match protected documents: <span class="block">{_blocked} blocked</span>, <span class="warn">{_findings - _blocked} warned of</span>.
            """));
        if (_allowed > 0) page.Write(Invariant($" What the policy allows is not shown: {_allowed} records."));
        if (_met > _findings) page.Write(Invariant($" With repetitions they were met {_met} times."));
        if (_notSent > 0) page.Write(Invariant($" {_notSent} stand in a log only and were not sent."));
        page.Write("</p>\n");
    }

    void WriteDocuments(StreamWriter page)
    {
        page.Write("<h2>Documents that match</h2>\n<table>\n<tr><th>document</th><th>label</th><th class=\"n\">block</th><th class=\"n\">warn</th><th class=\"n\">most characters</th><th>lines</th></tr>\n");
        foreach (((string path, string label), DocumentCount count) in _documents
            .OrderByDescending(d => d.Value.Blocked).ThenByDescending(d => d.Value.Warned).ThenByDescending(d => d.Value.MostCharacters).ThenBy(d => d.Key.Path, StringComparer.Ordinal).Take(MaxDocuments))
        {
            string lines = string.Join(", ", count.Lines.Take(MaxMatches).Select(l => RangeOf(l.Start, l.End))) + (count.Lines.Count > MaxMatches ? Invariant($" and {count.Lines.Count - MaxMatches} more") : "");
            page.Write(Invariant($"<tr><td>{Code(path)}</td><td>{Escape(label)}</td><td class=\"n\">{count.Blocked}</td><td class=\"n\">{count.Warned}</td><td class=\"n\">{count.MostCharacters}</td><td>{lines}</td></tr>\n"));
        }
        page.Write("</table>\n");
        if (_documents.Count > MaxDocuments) page.Write(Invariant($"<p>And {_documents.Count - MaxDocuments} documents more, which match less.</p>\n"));
    }

    void WriteFindings(StreamWriter page)
    {
        page.Write("<h2>Findings</h2>\n");
        if (_findings > MaxFindings) page.Write(Invariant($"<p>The {MaxFindings} gravest of {_findings}.</p>\n"));
        page.Write("<p><input id=\"filter\" type=\"search\" placeholder=\"Show those with this in them\" aria-label=\"Filter\"></p>\n"
            + "<table id=\"findings\">\n<tr><th>verdict</th><th class=\"n\">score</th><th>record</th><th>stands there</th><th>matches</th></tr>\n");
        foreach (ReportedFinding finding in _gravest.UnorderedItems.OrderByDescending(f => f.Priority).Select(f => f.Element)) WriteFinding(page, finding);
        page.Write("""
            </table>
            <script>
            const rows = [...document.querySelectorAll('#findings tr')].slice(1);
            document.getElementById('filter').addEventListener('input', e => {
              const text = e.target.value.toLowerCase();
              for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(text);
            });
            </script>

            """);
    }

    static void WriteFinding(StreamWriter page, ReportedFinding finding)
    {
        page.Write(Invariant($"<tr><td class=\"{finding.Verdict}\">{finding.Verdict}</td><td class=\"n\">{finding.Score:F2}</td><td>{Code(finding.Id)}"));
        string place = Invariant($"{finding.Input}:{finding.Line}");
        if (finding.Id != place) page.Write($"<br>{Escape(place)}");
        string origin = string.Join(", ", new[] { finding.Format, finding.Session is null ? null : $"session {finding.Session}", finding.Project, finding.Sent == false ? "not sent" : null, finding.Count > 1 ? Invariant($"{finding.Count} times") : null }.OfType<string>());
        if (origin.Length > 0) page.Write($"<br><small>{Escape(origin)}</small>");
        page.Write("</td><td>");
        IEnumerable<ReportedMatch> shown = finding.Matches.Take(MaxMatches);
        page.Write(string.Join("<br>", shown.Select(m => Escape(string.Join(' ', new[] { m.Span.Field, m.Span.Tool, m.Span.Role }.OfType<string>())) + $" {LinesOf(m.Span.StartLine, m.Span.EndLine)}{(m.Span.Sent == false ? ", not sent" : "")}")));
        page.Write("</td><td>");
        page.Write(string.Join("<br>", shown.Select(m => Invariant($"{Code(m.Source.Path)} {LinesOf(m.Source.StartLine, m.Source.EndLine)} <small>{Escape(m.Kind)}, {m.MatchedCharacters} characters, {100 * m.Similarity:F0} %</small>"))));
        if (finding.Matches.Count > MaxMatches) page.Write(Invariant($"<br><small>and {finding.Matches.Count - MaxMatches} more</small>"));
        page.Write("</td></tr>\n");
    }

    static string LinesOf(long start, long end) => $"line{(start == end ? "" : "s")} {RangeOf(start, end)}";

    static string RangeOf(long start, long end) => start == end ? Invariant($"{start}") : Invariant($"{start}&ndash;{end}");

    static string Code(string name) => $"<code>{Escape(name)}</code>";

    /// <summary>Names come from logs and folders: nothing in them is markup, and an id can be as long as its record.</summary>
    static string Escape(string name) => WebUtility.HtmlEncode(Diagnostics.Printable(Diagnostics.Shorten(name)));

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
