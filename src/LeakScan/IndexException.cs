namespace LeakScan;

/// <summary>An index or key that cannot be used: damaged, of another version, or made with another key.</summary>
/// <remarks>The message names the file and, where it applies, the section and byte offset; it never holds indexed text.</remarks>
public sealed class IndexException : Exception
{
    /// <summary>Makes the exception.</summary>
    public IndexException(string message) : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public IndexException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
