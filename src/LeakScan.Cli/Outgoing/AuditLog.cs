using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeakScan.Cli.Outgoing;

/// <summary>The local record of what hooks and the gateway decided: a line of JSON each, without any text, readable by its owner only.</summary>
static class AuditLog
{
    internal const string Variable = "LEAKSCAN_AUDIT_FILE";
    internal const string Schema = "leakscan.audit/1";
    const int MaxNameLength = 128;
    const int MaxAttempts = 200;

    static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The file, from the option, the variable, or the user's folder for such files.</summary>
    internal static string PathFrom(string? option)
    {
        if (option is { Length: > 0 }) return option;
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable) return variable;
        return StateFolder() is { Length: > 0 } folder ? Path.Combine(folder, "leakscan", "audit.jsonl") : throw new UserException($"there is no folder for the audit file: use --audit FILE or set {Variable}");
    }

    /// <summary>The user's folder for what programs note for themselves; empty if there is none.</summary>
    internal static string StateFolder()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)
            : Environment.GetEnvironmentVariable("XDG_STATE_HOME") is string state && Path.IsPathRooted(state) ? state
            : home.Length > 0 ? Path.Combine(home, ".local", "state") : "";
    }

    /// <summary>Adds a line. Of several processes at once one writes and the others wait.</summary>
    internal static void Append(string path, AuditEntry entry)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder)) Directory.CreateDirectory(folder);
        FileStreamOptions options = new() { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        ArrayBufferWriter<byte> line = new(512);
        Write(line, entry);
        using FileStream file = Open(path, options);
        file.Write(line.WrittenSpan);
    }

    static FileStream Open(string path, FileStreamOptions options)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && attempt < MaxAttempts)
            {
                Thread.Sleep(1); // another hook is writing its line
            }
        }
    }

    static void Write(ArrayBufferWriter<byte> line, AuditEntry entry)
    {
        using (Utf8JsonWriter json = new(line, s_json))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            json.WriteString("time", entry.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("tool", entry.Tool);
            json.WriteString("event", Short(entry.Event));
            if (entry.Session is not null) json.WriteString("session", Short(entry.Session));
            json.WriteString("verdict", Output.RecordFinding.Name(entry.Verdict));
            json.WriteBoolean("stopped", entry.Stopped);
            json.WriteStartArray("documents");
            foreach (string document in entry.Documents) json.WriteStringValue(document);
            json.WriteEndArray();
            json.WriteNumber("characters", entry.Characters);
            if (entry.Undecidable) json.WriteBoolean("undecidable", true);
            if (entry.Error is not null) json.WriteString("error", entry.Error);
            json.WriteNumber("milliseconds", Math.Round(entry.Elapsed.TotalMilliseconds, 1));
            json.WriteString("tier", Scanner.Describe());
            json.WriteEndObject();
        }
        line.Write("\n"u8);
    }

    static string Short(string name) => name.Length <= MaxNameLength ? name : name[..MaxNameLength];
}
