using System.Text.Json;
using LeakScan.Cli.Output;

namespace LeakScan.Cli;

/// <summary>How far an interrupted scan had come; kept in the file of <c>--resume</c>.</summary>
/// <param name="path">The file.</param>
/// <param name="scan">What tells this scan from others: a state goes with one set of inputs and options only.</param>
sealed class ResumeState(string path, IReadOnlyList<string> scan)
{
    const string Schema = "leakscan.resume/1";

    internal long Records { get; private set; }

    internal long OutputBytes { get; private set; }

    /// <summary>Reads the state if there is one.</summary>
    /// <exception cref="UserException">It is of another scan, or not a state.</exception>
    internal static ResumeState Load(string path, IReadOnlyList<string> scan, ScanSummary summary)
    {
        ResumeState state = new(path, scan);
        if (!File.Exists(path)) return state;
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = json.RootElement;
            if (root.GetProperty("schema").GetString() != Schema) throw new UserException($"{path}: not a state of leakscan scan --resume");
            if (!root.GetProperty("scan").EnumerateArray().Select(i => i.GetString()!).SequenceEqual(scan))
                throw new UserException($"{path}: belongs to a scan of other inputs or with other options: give the same ones, or remove the file to begin anew");
            state.Records = root.GetProperty("records").GetInt64();
            state.OutputBytes = root.GetProperty("outputBytes").GetInt64();
            summary.Records = state.Records;
            summary.Bytes = root.GetProperty("bytes").GetInt64();
            summary.Text = root.GetProperty("text").GetUInt64();
            summary.Findings = root.GetProperty("findings").GetInt64();
            summary.Blocked = root.GetProperty("blocked").GetInt64();
            summary.Warned = root.GetProperty("warned").GetInt64();
            summary.Repeats = root.TryGetProperty("repeats", out JsonElement repeats) ? repeats.GetInt64() : 0;
            summary.Errors = summary.RecordErrors = root.TryGetProperty("errors", out JsonElement errors) ? errors.GetInt64() : 0;
            return state;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserException($"{path}: not a state of leakscan scan --resume, or of another version of it: remove it to begin anew"); // its own text could be anybody's
        }
    }

    /// <summary>Replaces the file in one step.</summary>
    internal void Save(long outputBytes, ScanSummary summary)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            Write(temporary, outputBytes, summary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    void Write(string temporary, long outputBytes, ScanSummary summary)
    {
        using FileStream file = new(temporary, FileMode.Create, FileAccess.Write);
        using (Utf8JsonWriter json = new(file))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            json.WriteStartArray("scan");
            foreach (string argument in scan) json.WriteStringValue(argument);
            json.WriteEndArray();
            json.WriteNumber("records", summary.Records);
            json.WriteNumber("outputBytes", outputBytes);
            json.WriteNumber("bytes", summary.Bytes);
            json.WriteNumber("text", summary.Text);
            json.WriteNumber("findings", summary.Findings);
            json.WriteNumber("blocked", summary.Blocked);
            json.WriteNumber("warned", summary.Warned);
            json.WriteNumber("repeats", summary.Repeats);
            json.WriteNumber("errors", summary.RecordErrors);
            json.WriteEndObject();
        }
        file.Flush(flushToDisk: true);
    }

    internal void Delete() => File.Delete(path);
}
