using System.Text.Json;
using System.Text.Unicode;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Gateway;

/// <summary>The texts of a request: each message of a conversation is one, so that what is found can be named and one long talk does not water it down.</summary>
static class RequestTexts
{
    const int MaxDepth = 1000;

    /// <summary>Elements of a list beyond this are one text: no conversation is so long.</summary>
    const int MaxTexts = 4096;

    const int MaxShownName = 60;

    /// <summary>Gathers the texts of a body. What is no JSON is one text, which is scanned as it is.</summary>
    /// <param name="body">The body, without encodings.</param>
    /// <param name="contentType">What the request says that it is.</param>
    /// <param name="streams">Whether it asks for its answer as a stream of events.</param>
    /// <exception cref="UnreadableException">It says that it is JSON and is not UTF-8, or its text is in numbers.</exception>
    internal static IReadOnlyList<OutgoingText> Of(ReadOnlyMemory<byte> body, string? contentType, out bool streams)
    {
        streams = false;
        OutgoingTexts texts = new();
        if (body.Span.StartsWith("\uFEFF"u8)) body = body[3..];
        if (body.IsEmpty) return texts.All;
        if (contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true && !Utf8.IsValid(body.Span))
            throw new UnreadableException("the request's body says that it is JSON and is not UTF-8");
        using JsonDocument? document = Parse(body);
        if (document is null)
        {
            // A form with files, lines of JSON, or what nobody can read: a scan of the bytes sees through the wrappers that it knows.
            texts.AddDecoded("the request's body", body);
            return texts.All;
        }
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            Add(texts, "", document.RootElement);
            return texts.All;
        }
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            string name = OutgoingTexts.NameOf(property);
            streams |= name == "stream" && property.Value.ValueKind == JsonValueKind.True;
            if (name is "input" or "prompt" && IsNumbers(property.Value)) throw new UnreadableException("the request has the numbers of tokens in place of text, which cannot be read");
            Add(texts, name, property.Value);
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

    /// <summary>Whether a value is a list of numbers, or of such lists, as embeddings and completions take text too.</summary>
    static bool IsNumbers(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0) return false;
        JsonElement first = value[0];
        return first.ValueKind == JsonValueKind.Number || first.ValueKind == JsonValueKind.Array && first.GetArrayLength() > 0 && first[0].ValueKind == JsonValueKind.Number;
    }

    static void Add(OutgoingTexts texts, string name, JsonElement value)
    {
        string shown = name.Length <= MaxShownName ? name : FormattableString.Invariant($"a name of {name.Length} characters");
        texts.AddName(shown, name);
        bool isList = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is > 0 and <= MaxTexts && value[0].ValueKind is JsonValueKind.Object or JsonValueKind.Array;
        if (!isList)
        {
            texts.AddStrings(shown.Length > 0 ? shown : "the request's body", value);
            return;
        }
        int number = 0;
        foreach (JsonElement item in value.EnumerateArray()) texts.AddStrings(FormattableString.Invariant($"{shown}[{number++}]{RoleOf(item)}"), item);
    }

    static string RoleOf(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object) return "";
        foreach (JsonProperty property in message.EnumerateObject())
        {
            if (OutgoingTexts.NameOf(property) != "role" || property.Value.ValueKind != JsonValueKind.String) continue;
            string role = OutgoingTexts.TextOf(property.Value);
            return role is "user" or "assistant" or "system" or "developer" or "tool" ? $" ({role})" : "";
        }
        return "";
    }
}
