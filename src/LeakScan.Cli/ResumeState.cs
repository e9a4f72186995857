using System.Text.Json;
using LeakScan.Cli.Output;

namespace LeakScan.Cli;

/// <summary>How far an interrupted scan had come; kept in the file of <c>--resume</c>.</summary>
sealed class ResumeState(string path, IReadOnlyList<string> inputs)
{
    const string Schema = "leakscan.resume/1";

    internal long Records { get; private set; }

    internal long OutputBytes { get; private set; }

    internal ScanSummary Summary { get; } = new();

    /// <summary>Reads the state if there is one.</summary>
    /// <exception cref="UserException">It is of another scan, or not a state.</exception>
    internal static ResumeState Load(string path, IReadOnlyList<string> inputs)
    {
        ResumeState state = new(path, inputs);
        if (!File.Exists(path)) return state;
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = json.RootElement;
            if (root.GetProperty("schema").GetString() != Schema) throw new UserException($"{path}: not a state of leakscan scan --resume");
            if (!root.GetProperty("inputs").EnumerateArray().Select(i => i.GetString()!).SequenceEqual(inputs))
                throw new UserException($"{path}: belongs to a scan of other inputs: give the same ones, or remove the file to begin anew");
            state.Records = root.GetProperty("records").GetInt64();
            state.OutputBytes = root.GetProperty("outputBytes").GetInt64();
            state.Summary.Records = state.Records;
            state.Summary.Bytes = root.GetProperty("bytes").GetInt64();
            state.Summary.Findings = root.GetProperty("findings").GetInt64();
            state.Summary.Blocked = root.GetProperty("blocked").GetInt64();
            state.Summary.Warned = root.GetProperty("warned").GetInt64();
            return state;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserException($"{path}: not a state of leakscan scan --resume: {e.Message}");
        }
    }

    /// <summary>Replaces the file in one step.</summary>
    internal void Save(long records, long outputBytes, ScanSummary summary)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write))
        {
            using (Utf8JsonWriter json = new(file))
            {
                json.WriteStartObject();
                json.WriteString("schema", Schema);
                json.WriteStartArray("inputs");
                foreach (string input in inputs) json.WriteStringValue(input);
                json.WriteEndArray();
                json.WriteNumber("records", records);
                json.WriteNumber("outputBytes", outputBytes);
                json.WriteNumber("bytes", summary.Bytes);
                json.WriteNumber("findings", summary.Findings);
                json.WriteNumber("blocked", summary.Blocked);
                json.WriteNumber("warned", summary.Warned);
                json.WriteEndObject();
            }
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    internal void Delete() => File.Delete(path);
}
