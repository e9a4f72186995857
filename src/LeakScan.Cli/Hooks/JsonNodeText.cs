using System.Text;
using System.Text.Json;

namespace LeakScan.Cli.Hooks;

/// <summary>A place in JSON text, comments and trailing commas allowed.</summary>
sealed class JsonNodeText
{
    /// <summary>One member of an object or element of an array.</summary>
    internal readonly record struct Child(string? Name, int Start, JsonNodeText Value);

    internal JsonTokenType Kind { get; private init; }

    /// <summary>Offset of the first byte.</summary>
    internal int Start { get; private init; }

    /// <summary>Offset behind the last byte.</summary>
    internal int End { get; private set; }

    /// <summary>The text of a string; null for other values.</summary>
    internal string? Text { get; private init; }

    internal List<Child> Items { get; } = [];

    internal bool IsObject => Kind == JsonTokenType.StartObject;

    internal bool IsArray => Kind == JsonTokenType.StartArray;

    internal JsonNodeText? this[string name] => Items.Find(i => i.Name == name).Value;

    /// <summary>Parses a text.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    internal static JsonNodeText Parse(ReadOnlySpan<byte> utf8)
    {
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        reader.Read();
        JsonNodeText root = Read(ref reader);
        reader.Read();
        return root;
    }

    static JsonNodeText Read(ref Utf8JsonReader reader)
    {
        JsonNodeText node = new()
        {
            Kind = reader.TokenType,
            Start = (int)reader.TokenStartIndex,
            Text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null,
        };
        if (node.IsObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                (string name, int start) = (reader.GetString()!, (int)reader.TokenStartIndex);
                reader.Read();
                node.Items.Add(new(name, start, Read(ref reader)));
            }
        }
        else if (node.IsArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) node.Items.Add(new(null, (int)reader.TokenStartIndex, Read(ref reader)));
        }
        node.End = (int)reader.BytesConsumed;
        return node;
    }

    /// <summary>The value without white space and comments, for comparing.</summary>
    internal static string Compact(JsonNodeText node, ReadOnlySpan<byte> utf8) =>
        node.IsObject ? "{" + string.Join(",", Parts(node, utf8, named: true)) + "}"
        : node.IsArray ? "[" + string.Join(",", Parts(node, utf8, named: false)) + "]"
        : node.Text is not null ? JsonSerializerText(node.Text)
        : Encoding.UTF8.GetString(utf8[node.Start..node.End]);

    static List<string> Parts(JsonNodeText node, ReadOnlySpan<byte> utf8, bool named)
    {
        List<string> parts = [];
        foreach (Child item in node.Items) parts.Add((named ? JsonSerializerText(item.Name!) + ":" : "") + Compact(item.Value, utf8));
        return parts;
    }

    static string JsonSerializerText(string text) => "\"" + JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";
}
