namespace LeakScan;

/// <summary>A policy that cannot be read; the message begins with <c>name:line:column:</c>.</summary>
public sealed class PolicyException(string message) : Exception(message);
