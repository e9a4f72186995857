using System.Globalization;
using LeakScan.Sources.Files;
using LeakScan.Sources.Transcripts;

namespace LeakScan.Sources.Records;

/// <summary>Cuts one file after another into records. One record object and one set of buffers serve them all.</summary>
// A line goes three ways: it is cut here, ContextReader looks through it for what later lines leave out, RecordParser makes a
// record of it. Only the first two depend on the order of the lines.
sealed class RecordCursor(InputOptions options, InputLimits limits, Action<SourceProblem> problem) : IDisposable
{
    /// <summary>White space looked through for the first character when the format is not known.</summary>
    const int BlankBytes = 64 * 1024;

    const int LongestCharacterBytes = 4;

    readonly LineBuffer _buffer = new();
    readonly RecordParser _parser = new(options);
    readonly ContextReader _contextReader = new();
    TextSource? _source;
    string _name = "";
    LineContext _fileContext;
    bool _isJsonl;
    bool _mayBeDocument;
    bool _isFirstRecord;
    bool _inLongLine;
    bool _inRawLines;
    LineContext _rawContext;

    // What the last record leaves: bytes to drop, lines among them, and how many of the bytes after those it has seen.
    int _doneBytes;
    int _doneLines;
    int _overlap;
    long _line;

    long _lookedAtTo; // an offset of the input
    bool _areWellFormed; // what was looked at together
    long _illFormed;
    long _firstIllFormed;
    bool _isBinary;
    long _missing;
    long _firstMissingLine;

    internal InputRecord Record { get; } = new();

    /// <summary>Begins an input.</summary>
    /// <param name="source">Its bytes.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="context">What is known of it before it is read.</param>
    internal void Start(TextSource source, string name, in LineContext context)
    {
        (_source, _name) = (source, name);
        (_inLongLine, _inRawLines, _doneBytes, _doneLines, _overlap, _line) = (false, false, 0, 0, 0, 1);
        _lookedAtTo = 0;
        (_illFormed, _firstIllFormed, _isBinary, _missing, _firstMissingLine) = (0, -1, false, 0, 0);
        _buffer.Start(source);
        _buffer.Fill(3);
        if (_buffer.Available.StartsWith("\uFEFF"u8)) _buffer.Skip(3);
        _isFirstRecord = true;
        _isJsonl = options.Format == InputFormat.Jsonl || (options.Format != InputFormat.Text && IsJsonl());
        _fileContext = context with { IsLocal = context.IsLocal || (context.IsTextLocal && !_isJsonl) };
        _contextReader.Start(_fileContext);
        _mayBeDocument = !_isJsonl && options.Format != InputFormat.Text && Path.GetExtension(source.InnerName).ToLowerInvariant() is ".json" or ".har";
    }

    internal bool Next()
    {
        if (_mayBeDocument)
        {
            _mayBeDocument = false;
            if (SetDocument()) return true;
        }
        if (_isJsonl ? NextLine() : NextPiece()) return true;
        Finish();
        return false;
    }

    bool IsJsonl()
    {
        string name = _source!.InnerName;
        if (name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase)) return true;
        int first;
        while ((first = _buffer.Available.IndexOfAnyExcept(" \t\r\n"u8)) < 0)
        {
            if (_buffer.Count > BlankBytes || !_buffer.Fill(_buffer.Count + 1)) return false;
        }
        if (_buffer.Available[first] != '{') return false;
        int end = FindLineEnd(first);
        return end < limits.Line && JsonStrings.IsContainer(_buffer.Available[first..end]);
    }

    /// <summary>Index of the line end at or after a position, or the end of the input; the limit or more if the line is too long.</summary>
    int FindLineEnd(int from)
    {
        while (true)
        {
            int index = _buffer.Available[from..].IndexOf((byte)'\n');
            if (index >= 0) return from + index;
            from = _buffer.Count;
            if (from >= limits.Line || !_buffer.Fill(from + 1)) return from;
        }
    }

    void Advance()
    {
        _buffer.Skip(_doneBytes);
        _line += _doneLines;
        (_doneBytes, _doneLines) = (0, 0);
    }

    bool NextLine()
    {
        while (true)
        {
            Advance();
            if (_inLongLine)
            {
                if (NextPieceOfLine()) return true;
                continue;
            }
            if (_inRawLines)
            {
                if (NextRawLines(0, 0)) return true;
                continue;
            }
            int end = FindLineEnd(0);
            if (end >= limits.Line)
            {
                problem(new SourceProblem(_name, _line, _buffer.Position, string.Create(CultureInfo.InvariantCulture, $"the line is {limits.Line} bytes or longer; it is scanned as raw text")));
                _inLongLine = true;
                continue;
            }
            bool hasLineEnd = end < _buffer.Count;
            if (end == 0 && !hasLineEnd) return false;
            _doneBytes = hasLineEnd ? end + 1 : end;
            _doneLines = 1;
            if (IsBlank(_buffer.Available[..end])) continue;
            end = WithoutLineEnd(end);
            CountIllFormed(0, end);
            if (ParseLine(_buffer.Memory(end), hasLineEnd, out long errorOffset) != ParsedAs.Raw) return true;
            if (!RecordParser.LooksBegun(_buffer.Available[..end]) && !RecordParser.LooksWhole(_buffer.Available[..end])) return NextRawLines(_doneBytes, errorOffset);
            if (RecordParser.ProblemOf(Place(_doneBytes), _rawContext, hasLineEnd, errorOffset) is SourceProblem notJson) problem(notJson);
            return true;
        }
    }

    static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;

    int WithoutLineEnd(int end)
    {
        if (end > 0 && _buffer.Available[end - 1] == '\n') end--;
        if (end > 0 && _buffer.Available[end - 1] == '\r') end--;
        return end;
    }

    ParsedAs ParseLine(ReadOnlyMemory<byte> line, bool isWhole, out long errorOffset)
    {
        errorOffset = 0;
        LineContext context = _contextReader.Read(line.Span);
        if (options is { ParsesOnDemand: true, TextField: null } && !_isFirstRecord && RecordParser.LooksWhole(line.Span))
        {
            RecordParser.SetRaw(line, Place(_doneBytes), context, Record);
            Record.SetOnDemand(options, isWhole);
            return ParsedAs.Json;
        }
        ParsedAs parsed = _parser.Parse(line, Place(_doneBytes), context, Record, out errorOffset);
        if (_isFirstRecord && context.Format == RecordFormat.None && _parser.IsCertain && Record.Format is RecordFormat.ClaudeCode or RecordFormat.Codex or RecordFormat.Cursor or RecordFormat.Windsurf)
        {
            _contextReader.SetFormat(Record.Format);
            context = _contextReader.Read(line.Span);
            parsed = _parser.Parse(line, Place(_doneBytes), context, Record, out errorOffset);
        }
        _isFirstRecord = false;
        _rawContext = context;
        if (parsed == ParsedAs.JsonWithoutTextField && _missing++ == 0) _firstMissingLine = _line;
        return parsed;
    }

    /// <summary>
    /// Takes lines that are no JSON as one text, up to the next that is or to a piece: what goes over several lines, such as code in
    /// a log of JSON and text, is in no single one.
    /// </summary>
    /// <param name="firstEnd">Where the first of them ends, its line end included; 0 if more come of what was begun.</param>
    /// <param name="errorOffset">Offset at which the first is no JSON.</param>
    bool NextRawLines(int firstEnd, long errorOffset)
    {
        int seen = _overlap;
        int end = Math.Max(seen, firstEnd);
        int lines = firstEnd > 0 ? 1 : 0;
        bool isCut = firstEnd > 0 && _buffer.Available[firstEnd - 1] != '\n';
        bool goesOn = false;
        for (int at = end; ;)
        {
            int lineEnd = FindLineEnd(at);
            bool hasLineEnd = lineEnd < _buffer.Count;
            if (lineEnd >= limits.Line || (!hasLineEnd && lineEnd == at)) break;
            ReadOnlySpan<byte> line = _buffer.Available[at..lineEnd];
            if (RecordParser.LooksBegun(line) || (RecordParser.LooksWhole(line) && JsonStrings.IsContainer(line))) break;
            bool isBlank = IsBlank(line);
            int next = hasLineEnd ? lineEnd + 1 : lineEnd;
            if (next > limits.Piece && (isBlank || lines > 0))
            {
                goesOn = !isBlank;
                break;
            }
            at = next;
            if (isBlank) continue;
            (end, isCut) = (next, !hasLineEnd);
            lines++;
        }
        _inRawLines = goesOn;
        _doneBytes = goesOn ? OverlapStart(end) : end;
        _doneLines = _buffer.Available[.._doneBytes].Count((byte)'\n');
        _overlap = end - _doneBytes;
        if (lines == 0) return false;

        CountIllFormed(Math.Max(seen, firstEnd), end);
        long firstLine = _line + _buffer.Available[..seen].Count((byte)'\n');
        RecordPlace first = new(_name, firstLine, _buffer.Position + seen, end - seen);
        if (RecordParser.ProblemOf(first, _rawContext, !isCut, errorOffset, lines) is SourceProblem notJson) problem(notJson);
        RecordParser.SetRaw(_buffer.Memory(WithoutLineEnd(end)), Place(end - seen), _rawContext, Record);
        return true;
    }

    /// <summary>Takes the whole input as one record if it is one JSON value.</summary>
    bool SetDocument()
    {
        while (_buffer.Count < limits.Line && _buffer.Fill(_buffer.Count + 1))
        {
        }
        if (_buffer.Count == 0 || _buffer.Count >= limits.Line) return false;
        if (_parser.Parse(_buffer.Memory(_buffer.Count), Place(_buffer.Count), _fileContext, Record, out _) == ParsedAs.Raw) return false;
        CountIllFormed(0, _buffer.Count);
        _doneBytes = _buffer.Count;
        return true;
    }

    RecordPlace Place(long rawBytes) => new(_name, _line, _buffer.Position, rawBytes);

    bool NextPieceOfLine()
    {
        _buffer.Fill(limits.Piece + 1);
        int lineEnd = _buffer.Available[_overlap..].IndexOf((byte)'\n');
        int length = lineEnd >= 0 ? _overlap + lineEnd : _buffer.Count;
        if (length <= limits.Piece)
        {
            _inLongLine = false;
            _doneBytes = lineEnd >= 0 ? length + 1 : length;
            _doneLines = 1;
            return SetPiece(length);
        }
        length = CutInLine();
        _doneBytes = OverlapStart(length);
        return SetPiece(length);
    }

    bool NextPiece()
    {
        Advance();
        if (!_buffer.Fill(limits.Piece + 1))
        {
            _doneBytes = _buffer.Count;
            return SetPiece(_buffer.Count);
        }
        int lineEnd = _buffer.Available[_overlap..limits.Piece].LastIndexOf((byte)'\n');
        int length = lineEnd >= 0 ? _overlap + lineEnd + 1 : CutInLine();
        _doneBytes = OverlapStart(length);
        _doneLines = _buffer.Available[.._doneBytes].Count((byte)'\n');
        return SetPiece(length);
    }

    /// <summary>Where the next piece begins: with whole lines of this one; if its last is too long for that, with a part of it.</summary>
    int OverlapStart(int length)
    {
        if (limits.Overlap < LongestCharacterBytes) return length;
        int from = length - limits.Overlap;
        if (from <= 0) return 0;
        int lineEnd = _buffer.Available[(from - 1)..(length - 1)].IndexOf((byte)'\n');
        return lineEnd >= 0 ? from + lineEnd : Utf8Text.CharacterStart(_buffer.Available, from + LongestCharacterBytes - 1);
    }

    int CutInLine()
    {
        int cut = Utf8Text.CharacterStart(_buffer.Available, limits.Piece);
        return cut > _overlap ? cut : limits.Piece;
    }

    bool SetPiece(int length)
    {
        int seen = _overlap;
        _overlap = Math.Max(length - _doneBytes, 0);
        if (length == seen) return false;
        CountIllFormed(seen, length);
        RecordParser.SetRaw(_buffer.Memory(length), Place(Math.Max(length, _doneBytes) - seen), _fileContext, Record);
        return true;
    }

    void CountIllFormed(int start, int end)
    {
        if (AreWellFormed(start, end)) return;
        _illFormed += Utf8Text.CountIllFormed(_buffer.Available[start..end], out int first);
        if (first < 0 || _firstIllFormed >= 0) return;
        _firstIllFormed = _buffer.Position + start + first;
        _isBinary = !_isJsonl && SkipRules.IsBinary(_buffer.Available[..end]);
    }

    /// <summary>Whether lines are part of what has been seen to be well formed: all whole lines that are there are looked at together, which is faster than each by itself.</summary>
    bool AreWellFormed(int start, int end)
    {
        long from = _buffer.Position + start, to = _buffer.Position + end;
        if (from >= _lookedAtTo)
        {
            int lines = _buffer.Available.LastIndexOf((byte)'\n');
            if (lines < end) return false;
            _lookedAtTo = _buffer.Position + lines;
            _areWellFormed = Utf8Text.IsValid(_buffer.Available[start..lines]);
        }
        return _areWellFormed && to <= _lookedAtTo;
    }

    void Finish()
    {
        if (_source!.Failure is not null) problem(new SourceProblem(_name, _line, _buffer.Position + _buffer.Count, _source.Failure));
        if (_illFormed > 0 && !_isBinary) // a picture is no damaged text
        {
            problem(new SourceProblem(_name, 0, _firstIllFormed, string.Create(CultureInfo.InvariantCulture, $"not valid UTF-8 in {_illFormed} places, this is the first; the bytes are scanned as they are")));
        }
        if (_missing > 0)
        {
            problem(new SourceProblem(_name, _firstMissingLine, -1, string.Create(CultureInfo.InvariantCulture, $"{_missing} records, this is the first, have no field \"{options.TextField}\"; all strings of them are scanned")));
        }
    }

    public void Dispose()
    {
        _buffer.Dispose();
        _parser.Dispose();
    }
}
