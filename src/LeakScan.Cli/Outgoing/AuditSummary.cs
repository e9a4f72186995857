using System.Text.Json;

namespace LeakScan.Cli.Outgoing;

/// <summary>Totals of an audit file.</summary>
sealed class AuditSummary
{
    readonly HashSet<string> _sessions = new(StringComparer.Ordinal);

    internal AuditCount Total { get; } = new();

    /// <summary>By tool and event.</summary>
    internal SortedDictionary<string, AuditCount> ByEvent { get; } = new(StringComparer.Ordinal);

    /// <summary>Decisions that a document was behind.</summary>
    internal Dictionary<string, long> Documents { get; } = new(StringComparer.Ordinal);

    internal int Sessions => _sessions.Count;

    /// <summary>Time of the first decision; empty if there is none.</summary>
    internal string First { get; private set; } = "";

    internal string Last { get; private set; } = "";

    /// <summary>Adds a line; false if it is not one.</summary>
    internal bool Add(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            if (root.GetProperty("schema").GetString() != AuditLog.Schema) return false;
            string time = root.GetProperty("time").GetString()!;
            string name = $"{root.GetProperty("tool").GetString()} {root.GetProperty("event").GetString()}";
            string verdict = root.GetProperty("verdict").GetString()!;
            bool stopped = root.GetProperty("stopped").GetBoolean();
            long characters = root.GetProperty("characters").GetInt64();
            double milliseconds = root.GetProperty("milliseconds").GetDouble();
            string[] documents = [.. root.GetProperty("documents").EnumerateArray().Select(d => d.GetString()!)];
            bool isError = root.TryGetProperty("error", out _);
            bool isUndecidable = root.TryGetProperty("undecidable", out _);
            if (root.TryGetProperty("session", out JsonElement session)) _sessions.Add(session.GetString()!);
            if (First.Length == 0 || string.CompareOrdinal(time, First) < 0) First = time;
            if (string.CompareOrdinal(time, Last) > 0) Last = time;
            if (!ByEvent.TryGetValue(name, out AuditCount? count)) ByEvent.Add(name, count = new());
            foreach (AuditCount one in (AuditCount[])[count, Total]) one.Add(verdict, stopped, characters, milliseconds, isError, isUndecidable);
            foreach (string document in documents) Documents[document] = Documents.GetValueOrDefault(document) + 1;
            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}

/// <summary>What became of the decisions of one kind.</summary>
sealed class AuditCount
{
    readonly List<double> _milliseconds = [];

    internal long Decisions { get; private set; }

    internal long Blocked { get; private set; }

    internal long Warned { get; private set; }

    /// <summary>Blocked, but no hook could hold the text back.</summary>
    internal long NotHeld { get; private set; }

    internal long Errors { get; private set; }

    internal long Undecidable { get; private set; }

    internal long Characters { get; private set; }

    internal double MedianMilliseconds
    {
        get
        {
            if (_milliseconds.Count == 0) return 0;
            _milliseconds.Sort();
            return _milliseconds[_milliseconds.Count / 2];
        }
    }

    internal void Add(string verdict, bool stopped, long characters, double milliseconds, bool isError, bool isUndecidable)
    {
        Decisions++;
        if (verdict == "block") Blocked++;
        if (verdict == "block" && !stopped) NotHeld++;
        if (verdict == "warn") Warned++;
        if (isError) Errors++;
        if (isUndecidable) Undecidable++;
        Characters += characters;
        _milliseconds.Add(milliseconds);
    }
}
