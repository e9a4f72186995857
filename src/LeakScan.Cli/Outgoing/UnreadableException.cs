namespace LeakScan.Cli.Outgoing;

/// <summary>Something that cannot be checked; the message is one line for the person and holds no text of theirs.</summary>
sealed class UnreadableException(string message) : Exception(message);
