namespace LeakScan.Cli.Hooks;

/// <summary>Something a hook cannot check; the message is one line for the person and holds no text of theirs.</summary>
sealed class HookInputException(string message) : Exception(message);
