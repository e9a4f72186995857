using System.Text.Json;
using System.Text.Unicode;
using LeakScan.Cli.Hooks;

namespace LeakScan.Cli.Gateway;

/// <summary>The texts of a request: each message of a conversation is one, so that what is found can be named and one long talk does not water it down.</summary>
static class RequestTexts
{
    const int MaxDepth = 1000;

    /// <summary>Gathers the texts of a body.</summary>
    /// <param name="body">The body, without encodings.</param>
    /// <param name="contentType">What the request says that it is.</param>
    /// <param name="streams">Whether it asks for its answer as a stream of events.</param>
    /// <exception cref="HookInputException">It says that it is JSON and is not readable as such.</exception>
    internal static IReadOnlyList<OutgoingText> Of(ReadOnlyMemory<byte> body, string? contentType, out bool streams)
    {
        streams = false;
        OutgoingTexts texts = new();
        if (body.Span.StartsWith("\uFEFF"u8)) body = body[3..];
        if (body.IsEmpty) return texts.All;
        bool saysJson = contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;
        if (saysJson && !Utf8.IsValid(body.Span)) throw new HookInputException("the request's body says that it is JSON and is not UTF-8");
        using JsonDocument? document = Parse(body);
        if (document is null)
        {
            // A form with files, lines of JSON, or what nobody can read: a scan of the bytes sees through the wrappers that it knows.
            texts.Add("the request's body", body);
            return texts.All;
        }
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in root.EnumerateObject()) Add(texts, OutgoingTexts.NameOf(property), property.Value);
            streams = root.TryGetProperty("stream", out JsonElement stream) && stream.ValueKind == JsonValueKind.True;
        }
        else
        {
            Add(texts, "", root);
        }
        return texts.All;
    }

    static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static void Add(OutgoingTexts texts, string name, JsonElement value)
    {
        string shown = name.Length <= 60 ? name : name[..60];
        texts.AddName(shown, name);
        if (value.ValueKind != JsonValueKind.Array)
        {
            texts.AddStrings(shown, value);
            return;
        }
        int number = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            string role = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("role", out JsonElement said) && said.ValueKind == JsonValueKind.String ? OutgoingTexts.TextOf(said) : "";
            texts.AddStrings(FormattableString.Invariant($"{shown}[{number++}]") + (role is "user" or "assistant" or "system" or "developer" or "tool" ? $" ({role})" : ""), item);
        }
    }
}
