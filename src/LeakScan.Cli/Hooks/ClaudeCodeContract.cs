using System.Text.Json;

namespace LeakScan.Cli.Hooks;

/// <summary>Claude Code: https://docs.claude.com/en/docs/claude-code/hooks</summary>
// What its answers do was measured (docs/hooks.md): blocking in PostToolUse by decision or exit code does not hold the
// result back, only a rewritten result in the tool's own shape or the end of the session does.
sealed class ClaudeCodeContract : ClaudeStyleContract
{
    protected override string[] FolderVariables => ["CLAUDE_PROJECT_DIR"];

    // Versions that send prompt_id are younger than those that learned to rewrite results; to others a rewritten one means nothing.
    protected override bool CanRewrite(JsonElement root) => root.TryGetProperty("prompt_id", out _);

    internal override HookAnswer Block(HookRequest? request, string message) => request?.Moment switch
    {
        HookMoment.Prompt => BlockPrompt(message),
        HookMoment.BeforeTool => DenyTool(message),
        HookMoment.AfterTool when request.CanRewrite && Rewrite(request) is Action<Utf8JsonWriter> rewrite => new(0, Json(j =>
        {
            j.WriteStartObject("hookSpecificOutput");
            j.WriteString("hookEventName", "PostToolUse");
            j.WritePropertyName("updatedToolOutput");
            rewrite(j);
            j.WriteEndObject();
            j.WriteString("systemMessage", message);
        })),
        HookMoment.TooLate => Warn(request, message),
        _ => Stop(message),
    };

    /// <summary>What every event understands: the session stops before its next request.</summary>
    static HookAnswer Stop(string message) => new(0, Json(j =>
    {
        j.WriteBoolean("continue", false);
        j.WriteString("stopReason", message);
        j.WriteString("decision", "block");
        j.WriteString("reason", ForModel);
        j.WriteString("systemMessage", message);
    }));

    /// <summary>The result of a tool in its own shape, without its text; null for tools whose shape is not known for certain, as another shape is ignored.</summary>
    static Action<Utf8JsonWriter>? Rewrite(HookRequest request)
    {
        JsonElement response = request.ToolResponse;
        if (response.ValueKind != JsonValueKind.Object) return null;
        switch (request.ToolName)
        {
            case "Read" when OptionalText(response, "type") == "text":
                string? path = response.TryGetProperty("file", out JsonElement file) ? OptionalText(file, "filePath") : null;
                return json =>
                {
                    json.WriteStartObject();
                    json.WriteString("type", "text");
                    json.WriteStartObject("file");
                    json.WriteString("filePath", path);
                    json.WriteString("content", ForModel);
                    json.WriteNumber("numLines", 1);
                    json.WriteNumber("startLine", 1);
                    json.WriteNumber("totalLines", 1);
                    json.WriteEndObject();
                    json.WriteEndObject();
                };
            case "Bash":
                return static json =>
                {
                    json.WriteStartObject();
                    json.WriteString("stdout", ForModel);
                    json.WriteString("stderr", "");
                    json.WriteBoolean("interrupted", false);
                    json.WriteBoolean("isImage", false);
                    json.WriteBoolean("noOutputExpected", false);
                    json.WriteEndObject();
                };
            case "Grep" when OptionalText(response, "mode") == "content":
                return static json =>
                {
                    json.WriteStartObject();
                    json.WriteString("mode", "content");
                    json.WriteNumber("numFiles", 0);
                    json.WriteStartArray("filenames");
                    json.WriteEndArray();
                    json.WriteString("content", ForModel);
                    json.WriteNumber("numLines", 1);
                    json.WriteEndObject();
                };
            default:
                return null;
        }
    }
}
