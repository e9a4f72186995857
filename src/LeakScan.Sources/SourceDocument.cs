namespace LeakScan.Sources;

/// <summary>A document to index, or one part of a long one.</summary>
/// <param name="Path">The SOURCE as given, joined with the path below it by <c>/</c>.</param>
/// <param name="Label">The label of the SOURCE.</param>
/// <param name="FirstLine">1-based line of the file at which the text begins; more than 1 in the later parts of a file.</param>
/// <param name="Text">UTF-8 without a byte order mark; the receiver may keep it.</param>
public sealed record SourceDocument(string Path, string Label, int FirstLine, ReadOnlyMemory<byte> Text);
