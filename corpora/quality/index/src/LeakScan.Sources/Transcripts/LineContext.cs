namespace LeakScan.Sources.Transcripts;

/// <summary>What a line does not say about itself: learned from the path and from lines before it.</summary>
/// <param name="Format">What the file is by its path or first line; <see cref="RecordFormat.None"/> if each line tells for itself.</param>
/// <param name="IsLocal">The whole file was never sent.</param>
/// <param name="IsTextLocal">So it is if it is no JSONL: a tool's home has settings and copies beside its transcripts.</param>
/// <param name="Session">The session where the line names none.</param>
/// <param name="Project">The project's folder where the line names none.</param>
/// <param name="Turn">The turn where the line names none.</param>
/// <param name="Tool">The tool whose result the line holds.</param>
readonly record struct LineContext(RecordFormat Format, bool IsLocal, bool IsTextLocal, string? Session, string? Project, string? Turn, string? Tool);
