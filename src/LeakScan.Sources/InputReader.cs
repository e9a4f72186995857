using System.Globalization;
using LeakScan.Sources.Databases;
using LeakScan.Sources.Files;
using LeakScan.Sources.Parquet;
using LeakScan.Sources.Records;
using LeakScan.Sources.Transcripts;

namespace LeakScan.Sources;

/// <summary>
/// Reads what is to be scanned, record by record: text, JSONL and the logs of coding tools, plain, .gz or .zst, Parquet and SQLite
/// databases, of any length in constant memory.
/// </summary>
/// <remarks>
/// What is damaged is told by <see cref="Problem"/> and still handed out as far as it can be. No allocation for a record after
/// warm-up, but for Parquet's batches of rows. For one thread.
/// </remarks>
/// <example>
/// <code>
/// InputReader reader = new(new InputOptions { TextField = "prompt" });
/// reader.Problem += problem => Console.Error.WriteLine(problem);
/// foreach (InputRecord record in reader.Read("prompts.jsonl.gz"))
/// {
///     ScanResult result = scanner.Scan(record.Text.Span, matches);
/// }
/// </code>
/// </example>
public sealed class InputReader
{
    /// <summary>A file with a bad line a record must not fill the memory.</summary>
    const int MaxProblems = 1000;

    readonly InputOptions _options;
    readonly InputLimits _limits;
    readonly List<SourceProblem> _problems = [];
    readonly ByteCounter _bytesRead = new();

    /// <summary>Makes a reader.</summary>
    /// <param name="options">How to read; null for the defaults.</param>
    public InputReader(InputOptions? options = null)
        : this(options, InputLimits.Default)
    {
    }

    internal InputReader(InputOptions? options, InputLimits limits)
    {
        _options = options ?? new InputOptions();
        _limits = limits;
    }

    /// <summary>Raised for each problem as it is met, before the record it belongs to is handed out.</summary>
    public event Action<SourceProblem>? Problem;

    /// <summary>The first 1000 problems.</summary>
    public IReadOnlyList<SourceProblem> Problems => _problems;

    /// <summary>How many problems there were.</summary>
    public long ProblemCount { get; private set; }

    /// <summary>Archives (.zip, .7z, .xz, .bz2) among the files of folders so far: they are scanned as they are, not looked into. One that is named itself is a <see cref="Problem"/>.</summary>
    public long PackedFiles { get; private set; }

    /// <summary>Bytes read so far, as they are in the files. May be read by any thread.</summary>
    public long BytesRead => _bytesRead.Value;

    /// <summary>Reads the records of an INPUT; those of a folder in the ordinal order of the files' paths.</summary>
    /// <param name="input">A file, a folder, or <c>-</c> for standard input. A path that is not there is a <see cref="Problem"/>, not an exception.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The same object again and again; see <see cref="InputRecord"/>.</returns>
    /// <exception cref="ArgumentException">The input is null or empty.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; thrown by the enumeration.</exception>
    public IEnumerable<InputRecord> Read(string input, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(input);
        return ReadInput(input, cancellationToken);
    }

    /// <summary>Reads the records of a stream.</summary>
    /// <param name="stream">The bytes; disposed at the end.</param>
    /// <param name="name">What to call it; its end tells compression and format as a file's does.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The same object again and again; see <see cref="InputRecord"/>.</returns>
    /// <exception cref="ArgumentNullException">No stream, or no name.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; thrown by the enumeration.</exception>
    public IEnumerable<InputRecord> Read(Stream stream, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return ReadStream(stream, name, cancellationToken);
    }

    IEnumerable<InputRecord> ReadStream(Stream stream, string name, CancellationToken cancellationToken)
    {
        using TextSource? source = Open(stream, name);
        if (source is null) yield break;
        using RecordCursor cursor = new(_options, _limits, AddProblem);
        cursor.Start(source, name, ToolPaths.Describe(name, _options.Format));
        while (cursor.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return cursor.Record;
        }
        TellOfPacked(source, name);
    }

    void TellOfPacked(TextSource source, string shown)
    {
        if (source.Packed is not null) AddProblem(new SourceProblem(shown, 0, -1, $"is packed ({source.Packed}) and is not looked into: unpack it, or write it to a file of that name, and scan that"));
    }

    IEnumerable<InputRecord> ReadInput(string input, CancellationToken cancellationToken)
    {
        using RecordCursor cursor = new(_options, _limits, AddProblem);
        using DatabaseReader database = new(_limits, _bytesRead, AddProblem);
        bool looksInside = LooksInside;
        SortedDictionary<string, int> encrypted = new(StringComparer.Ordinal);
        foreach ((string path, string shown) in Files(input))
        {
            cancellationToken.ThrowIfCancellationRequested();
            LineContext context = path == TextSource.StandardInput ? default : ToolPaths.Describe(Path.GetFullPath(path), _options.Format);
            if (ToolPaths.IsEncrypted(path, context))
            {
                string folder = Path.GetDirectoryName(shown) ?? "";
                encrypted[folder] = encrypted.GetValueOrDefault(folder) + 1;
                continue;
            }
            if (looksInside && DatabaseReader.IsSideFile(path)) continue;
            if (looksInside && DatabaseReader.IsDatabase(path))
            {
                foreach (InputRecord record in database.Read(path, shown, context with { IsLocal = context.IsLocal || context.IsTextLocal }))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return record;
                }
                continue;
            }
            using TextSource? source = Open(path, shown);
            if (source is null) continue;
            cursor.Start(source, shown, context);
            while (cursor.Next())
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return cursor.Record;
            }
            // Among the files of a folder an archive is one of many things that hold no text.
            if (shown == input) TellOfPacked(source, shown);
            else if (source.Packed is not null) PackedFiles++;
        }
        foreach ((string folder, int count) in encrypted)
        {
            AddProblem(new SourceProblem(folder, 0, -1, string.Create(CultureInfo.InvariantCulture,
                $"{count} files of Cascade's own store (.pb) are encrypted and cannot be read; have it write transcripts with the hook post_cascade_response_with_transcript and scan ~/.windsurf/transcripts")));
        }
    }

    IEnumerable<(string Path, string Shown)> Files(string input)
    {
        if (input == TextSource.StandardInput || !Directory.Exists(input)) return [(input, input)];
        FolderWalker walker = new()
        {
            LeaveOut = entry => entry.IsEmpty || IsFolderLink(input, entry),
            Problem = (path, message) => AddProblem(new SourceProblem(PathNames.Join(input, path), 0, -1, message)),
        };
        return walker.Walk(input).Select(file => (file.Path, PathNames.Join(input, file.RelativePath)));
    }

    bool IsFolderLink(string input, FolderEntry entry)
    {
        if (!entry.IsFolder || !entry.IsLink) return false;
        AddProblem(new SourceProblem(PathNames.Join(input, string.Join('/', entry.Segments)), 0, -1, "a link to a folder is not followed; name it as an input of its own"));
        return true;
    }

    bool LooksInside => _options.Format is not (InputFormat.Text or InputFormat.Jsonl);

    // A stream's name has no file that could be looked into.
    bool IsParquetName(string name) => _options.Format == InputFormat.Parquet || (LooksInside && name.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase));

    bool IsParquet(string name) => _options.Format == InputFormat.Parquet || (LooksInside && ParquetLines.IsParquet(name));

    TextSource? Open(string path, string shown) => Open(shown, () => IsParquet(path)
        ? ParquetLines.Open(path, _bytesRead, (row, message) => AddProblem(new SourceProblem(shown, row, -1, message)))
        : TextSource.Open(path, _bytesRead));

    TextSource? Open(Stream stream, string name) => Open(name, () => IsParquetName(name)
        ? ParquetLines.Open(stream, name, _bytesRead, (row, message) => AddProblem(new SourceProblem(name, row, -1, message)))
        : new TextSource(stream, name, _bytesRead));

    TextSource? Open(string shown, Func<TextSource> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            AddProblem(new SourceProblem(shown, 0, -1, $"cannot be opened: {e.Message}"));
            return null;
        }
    }

    void AddProblem(SourceProblem problem)
    {
        ProblemCount++;
        if (_problems.Count < MaxProblems) _problems.Add(problem);
        Problem?.Invoke(problem);
    }
}
