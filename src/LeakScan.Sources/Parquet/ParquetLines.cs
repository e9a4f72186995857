using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using LeakScan.Sources.Files;
using Microsoft.Win32.SafeHandles;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace LeakScan.Sources.Parquet;

/// <summary>A Parquet file as lines of JSON, the row of each number on the line of that number.</summary>
// So all that is known of JSONL holds for Parquet: the fields, the shapes of conversations and requests, ids, long lines, parsing on
// demand. Memory is that of a few pages a column and of a batch of rows, whatever the length of the file. A row group that is damaged
// is told of, leaves blank lines for the rows that could not be read, and the next one follows.
sealed class ParquetLines : ReadOnlyStream
{
    const int MostBatchRows = 256;

    /// <summary>Of rows that are read at once, as far as their row groups tell; one row may be longer.</summary>
    const long BatchBytes = 16 * 1024 * 1024;

    /// <summary>Of rows that could not be read so many are counted; what is behind more is not read.</summary>
    const long MostMissingRows = 10_000_000;

    /// <summary>The shortest file there is has the magic number at both ends and a length between.</summary>
    const int LeastBytes = 12;

    static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Of a column, as it is in the file.</summary>
    const int ReadBytes = 256 * 1024;

    const int LinesBytes = 256 * 1024;

    readonly FileReader _file;
    readonly ParquetFileReader _rows;
    readonly Stream _stream;
    readonly int[] _columns;
    readonly Action<long, string> _problem;
    readonly ArrayBufferWriter<byte> _lines = new(2 * LinesBytes);
    readonly Utf8JsonWriter _json;
    IArrowArrayStream? _batches;
    RecordBatch? _batch;
    IArrowArray[] _values = [];
    int _rowOfBatch;
    int _group;
    int _groups;
    long _groupEnd;
    long _row;
    long _missing;
    int _position;

    ParquetLines(Stream stream, Action<long, string> problem)
    {
        (_stream, _problem) = (stream, problem);
        // Read as the rows need it, on this thread; by default all columns of a row group are read at once, on many.
        using ReaderProperties properties = ReaderProperties.GetDefaultReaderProperties();
        properties.EnableBufferedStream();
        properties.EnablePageChecksumVerification();
        properties.BufferSize = ReadBytes;
        using ArrowReaderProperties arrow = ArrowReaderProperties.GetDefault();
        arrow.BatchSize = BatchRows(stream);
        arrow.PreBuffer = false;
        arrow.UseThreads = false;
        _file = new FileReader(stream, properties, arrow);
        _rows = _file.ParquetReader;
        _groups = _file.NumRowGroups;
        _columns = [.. Enumerable.Range(0, _rows.FileMetaData.Schema.NumColumns).Where(i => IsRead(_rows.FileMetaData.Schema.Column(i)))];
        // There is no mistake to validate against; to escape what UTF-8 has as it is would only make the lines longer.
        _json = new Utf8JsonWriter(_lines, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>Text at any depth, and whole numbers that could name the row; neither measurements nor vectors of embeddings.</summary>
    static bool IsRead(ColumnDescriptor column) => column.PhysicalType is PhysicalType.ByteArray or PhysicalType.FixedLenByteArray
        || (column.PhysicalType is PhysicalType.Int32 or PhysicalType.Int64 && column.MaxRepetitionLevel == 0 && column.Path.ToDotVector().Length == 1);

    /// <summary>By the longest rows of the file.</summary>
    static long BatchRows(Stream stream)
    {
        using ParquetFileReader reader = new(stream, leaveOpen: true);
        long bytesOfRow = 1;
        for (int i = 0; i < reader.FileMetaData.NumRowGroups; i++)
        {
            using RowGroupReader group = reader.RowGroup(i);
            bytesOfRow = Math.Max(bytesOfRow, group.MetaData.TotalByteSize / Math.Max(1, group.MetaData.NumRows));
        }
        return Math.Clamp(BatchBytes / bytesOfRow, 1, MostBatchRows);
    }

    /// <summary>Whether a file has the name or both magic numbers.</summary>
    internal static bool IsParquet(string path)
    {
        if (Path.GetExtension(path).Equals(".parquet", StringComparison.OrdinalIgnoreCase)) return true;
        try
        {
            if (path == TextSource.StandardInput || LengthOf(path) < LeastBytes) return false; // a pipe has no length, and must not be opened twice
            using SafeFileHandle file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            return HasMagic(file, 0) && HasMagic(file, RandomAccess.GetLength(file) - Magic.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // whoever opens it next says why
        }
    }

    /// <summary>A file's length, 0 if it has none or is not there; of a link that of what it leads to, since a shell's &lt;(command) is a link to a pipe and has a length itself.</summary>
    static long LengthOf(string path) =>
        (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)) is FileInfo { Exists: true } file ? file.Length : 0;

    static bool HasMagic(SafeFileHandle file, long offset)
    {
        Span<byte> bytes = stackalloc byte[Magic.Length];
        return RandomAccess.Read(file, bytes, offset) == bytes.Length && bytes.SequenceEqual(Magic);
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="counter">Counts the bytes as they are in it.</param>
    /// <param name="problem">Told a row, from 1, and what is wrong from that row on.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be opened.</exception>
    /// <exception cref="InvalidDataException">It is no Parquet file, or an encrypted or damaged one.</exception>
    internal static TextSource Open(string path, ByteCounter counter, Action<long, string> problem) => Open(path == TextSource.StandardInput
        ? Console.OpenStandardInput()
        : File.Exists(path) && LengthOf(path) < LeastBytes ? throw new InvalidDataException("it is no Parquet, since it has no footer") // nor is a pipe opened, which could wait for ever
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0), path, counter, problem);

    /// <summary>Reads a stream; disposed at the end.</summary>
    /// <inheritdoc cref="Open(string, ByteCounter, Action{long, string})"/>
    internal static TextSource Open(Stream stream, string name, ByteCounter counter, Action<long, string> problem)
    {
        if (!stream.CanSeek)
        {
            stream.Dispose();
            throw new IOException("Parquet is not read from a pipe, since what tells where things are stands at its end; write it to a file and name that");
        }
        CountedStream counted = new(stream, counter);
        try
        {
            return new TextSource(new ParquetLines(counted, problem), name + ".jsonl", new ByteCounter());
        }
        catch (Exception e)
        {
            counted.Dispose();
            if (e is OutOfMemoryException or IOException or UnauthorizedAccessException) throw;
            throw new InvalidDataException(
                IsWithoutNative(e) ? "reading Parquet needs ParquetSharpNative, which there is not for this system" : $"it is damaged, encrypted or no Parquet: {Explain(e)}", e);
        }
    }

    static bool IsWithoutNative(Exception e) => e is DllNotFoundException || e.InnerException is DllNotFoundException;

    // Some errors of the library are of type Exception and nothing else; others wrap what they say, which may be cut short by what
    // stands in the file.
    static string Explain(Exception e)
    {
        const string Wrapper = "(message: '";
        ReadOnlySpan<char> text = e.Message;
        int start = text.IndexOf(Wrapper);
        if (start >= 0)
        {
            text = text[(start + Wrapper.Length)..];
            if (text.EndsWith("')")) text = text[..^2];
        }
        int end = text.IndexOfAnyInRange('\0', '\x1F');
        return (end < 0 ? text : text[..end]).TrimEnd(" :").ToString();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (_position == _lines.WrittenCount)
        {
            _lines.ResetWrittenCount();
            _position = 0;
            if (!Fill()) return 0;
        }
        int count = Math.Min(buffer.Length, _lines.WrittenCount - _position);
        _lines.WrittenSpan.Slice(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <summary>Writes some lines, none perhaps; false at the end of the file.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "whatever is wrong with a row group is told of")]
    bool Fill()
    {
        if (_missing > 0)
        {
            WriteBlankLines();
            return true;
        }
        try
        {
            if (_batches is null) return NextGroup();
            if (_batch is null && !NextBatch()) EndGroup();
            else WriteRows();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _json.Reset();
            EndGroup(Explain(e));
        }
        return true;
    }

    bool NextGroup()
    {
        if (_group == _groups || _columns.Length == 0) return false;
        _groupEnd = _row; // if not even this can be read
        int[] group = [_group++];
        using (RowGroupReader reader = _rows.RowGroup(group[0])) _groupEnd += reader.MetaData.NumRows;
        _batches = _file.GetRecordBatchReader(group, _columns);
        return true;
    }

    bool NextBatch()
    {
        _batch = _batches!.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult(); // there is nothing that it would wait for
        _rowOfBatch = 0;
        if (_batch is null) return false;
        _values = [.. _batch.Arrays];
        return true;
    }

    void WriteRows()
    {
        for (; _rowOfBatch < _batch!.Length && _lines.WrittenCount < LinesBytes; _rowOfBatch++)
        {
            ArrowJson.WriteRow(_json, _batch.Schema.FieldsList, _values, _rowOfBatch);
            _json.Flush();
            _json.Reset();
            _lines.Write("\n"u8);
            _row++;
        }
        if (_rowOfBatch == _batch.Length) EndBatch();
    }

    void EndBatch()
    {
        _batch?.Dispose();
        _batch = null;
    }

    void EndGroup(string? failure = null)
    {
        EndBatch();
        _batches?.Dispose();
        _batches = null;
        _missing = Math.Max(0, _groupEnd - _row);
        if (failure is null && _missing > 0) failure = "it ends too early";
        if (failure is null) return;
        bool isLost = _missing > MostMissingRows && _group < _groups;
        _problem(_row + 1, string.Create(CultureInfo.InvariantCulture, $"{_missing} rows of row group {_group - 1} cannot be read{(isLost ? ", nor any behind them" : "")}: {failure}"));
        if (isLost) _groups = _group;
        if (_group == _groups) _missing = 0; // nothing is behind them
    }

    void WriteBlankLines()
    {
        int count = (int)Math.Min(_missing, LinesBytes);
        _lines.GetSpan(count)[..count].Fill((byte)'\n');
        _lines.Advance(count);
        _missing -= count;
        _row += count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            EndBatch();
            _batches?.Dispose();
            _rows.Dispose();
            _file.Dispose();
            _json.Dispose();
            _stream.Dispose();
        }
        base.Dispose(disposing);
    }
}
