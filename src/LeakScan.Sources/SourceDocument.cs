using System.Buffers;

namespace LeakScan.Sources;

/// <summary>A document to index, or one part of a long one.</summary>
/// <param name="Path">The SOURCE as given, joined with the path below it by <c>/</c>.</param>
/// <param name="Label">The label of the SOURCE.</param>
/// <param name="FirstLine">1-based line of the file at which the text begins; more than 1 in the later parts of a file.</param>
/// <param name="Text">UTF-8 without a byte order mark; the receiver may keep it, if it does not dispose of the document.</param>
public sealed record SourceDocument(string Path, string Label, int FirstLine, ReadOnlyMemory<byte> Text) : IDisposable
{
    byte[]? _pooled;

    // What `with` makes does not own the memory.
    SourceDocument(SourceDocument other) => (Path, Label, FirstLine, Text) = (other.Path, other.Label, other.FirstLine, other.Text);

    /// <summary>The array of the shared pool that <see cref="Text"/> lies in.</summary>
    internal byte[] Pooled
    {
        init => _pooled = value;
    }

    /// <summary>Gives the memory of <see cref="Text"/> to the next document; nobody may read it from then on. May be left out.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pooled, null) is { } pooled) ArrayPool<byte>.Shared.Return(pooled);
    }
}
