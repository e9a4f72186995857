using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli.Hooks;

/// <summary>How one tool calls its hooks and understands their answers.</summary>
abstract class HookContract
{
    /// <summary>All that the model is told: that something was withheld, not what.</summary>
    internal const string ForModel = "LeakScan: the organisation's policy withheld this content. Do not try to get it in another way; tell the user.";

    const int MaxShownName = 60;
    const int MaxDepth = 512;

    static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Which event a call is about: known before anything else can go wrong, so that any answer fits it.</summary>
    /// <exception cref="UnreadableException">Not what the tool sends.</exception>
    internal abstract HookRequest Identify(JsonElement root);

    /// <summary>Reads the rest of a call, and what would leave with it.</summary>
    /// <exception cref="UnreadableException">Not what the tool sends, or something that cannot be read.</exception>
    internal abstract HookRequest Gather(JsonElement root, HookRequest request);

    /// <summary>The text may leave.</summary>
    internal virtual HookAnswer Pass(HookRequest? request) => HookAnswer.Silent;

    /// <summary>The text may leave, and the person is told something.</summary>
    internal abstract HookAnswer Warn(HookRequest? request, string message);

    /// <summary>The text must not leave.</summary>
    /// <param name="request">The call; null if it could not be read.</param>
    /// <param name="message">Why, for the person.</param>
    internal abstract HookAnswer Block(HookRequest? request, string message);

    /// <summary>What a command prints cannot be told before it has run.</summary>
    /// <param name="request">The call.</param>
    /// <param name="message">Why, for the person.</param>
    /// <param name="namesProtected">Whether the command names a file that must not leave.</param>
    internal virtual HookAnswer Undecided(HookRequest request, string message, bool namesProtected) => Pass(request) with { Error = message };

    /// <summary>Whether <see cref="Block"/> keeps the text in.</summary>
    internal virtual bool CanStop(HookRequest request) => request.Moment != HookMoment.TooLate;

    protected static string Json(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using (Utf8JsonWriter json = new(buffer, s_json))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    protected static JsonElement Required(JsonElement parent, string name, JsonValueKind kind) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind
            ? value
            : throw new UnreadableException($"the tool's message has no \"{name}\" of the kind that is expected ({(kind == JsonValueKind.String ? "text" : "an object")})");

    protected static string Name(JsonElement parent, string name) => OutgoingTexts.TextOf(Required(parent, name, JsonValueKind.String));

    protected static string? OptionalText(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? OutgoingTexts.TextOf(value) : null;

    /// <summary>What a tool is given or has printed, where that is an object as text; nothing if it is none.</summary>
    protected static JsonElement ObjectOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return value;
        try
        {
            return JsonElement.Parse(OutgoingTexts.TextOf(value), new JsonDocumentOptions { MaxDepth = MaxDepth }) is { ValueKind: JsonValueKind.Object } parsed ? parsed : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>The name of a tool, as a message may show it.</summary>
    internal static string Shown(string? tool) => tool is null ? "a tool" : tool.Length <= MaxShownName ? tool : tool[..MaxShownName];

    /// <summary>The folder that relative paths of a call start from.</summary>
    protected static string Folder(JsonElement root, string name = "cwd", params ReadOnlySpan<string> variables)
    {
        if (root.TryGetProperty(name, out JsonElement value))
        {
            if (value.ValueKind == JsonValueKind.String) return OutgoingTexts.TextOf(value);
            if (value.ValueKind != JsonValueKind.Null) throw new UnreadableException($"the tool's message has a \"{name}\" that is no text");
        }
        foreach (string variable in variables)
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder) return folder;
        }
        return Environment.CurrentDirectory;
    }
}
