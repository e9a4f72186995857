using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;
using LeakScan.Sources.Records;
using LeakScan.Sources.Transcripts;

namespace LeakScan.Sources;

/// <summary>One unit to scan.</summary>
/// <remarks>The reader hands out the same object again and again: everything in it is valid until the enumerator moves on.</remarks>
public sealed class InputRecord
{
    /// <summary>JSON in a string in JSON in a string: deeper than this nobody wants to be told the place.</summary>
    const int MaxNestedStrings = 4;

    readonly FieldList _fields;
    string? _id;
    string? _ownId;
    JsonStrings? _strings;
    LineContext _context;
    RecordDetails? _details;

    /// <summary>Makes an empty record, to copy into.</summary>
    public InputRecord() => _fields = new FieldList(this);

    /// <summary>The value of the id field, else <c>FILE:LINE</c>; of a database <c>TABLE/KEY</c> or <c>TABLE/ROW/COLUMN</c>. Made when first asked for.</summary>
    public string Id => _id ??= _ownId ?? _strings?.FormatId() ?? string.Create(CultureInfo.InvariantCulture, $"{Input}:{Line}");

    /// <summary>The file: the INPUT as given, joined with the path below it by <c>/</c>.</summary>
    public string Input { get; private set; } = "";

    /// <summary>1-based line at which the record begins; of a database the row, counted in its table; of Parquet the row.</summary>
    public long Line { get; private set; }

    /// <summary>Offset in bytes at which the record begins in the decompressed input (for UTF-16, in its UTF-8 form; for Parquet, in its rows as lines of JSON); in a database 0, but within a value of 64 MiB or more, which comes in pieces.</summary>
    public long Offset { get; private set; }

    /// <summary>UTF-8, possibly with ill-formed bytes: the text, or the strings of a JSON record, each separated from the next by a line end.</summary>
    public ReadOnlyMemory<byte> Text { get; private set; }

    /// <summary>Bytes of the decompressed input that this record is the first to cover, its line end included.</summary>
    public long RawBytes { get; private set; }

    /// <summary>False for a line of JSON as it is, of which <see cref="Text"/> is the whole until <see cref="Parse"/> is called.</summary>
    public bool IsParsed => _onDemand is null;

    /// <summary>What the record is; not known before it is parsed.</summary>
    public RecordFormat Format { get; private set; }

    /// <summary>
    /// Bytes of <see cref="Text"/>, from its beginning, that were sent; what follows is only in the log. All of it where
    /// <see cref="Format"/> is <see cref="RecordFormat.None"/>, since nothing is known then.
    /// </summary>
    public int SentLength { get; private set; }

    /// <summary>Offset in <see cref="Text"/> of what is only in the log; its length if there is no such text.</summary>
    public int LocalStart => SentLength == 0 || SentLength == Text.Length ? SentLength : SentLength + 1;

    /// <summary>The strings of a JSON record, those that were sent first, in order; empty for text. Names are made when an element is read.</summary>
    public IReadOnlyList<InputField> Fields => _fields;

    /// <summary>Parses a line that was handed out as it is (<see cref="InputOptions.ParsesOnDemand"/>). Any thread may do it, in a copy too.</summary>
    /// <returns>What is wrong with it, in which case it stays raw text; null if nothing is, or if it was parsed before.</returns>
    public SourceProblem? Parse()
    {
        if (_onDemand is not InputOptions options) return null;
        if (_parser?.Options != options)
        {
            _parser?.Dispose();
            _parser = new RecordParser(options);
        }
        RecordPlace place = new(Input, Line, Offset, RawBytes);
        bool isWhole = _isWholeLine;
        if (_parser.Parse(Text, place, _context, this, out long errorOffset) != ParsedAs.Raw) return null;
        return RecordParser.ProblemOf(place, _context, isWhole, errorOffset);
    }

    /// <summary>Finds the field that holds an offset of <see cref="Text"/>; the line end after a field counts as part of it.</summary>
    /// <param name="start">The offset.</param>
    /// <param name="field">The field.</param>
    /// <returns>False if the record has no fields or the offset is outside the text.</returns>
    public bool TryLocate(int start, out InputField field)
    {
        int index = _strings is null || (uint)start > (uint)Text.Length ? -1 : _strings.IndexOf(start);
        field = index < 0 ? default : _strings!.GetField(index);
        return index >= 0;
    }

    /// <summary>Says where a stretch of <see cref="Text"/> stands, also in JSON within a string of JSON. Allocates.</summary>
    /// <param name="start">Its offset.</param>
    /// <param name="length">Its length.</param>
    public InputSpan Locate(int start, int length)
    {
        string? name = null;
        ReadOnlySpan<byte> text = Text.Span;
        int end = (int)Math.Min((long)start + length, text.Length);
        if (TryLocate(start, out InputField field))
        {
            name = field.Name;
            text = text.Slice(field.Start, field.Length);
            (start, end) = (start - field.Start, Math.Min(end - field.Start, field.Length));
            for (int depth = 0; depth < MaxNestedStrings && text.Length > 0 && text[0] is (byte)'{' or (byte)'['; depth++)
            {
                if (!TryLocateNested(text, ref start, ref end, out byte[] inner, out string innerName)) break;
                name += "::" + innerName;
                text = inner;
            }
        }
        int startLine = 1 + text[..start].Count((byte)'\n');
        int endLine = startLine + text[start..Math.Max(start, end - 1)].Count((byte)'\n');
        return new InputSpan(name, start, Math.Max(0, end - start), startLine, endLine);
    }

    static bool TryLocateNested(ReadOnlySpan<byte> json, ref int start, ref int end, out byte[] inner, out string name)
    {
        using JsonStrings strings = new(null, "");
        (inner, name) = ([], "");
        try
        {
            strings.Parse(json.ToArray());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What a tool cuts is no whole JSON any more, but has its strings up to the cut.
        }
        end = Math.Max(start, end);
        if (!strings.TryLocateRaw(ref start, ref end, out int index)) return false;
        InputField field = strings.GetField(index);
        inner = strings.Text.Slice(field.Start, field.Length).ToArray();
        name = field.Name;
        return true;
    }

    /// <summary>Says where the text at an offset of <see cref="Text"/> comes from. Allocates.</summary>
    /// <param name="start">The offset.</param>
    public TextOrigin GetOrigin(int start)
    {
        (string? session, string? turn, string? project, string? role, string? tool) = OriginAt(start);
        return new(ShownName.Of(session), ShownName.Of(turn), ShownName.Of(project), ShownName.Of(role), ShownName.Of(tool));
    }

    TextOrigin OriginAt(int start)
    {
        if (Format == RecordFormat.None) return default;
        TextOrigin origin = new(_context.Session, _context.Turn, _context.Project, null, _context.Tool);
        int index = _strings?.IndexOf(start) ?? -1;
        if (index < 0) return origin;
        try
        {
            _details ??= new RecordDetails(_strings!.Line, _context, Format);
            return _details.GetOrigin(_strings!.PathOf(index));
        }
        catch (InvalidOperationException)
        {
            return origin; // a property name with half a surrogate pair
        }
    }

    /// <summary>Copies the record into another, which then lives apart from the reader: for handing it to another thread.</summary>
    /// <param name="target">Overwritten; its buffers are used again or come from the pool, so that it costs no allocation after warm-up.</param>
    public void CopyTo(InputRecord target) => CopyTo(target, default);

    /// <summary>The same, into memory of the caller's where the record is text or a line that is not parsed: records of a batch can share one buffer.</summary>
    /// <param name="target">Overwritten.</param>
    /// <param name="room">Used if it has room for <see cref="Text"/>; must stay as it is for as long as the target is used.</param>
    /// <returns>Bytes of the room that were used, from its beginning.</returns>
    public int CopyTo(InputRecord target, Memory<byte> room)
    {
        RecordPlace place = new(Input, Line, Offset, RawBytes);
        if (_strings is null)
        {
            bool fits = Text.Length <= room.Length;
            if (!fits && target._copy.Length < Text.Length)
            {
                target.ReturnCopy();
                target._copy = ArrayPool<byte>.Shared.Rent(Text.Length);
            }
            Memory<byte> copy = (fits ? room : target._copy)[..Text.Length];
            Text.CopyTo(copy);
            target.Set(place, copy, null, Format, SentLength, _context);
            (target._ownId, target._onDemand, target._isWholeLine) = (_ownId, _onDemand, _isWholeLine);
            return fits ? Text.Length : 0;
        }
        target._ownStrings ??= new JsonStrings(null, "");
        _strings.CopyTo(target._ownStrings);
        target.Set(place, target._ownStrings.Text, target._ownStrings, Format, SentLength, _context);
        target._ownId = _ownId;
        return 0;
    }

    /// <summary>
    /// Gives the buffers of a copy back to the pool. For whoever keeps many records, of which each would grow to the longest that
    /// was ever in it.
    /// </summary>
    /// <remarks><see cref="Text"/> and <see cref="Fields"/> are empty from then on; the place in the input remains.</remarks>
    public void ReleaseText()
    {
        Set(new RecordPlace(Input, Line, Offset, RawBytes), default, null, RecordFormat.None, 0, default);
        ReturnCopy();
        _ownStrings?.Dispose();
        _parser?.Dispose();
    }

    void ReturnCopy()
    {
        if (_copy.Length > 0) ArrayPool<byte>.Shared.Return(_copy);
        _copy = [];
    }

    byte[] _copy = [];
    JsonStrings? _ownStrings;
    RecordParser? _parser;
    InputOptions? _onDemand;
    bool _isWholeLine;

    internal void Set(in RecordPlace place, ReadOnlyMemory<byte> text, JsonStrings? strings, RecordFormat format, int sentLength, in LineContext context)
    {
        (Input, Line, Offset, RawBytes) = (place.Input, place.Line, place.Offset, place.RawBytes);
        (Text, Format, SentLength) = (text, format, sentLength);
        (_id, _ownId, _strings, _context, _onDemand) = (null, null, strings, context, null);
        _details?.Dispose();
        _details = null;
    }

    /// <summary>Says that the text is a line to be parsed when that is asked for.</summary>
    internal void SetOnDemand(InputOptions options, bool isWholeLine) => (_onDemand, _isWholeLine) = (options, isWholeLine);

    /// <summary>Names a record that no line of a file names.</summary>
    internal void SetId(string id) => _ownId = id;

    sealed class FieldList(InputRecord record) : IReadOnlyList<InputField>
    {
        public int Count => record._strings?.Count ?? 0;

        public InputField this[int index]
        {
            get
            {
                ArgumentOutOfRangeException.ThrowIfNegative(index);
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
                return record._strings!.GetField(index);
            }
        }

        public IEnumerator<InputField> GetEnumerator()
        {
            for (int i = 0; i < Count; i++) yield return this[i];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
