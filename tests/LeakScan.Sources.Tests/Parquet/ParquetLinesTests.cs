using System.Globalization;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using CsCheck;
using LeakScan.Sources.Tests.Support;
using ParquetSharp;
using Encoding = System.Text.Encoding;
using StringBuilder = System.Text.StringBuilder;

namespace LeakScan.Sources.Tests.Parquet;

public class ParquetLinesTests
{
    sealed record Copy(string Id, long Line, string Text, string Fields, RecordFormat Format);

    static readonly string[] s_texts = ["", "a", "plain text", "two\nlines \"quoted\" \\ and\ttab", "é€😀", "\u0001\u007f", new string('x', 700)];

    [Fact]
    public void Row_is_the_record_that_its_JSON_would_be()
    {
        (string Name, IArrowArray Values)[] Columns() => // whoever writes an array ends it
        [
            ("id", new Int64Array.Builder().Append(7).AppendNull().Append(9).Build()),
            ("text", ParquetFile.Strings("first text", null, "third\nof three")),
            ("messages", ParquetFile.Lists<(string?, string?)>(
                [[("user", "what is it?"), ("assistant", "nothing")], [], [("user", null)]],
                all => ParquetFile.Records(("role", ParquetFile.Strings(all.Select(m => m.Item1))), ("content", ParquetFile.Strings(all.Select(m => m.Item2)))))),
            ("tags", ParquetFile.Lists<string?>([["a", null, "b"], null, []], ParquetFile.Strings)),
            ("score", new DoubleArray.Builder().Append(0.5).Append(1.5).AppendNull().Build()),
            ("embedding", ParquetFile.Lists<float>([[1, 2], [3], null], all => new FloatArray.Builder().AppendRange(all).Build())),
            ("bytes", new BinaryArray.Builder().Append("text as bytes"u8).Append([0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10]).AppendNull().Build()),
        ];
        List<Copy> expected = Read("x.jsonl", """
            {"id":7,"text":"first text","messages":[{"role":"user","content":"what is it?"},{"role":"assistant","content":"nothing"}],"tags":["a",null,"b"],"bytes":"text as bytes"}
            {"text":null,"messages":[]}
            {"id":9,"text":"third\nof three","messages":[{"role":"user"}],"tags":[]}
            """u8.ToArray());
        foreach (bool storesSchema in (bool[])[true, false])
        {
            List<Copy> actual = Read("x.parquet", ParquetFile.Write(Columns(), storesSchema: storesSchema));
            foreach ((Copy one, Copy other) in expected.Zip(actual)) Assert.True(CompareButForNames(one, other), $"{one}\n{other}");
            Assert.Equal(expected.Count, actual.Count);
        }
    }

    [Theory]
    [InlineData(Compression.Uncompressed)]
    [InlineData(Compression.Snappy)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    [InlineData(Compression.Lz4)]
    [InlineData(Compression.Brotli)]
    public void Every_compression(Compression compression)
    {
        byte[] file = ParquetFile.Write([("text", ParquetFile.Strings(Enumerable.Range(0, 2000).Select(i => $"row {i}")))], compression: compression);
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"row {i}"), Read("x.parquet", file).Select(record => record.Text));
    }

    [Fact]
    public void Dictionaries_long_strings_and_maps()
    {
        DictionaryArray dictionary = new(new DictionaryType(Int32Type.Default, StringType.Default, ordered: false), new Int32Array.Builder().Append(1).Append(0).AppendNull().Build(), ParquetFile.Strings("zero", "one"));
        IArrowArray large = new LargeStringArray(3, Buffer(0L, 3L, 3L, 8L), new ArrowBuffer.Builder<byte>().Append("abcdefgh"u8).Build(), ArrowBuffer.Empty);
        MapArray map = new(
            new MapType(StringType.Default, StringType.Default), 3, Buffer(0, 2, 2, 3),
            new StructArray(
                new StructType([new Field("key", StringType.Default, nullable: false), new Field("value", StringType.Default, nullable: true)]), 3,
                [ParquetFile.Strings("k1", "k2", "k3"), ParquetFile.Strings("v1", null, "v3")], ArrowBuffer.Empty, 0),
            ArrowBuffer.Empty, 0);
        List<Copy> records = Read("x.parquet", ParquetFile.Write([("d", dictionary), ("l", large), ("m", map)]));
        Assert.Equal(["one\nabc\nk1\nv1\nk2", "zero\n", "defgh\nk3\nv3"], records.Select(record => record.Text));
        Assert.Equal("d l m[0].key m[0].value m[1].key", records[0].Fields);
    }

    [Fact]
    public void Same_as_JSONL_of_any_rows()
    {
        Gen<string?> text = Gen.Frequency(
            (3, Gen.Int[0, s_texts.Length - 1].Select(i => (string?)s_texts[i])),
            (1, Gen.Const((string?)null)),
            (2, Gen.String.Where(t => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(t)) == t).Select(t => (string?)t))); // no halves of pairs
        Gen.Select(text.Array[1, 900], text.Array[0, 3].Array[1, 900], Gen.Int[1, 400]).Sample(
            (texts, lists, rowsOfGroup) =>
            {
                int rows = Math.Min(texts.Length, lists.Length);
                byte[] file = ParquetFile.Write([("t", ParquetFile.Strings(texts[..rows])), ("l", ParquetFile.Lists(lists[..rows], ParquetFile.Strings))], rowsOfGroup);
                StringBuilder lines = new();
                for (int i = 0; i < rows; i++)
                {
                    JsonObject row = new() { ["t"] = texts[i] is string t ? JsonValue.Create(t) : null };
                    row["l"] = new JsonArray([.. lists[i].Select(item => item is null ? null : JsonValue.Create(item))]);
                    lines.Append(row.ToJsonString()).Append('\n');
                }
                Assert.Equal(Read("x.jsonl", Encoding.UTF8.GetBytes(lines.ToString())), Read("x.parquet", file), CompareButForNames);
            },
            iter: 60, print: _ => "see the seed");
    }

    [Fact]
    public void Damaged_row_group_is_told_of_and_the_others_are_read()
    {
        byte[] file = ParquetFile.Write([("text", ParquetFile.Strings(Enumerable.Range(0, 3000).Select(i => string.Create(CultureInfo.InvariantCulture, $"row {i} {i * 7919 % 3001}"))))], rowsOfGroup: 1000, Compression.Zstd);
        file.AsSpan(file.Length / 2 - 40, 80).Fill(0x5A);
        InputReader reader = new();
        List<Copy> records = Read(reader, "x.parquet", file);
        SourceProblem problem = Assert.Single(reader.Problems);
        Assert.InRange(problem.Record, 1001, 2000);
        Assert.StartsWith($"{2001 - problem.Record} rows of row group 1 cannot be read: ", problem.Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, 1000).Concat(Enumerable.Range(2001, 1000)).Select(i => (long)i), records.Select(record => record.Line).Where(line => line is <= 1000 or > 2000));
        Assert.All(records, record => Assert.StartsWith($"row {record.Line - 1} ", record.Text, StringComparison.Ordinal));
    }

    // What is wrong with a file must end in a problem, wherever it is wrong. (A changed character of plain text is no damage that shows.)
    [Fact]
    public void Changed_bytes_end_in_records_and_problems()
    {
        byte[] file = ParquetFile.Write([("text", ParquetFile.Strings(s_texts)), ("list", ParquetFile.Lists<string?>(s_texts.Select(t => (string?[])[t, null]), ParquetFile.Strings))]);
        long problems = 0;
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte, Gen.Int[0, file.Length - 1], Gen.Byte).Sample(
            (first, one, second, other) =>
            {
                byte[] changed = [.. file];
                (changed[first], changed[second]) = (one, other);
                InputReader reader = new();
                Read(reader, "x.parquet", changed);
                Interlocked.Add(ref problems, reader.ProblemCount);
            },
            iter: 1000);
        Assert.NotEqual(0, problems);
    }

    [Fact]
    public void What_is_no_Parquet_is_told_of()
    {
        InputReader reader = new();
        Assert.Empty(Read(reader, "x.parquet", "no Parquet at all"u8.ToArray()));
        Assert.StartsWith("cannot be opened: it is damaged, encrypted or no Parquet: ", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);
        reader = new InputReader(new InputOptions { Format = InputFormat.Parquet });
        Assert.Empty(reader.Read(new ChoppedStream(ParquetFile.Write([("text", ParquetFile.Strings("a"))]), 7), "-"));
        Assert.Contains("not read from a pipe", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Named_otherwise_or_forced_to_be_text()
    {
        byte[] file = ParquetFile.Write([("text", ParquetFile.Strings("a", "b"))], compression: Compression.Uncompressed);
        Assert.Equal(["a", "b"], Read(new InputReader(new InputOptions { Format = InputFormat.Parquet }), "rows.bin", file).Select(record => record.Text));
        Assert.StartsWith("PAR1", Assert.Single(Read(new InputReader(new InputOptions { Format = InputFormat.Text }), "x.parquet", file)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_and_id_from_columns()
    {
        byte[] file = ParquetFile.Write([("prompt", ParquetFile.Strings("what", "how")), ("answer", ParquetFile.Strings("this", "that")), ("key", new Int32Array.Builder().Append(3).Append(4).Build())]);
        List<Copy> records = Read(new InputReader(new InputOptions { TextField = "prompt", IdField = "key" }), "x.parquet", file);
        Assert.Equal([("3", "what"), ("4", "how")], records.Select(record => (record.Id, record.Text)));
    }

    [Fact]
    public void Null_is_no_missing_field()
    {
        byte[] file = ParquetFile.Write([("prompt", ParquetFile.Strings("what", null)), ("answer", ParquetFile.Strings("this", "that"))]);
        InputReader reader = new(new InputOptions { TextField = "prompt" });
        Assert.Equal(["what", ""], Read(reader, "x.parquet", file).Select(record => record.Text));
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public void Bytes_of_any_kind()
    {
        BinaryArray bytes = new BinaryArray.Builder().Append([.. "caf"u8, 0xE9, .. " au lait"u8]).Append([0, 1, 2, 3]).Build();
        FixedSizeBinaryArray Fixed(int width, params byte[] values) =>
            new(new ArrayData(new FixedSizeBinaryType(width), values.Length / width, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer.Builder<byte>().Append(values).Build()]));
        byte[] uuid = new Guid("0191e0d4-7c1a-7b3e-9d2f-3a4b5c6d7e8f").ToByteArray(bigEndian: true);
        byte[] file = ParquetFile.Write([("b", bytes), ("f", Fixed(4, [.. "abcdefgh"u8])), ("id", Fixed(16, [.. uuid, .. uuid]))]);
        List<Copy> records = Read("x.parquet", file);
        Assert.Equal(["caf\uFFFD au lait\nabcd\n0191e0d4-7c1a-7b3e-9d2f-3a4b5c6d7e8f", "efgh\n0191e0d4-7c1a-7b3e-9d2f-3a4b5c6d7e8f"], records.Select(record => record.Text));
        Assert.Equal("0191e0d4-7c1a-7b3e-9d2f-3a4b5c6d7e8f", records[0].Id);
    }

    [Fact]
    public void Found_by_its_magic_numbers_and_no_pipe_is_waited_for()
    {
        using TemporaryFolder folder = new();
        folder.Write("blob", ParquetFile.Write([("text", ParquetFile.Strings("in a blob"))]));
        folder.Write("short.parquet", "PAR1");
        InputReader reader = new();
        Assert.Equal("in a blob", Encoding.UTF8.GetString(Assert.Single(reader.Read(folder.Path)).Text.Span));
        Assert.Contains("no footer", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);
        Assert.Equal("{\"text\":\"in a blob\"}\n", Encoding.UTF8.GetString(Assert.Single(new SourceReader().Read(SourceSpec.Parse(Path.Combine(folder.Path, "blob"), "l"))).Text.Span));
    }

    [Fact]
    public void Source_has_a_line_for_each_row()
    {
        using TemporaryFolder folder = new();
        folder.Write("data/books.parquet", ParquetFile.Write([("text", ParquetFile.Strings("one \"row\"", "another\nrow")), ("n", new Int32Array.Builder().Append(1).Append(2).Build())]));
        folder.Write("data/broken.parquet", "PAR1"u8.ToArray());
        SourceReader reader = new();
        List<string> documents = [];
        foreach (SourceDocument document in reader.Read(SourceSpec.Parse(folder.Path, "training-data")))
        {
            documents.Add($"{document.Path[folder.Path.Length..]}: {Encoding.UTF8.GetString(document.Text.Span)}");
            document.Dispose();
        }
        Assert.Equal("/data/books.parquet: {\"text\":\"one \\\"row\\\"\",\"n\":1}\n{\"text\":\"another\\nrow\",\"n\":2}\n", Assert.Single(documents));
        Assert.EndsWith("broken.parquet", Assert.Single(reader.Problems).File, StringComparison.Ordinal);
    }

    static bool CompareButForNames(Copy one, Copy other) => one with { Id = Place(one) } == other with { Id = Place(other) };

    /// <summary>The id, but for the file's name if it has none of its own.</summary>
    static string Place(Copy record) => record.Id.Replace("x.jsonl:", "x.parquet:", StringComparison.Ordinal);

    static ArrowBuffer Buffer<T>(params T[] values)
        where T : struct => new ArrowBuffer.Builder<T>().AppendRange(values).Build();

    static List<Copy> Read(string name, byte[] file)
    {
        InputReader reader = new();
        List<Copy> records = Read(reader, name, file);
        Assert.Empty(reader.Problems);
        return records;
    }

    static List<Copy> Read(InputReader reader, string name, byte[] file)
    {
        List<Copy> records = [];
        foreach (InputRecord record in reader.Read(new MemoryStream(file), name))
        {
            records.Add(new Copy(record.Id, record.Line, Encoding.UTF8.GetString(record.Text.Span), string.Join(' ', record.Fields.Select(field => field.Name)), record.Format));
        }
        return records;
    }
}
