using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LeakScan.Sources.Records;

/// <summary>The strings of one JSON value in one buffer, and where each stands. Reused from record to record without allocation.</summary>
// Names of fields are wanted for the few records that match. So a field has a link to the object or array that holds it, which
// has a link to the one that holds that, and the place of its property name in the line; a name is put together when asked for.
sealed class JsonStrings : IDisposable
{
    /// <summary>Deeper records are handed out as raw text.</summary>
    internal const int MaxDepth = 1000;

    const int Root = -1;

    /// <summary>A place in its holder: a property name in the line, or an index where <see cref="NameLength"/> is <see cref="IsIndex"/>.</summary>
    readonly record struct Place(int Holder, int NameStartOrIndex, int NameLength)
    {
        internal const int IsIndex = -1;
    }

    readonly record struct Field(Place Place, int Start, int Length);

    readonly byte[]? _textField;
    readonly byte[] _idField;
    readonly List<Place> _holders = [];
    readonly List<Field> _fields = [];
    readonly int[] _counts = new int[MaxDepth + 1]; // elements so far of the array at each depth; -1 for an object
    byte[] _text = [];
    int _textLength;
    ReadOnlyMemory<byte> _line;
    (int Start, int Length) _id;

    internal JsonStrings(string? textField, string idField)
    {
        _textField = textField is null ? null : Encoding.UTF8.GetBytes(textField);
        _idField = Encoding.UTF8.GetBytes(idField);
    }

    internal int Count => _fields.Count;

    internal ReadOnlyMemory<byte> Text => _text.AsMemory(0, _textLength);

    /// <summary>The value is no object, or has no property of the text field's name.</summary>
    internal bool IsTextFieldMissing { get; private set; }

    /// <summary>Whether the bytes are one complete JSON object.</summary>
    internal static bool IsObject(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (isObject && reader.Read())
            {
            }
            return isObject;
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
        IsTextFieldMissing = _textField is not null;
        // All strings and the line ends between them are no longer than the line, since each string has its quotes there.
        if (_text.Length < line.Length) Grow(line.Length);

        Utf8JsonReader reader = new(line.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        int depth = 0;
        bool wanted = _textField is null;
        bool isId = false;
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
                place = new Place(place.Holder, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                if (depth != 1) continue;
                isId = reader.ValueTextEquals(_idField);
                if (_textField is not null && (wanted = reader.ValueTextEquals(_textField))) IsTextFieldMissing = false;
                continue;
            }
            if (_counts[depth] >= 0) place = new Place(place.Holder, _counts[depth]++, Place.IsIndex);
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    if (isId && depth == 1) _id = ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                    if (wanted) Append(place, reader.ValueSpan, reader.ValueIsEscaped);
                    break;
                case JsonTokenType.Number:
                    if (isId && depth == 1) _id = ((int)reader.TokenStartIndex, reader.ValueSpan.Length);
                    break;
                case JsonTokenType.StartObject:
                case JsonTokenType.StartArray:
                    _counts[++depth] = reader.TokenType == JsonTokenType.StartArray ? 0 : -1;
                    _holders.Add(place);
                    place = place with { Holder = _holders.Count - 1 };
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Copies all that names, texts and id are made from.</summary>
    internal void CopyTo(JsonStrings target)
    {
        if (target._text.Length < _textLength) target.Grow(_textLength);
        _text.AsSpan(0, _textLength).CopyTo(target._text);
        target._textLength = _textLength;
        if (target._lineCopy.Length < _line.Length) target._lineCopy = new byte[_line.Length];
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

    /// <summary>The id, or null if the record has none.</summary>
    internal string? FormatId() => _id.Length == 0 ? null : Unescape(_id.Start, _id.Length);

    string FormatName(Place place)
    {
        if (place.Holder == Root) return "";
        List<Place> path = [];
        for (; place.Holder != Root; place = _holders[place.Holder]) path.Add(place);
        StringBuilder name = new();
        for (int i = path.Count - 1; i >= 0; i--)
        {
            if (path[i].NameLength == Place.IsIndex) name.Append(CultureInfo.InvariantCulture, $"[{path[i].NameStartOrIndex}]");
            else name.Append(name.Length > 0 ? "." : "").Append(Unescape(path[i].NameStartOrIndex, path[i].NameLength));
        }
        return name.ToString();
    }

    string Unescape(int start, int length)
    {
        byte[] bytes = new byte[length];
        return Encoding.UTF8.GetString(bytes, 0, Unescape(_line.Span.Slice(start, length), bytes));
    }

    void Append(Place place, ReadOnlySpan<byte> value, bool isEscaped)
    {
        if (_fields.Count > 0) _text[_textLength++] = (byte)'\n';
        int start = _textLength;
        Span<byte> target = _text.AsSpan(start);
        if (isEscaped) _textLength += Unescape(value, target);
        else
        {
            value.CopyTo(target);
            _textLength += value.Length;
        }
        _fields.Add(new Field(place, start, _textLength - start));
    }

    // Utf8JsonReader.CopyString would throw at ill-formed UTF-8 and at half a surrogate pair. Both are common in logs that cut
    // their strings, and are no reason to look away: the first goes through, the second is U+FFFD.
    static int Unescape(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int written = 0;
        while (true)
        {
            int slash = source.IndexOf((byte)'\\');
            ReadOnlySpan<byte> plain = slash < 0 ? source : source[..slash];
            plain.CopyTo(target[written..]);
            written += plain.Length;
            if (slash < 0) return written;
            byte letter = source[slash + 1];
            source = source[(slash + 2)..];
            if (letter == 'u')
            {
                written += ReadCodePoint(ref source).EncodeToUtf8(target[written..]);
                continue;
            }
            target[written++] = letter switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'t' => (byte)'\t',
                (byte)'r' => (byte)'\r',
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                _ => letter,
            };
        }
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

    void Grow(int length)
    {
        if (_text.Length > 0) ArrayPool<byte>.Shared.Return(_text);
        _text = ArrayPool<byte>.Shared.Rent(length);
    }

    public void Dispose()
    {
        if (_text.Length > 0) ArrayPool<byte>.Shared.Return(_text);
        _text = [];
        _textLength = 0;
    }
}
