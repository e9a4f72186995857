using System.Text.Json;
using LeakScan.Sources.Records;

namespace LeakScan.Sources.Transcripts;

/// <summary>Who said what in a record: read when a record has a finding, by a second and leisurely parse.</summary>
sealed class RecordDetails : IDisposable
{
    static readonly string[] s_sessionNames = ["sessionId", "session_id", "composerId", "conversation_id", "conversationId", "conversation_hash", "trajectory_id", "prompt_cache_key", "litellm_session_id"];
    static readonly string[] s_turnNames = ["promptId", "turn_id", "bubbleId", "node_id", "uuid", "messageId", "custom_id"];
    static readonly string[] s_sessionHolders = ["payload", "body", "params", "metadata", "client_metadata", "request"];
    static readonly string[] s_turnHolders = ["payload", "internal_chat_message_metadata_passthrough"];

    readonly JsonDocument _json;
    readonly LineContext _context;
    readonly RecordFormat _format;

    internal RecordDetails(ReadOnlyMemory<byte> line, in LineContext context, RecordFormat format)
    {
        _json = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = JsonStrings.MaxDepth });
        (_context, _format) = (context, format);
        Session = Find(_json.RootElement, s_sessionNames, s_sessionHolders, 3) ?? SessionOfUser() ?? _context.Session;
        Turn = Find(_json.RootElement, s_turnNames, s_turnHolders, 3) ?? _context.Turn;
        Project = Find(_json.RootElement, ["cwd", "project"], ["payload"], 2) ?? _context.Project;
    }

    internal string? Session { get; }

    internal string? Turn { get; }

    internal string? Project { get; }

    /// <summary>The origin of the string at the end of a way from the root.</summary>
    internal TextOrigin GetOrigin(List<(string? Name, int Index)> path)
    {
        TextOrigin origin = new(Session, Turn, Project, null, null);
        JsonElement at = _json.RootElement;
        for (int step = 0; ; step++)
        {
            if (at.ValueKind == JsonValueKind.Object)
            {
                origin = origin with { Role = RoleOf(at, step == 0 ? path : []) ?? origin.Role, Tool = ToolOf(at) ?? origin.Tool };
                if (_format == RecordFormat.OpenTelemetry) origin = AddAttributes(at, origin);
            }
            if (step == path.Count) break;
            (string? name, int index) = path[step];
            if (name is null)
            {
                if (at.ValueKind != JsonValueKind.Array || index >= at.GetArrayLength()) break;
                at = at[index];
            }
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
            {
                break;
            }
        }
        if (path is [("toolUseResult", _), ..]) origin = origin with { Role = null, Tool = _context.Tool };
        return origin;
    }

    string? RoleOf(JsonElement holder, List<(string? Name, int Index)> path)
    {
        if (path is [("rendered", _), ..]) return Text(holder, "renderedRole");
        if ((Text(holder, "role") ?? Text(holder, "from")) is string role) return role;
        string? type = Text(holder, "type");
        if (_format == RecordFormat.Cursor && holder.TryGetProperty("bubbleId", out _) && holder.TryGetProperty("type", out JsonElement number) && number.ValueKind == JsonValueKind.Number)
            return number.GetRawText() == "1" ? "user" : "assistant";
        if (holder.TryGetProperty("toolCallId", out _)) return "tool";
        return type switch
        {
            "user" or "assistant" or "system" => type,
            "user_input" or "user_message" or "UserMessage" => "user",
            "planner_response" or "agent_message" or "AgentMessage" => "assistant",
            "code_action" => "assistant",
            null => null,
            _ when holder.TryGetProperty("call_id", out _) => type.EndsWith("_output", StringComparison.Ordinal) || type.EndsWith("_end", StringComparison.Ordinal) ? "tool" : "assistant",
            _ => null,
        };
    }

    string? ToolOf(JsonElement holder)
    {
        if (Text(holder, "tool_use_id") is string use) return NameOfCall(use);
        if (Text(holder, "tool_call_id") is string toolCall) return NameOfCall(toolCall);
        if (Text(holder, "call_id") is string call) return Text(holder, "name") ?? NameOfCall(call);
        string? name = Text(holder, "name");
        if (name is null) return null;
        bool isCall = holder.TryGetProperty("toolCallId", out _) || holder.TryGetProperty("arguments", out _)
            || (Text(holder, "type") is string type && type.EndsWith("tool_use", StringComparison.Ordinal));
        return isCall ? name : null;
    }

    /// <summary>The tool of a call, which stands in the same record or in a line before it.</summary>
    string? NameOfCall(string id) => FindCall(_json.RootElement, id) ?? _context.Tool;

    static string? FindCall(JsonElement element, string id)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            if (Text(element, "id") == id || Text(element, "call_id") == id)
            {
                string? name = Text(element, "name") ?? (element.TryGetProperty("function", out JsonElement function) ? Text(function, "name") : null);
                if (name is not null) return name;
            }
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (FindCall(property.Value, id) is string name) return name;
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                if (FindCall(item, id) is string name) return name;
            }
        }
        return null;
    }

    /// <summary>The attributes of a log record, span, scope or resource say more about what stands in it.</summary>
    static TextOrigin AddAttributes(JsonElement holder, TextOrigin origin)
    {
        if (!holder.TryGetProperty("attributes", out JsonElement attributes)) return origin;
        if (attributes.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement attribute in attributes.EnumerateArray())
            {
                if (Text(attribute, "key") is string key && attribute.TryGetProperty("value", out JsonElement value)) origin = Add(origin, key, Text(value, "stringValue"));
            }
        }
        else if (attributes.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty attribute in attributes.EnumerateObject())
            {
                if (attribute.Value.ValueKind == JsonValueKind.String) origin = Add(origin, attribute.Name, Text(attributes, attribute.Name));
            }
        }
        return origin;

        static TextOrigin Add(TextOrigin origin, string key, string? value) => key switch
        {
            "session.id" or "conversation.id" or "gen_ai.conversation.id" => origin with { Session = value },
            "prompt.id" or "gen_ai.response.id" => origin with { Turn = value },
            "tool_name" or "gen_ai.tool.name" => origin with { Tool = value },
            _ => origin,
        };
    }

    /// <summary>Claude Code's requests have their session in <c>metadata.user_id</c>: as JSON, or at the end of a longer name.</summary>
    string? SessionOfUser()
    {
        string? user = Find(_json.RootElement, ["user_id"], ["metadata", "body", "params"], 3);
        if (user is null) return null;
        const string Mark = "_session_";
        int mark = user.LastIndexOf(Mark, StringComparison.Ordinal);
        if (mark >= 0) return user[(mark + Mark.Length)..];
        if (!user.StartsWith('{')) return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(user);
            return Text(json.RootElement, "session_id");
        }
        catch (JsonException)
        {
            return null; // a name that begins like JSON
        }
    }

    /// <summary>The first of several names that a holder, or a holder in it, has.</summary>
    static string? Find(JsonElement holder, string[] names, string[] holders, int depth)
    {
        if (holder.ValueKind != JsonValueKind.Object) return null;
        foreach (string name in names)
        {
            if (Text(holder, name) is string text) return text;
        }
        if (depth == 1) return null;
        foreach (string name in holders)
        {
            if (holder.TryGetProperty(name, out JsonElement inner) && Find(inner, names, holders, depth - 1) is string text) return text;
        }
        return null;
    }

    static string? Text(JsonElement holder, string name)
    {
        if (holder.ValueKind != JsonValueKind.Object || !holder.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.String) return null;
        try
        {
            string text = value.GetString()!;
            return text.Length == 0 ? null : text;
        }
        catch (InvalidOperationException)
        {
            return null; // ill-formed UTF-8, or half a surrogate pair
        }
    }

    public void Dispose() => _json.Dispose();
}
