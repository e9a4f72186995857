using System.Globalization;

namespace LeakScan.Sources;

/// <summary>Something that could not be read as it should; reading went on.</summary>
/// <param name="File">The file as handed out elsewhere.</param>
/// <param name="Record">1-based line; 0 where it does not apply.</param>
/// <param name="Offset">Byte offset in the (decompressed) file; -1 where it does not apply.</param>
/// <param name="Message">What is wrong; never text of the file.</param>
public sealed record SourceProblem(string File, long Record, long Offset, string Message)
{
    /// <summary>One line: file, line and offset where known, message.</summary>
    public override string ToString()
    {
        string line = Record > 0 ? string.Create(CultureInfo.InvariantCulture, $":{Record}") : "";
        string offset = Offset >= 0 ? string.Create(CultureInfo.InvariantCulture, $" (byte {Offset})") : "";
        return $"{File}{line}{offset}: {Message}";
    }
}
