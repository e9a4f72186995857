namespace LeakScan.Sources;

/// <summary>A stretch of a record as a person sees it.</summary>
/// <param name="Field">The string that holds it, as in <c>messages[3].content</c>; <c>::</c> stands before the way into a string that is JSON itself. Null for text.</param>
/// <param name="Start">Offset in bytes in that string, or in the text.</param>
/// <param name="Length">Bytes; what lies beyond the string's end is left out.</param>
/// <param name="StartLine">First line in that string, from 1.</param>
/// <param name="EndLine">Last line in that string.</param>
public readonly record struct InputSpan(string? Field, int Start, int Length, int StartLine, int EndLine);
