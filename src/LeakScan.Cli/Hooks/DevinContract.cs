namespace LeakScan.Cli.Hooks;

/// <summary>Devin, which took Cascade's place in Windsurf: Claude Code's events, tools in lower case, no folder in the message.</summary>
// Written from its documentation, which tells of two ways to refuse: both are used.
sealed class DevinContract : ClaudeStyleContract
{
    internal const string ProjectVariable = "DEVIN_PROJECT_DIR";
    const int BlockingExit = 2;

    protected override string[] FolderVariables => [ProjectVariable];

    // Whether a result can still be held back is not documented.
    internal override bool CanStop(HookRequest request) => request.Moment is not (HookMoment.TooLate or HookMoment.AfterTool);

    internal override HookAnswer Block(HookRequest? request, string message)
    {
        if (request?.Moment == HookMoment.TooLate) return Warn(request, message);
        string reason = request is null || request.Moment == HookMoment.Prompt ? message : ForModel;
        return new(BlockingExit, Json(j =>
        {
            j.WriteString("decision", "block");
            j.WriteString("reason", reason);
            j.WriteString("systemMessage", message);
        }), reason);
    }
}
