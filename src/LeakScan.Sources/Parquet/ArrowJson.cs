using System.Text.Json;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using LeakScan.Sources.Files;

namespace LeakScan.Sources.Parquet;

/// <summary>Writes what a column holds in one row as JSON.</summary>
static class ArrowJson
{
    const int UuidBytes = 16;

    /// <summary>A longer string is written in pieces: a writer takes no more at once.</summary>
    const int MaxPieceBytes = 64 * 1024 * 1024;

    /// <summary>Writes a row as an object of its columns.</summary>
    internal static void WriteRow(Utf8JsonWriter json, IReadOnlyList<Field> columns, IReadOnlyList<IArrowArray> values, int row)
    {
        json.WriteStartObject();
        for (int i = 0; i < columns.Count; i++)
        {
            json.WritePropertyName(columns[i].Name);
            WriteValue(json, values[i], row);
        }
        json.WriteEndObject();
    }

    // Whole numbers are written for the sake of records' ids; what is neither text nor such a number is null.
    static void WriteValue(Utf8JsonWriter json, IArrowArray array, int index)
    {
        if (array.IsNull(index))
        {
            json.WriteNullValue();
            return;
        }
        switch (array)
        {
            // A string is an array of bytes too: of each pair the bytes come second.
            case StringArray or LargeStringArray or StringViewArray: WriteText(json, BytesOf(array, index)); break;
            case FixedSizeBinaryArray { Data.DataType: FixedSizeBinaryType { ByteWidth: UuidBytes } } ids when !Utf8.IsValid(ids.GetBytes(index)):
                json.WriteStringValue(new Guid(ids.GetBytes(index), bigEndian: true));
                break;
            case BinaryArray or LargeBinaryArray or BinaryViewArray or FixedSizeBinaryArray: WriteBytes(json, BytesOf(array, index)); break;
            case StructArray record: WriteRow(json, ((StructType)record.Data.DataType).Fields, record.Fields, index); break;
            case ListArray list: WriteList(json, list.Values, list.ValueOffsets[index], list.ValueOffsets[index + 1]); break; // a map is a list of pairs
            case LargeListArray list: WriteList(json, list.Values, checked((int)list.ValueOffsets[index]), checked((int)list.ValueOffsets[index + 1])); break;
            case ListViewArray list: WriteList(json, list.Values, list.ValueOffsets[index], list.ValueOffsets[index] + list.Sizes[index]); break;
            case FixedSizeListArray list:
                IArrowArray values = list.GetSlicedValues(index);
                WriteList(json, values, 0, values.Length);
                break;
            case DictionaryArray dictionary: WriteValue(json, dictionary.Dictionary, IndexOf(dictionary.Indices, index)); break;
            case UInt64Array numbers: json.WriteNumberValue(numbers.Values[index]); break;
            default:
                if (IntegerAt(array, index) is long number) json.WriteNumberValue(number);
                else json.WriteNullValue();
                break;
        }
    }

    static ReadOnlySpan<byte> BytesOf(IArrowArray array, int index) => array switch
    {
        BinaryArray bytes => bytes.GetBytes(index),
        LargeBinaryArray bytes => bytes.GetBytes(index),
        FixedSizeBinaryArray bytes => bytes.GetBytes(index),
        _ => ((BinaryViewArray)array).GetBytes(index),
    };

    // Who writes no logical types writes text as bytes. Pictures and sound are bytes too.
    static void WriteBytes(Utf8JsonWriter json, ReadOnlySpan<byte> bytes)
    {
        if (SkipRules.IsBinary(bytes)) json.WriteNullValue();
        else WriteText(json, bytes);
    }

    static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        for (; text.Length > MaxPieceBytes; text = text[MaxPieceBytes..]) json.WriteStringValueSegment(text[..MaxPieceBytes], isFinalSegment: false);
        json.WriteStringValueSegment(text, isFinalSegment: true);
    }

    static void WriteList(Utf8JsonWriter json, IArrowArray values, int start, int end)
    {
        json.WriteStartArray();
        for (int i = start; i < end; i++) WriteValue(json, values, i);
        json.WriteEndArray();
    }

    static int IndexOf(IArrowArray indices, int index) => checked((int)(indices is UInt64Array wide ? (long)wide.Values[index] : IntegerAt(indices, index)!.Value));

    static long? IntegerAt(IArrowArray array, int index) => array switch
    {
        Int8Array numbers => numbers.Values[index],
        UInt8Array numbers => numbers.Values[index],
        Int16Array numbers => numbers.Values[index],
        UInt16Array numbers => numbers.Values[index],
        Int32Array numbers => numbers.Values[index],
        UInt32Array numbers => numbers.Values[index],
        Int64Array numbers => numbers.Values[index],
        _ => null,
    };
}
