using System.Collections;
using System.Globalization;
using LeakScan.Sources.Records;

namespace LeakScan.Sources;

/// <summary>One unit to scan.</summary>
/// <remarks>The reader hands out the same object again and again: everything in it is valid until the enumerator moves on.</remarks>
public sealed class InputRecord
{
    readonly FieldList _fields;
    string? _id;
    JsonStrings? _strings;

    /// <summary>Makes an empty record, to copy into.</summary>
    public InputRecord() => _fields = new FieldList(this);

    /// <summary>The value of the id field, else <c>FILE:LINE</c>. Made when first asked for.</summary>
    public string Id => _id ??= _strings?.FormatId() ?? string.Create(CultureInfo.InvariantCulture, $"{Input}:{Line}");

    /// <summary>The file: the INPUT as given, joined with the path below it by <c>/</c>.</summary>
    public string Input { get; private set; } = "";

    /// <summary>1-based line at which the record begins.</summary>
    public long Line { get; private set; }

    /// <summary>Offset in bytes at which the record begins in the decompressed input (for UTF-16, in its UTF-8 form).</summary>
    public long Offset { get; private set; }

    /// <summary>UTF-8, possibly with ill-formed bytes: the text, or the strings of a JSON record, each separated from the next by a line end.</summary>
    public ReadOnlyMemory<byte> Text { get; private set; }

    /// <summary>Bytes of the decompressed input that this record is the first to cover, its line end included.</summary>
    public long RawBytes { get; private set; }

    /// <summary>The strings of a JSON record, in order; empty for text. Names are made when an element is read.</summary>
    public IReadOnlyList<InputField> Fields => _fields;

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

    /// <summary>Copies the record into another, which then lives apart from the reader: for handing it to another thread.</summary>
    /// <param name="target">Overwritten; its buffers are used again, so that it costs no allocation after warm-up.</param>
    public void CopyTo(InputRecord target)
    {
        if (_strings is null)
        {
            if (target._copy.Length < Text.Length) target._copy = new byte[Text.Length];
            Text.CopyTo(target._copy);
            target.Set(Input, Line, Offset, target._copy.AsMemory(0, Text.Length), RawBytes, null);
            return;
        }
        target._ownStrings ??= new JsonStrings(null, "");
        _strings.CopyTo(target._ownStrings);
        target.Set(Input, Line, Offset, target._ownStrings.Text, RawBytes, target._ownStrings);
    }

    byte[] _copy = [];
    JsonStrings? _ownStrings;

    internal void Set(string input, long line, long offset, ReadOnlyMemory<byte> text, long rawBytes, JsonStrings? strings)
    {
        (Input, Line, Offset, Text, RawBytes) = (input, line, offset, text, rawBytes);
        (_id, _strings) = (null, strings);
    }

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
