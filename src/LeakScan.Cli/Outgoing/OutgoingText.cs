namespace LeakScan.Cli.Outgoing;

/// <summary>One text that would leave.</summary>
/// <param name="What">What it is, for the person: <c>the prompt</c>, <c>the file a.py</c>.</param>
/// <param name="Utf8">The text.</param>
readonly record struct OutgoingText(string What, ReadOnlyMemory<byte> Utf8);
