using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Gateway;

/// <summary>The texts of a request: each message of a conversation is one, so that what is found can be named and one long talk does not water it down.</summary>
static class RequestTexts
{
    const int MaxDepth = 1000;

    static readonly SearchValues<char> s_nameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>Elements of a list beyond this are one text: no conversation is so long.</summary>
    const int MaxTexts = 4096;

    /// <summary>Lines that look like records and are none; after so many the body is none of records.</summary>
    const int MaxOthers = 1000;

    /// <summary>A longer name is none of a request's own: it may be text.</summary>
    const int MaxShownName = 31;

    /// <summary>Elements of a list that are shorter say little by themselves: those that follow each other are judged together, too.</summary>
    const int ShortText = 1024;

    /// <summary>Fewer whole numbers may be anything.</summary>
    const int FewestTokens = 16;

    static readonly string[] s_chosenTokens = ["stop", "allowed", "bad", "suppress"];

    /// <summary>Gathers the texts of a body. What is no JSON is one text, which is scanned as it is.</summary>
    /// <param name="body">The body, without encodings.</param>
    /// <param name="contentType">What the request says that it is.</param>
    /// <param name="streams">Whether it asks for its answer as a stream of events.</param>
    /// <exception cref="UnreadableException">It says that it is JSON and is not UTF-8, its text is in numbers, or a packed part cannot be unpacked.</exception>
    internal static OutgoingTexts Of(ReadOnlyMemory<byte> body, string? contentType, out bool streams)
    {
        streams = false;
        OutgoingTexts texts = new();
        if (body.Span.StartsWith("\uFEFF"u8)) body = body[3..];
        if (body.IsEmpty) return texts;
        if (contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true && !Utf8.IsValid(body.Span))
            throw new UnreadableException("the request's body says that it is JSON and is not UTF-8");
        using JsonDocument? document = Parse(body);
        if (document is null)
        {
            // A form with files, lines of JSON, or what nobody can read: a scan of the bytes sees through the wrappers that it knows.
            AddLines(texts, "the request's body", body);
            if (contentType?.Contains("x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true || IsForm(body.Span)) texts.AddDecoded("the form", WebUtility.UrlDecodeToBytes(body.ToArray(), 0, body.Length));
            AddPackedParts(texts, body, contentType);
            return texts;
        }
        RefuseNumbers(document.RootElement);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            Add(texts, "", document.RootElement);
            return texts;
        }
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            string name = OutgoingTexts.NameOf(property);
            streams |= name == "stream" && property.Value.ValueKind == JsonValueKind.True;
            Add(texts, name, property.Value);
        }
        return texts;
    }

    static void AddLines(OutgoingTexts texts, string what, ReadOnlyMemory<byte> text)
    {
        texts.AddDecoded(what, text);
        int others = 0;
        foreach (Range line in text.Span.Split((byte)'\n'))
        {
            // A line that is no record costs an exception: a file of code has many that begin and end as one, and is none.
            if (!MayHaveNumbers(text.Span[line]) || others > MaxOthers) continue;
            using JsonDocument? record = Parse(text[line]);
            if (record is not null) RefuseNumbers(record.RootElement);
            else others++;
        }
    }

    /// <summary>Adds what is in the parts of a form with files that are packed.</summary>
    static void AddPackedParts(OutgoingTexts texts, ReadOnlyMemory<byte> body, string? contentType)
    {
        if (BoundaryOf(contentType) is not { Length: > 0 } boundary) return;
        int room = RequestBody.MaxBytes; // of all parts together
        foreach (Range range in body.Span.Split(Encoding.Latin1.GetBytes("--" + boundary)))
        {
            ReadOnlyMemory<byte> part = body[range];
            int head = part.Span.IndexOf("\r\n\r\n"u8), bare = part.Span.IndexOf("\n\n"u8);
            if (head < 0 && bare < 0) continue;
            part = head >= 0 && (bare < 0 || head < bare) ? part[(head + 4)..] : part[(bare + 2)..];
            if (RequestBody.PackedAs(part.Span) is null) continue;
            part = part.Span.EndsWith("\r\n"u8) ? part[..^2] : part.Span.EndsWith("\n"u8) ? part[..^1] : part;
            ArraySegment<byte> unpacked = RequestBody.Unpack(part.ToArray(), room);
            room -= unpacked.Count;
            AddLines(texts, "a packed part of the request's body", unpacked);
        }
    }

    static string? BoundaryOf(string? contentType)
    {
        int at = contentType?.IndexOf("boundary", StringComparison.OrdinalIgnoreCase) ?? -1;
        if (at < 0) return null;
        string value = contentType![(at + "boundary".Length)..].TrimStart();
        if (!value.StartsWith('=')) return null;
        value = value[1..].TrimStart();
        return value.StartsWith('"') ? value[1..].Split('"')[0] : value.Split(';')[0].Trim();
    }

    /// <summary>Whether a body is a form, whatever it says: letters without white space, some of them as their numbers, and a name's end.</summary>
    static bool IsForm(ReadOnlySpan<byte> body)
    {
        body = body.Trim("\r\n"u8);
        return body.Contains((byte)'=') && body.Contains((byte)'%') && !body.ContainsAnyExceptInRange((byte)'!', (byte)'~');
    }

    /// <summary>Whether a line may be a record with a list in it.</summary>
    static bool MayHaveNumbers(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t\r"u8);
        return line.StartsWith("{"u8) && line.EndsWith("}"u8) && line.Contains((byte)'[');
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

    /// <summary>Embeddings and completions take text as the numbers of its tokens, too, alone or many in a batch.</summary>
    static void RefuseNumbers(JsonElement request)
    {
        if (request.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in request.EnumerateArray()) RefuseNumbers(item);
        }
        if (request.ValueKind != JsonValueKind.Object) return;
        foreach (JsonProperty property in request.EnumerateObject())
        {
            string name = OutgoingTexts.NameOf(property);
            if (name is "input" or "prompt" ? HasNumbers(property.Value) : IsOfTokens(name) && AreTokens(property.Value))
                throw new UnreadableException("the request has the numbers of tokens in place of text, which cannot be read");
            if (name is "requests" or "request" or "params" or "body" or "prompt" || (name is "input" && property.Value.ValueKind == JsonValueKind.Object)) RefuseNumbers(property.Value);
        }
    }

    /// <summary>Whether a value is a list with a number in it, or with such a list.</summary>
    static bool HasNumbers(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(static item => item.ValueKind == JsonValueKind.Number || HasNumbers(item));

    /// <summary>Whether a list of that name may be a text's tokens: those that a model shall or shall not say are none.</summary>
    static bool IsOfTokens(string name) =>
        name is "inputs" or "context"
        || ((name.EndsWith("tokens", StringComparison.Ordinal) || name.EndsWith("token_ids", StringComparison.Ordinal) || name.EndsWith("input_ids", StringComparison.Ordinal))
            && !s_chosenTokens.Any(chosen => name.Contains(chosen, StringComparison.Ordinal)));

    /// <summary>Whether a value is a list of whole numbers and nothing else, or of such lists, and there are as many as a text has that says something.</summary>
    static bool AreTokens(JsonElement value)
    {
        int count = 0;
        return value.ValueKind == JsonValueKind.Array && AreWhole(value, ref count) && count >= FewestTokens;
    }

    static bool AreWhole(JsonElement list, ref int count)
    {
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Array ? !AreWhole(item, ref count) : item.ValueKind != JsonValueKind.Number || !item.TryGetUInt32(out _)) return false;
            if (item.ValueKind == JsonValueKind.Number) count++;
        }
        return true;
    }

    static void Add(OutgoingTexts texts, string name, JsonElement value)
    {
        string shown = name.Length <= MaxShownName && !name.AsSpan().ContainsAnyExcept(s_nameCharacters) ? name : FormattableString.Invariant($"a name of {name.Length} characters");
        texts.AddName(shown, name);
        bool isList = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is > 0 and <= MaxTexts && value[0].ValueKind is JsonValueKind.Object or JsonValueKind.Array;
        if (!isList)
        {
            texts.AddStrings(shown.Length > 0 ? shown : "the request's body", value);
            return;
        }
        int number = 0;
        int first = 0;
        ArrayBufferWriter<byte> together = new();
        foreach (JsonElement item in value.EnumerateArray())
        {
            ReadOnlyMemory<byte> text = texts.AddStrings(FormattableString.Invariant($"{shown}[{number}]{RoleOf(item)}"), item);
            if (text.Length >= ShortText)
            {
                AddTogether(number);
                first = number + 1;
            }
            else together.Write(text.Span);
            number++;
        }
        AddTogether(number);

        void AddTogether(int end)
        {
            if (end - first > 1 && together.WrittenCount > 0) texts.AddDecoded(FormattableString.Invariant($"{shown}[{first}] to [{end - 1}]"), together.WrittenSpan.ToArray());
            together.ResetWrittenCount();
        }
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
