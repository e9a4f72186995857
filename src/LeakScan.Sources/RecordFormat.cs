namespace LeakScan.Sources;

/// <summary>What a record is, as told by its own properties and by the file it stands in.</summary>
public enum RecordFormat
{
    /// <summary>Text, or JSON of no known shape.</summary>
    None,

    /// <summary>A line of a Claude Code transcript.</summary>
    ClaudeCode,

    /// <summary>A line of a Codex rollout.</summary>
    Codex,

    /// <summary>A record of Cursor.</summary>
    Cursor,

    /// <summary>A record of Windsurf, or of Devin, which took its place.</summary>
    Windsurf,

    /// <summary>The body of an Anthropic Messages request.</summary>
    AnthropicRequest,

    /// <summary>The body of an OpenAI Chat or Responses request.</summary>
    OpenAIRequest,

    /// <summary>A request with its address around it: a line of an OpenAI or Anthropic batch, or of a proxy's capture.</summary>
    WrappedRequest,

    /// <summary>An example of a fine-tuning file.</summary>
    FineTune,

    /// <summary>A conversation of a data set: ShareGPT and its kin.</summary>
    Conversation,

    /// <summary>A record of LiteLLM's log.</summary>
    LiteLlm,

    /// <summary>OpenTelemetry log records or spans in OTLP/JSON.</summary>
    OpenTelemetry,
}
