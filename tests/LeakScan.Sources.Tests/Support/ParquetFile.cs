using Apache.Arrow;
using Apache.Arrow.Types;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace LeakScan.Sources.Tests.Support;

/// <summary>Writes columns as a Parquet file. An array that was written is of no use any more.</summary>
static class ParquetFile
{
    internal static byte[] Write(IReadOnlyList<(string Name, IArrowArray Values)> columns, int rowsOfGroup = 1000, Compression compression = Compression.Snappy, bool storesSchema = true)
    {
        Schema schema = new([.. columns.Select(column => new Field(column.Name, column.Values.Data.DataType, nullable: true))], null);
        RecordBatch batch = new(schema, columns.Select(column => column.Values), columns[0].Values.Length);
        using MemoryStream file = new();
        using WriterProperties properties = new WriterPropertiesBuilder().Compression(compression).Build();
        using ArrowWriterPropertiesBuilder arrow = new();
        using ArrowWriterProperties arrowProperties = (storesSchema ? arrow.StoreSchema() : arrow).Build();
        using (FileWriter writer = new(file, schema, properties, arrowProperties, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch, rowsOfGroup);
            writer.Close();
        }
        return file.ToArray();
    }

    internal static StringArray Strings(params IEnumerable<string?> values)
    {
        StringArray.Builder builder = new();
        foreach (string? value in values) builder.Append(value);
        return builder.Build();
    }

    /// <summary>An array of lists: of each row the values, null for no list.</summary>
    internal static ListArray Lists<T>(IEnumerable<T[]?> rows, Func<IEnumerable<T>, IArrowArray> build)
    {
        List<T> values = [];
        ArrowBuffer.Builder<int> offsets = new();
        ArrowBuffer.BitmapBuilder valid = new();
        int nulls = 0;
        int count = 0;
        foreach (T[]? row in rows)
        {
            offsets.Append(values.Count);
            valid.Append(row is not null);
            nulls += row is null ? 1 : 0;
            values.AddRange(row ?? []);
            count++;
        }
        offsets.Append(values.Count);
        IArrowArray items = build(values);
        return new ListArray(new ListType(new Field("item", items.Data.DataType, nullable: true)), count, offsets.Build(), items, valid.Build(), nulls);
    }

    internal static StructArray Records(params (string Name, IArrowArray Values)[] fields)
    {
        StructType type = new([.. fields.Select(field => new Field(field.Name, field.Values.Data.DataType, nullable: true))]);
        return new StructArray(type, fields[0].Values.Length, fields.Select(field => field.Values), ArrowBuffer.Empty, 0);
    }
}
