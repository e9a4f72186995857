namespace LeakScan.Cli.Hooks;

/// <summary>Codex: Claude Code's events, but no field of its own in an answer, and a result that was blocked is held back.</summary>
sealed class CodexContract : ClaudeStyleContract
{
    const int BlockingExit = 2;

    internal override HookAnswer Block(HookRequest? request, string message) => request?.Moment switch
    {
        HookMoment.Prompt => BlockPrompt(message),
        HookMoment.BeforeTool => DenyTool(message),
        // The reason takes the place of the result.
        HookMoment.AfterTool => new(0, Json(j =>
        {
            j.WriteString("decision", "block");
            j.WriteString("reason", ForModel);
            j.WriteString("systemMessage", message);
        })),
        HookMoment.TooLate => Warn(request, message),
        // The event is not known, and no answer fits all; the exit code does.
        _ => new(BlockingExit, "", message),
    };
}
