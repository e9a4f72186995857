using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LeakScan.Cli.Outgoing;
using LeakScan.Cli.Output;

namespace LeakScan.Cli.Commands;

/// <summary><c>leakscan audit</c>.</summary>
static class AuditCommand
{
    const int MaxDocuments = 20;

    internal static Command Create()
    {
        Argument<string?> file = new("FILE") { Description = $"The audit file. Default: {AuditLog.Variable}, else leakscan/audit.jsonl in the user's state folder.", Arity = ArgumentArity.ZeroOrOne };
        Option<string> format = new Option<string>("--format") { HelpName = "text|json", Description = "For people, or for programs.", DefaultValueFactory = _ => "text" }.AcceptOnlyFromAmong("text", "json");
        ExampleCommand command = new("audit", "Sums up what hooks and the gateway decided: how much was asked, blocked, let through, and of which documents.",
            "leakscan audit", "leakscan audit --format json ~/.local/state/leakscan/audit.jsonl") { file, format };
        command.SetAction(parsed => Run(AuditLog.PathFrom(parsed.GetValue(file)), parsed.GetValue(format) == "json"));
        return command;
    }

    static int Run(string path, bool json)
    {
        if (!File.Exists(path)) throw new UserException($"{path}: no audit file: no hook has decided anything yet, or it writes elsewhere (--audit, {AuditLog.Variable})");
        AuditSummary summary = new();
        long number = 0, problems = 0, offset = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length > 0 && !summary.Add(line))
            {
                problems++;
                Diagnostics.Error(string.Create(CultureInfo.InvariantCulture, $"{path}: record {number} at byte {offset}: no line of an audit file"));
            }
            offset += System.Text.Encoding.UTF8.GetByteCount(line) + 1;
        }
        if (json) WriteJson(summary);
        else WriteText(path, summary);
        return problems > 0 ? ExitCode.Failed : ExitCode.Clean;
    }

    static void WriteText(string path, AuditSummary summary)
    {
        void Line(FormattableString text) => Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
        Line($"{path}: {summary.Total.Decisions} decisions from {summary.First} to {summary.Last}, {summary.Sessions} sessions");
        Line($"{"",-40}{"decisions",10}{"block",8}{"warn",8}{"not held",9}{"undecidable",12}{"errors",8}{"characters",12}{"median ms",10}");
        foreach ((string name, AuditCount count) in summary.ByEvent.OrderBy(e => e.Key, StringComparer.Ordinal).Append(new("all", summary.Total)))
            Line($"{name,-40}{count.Decisions,10}{count.Blocked,8}{count.Warned,8}{count.NotHeld,9}{count.Undecidable,12}{count.Errors,8}{count.Characters,12}{count.MedianMilliseconds,10:F1}");
        if (summary.Documents.Count == 0) return;
        Line($"documents, by decisions:");
        foreach ((string document, long count) in summary.Documents.OrderByDescending(d => d.Value).ThenBy(d => d.Key, StringComparer.Ordinal).Take(MaxDocuments)) Line($"{count,10}  {Diagnostics.Printable(document)}");
        if (summary.Documents.Count > MaxDocuments) Line($"            and {summary.Documents.Count - MaxDocuments} more");
    }

    static void WriteJson(AuditSummary summary)
    {
        using (Stream output = Console.OpenStandardOutput())
        using (Utf8JsonWriter json = new(output))
        {
            json.WriteStartObject();
            json.WriteString("schema", "leakscan.audit-summary/1");
            json.WriteString("first", summary.First);
            json.WriteString("last", summary.Last);
            json.WriteNumber("sessions", summary.Sessions);
            WriteCount(json, "all", summary.Total);
            json.WriteStartObject("events");
            foreach ((string name, AuditCount count) in summary.ByEvent.OrderBy(e => e.Key, StringComparer.Ordinal)) WriteCount(json, name, count);
            json.WriteEndObject();
            json.WriteStartObject("documents");
            foreach ((string document, long count) in summary.Documents.OrderByDescending(d => d.Value).ThenBy(d => d.Key, StringComparer.Ordinal)) json.WriteNumber(document, count);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        Console.Out.WriteLine();
    }

    static void WriteCount(Utf8JsonWriter json, string name, AuditCount count)
    {
        json.WriteStartObject(name);
        json.WriteNumber("decisions", count.Decisions);
        json.WriteNumber("blocked", count.Blocked);
        json.WriteNumber("warned", count.Warned);
        json.WriteNumber("notHeld", count.NotHeld);
        json.WriteNumber("errors", count.Errors);
        json.WriteNumber("undecidable", count.Undecidable);
        json.WriteNumber("characters", count.Characters);
        json.WriteNumber("medianMilliseconds", count.MedianMilliseconds);
        json.WriteEndObject();
    }
}
