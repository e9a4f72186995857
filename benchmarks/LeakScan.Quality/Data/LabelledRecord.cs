using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LeakScan.Quality.Data;

/// <summary>One outgoing text and what is known about it.</summary>
sealed record LabelledRecord
{
    /// <summary>Kind of negatives that are known to be derived from the index now and then: told apart.</summary>
    internal const string NewKind = "new";

    internal required string Id { get; init; }

    internal required byte[] Text { get; init; }

    internal required RecordLabel Label { get; init; }

    /// <summary>All that is known beside text, identity and label, as text: kind, transform, wrap, bin, lines, ...</summary>
    internal required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>Files of the index, or folders in it, that the text comes from; empty where that is unknown.</summary>
    internal required IReadOnlyList<string> Sources { get; init; }

    internal string? Field(string name) => Fields.GetValueOrDefault(name);

    internal string? Kind => Field("kind");

    /// <summary>Null where the set does not tell.</summary>
    internal int? Lines => int.TryParse(Field("lines"), NumberStyles.None, CultureInfo.InvariantCulture, out int lines) ? lines : null;

    /// <summary>Counts among the false alarms.</summary>
    internal bool IsCountedNegative => Label == RecordLabel.Negative && Kind != NewKind;

    internal bool IsOf(string file) => Sources.Any(s => file == s || (file.StartsWith(s, StringComparison.Ordinal) && file[s.Length] == '/'));

    /// <summary>Reads a line of outgoing.jsonl.</summary>
    /// <exception cref="FormatException">Not a labelled record; the message says why.</exception>
    internal static LabelledRecord Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new FormatException("not a JSON object");
            Dictionary<string, string> fields = new(StringComparer.Ordinal);
            List<string> sources = [];
            string? id = null, text = null, label = null;
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                switch (property.Name)
                {
                    case "id": id = property.Value.GetString(); break;
                    case "text": text = property.Value.GetString(); break;
                    case "label": label = property.Value.GetString(); break;
                    case "source_file" or "oracle_file":
                        if (property.Value.GetString() is { Length: > 0 } source) sources.Add(source);
                        break;
                    case "sources":
                        sources.AddRange(property.Value.EnumerateArray().Select(s => s.GetString()).OfType<string>());
                        break;
                    default:
                        if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number) fields[property.Name] = property.Value.ToString();
                        break;
                }
            }
            return new LabelledRecord
            {
                Id = id ?? throw new FormatException("no id"),
                Text = Encoding.UTF8.GetBytes(text ?? throw new FormatException("no text")),
                Label = label switch
                {
                    "positive" => RecordLabel.Positive,
                    "negative" => RecordLabel.Negative,
                    "ambiguous" => RecordLabel.Ambiguous,
                    _ => throw new FormatException("label is not positive, negative or ambiguous"),
                },
                Fields = fields,
                Sources = [.. sources.Distinct(StringComparer.Ordinal)],
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Of the exceptions' messages only the kind: they may quote the text.
            throw new FormatException(e is JsonException ? "not JSON" : "a field is of another type");
        }
    }
}
