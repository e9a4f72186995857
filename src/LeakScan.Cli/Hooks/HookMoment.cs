namespace LeakScan.Cli.Hooks;

/// <summary>Where in the flow of text a hook is called, which decides what can still be stopped.</summary>
enum HookMoment
{
    /// <summary>Nothing leaves with this event.</summary>
    Nothing,

    /// <summary>A prompt is about to be sent.</summary>
    Prompt,

    /// <summary>A tool is about to run.</summary>
    BeforeTool,

    /// <summary>A tool has run and its result is about to be sent.</summary>
    AfterTool,

    /// <summary>The text goes out whatever the hook says: it can only be told.</summary>
    TooLate,

    /// <summary>An event that this version does not know.</summary>
    Unknown,
}
