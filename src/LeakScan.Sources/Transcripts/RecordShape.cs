namespace LeakScan.Sources.Transcripts;

/// <summary>The part of a record that a string stands in, as far as it decides whether the string was sent.</summary>
enum Zone : byte
{
    Other,
    Message,
    Rendered,
    Attachment,
    Payload,

    /// <summary>The tool's own copy of what it did: <c>toolUseResult</c>.</summary>
    ToolResult,
    Progress,

    /// <summary>A message of a subagent, told as the progress of the agent's tool.</summary>
    ProgressMessage,
    RequestShape,
    Response,

    /// <summary>What only an editor needs: rich text, states of files before an edit.</summary>
    EditorState,

    /// <summary>Attributes and bodies of OpenTelemetry.</summary>
    Telemetry,

    /// <summary>What OpenTelemetry says came back from the model.</summary>
    TelemetryOutput,
}

/// <summary>What the properties of a JSON record say about it: its format, and which of its strings were sent.</summary>
// Filled while the record is parsed, from names at the top and a few below; one pass, nothing allocated. What was sent is known
// only when the whole record has been seen, since "type" may come last: until then a string has a zone.
//
// A record of a type that nobody knows counts as sent, but for its toolUseResult: rather a false alarm than a silent leak.
struct RecordShape
{
    /// <summary>Zones do not change below this depth.</summary>
    internal const int MaxDepth = 5;

    [Flags]
    enum Names : long
    {
        None = 0,
        Type = 1L << 0,
        Message = 1L << 1,
        Rendered = 1L << 2,
        Attachment = 1L << 3,
        Payload = 1L << 4,
        ToolUseResult = 1L << 5,
        Data = 1L << 6,
        Response = 1L << 7,
        SessionId = 1L << 8,
        SnakeSessionId = 1L << 9,
        Uuid = 1L << 10,
        LeafUuid = 1L << 11,
        Timestamp = 1L << 12,
        Messages = 1L << 13,
        Input = 1L << 14,
        Instructions = 1L << 15,
        Model = 1L << 16,
        Body = 1L << 17,
        Conversation = 1L << 18,
        Prompt = 1L << 19,
        Completion = 1L << 20,
        CustomId = 1L << 21,
        RecordType = 1L << 22,
        Resources = 1L << 23,
        Attributes = 1L << 24,
        TelemetryTime = 1L << 25,
        Shape = 1L << 26,
        BubbleId = 1L << 27,
        ComposerId = 1L << 28,
        CascadeStep = 1L << 29,
        Status = 1L << 30,
        AnthropicOnly = 1L << 31,
        Text = 1L << 32,
        ShortTime = 1L << 33,
        Role = 1L << 34,
        Display = 1L << 35,
        Pasted = 1L << 36,
        EditorState = 1L << 37,
        Preference = 1L << 38,
        Url = 1L << 39,
    }

    enum RecordType : byte
    {
        Unknown,
        ClaudeMessage,
        ClaudeAttachment,
        ClaudeProgress,
        ClaudeBlob,
        ClaudeRequestShape,
        ClaudeSystem,
        ClaudeLocal,
        ClaudeSnapshot,
        CodexSent,
        CodexLocal,
        CodexItem,
        TurnEnded,
    }

    static readonly NameTable<(Names Bit, Zone Zone)> s_names = new(
        ("type", (Names.Type, Zone.Other)), ("message", (Names.Message, Zone.Message)), ("rendered", (Names.Rendered, Zone.Rendered)),
        ("attachment", (Names.Attachment, Zone.Attachment)), ("payload", (Names.Payload, Zone.Payload)), ("toolUseResult", (Names.ToolUseResult, Zone.ToolResult)),
        ("data", (Names.Data, Zone.Progress)), ("response", (Names.Response, Zone.Response)), ("sessionId", (Names.SessionId, Zone.Other)),
        ("session_id", (Names.SnakeSessionId, Zone.Other)), ("uuid", (Names.Uuid, Zone.Other)), ("leafUuid", (Names.LeafUuid, Zone.Other)),
        ("timestamp", (Names.Timestamp, Zone.Other)), ("messages", (Names.Messages, Zone.Other)), ("input", (Names.Input, Zone.Other)),
        ("instructions", (Names.Instructions, Zone.Other)), ("model", (Names.Model, Zone.Other)), ("body", (Names.Body, Zone.Telemetry)),
        ("params", (Names.Body, Zone.Other)), ("conversations", (Names.Conversation, Zone.Other)), ("conversation", (Names.Conversation, Zone.Other)),
        ("prompt", (Names.Prompt, Zone.Other)), ("completion", (Names.Completion, Zone.Other)), ("custom_id", (Names.CustomId, Zone.Other)), ("url", (Names.Url, Zone.Other)),
        ("record_type", (Names.RecordType, Zone.Other)), ("resourceLogs", (Names.Resources, Zone.Telemetry)), ("resourceSpans", (Names.Resources, Zone.Telemetry)),
        ("attributes", (Names.Attributes, Zone.Telemetry)), ("events", (Names.None, Zone.Telemetry)), ("timeUnixNano", (Names.TelemetryTime, Zone.Other)),
        ("observedTimeUnixNano", (Names.TelemetryTime, Zone.Other)), ("startTimeUnixNano", (Names.TelemetryTime, Zone.Other)), ("spanId", (Names.TelemetryTime, Zone.Other)),
        ("shape", (Names.Shape, Zone.RequestShape)), ("bubbleId", (Names.BubbleId, Zone.Other)), ("composerId", (Names.ComposerId, Zone.Other)),
        ("user_input", (Names.CascadeStep, Zone.Other)), ("planner_response", (Names.CascadeStep, Zone.Other)), ("code_action", (Names.CascadeStep, Zone.Other)),
        ("status", (Names.Status, Zone.Other)), ("system", (Names.AnthropicOnly, Zone.Other)), ("anthropic_version", (Names.AnthropicOnly, Zone.Other)),
        ("text", (Names.Text, Zone.Other)), ("ts", (Names.ShortTime, Zone.Other)), ("role", (Names.Role, Zone.Other)),
        ("display", (Names.Display, Zone.Other)), ("pastedContents", (Names.Pasted, Zone.Other)),
        ("richText", (Names.EditorState, Zone.EditorState)), ("originalFileStates", (Names.EditorState, Zone.EditorState)),
        ("codeBlockData", (Names.EditorState, Zone.EditorState)), ("preferred_output", (Names.Preference, Zone.Other)), ("non_preferred_output", (Names.Preference, Zone.Other)));

    static readonly NameTable<RecordType> s_types = new(
        ("user", RecordType.ClaudeMessage), ("assistant", RecordType.ClaudeMessage), ("attachment", RecordType.ClaudeAttachment), ("progress", RecordType.ClaudeProgress),
        ("api-request-blob", RecordType.ClaudeBlob), ("api-request-shape", RecordType.ClaudeRequestShape), ("api-request", RecordType.ClaudeLocal),
        ("system", RecordType.ClaudeSystem), ("summary", RecordType.ClaudeLocal), ("queue-operation", RecordType.ClaudeLocal), ("last-prompt", RecordType.ClaudeLocal),
        ("tools-used", RecordType.ClaudeLocal), ("cost-state", RecordType.ClaudeLocal), ("atis-latch", RecordType.ClaudeLocal),
        ("custom-title", RecordType.ClaudeLocal), ("file-history-snapshot", RecordType.ClaudeSnapshot),
        ("response_item", RecordType.CodexSent), ("compacted", RecordType.CodexSent), ("session_meta", RecordType.CodexSent),
        ("event_msg", RecordType.CodexLocal), ("turn_context", RecordType.CodexLocal), ("world_state", RecordType.CodexLocal), ("token_usage_record", RecordType.CodexLocal),
        ("message", RecordType.CodexItem), ("reasoning", RecordType.CodexItem), ("function_call", RecordType.CodexItem), ("function_call_output", RecordType.CodexItem),
        ("custom_tool_call", RecordType.CodexItem), ("custom_tool_call_output", RecordType.CodexItem), ("local_shell_call", RecordType.CodexItem),
        ("turn_ended", RecordType.TurnEnded));

    static readonly NameTable<bool> s_outputs = new(
        ("gen_ai.output.messages", true), ("gen_ai.completion", true), ("llm.output_messages", true), ("output.value", true), ("response", true));

    Names _names;
    RecordType _type;
    bool _isClaudeModel;
    bool _isEventName;
    bool _isOutputEvent;

    /// <summary>Notes a property and tells the zone of its value.</summary>
    /// <param name="holder">The zone of the object that has it.</param>
    /// <param name="isTop">Whether it is a property of the record itself.</param>
    /// <param name="name">Its name, unescaped.</param>
    internal Zone AddName(Zone holder, bool isTop, ReadOnlySpan<byte> name)
    {
        if (isTop)
        {
            (Names bit, Zone zone) = s_names.Find(name);
            _names |= bit;
            return zone;
        }
        return holder switch
        {
            Zone.Progress when name.SequenceEqual("message"u8) || name.SequenceEqual("normalizedMessages"u8) || name.SequenceEqual("prompt"u8) => Zone.ProgressMessage,
            Zone.ProgressMessage when name.SequenceEqual("toolUseResult"u8) => Zone.ToolResult,
            Zone.Telemetry when s_outputs.Find(name) => Zone.TelemetryOutput,
            Zone.Other when name.SequenceEqual("richText"u8) => Zone.EditorState,
            _ => holder,
        };
    }

    /// <summary>Notes a string of the record itself.</summary>
    internal void AddTopValue(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("type"u8)) _type = s_types.Find(value);
        else if (name.SequenceEqual("model"u8)) _isClaudeModel = value.StartsWith("claude"u8);
    }

    /// <summary>Notes the <c>key</c> of an attribute of OpenTelemetry and tells the zone of its <c>value</c>.</summary>
    internal Zone AddTelemetryKey(ReadOnlySpan<byte> key)
    {
        _isEventName = key.SequenceEqual("event.name"u8);
        bool isOutput = s_outputs.Find(key) || (_isOutputEvent && key.SequenceEqual("body"u8)) || key.StartsWith("gen_ai.completion."u8) || key.StartsWith("llm.output_messages."u8);
        return isOutput ? Zone.TelemetryOutput : Zone.Telemetry;
    }

    /// <summary>Notes the value of an attribute of OpenTelemetry.</summary>
    internal void AddTelemetryValue(ReadOnlySpan<byte> value)
    {
        if (_isEventName) _isOutputEvent = value.SequenceEqual("api_response_body"u8);
    }

    readonly bool Has(Names all) => (_names & all) == all;

    readonly bool HasAny(Names any) => (_names & any) != 0;

    /// <summary>The format, of which the file's is the last resort.</summary>
    internal readonly RecordFormat FormatIn(RecordFormat file)
    {
        RecordFormat own = Format();
        // The file's word counts more than a likeness, and less than what no other tool writes.
        return file is RecordFormat.None || own is RecordFormat.ClaudeCode or RecordFormat.Codex or RecordFormat.OpenTelemetry ? own : file;
    }

    readonly RecordFormat Format()
    {
        if (Has(Names.Resources) || (Has(Names.Attributes) && HasAny(Names.TelemetryTime))) return RecordFormat.OpenTelemetry;
        if (Has(Names.Type | Names.Payload) || Has(Names.RecordType) || IsCodexHead || IsCodexHistory) return RecordFormat.Codex;
        if (Has(Names.Type | Names.SessionId) || Has(Names.Type | Names.Uuid | Names.Message) || _type == RecordType.ClaudeSnapshot
            || (_type == RecordType.ClaudeLocal && Has(Names.LeafUuid)) || Has(Names.Display | Names.Pasted)) return RecordFormat.ClaudeCode;
        if (HasAny(Names.BubbleId | Names.ComposerId) || Has(Names.Role | Names.Message) || _type == RecordType.TurnEnded) return RecordFormat.Cursor;
        if (Has(Names.CascadeStep | Names.Status)) return RecordFormat.Windsurf;
        if (Has(Names.CustomId | Names.Body) || Has(Names.Url | Names.Body)) return RecordFormat.WrappedRequest;
        if (Has(Names.Messages | Names.Response)) return RecordFormat.LiteLlm;
        if (Has(Names.Messages | Names.Model)) return _isClaudeModel || HasAny(Names.AnthropicOnly) ? RecordFormat.AnthropicRequest : RecordFormat.OpenAIRequest;
        if (Has(Names.Messages | Names.AnthropicOnly)) return RecordFormat.AnthropicRequest;
        if (Has(Names.Input | Names.Model) || Has(Names.Input | Names.Instructions) || Has(Names.Prompt | Names.Model)) return RecordFormat.OpenAIRequest;
        if (Has(Names.Messages) || Has(Names.Prompt | Names.Completion) || Has(Names.Input | Names.Preference)) return RecordFormat.FineTune;
        return Has(Names.Conversation) ? RecordFormat.Conversation : RecordFormat.None;
    }

    /// <summary>The first line of the oldest rollouts.</summary>
    readonly bool IsCodexHead => Has(Names.Instructions | Names.Timestamp) && !HasAny(Names.Model | Names.Input | Names.Type | Names.Messages);

    /// <summary>A line of <c>history.jsonl</c>: a prompt as it was typed.</summary>
    readonly bool IsCodexHistory => Has(Names.SnakeSessionId | Names.ShortTime | Names.Text);

    /// <summary>Whether a record is a tool's own beyond doubt. What only looks like one may be anybody's log, all of which was sent.</summary>
    internal readonly bool IsCertain(RecordFormat format, RecordFormat file) => file == format || format switch
    {
        RecordFormat.ClaudeCode => Has(Names.Type | Names.SessionId | Names.Uuid) || _type == RecordType.ClaudeSnapshot || (_type == RecordType.ClaudeLocal && HasAny(Names.SessionId | Names.LeafUuid)),
        RecordFormat.Codex => Has(Names.Type | Names.Payload | Names.Timestamp) || IsCodexHead,
        _ => true,
    };

    /// <summary>Whether a string of the record was sent, by the zone it stands in.</summary>
    internal readonly bool IsSent(RecordFormat format, Zone zone) => format switch
    {
        RecordFormat.ClaudeCode => zone != Zone.ToolResult && IsSentByClaudeCode(zone),
        RecordFormat.Codex => _type switch
        {
            RecordType.CodexLocal => false,
            RecordType.CodexSent => zone == Zone.Payload,
            _ => !HasAny(Names.RecordType) && !IsCodexHistory,
        },
        RecordFormat.Cursor => zone != Zone.EditorState,
        RecordFormat.LiteLlm => zone != Zone.Response,
        RecordFormat.OpenTelemetry => zone != Zone.TelemetryOutput,
        _ => true,
    };

    readonly bool IsSentByClaudeCode(Zone zone) => _type switch
    {
        RecordType.ClaudeMessage or RecordType.ClaudeBlob => zone == Zone.Message,
        // Since 2.1.330 an attachment says what was made of it for the model; before, its own text was sent.
        RecordType.ClaudeAttachment => zone is Zone.Rendered or Zone.Message || (zone == Zone.Attachment && !HasAny(Names.Rendered)),
        RecordType.ClaudeProgress => zone == Zone.ProgressMessage,
        RecordType.ClaudeRequestShape => zone == Zone.RequestShape,
        RecordType.ClaudeSystem or RecordType.ClaudeLocal or RecordType.ClaudeSnapshot => false,
        _ => !Has(Names.Display | Names.Pasted),
    };
}
