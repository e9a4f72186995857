using LeakScan.Sources.Databases;
using LeakScan.Sources.Files;
using LeakScan.Sources.Parquet;

namespace LeakScan.Sources;

/// <summary>Reads what is to be indexed: folders as a programmer means them, files, standard input, .gz, .zst, archives (.zip, .tar) and Parquet, of which a row is a line.</summary>
/// <remarks>
/// In folders, .gitignore files hold, and what is binary, empty, generated, minified, vendored or a licence is left out and counted;
/// links are not followed. A file named by itself is read unless it is binary, and an archive named by itself is read as a folder is, without .gitignore files. Of a Jupyter notebook what its author wrote and what that printed is read,
/// every line in its place. A line with <c>leakscan:allow</c> comes out
/// empty. For one thread; look at the results between documents or at the end.
/// </remarks>
/// <example>
/// <code>
/// SourceReader reader = new(new SourceOptions { Exclude = ["*.sql"] });
/// foreach (SourceDocument document in reader.Read(SourceSpec.Parse("training-data=/data/books", "proprietary-code")))
/// {
///     builder.AddDocument(document.Path, document.Label, document.Text.Span, document.FirstLine);
///     document.Dispose();
/// }
/// </code>
/// </example>
public sealed class SourceReader
{
    /// <summary>Longer files come in parts.</summary>
    internal const int DefaultPartBytes = 8 * 1024 * 1024;

    readonly IgnoreRules _exclude;
    readonly int _partBytes;
    readonly Dictionary<string, long> _skipped = new(StringComparer.Ordinal);
    readonly List<SourceProblem> _problems = [];
    readonly ByteCounter _bytesRead = new();

    /// <summary>Makes a reader.</summary>
    /// <param name="options">What to leave out; null for the defaults.</param>
    public SourceReader(SourceOptions? options = null)
        : this(options, DefaultPartBytes)
    {
    }

    internal SourceReader(SourceOptions? options, int partBytes)
    {
        _exclude = new IgnoreRules(IgnoreRules.Parse((options ?? new SourceOptions()).Exclude), 0, null);
        _partBytes = partBytes;
    }

    /// <summary>Files left out, by reason: binary, empty, excluded, generated, ignored, licence, link, minified, vendored. A folder left out counts once.</summary>
    public IReadOnlyDictionary<string, long> Skipped => _skipped;

    /// <summary>What could not be read; told before what could be of the same file, as far as it is known by then.</summary>
    public IReadOnlyList<SourceProblem> Problems => _problems;

    /// <summary>Bytes read so far, as they are in the files. May be read by any thread.</summary>
    public long BytesRead => _bytesRead.Value;

    /// <summary>Reads the documents of a SOURCE in the ordinal order of their paths.</summary>
    /// <param name="spec">The SOURCE. A path that is not there is one of <see cref="Problems"/>, not an exception.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Documents, read as they are asked for.</returns>
    /// <exception cref="ArgumentNullException">No SOURCE.</exception>
    /// <exception cref="ArgumentException">Its path is empty; thrown by the enumeration.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; thrown by the enumeration.</exception>
    public IEnumerable<SourceDocument> Read(SourceSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return ReadSource(spec, cancellationToken);
    }

    /// <summary>Looks up how many bytes <see cref="Read"/> will read of a SOURCE, about: for the time left. Walks its folders, and reads no file. Thread safe, also beside <see cref="Read"/>.</summary>
    /// <param name="spec">The SOURCE.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Bytes; null of standard input and of archives, of which nobody knows it before.</returns>
    /// <exception cref="ArgumentNullException">No SOURCE.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public long? Measure(SourceSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (!Directory.Exists(spec.Path)) return spec.Path == TextSource.StandardInput || Archive.Is(spec.Path) || !File.Exists(spec.Path) ? null : new FileInfo(spec.Path).Length;
        long bytes = 0;
        foreach (FoundFile file in new FolderWalker { ReadIgnoreFiles = true, LeaveOut = entry => ReasonToLeaveOut(entry) is not null, Problem = (_, _) => { } }.Walk(Path.GetFullPath(spec.Path)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (SkipRules.ByName(Path.GetFileName(file.Path)) is null) bytes += StateOf(file.Path).Length;
        }
        return bytes;
    }

    IEnumerable<SourceDocument> ReadSource(SourceSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Path == TextSource.StandardInput || !Directory.Exists(spec.Path))
        {
            foreach (SourceDocument part in Archive.Is(spec.Path) ? ReadArchive(spec, cancellationToken) : ReadFile(spec.Path, spec.Path, spec.Label, isNamed: true, cancellationToken)) yield return part;
            yield break;
        }
        FolderWalker walker = new()
        {
            ReadIgnoreFiles = true,
            LeaveOut = LeaveOut,
            Problem = (path, message) => AddProblem(PathNames.Join(spec.Path, path), message),
        };
        foreach (FoundFile file in walker.Walk(Path.GetFullPath(spec.Path))) // or the system is asked for the working directory three times a file
        {
            string shown = PathNames.Join(spec.Path, file.RelativePath);
            foreach (SourceDocument part in ReadFile(file.Path, shown, spec.Label, isNamed: false, cancellationToken)) yield return part;
        }
    }

    IEnumerable<SourceDocument> ReadArchive(SourceSpec spec, CancellationToken cancellationToken)
    {
        using IEnumerator<ArchiveEntry> entries = Archive.Entries(spec.Path).GetEnumerator();
        while (TryMoveNext(entries, spec.Path))
        {
            (string path, Stream bytes) = entries.Current;
            string shown = PathNames.Join(spec.Path, path);
            if (LeaveOut(path.Split('/', StringSplitOptions.RemoveEmptyEntries))) continue;
            using TextSource source = new(bytes, path, _bytesRead);
            foreach (SourceDocument part in ReadText(source, _partBytes, shown, spec.Label, isNamed: false, cancellationToken)) yield return part;
        }
    }

    bool TryMoveNext(IEnumerator<ArchiveEntry> entries, string archive)
    {
        try
        {
            return entries.MoveNext();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException or ZstdSharp.ZstdException)
        {
            AddProblem(archive, $"cannot be read on as an archive: {e.Message}");
            return false;
        }
    }

    /// <summary>Whether a file of an archive, or a folder that it is in, is left out.</summary>
    bool LeaveOut(string[] segments)
    {
        for (int i = 1; i <= segments.Length; i++)
        {
            if (segments[i - 1] == ".git") return true;
            string? reason = _exclude.IsIgnored(segments[..i], isFolder: i < segments.Length) ? SkipRules.Excluded
                : i < segments.Length && SkipRules.IsVendorFolder(segments[i - 1]) ? SkipRules.Vendored
                : null;
            if (reason is null) continue;
            Skip(reason);
            return true;
        }
        return false;
    }

    bool LeaveOut(FolderEntry entry)
    {
        string? reason = ReasonToLeaveOut(entry);
        if (reason is { Length: > 0 }) Skip(reason);
        return reason is not null;
    }

    /// <summary>Why an entry of a folder is left out; null if it is not, empty for what nobody counts.</summary>
    string? ReasonToLeaveOut(FolderEntry entry) => entry.Name == ".git" ? ""
        : _exclude.IsIgnored(entry.Segments, entry.IsFolder) ? SkipRules.Excluded
        : entry.Rules?.IsIgnored(entry.Segments, entry.IsFolder) == true ? SkipRules.Ignored
        : entry.IsLink ? SkipRules.Link
        : entry.IsFolder ? (SkipRules.IsVendorFolder(entry.Name) ? SkipRules.Vendored : null)
        : entry.IsEmpty ? SkipRules.Empty
        : null;

    IEnumerable<SourceDocument> ReadFile(string path, string shown, string label, bool isNamed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (long Length, DateTime Written) before = StateOf(path);
        using TextSource? source = Open(path, shown);
        if (source is null) yield break;
        foreach (SourceDocument part in ReadText(source, before.Length, shown, label, isNamed, cancellationToken)) yield return part;
        if (source.Failure is null && before.Length > 0 && StateOf(path) != before) AddProblem(shown, "changed or vanished while it was read");
    }

    IEnumerable<SourceDocument> ReadText(TextSource source, long expected, string shown, string label, bool isNamed, CancellationToken cancellationToken)
    {
        string? reason = isNamed ? null : SkipRules.ByName(source.InnerName);
        if (reason is not null)
        {
            Skip(reason);
            yield break;
        }
        // One byte more than there should be tells whether that was all.
        bool isNotebook = NotebookText.IsNotebook(source.InnerName);
        int partBytes = isNotebook ? Math.Max(_partBytes, NotebookText.MaxBytes) : _partBytes;
        using PartBuffer buffer = new(source, (int)Math.Clamp(expected + 1, 0, partBytes + 1));
        buffer.Fill(partBytes + 1);
        if (buffer.Available.StartsWith("\uFEFF"u8)) buffer.Skip(3);
        reason = SkipReason(buffer, source, isNamed);
        if (reason is not null)
        {
            if (isNamed && source.Packed is not null) AddProblem(shown, $"is packed ({source.Packed}) and is not looked into: unpack it, or write it to a file of that name, and protect that");
            else if (isNamed && buffer.Available.StartsWith(DatabaseReader.Magic)) AddProblem(shown, "is a database, and nothing of it is protected: write its texts to files");
            else Skip(reason);
            yield break;
        }
        isNotebook &= buffer.Available.Length <= partBytes;
        bool isResx = ResxText.IsResx(source.InnerName);
        int line = 1;
        bool isTold = false;
        while (buffer.Available.Length > 0)
        {
            if (!isTold && source.Failure is not null) // before what is left is handed out
            {
                _problems.Add(new SourceProblem(shown, 0, buffer.Position + buffer.Available.Length, source.Failure));
                isTold = true;
            }
            cancellationToken.ThrowIfCancellationRequested();
            yield return TakePart(buffer, partBytes, isNotebook, isResx, shown, label, ref line);
            buffer.Fill(partBytes + 1);
        }
        if (source.Failure is not null && !isTold) _problems.Add(new SourceProblem(shown, 0, buffer.Position, source.Failure));
    }

    static string? SkipReason(PartBuffer buffer, TextSource source, bool isNamed)
    {
        if (buffer.Available.IsEmpty) return source.Failure is null ? SkipRules.Empty : null;
        string? reason = SkipRules.ByContent(source.InnerName, buffer.Available);
        return isNamed && reason != SkipRules.Binary ? null : reason;
    }

    // A file that others write to is not the file that was listed, half of it perhaps; the next run sees it whole.
    // Pipes, of length 0, change as they are read.
    static (long Length, DateTime Written) StateOf(string path)
    {
        if (path == TextSource.StandardInput) return default;
        FileInfo file = new(path);
        return file.Exists ? (file.Length, file.LastWriteTimeUtc) : (-1, default);
    }

    TextSource? Open(string path, string shown)
    {
        try
        {
            return ParquetLines.IsParquet(path)
                ? ParquetLines.Open(path, _bytesRead, (row, message) => _problems.Add(new SourceProblem(shown, row, -1, message)))
                : TextSource.Open(path, _bytesRead);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            AddProblem(shown, $"cannot be opened: {e.Message}");
            return null;
        }
    }

    static SourceDocument TakePart(PartBuffer buffer, int partBytes, bool isNotebook, bool isResx, string shown, string label, ref int line)
    {
        Span<byte> part = buffer.Available;
        if (part.Length > partBytes)
        {
            int cut = part[..partBytes].LastIndexOf((byte)'\n') + 1;
            if (cut == 0) cut = Utf8Text.CharacterStart(part, partBytes);
            part = part[..(cut > 0 ? cut : partBytes)];
        }
        int firstLine = line;
        if (part.Length < buffer.Available.Length) line += part.Count((byte)'\n');
        int length = AllowedLines.Empty(part);
        if (isNotebook) length = NotebookText.Keep(part[..length]);
        if (isResx) length = ResxText.Keep(part[..length]);
        (byte[] pooled, ReadOnlyMemory<byte> text) = buffer.Take(part.Length);
        return new SourceDocument(shown, label, firstLine, text[..length]) { Pooled = pooled };
    }

    void Skip(string reason) => _skipped[reason] = _skipped.GetValueOrDefault(reason) + 1;

    void AddProblem(string file, string message) => _problems.Add(new SourceProblem(file, 0, -1, message));
}
