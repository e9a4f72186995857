using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Json;
using LeakScan.Sources.Transcripts;

namespace LeakScan.Sources.Records;

/// <summary>The strings of one JSON value in one buffer, and where each stands. Reused from record to record without allocation.</summary>
// Names of fields are wanted for the few records that match. So a field has a link to the object or array that holds it, which
// has a link to the one that holds that, and the place of its property name in the line; a name is put together when asked for.
sealed class JsonStrings : IDisposable
{
    /// <summary>Deeper records are handed out as raw text.</summary>
    internal const int MaxDepth = 1000;

    /// <summary>Lists that are longer go with the line that needed them.</summary>
    const int MaxKeptFields = 1024;

    /// <summary>What is named so at length is text that was put there; told is only that it is, since a finding quotes nothing.</summary>
    const int LongestName = 64;

    const int LongestId = 256;

    /// <summary>A shorter name holds nothing that could be found.</summary>
    const int ShortestText = 40;

    const int Root = -1;

    /// <summary>A place in its holder: a property name in the line, or an index where <see cref="NameLength"/> is <see cref="IsIndex"/>.</summary>
    readonly record struct Place(int Holder, int NameStartOrIndex, int NameLength)
    {
        internal const int IsIndex = -1;
    }

    /// <param name="Place">Where it stands.</param>
    /// <param name="Start">Offset in the text.</param>
    /// <param name="Length">Bytes in the text.</param>
    /// <param name="RawStart">Offset in the line, behind the quote.</param>
    /// <param name="RawLength">Its length there.</param>
    /// <param name="Zone">What decides whether it was sent.</param>
    readonly record struct Field(Place Place, int Start, int Length, int RawStart, int RawLength, Zone Zone);

    readonly byte[]? _textField;
    readonly byte[] _idField;
    readonly List<Place> _holders = [];
    readonly Zone[] _zones = new Zone[RecordShape.MaxDepth + 1]; // of the values at each depth
    List<Field> _fields = [];
    List<Field> _otherFields = [];
    readonly int[] _counts = new int[MaxDepth + 1]; // elements so far of the array at each depth; -1 for an object
    byte[] _text = [];
    byte[] _otherText = [];
    byte[] _masked = [];
    int _textLength;
    RecordShape _shape;
    ReadOnlyMemory<byte> _line;
    (int Start, int Length) _id;

    internal JsonStrings(string? textField, string idField)
    {
        _textField = textField is null ? null : Encoding.UTF8.GetBytes(textField);
        _idField = Encoding.UTF8.GetBytes(idField);
    }

    internal int Count => _fields.Count;

    internal ReadOnlyMemory<byte> Text => _text.AsMemory(0, _textLength);

    /// <summary>The value, as it stands in the input.</summary>
    internal ReadOnlyMemory<byte> Line => _line;

    /// <summary>The value is no object, or has no property of the text field's name.</summary>
    internal bool IsTextFieldMissing { get; private set; }

    /// <summary>Whether the bytes are one complete JSON object or array.</summary>
    internal static bool IsContainer(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            bool isContainer = reader.Read() && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            while (isContainer && reader.Read())
            {
            }
            return isContainer;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Takes the strings of a line, which must stay as it is for as long as names are asked for.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    internal void Parse(ReadOnlyMemory<byte> line)
    {
        _line = line;
        _textLength = 0;
        _holders.Clear();
        _fields.Clear();
        _id = default;
        _shape = default;
        _zones[0] = Zone.Other;
        IsTextFieldMissing = _textField is not null;
        // All strings and the line ends between them are no longer than the line, since each string has its quotes there.
        if (_text.Length < line.Length) Rent(ref _text, line.Length);

        ReadOnlySpan<byte> raw = line.Span;
        bool hasEscapes = raw.Contains((byte)'\\');
        Utf8JsonReader reader = new(hasEscapes ? Mask(raw) : raw, new JsonReaderOptions { MaxDepth = MaxDepth });
        int depth = 0;
        int top = 1; // the depth of what says what the record is; in an array of records that of its elements
        bool wanted = _textField is null;
        bool isId = false;
        bool isTelemetryKey = false;
        Zone telemetryZone = Zone.Telemetry;
        Place place = new(Root, 0, 0);
        _counts[0] = -1;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                depth--;
                place = place with { Holder = _holders[place.Holder].Holder };
                continue;
            }
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadOnlySpan<byte> name = raw.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                place = new Place(place.Holder, (int)reader.TokenStartIndex + 1, name.Length);
                if (depth <= RecordShape.MaxDepth) _zones[depth] = _shape.AddName(_zones[depth - 1], depth == top, name);
                isTelemetryKey = ZoneAt(depth) == Zone.Telemetry && name.SequenceEqual("key"u8);
                if (name.SequenceEqual("body"u8)) telemetryZone = Zone.Telemetry; // no attribute, though it may come after them
                if (depth == 1)
                {
                    isId = IsName(name, _idField);
                    if (_textField is not null && (wanted = IsName(name, _textField))) IsTextFieldMissing = false;
                }
                if (name.Length >= ShortestText && wanted && (_textField is null || depth > 1) && (!hasEscapes || Unescape(name, _text.AsSpan(_textLength)) >= ShortestText)) Append(place, name, hasEscapes, place.NameStartOrIndex, ZoneAt(depth));
                continue;
            }
            if (_counts[depth] >= 0) place = new Place(place.Holder, _counts[depth]++, Place.IsIndex);
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    Zone zone = ZoneAt(depth);
                    int start = (int)reader.TokenStartIndex + 1;
                    ReadOnlySpan<byte> value = raw.Slice(start, reader.ValueSpan.Length);
                    if (isId && depth == 1) _id = (start, value.Length);
                    if (depth == top && place.NameLength != Place.IsIndex) _shape.AddTopValue(raw.Slice(place.NameStartOrIndex, place.NameLength), value);
                    if (zone == Zone.Telemetry)
                    {
                        if (isTelemetryKey) telemetryZone = _shape.AddTelemetryKey(value);
                        else _shape.AddTelemetryValue(value);
                        zone = telemetryZone;
                    }
                    if (wanted) Append(place, value, hasEscapes, start, zone);
                    break;
                case JsonTokenType.Number:
                    if (isId && depth == 1) _id = ((int)reader.TokenStartIndex, reader.ValueSpan.Length);
                    break;
                case JsonTokenType.StartObject:
                case JsonTokenType.StartArray:
                    if (depth == 0 && reader.TokenType == JsonTokenType.StartArray) top = 2;
                    if (place.NameLength == Place.IsIndex) telemetryZone = Zone.Telemetry; // the next attribute, or record
                    if (depth < RecordShape.MaxDepth) _zones[depth + 1] = ZoneAt(depth);
                    _counts[++depth] = reader.TokenType == JsonTokenType.StartArray ? 0 : -1;
                    _holders.Add(place);
                    place = place with { Holder = _holders.Count - 1 };
                    break;
                default:
                    break;
            }
        }
    }

    Zone ZoneAt(int depth) => _zones[Math.Min(depth, RecordShape.MaxDepth)];

    /// <summary>The format that the value's properties tell, with the file's as the last resort.</summary>
    internal RecordFormat FormatIn(RecordFormat file) => _shape.FormatIn(file);

    /// <summary>Whether that format is beyond doubt.</summary>
    internal bool IsCertain(RecordFormat format, RecordFormat file) => _shape.IsCertain(format, file);

    /// <summary>Puts the strings that were sent before those that were not.</summary>
    /// <returns>Bytes of the text up to the end of the last string that was sent.</returns>
    internal int Partition(RecordFormat format)
    {
        int sent = 0;
        foreach (Field field in _fields)
        {
            if (_shape.IsSent(format, field.Zone)) sent++;
        }
        if (sent == _fields.Count) return _textLength;
        if (sent == 0) return 0;
        if (_otherText.Length < _textLength) Rent(ref _otherText, _textLength);
        _otherFields.Clear();
        int length = Move(format, wasSent: true, 0);
        _textLength = Move(format, wasSent: false, length);
        (_text, _otherText) = (_otherText, _text);
        (_fields, _otherFields) = (_otherFields, _fields);
        return length;
    }

    int Move(RecordFormat format, bool wasSent, int length)
    {
        foreach (Field field in _fields)
        {
            if (_shape.IsSent(format, field.Zone) != wasSent) continue;
            if (_otherFields.Count > 0) _otherText[length++] = (byte)'\n';
            _text.AsSpan(field.Start, field.Length).CopyTo(_otherText.AsSpan(length));
            _otherFields.Add(field with { Start = length });
            length += field.Length;
        }
        return length;
    }

    /// <summary>Copies all that names, texts and id are made from.</summary>
    internal void CopyTo(JsonStrings target)
    {
        if (target._text.Length < _textLength) Rent(ref target._text, _textLength);
        _text.AsSpan(0, _textLength).CopyTo(target._text);
        target._textLength = _textLength;
        if (target._lineCopy.Length < _line.Length) Rent(ref target._lineCopy, _line.Length);
        _line.CopyTo(target._lineCopy);
        target._line = target._lineCopy.AsMemory(0, _line.Length);
        target._holders.Clear();
        target._holders.AddRange(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_holders));
        target._fields.Clear();
        target._fields.AddRange(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_fields));
        target._id = _id;
        target.IsTextFieldMissing = IsTextFieldMissing;
    }

    byte[] _lineCopy = [];

    /// <summary>The last field that starts at or before an offset of the text.</summary>
    internal int IndexOf(int offset)
    {
        int low = 0;
        int high = _fields.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_fields[middle].Start <= offset) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    internal InputField GetField(int index)
    {
        Field field = _fields[index];
        return new InputField(FormatName(field.Place), field.Start, field.Length);
    }

    /// <summary>The way from the root to a field: property names, and indexes where the name is null.</summary>
    internal List<(string? Name, int Index)> PathOf(int index)
    {
        List<(string? Name, int Index)> path = [];
        for (Place place = _fields[index].Place; place.Holder != Root; place = _holders[place.Holder])
            path.Add(place.NameLength == Place.IsIndex ? (null, place.NameStartOrIndex) : (Unescape(place.NameStartOrIndex, place.NameLength), 0));
        path.Reverse();
        return path;
    }

    /// <summary>Finds the field in which a stretch of the line begins, and the stretch in the field's text.</summary>
    /// <param name="start">Offset in the line; may be in a property name, then the field is the next.</param>
    /// <param name="end">Offset behind the stretch; becomes the field's end if it is behind that.</param>
    /// <param name="index">The field.</param>
    internal bool TryLocateRaw(ref int start, ref int end, out int index)
    {
        index = -1;
        for (int i = 0; i < _fields.Count && _fields[i].RawStart < Math.Max(end, start + 1); i++)
        {
            if (start >= _fields[i].RawStart + _fields[i].RawLength) continue;
            int offset = OffsetInField(_fields[i], start);
            if (offset >= Math.Max(1, _fields[i].Length)) continue; // it ends before, an empty one too
            index = i;
            (start, end) = (Math.Max(0, offset), Math.Min(OffsetInField(_fields[i], end), _fields[i].Length));
            return true;
        }
        return false;
    }

    /// <summary>Negative before the field; at least its length behind it.</summary>
    int OffsetInField(in Field field, int offset)
    {
        if (offset < field.RawStart) return -1;
        ReadOnlySpan<byte> raw = _line.Span[field.RawStart..Math.Min(offset, field.RawStart + field.RawLength)];
        int last = raw.LastIndexOf((byte)'\\');
        if (last >= 0 && IsEscapeCut(raw, last)) raw = raw[..last];
        return Unescape(raw, new byte[raw.Length]);
    }

    static bool IsEscapeCut(ReadOnlySpan<byte> raw, int slash)
    {
        int slashes = slash + 1 - raw[..(slash + 1)].TrimEnd((byte)'\\').Length;
        return slashes % 2 == 1 && (slash == raw.Length - 1 || (raw[slash + 1] == 'u' && raw.Length - slash < 6));
    }

    /// <summary>The id, or null if the record has none, or a text in its place.</summary>
    internal string? FormatId() => _id.Length is 0 or > LongestId || Unescape(_id.Start, _id.Length) is not string id || ShownName.MayBeText(id) ? null : id;

    string FormatName(Place place)
    {
        if (place.Holder == Root) return "";
        List<Place> path = [];
        for (; place.Holder != Root; place = _holders[place.Holder]) path.Add(place);
        StringBuilder name = new();
        for (int i = path.Count - 1; i >= 0; i--)
        {
            if (path[i].NameLength == Place.IsIndex) name.Append(CultureInfo.InvariantCulture, $"[{path[i].NameStartOrIndex}]");
            else name.Append(name.Length > 0 ? "." : "").Append(Shown(Unescape(path[i].NameStartOrIndex, path[i].NameLength)));
        }
        return name.ToString();
    }

    static string Shown(string name) => name.Length <= LongestName ? name : ShownName.Instead(name);

    string Unescape(int start, int length)
    {
        byte[] bytes = new byte[length];
        return Encoding.UTF8.GetString(bytes, 0, Unescape(_line.Span.Slice(start, length), bytes));
    }

    void Append(Place place, ReadOnlySpan<byte> value, bool mayHaveEscapes, int rawStart, Zone zone)
    {
        if (_fields.Count > 0) _text[_textLength++] = (byte)'\n';
        int start = _textLength;
        Span<byte> target = _text.AsSpan(start);
        if (mayHaveEscapes) _textLength += Unescape(value, target);
        else
        {
            value.CopyTo(target);
            _textLength += value.Length;
        }
        _fields.Add(new Field(place, start, _textLength - start, rawStart, value.Length, zone));
    }

    // There is room for the name as long as it is not among the strings.
    bool IsName(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted)
    {
        if (!name.Contains((byte)'\\')) return name.SequenceEqual(wanted);
        Span<byte> target = _text.AsSpan(_textLength);
        return target[..Unescape(name, target)].SequenceEqual(wanted);
    }

    // From a string's first escape on Utf8JsonReader looks at each byte by itself, which for texts of many lines took an eighth of
    // a scan. It is given the line with other letters in place of the escapes: they mean the same to it within a string, and
    // outside of one neither is JSON.
    /// <summary>The line without escapes, byte for byte where it was, up to the first that is none: there the reader stops.</summary>
    ReadOnlySpan<byte> Mask(ReadOnlySpan<byte> line)
    {
        if (_masked.Length < line.Length) Rent(ref _masked, line.Length);
        Span<byte> target = _masked.AsSpan(0, line.Length);
        int done = 0;
        while (true)
        {
            done += CopyPlain(line[done..], target[done..]);
            if (done == line.Length) return target;
            if (!IsEscape(line[done..]))
            {
                line[done..].CopyTo(target[done..]);
                return target;
            }
            target[done] = target[done + 1] = (byte)'_';
            done += 2;
        }
    }

    static bool IsEscape(ReadOnlySpan<byte> text) => text.Length > 1 && (s_isEscaped[text[1]] || IsCodeUnit(text));

    static bool IsCodeUnit(ReadOnlySpan<byte> text) => text.Length > 5 && text[1] == 'u' && !text[2..6].ContainsAnyExcept(s_hexDigits);

    static readonly SearchValues<byte> s_hexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    static readonly bool[] s_isEscaped = [.. Enumerable.Range(0, 256).Select(letter => letter < 0x80 && "\"\\/bfnrt".Contains((char)letter))];

    // Utf8JsonReader.CopyString would throw at ill-formed UTF-8 and at half a surrogate pair. Both are common in logs that cut
    // their strings, and are no reason to look away: the first goes through, the second is U+FFFD.
    static int Unescape(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int written = 0;
        while (true)
        {
            int plain = CopyPlain(source, target[written..]);
            written += plain;
            if (plain == source.Length) return written;
            byte letter = source[plain + 1];
            source = source[(plain + 2)..];
            if (letter == 'u') written += ReadCodePoint(ref source).EncodeToUtf8(target[written..]);
            else target[written++] = s_escapes[letter];
        }
    }

    /// <summary>What an escape of one letter stands for.</summary>
    static readonly byte[] s_escapes = [.. Enumerable.Range(0, 256).Select(letter => (char)letter switch { 'n' => (byte)'\n', 't' => (byte)'\t', 'r' => (byte)'\r', 'b' => (byte)'\b', 'f' => (byte)'\f', _ => (byte)letter })];

    /// <summary>Copies what stands before the first backslash, and perhaps a few bytes more.</summary>
    // Escapes are some forty bytes apart in what tools send: too few for a search and a copy each.
    static int CopyPlain(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int done = 0;
        for (; Math.Min(source.Length, target.Length) - done >= Vector256<byte>.Count; done += Vector256<byte>.Count)
        {
            Vector256<byte> block = Vector256.Create(source[done..]);
            block.CopyTo(target[done..]);
            uint slashes = Vector256.Equals(block, Vector256.Create((byte)'\\')).ExtractMostSignificantBits();
            if (slashes != 0) return done + BitOperations.TrailingZeroCount(slashes);
        }
        int slash = source[done..].IndexOf((byte)'\\');
        int end = slash < 0 ? source.Length : done + slash;
        source[done..end].CopyTo(target[done..]);
        return end;
    }

    static Rune ReadCodePoint(ref ReadOnlySpan<byte> source)
    {
        char unit = Unit(source);
        source = source[4..];
        if (Rune.TryCreate(unit, out Rune rune)) return rune;
        if (!source.StartsWith("\\u"u8) || !Rune.TryCreate(unit, Unit(source[2..]), out rune)) return Rune.ReplacementChar;
        source = source[6..];
        return rune;
    }

    static char Unit(ReadOnlySpan<byte> digits) =>
        (char)ushort.Parse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    static void Rent(ref byte[] buffer, int length)
    {
        Return(ref buffer);
        buffer = ArrayPool<byte>.Shared.Rent(length);
    }

    static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    static void Empty<T>(List<T> list)
    {
        list.Clear();
        if (list.Capacity > MaxKeptFields) list.Capacity = 0;
    }

    /// <summary>Gives the buffers back; they are rented anew when the next line is parsed, or copied here.</summary>
    public void Dispose()
    {
        Return(ref _text);
        Return(ref _otherText);
        Return(ref _masked);
        Return(ref _lineCopy);
        (_textLength, _line) = (0, default);
        Empty(_holders);
        Empty(_fields);
        Empty(_otherFields);
    }
}
