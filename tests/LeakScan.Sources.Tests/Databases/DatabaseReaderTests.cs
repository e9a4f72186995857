using System.Globalization;
using System.Text;
using LeakScan.Sources.Records;
using LeakScan.Sources.Tests.Support;
using Microsoft.Data.Sqlite;

namespace LeakScan.Sources.Tests.Databases;

public sealed class DatabaseReaderTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    string Make(string name, string sql)
    {
        string path = Path.Combine(_folder.Path, name);
        using SqliteConnection connection = new($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
        return path;
    }

    static List<(string Id, string Text, int Sent)> Read(InputReader reader, string path) =>
        [.. reader.Read(path).Select(r => (r.Id, Encoding.UTF8.GetString(r.Text.Span), r.SentLength))];

    static string Text(int i) => string.Create(CultureInfo.InvariantCulture, $"a text of more than two dozen letters {i}");

    [Fact]
    public void Every_text_of_every_table()
    {
        string path = Make("any.db", $"""
            CREATE TABLE "odd ""name" ("a b" TEXT, n INTEGER, c BLOB);
            INSERT INTO "odd ""name" VALUES ('{Text(1)}', 7, CAST('{Text(2)}' AS BLOB)), (NULL, NULL, 'short'), ('"{Text(3)}"', 1.5, X'00');
            CREATE TABLE keyed (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID;
            INSERT INTO keyed VALUES ('x', '["{Text(4)}",["{Text(5)}"]]');
            CREATE TABLE "empty" (a);
            CREATE VIEW seen AS SELECT * FROM keyed;
            """);
        InputReader reader = new();
        Assert.Equal(
            [
                ("keyed/1/v", Text(4) + "\n" + Text(5)), ("odd \"name/1/a b", Text(1)), ("odd \"name/1/c", Text(2)), ("odd \"name/3/a b", Text(3)),
            ],
            Read(reader, path).Select(r => (r.Id, r.Text)));
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public void A_table_may_have_as_many_columns_as_SQLite_allows()
    {
        IEnumerable<int> columns = Enumerable.Range(0, 2000);
        string path = Make("wide.db", $"CREATE TABLE t ({string.Join(", ", columns.Select(i => $"c{i}"))}); INSERT INTO t (c0, c1500, c1999) VALUES ('{Text(1)}', '{Text(2)}', '{Text(3)}');");
        InputReader reader = new();
        Assert.Equal([("t/1/c0", Text(1)), ("t/1/c1500", Text(2)), ("t/1/c1999", Text(3))], Read(reader, path).Select(r => (r.Id, r.Text)));
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public void Long_values_come_in_raw_pieces()
    {
        string path = Make("state.vscdb", $"""
            CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
            INSERT INTO cursorDiskKV VALUES ('bubbleId:c:b', CAST('{string.Concat(Enumerable.Range(0, 200).Select(i => Text(i) + "\n"))}' AS BLOB)), ('bubbleId:c:d', '{Text(1)}');
            """);
        InputReader reader = new(null, new InputLimits(Piece: 1000, Overlap: 100, Line: 5000));
        List<(string Id, string Text, int Sent)> records = Read(reader, path);
        Assert.InRange(records.Count, 9, 20);
        Assert.All(records.SkipLast(1), r => Assert.Equal("cursorDiskKV/bubbleId:c:b", r.Id));
        byte[] value = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => Text(i) + "\n")));
        Assert.All(new InputReader(null, new InputLimits(Piece: 1000, Overlap: 100, Line: 5000)).Read(path).SkipLast(1), r =>
        {
            Assert.Equal(1, r.Line);
            Assert.True(value.AsSpan((int)r.Offset).StartsWith(r.Text.Span));
        });
        Assert.Contains(records, r => r.Text.EndsWith(Text(199) + "\n", StringComparison.Ordinal));
        Assert.Equal(("cursorDiskKV/bubbleId:c:d", Text(1)), (records[^1].Id, records[^1].Text));
        SourceProblem problem = Assert.Single(reader.Problems);
        Assert.Equal(1, problem.Record);
        Assert.Contains("cursorDiskKV.value", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rowid TEXT", true)]
    [InlineData("RowId INTEGER, _rowid_ TEXT", true)]
    [InlineData("rowid TEXT, _rowid_ TEXT, oid TEXT", false)]
    public void Long_values_are_read_whatever_columns_are_called(string columns, bool isRead)
    {
        string path = Make("notes.db", $"""
            CREATE TABLE notes ({columns}, body TEXT);
            INSERT INTO notes (body, rowid) VALUES ('{Text(1)}', 2);
            INSERT INTO notes (body) VALUES ('{string.Concat(Enumerable.Range(0, 200).Select(i => Text(i) + "\n"))}');
            """);
        InputReader reader = new(null, new InputLimits(Piece: 1000, Overlap: 100, Line: 5000));
        List<(string Id, string Text, int Sent)> records = Read(reader, path);
        Assert.Contains(records, r => r.Text == Text(1));
        Assert.Equal(isRead, records.Exists(r => r.Text.EndsWith(Text(199) + "\n", StringComparison.Ordinal)));
        Assert.Contains(isRead ? "scanned as raw text" : "no row ids", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_database_gives_what_can_be_read_and_a_problem()
    {
        string rows = string.Join(',', Enumerable.Range(0, 2000).Select(i => $"('{Text(i)}')"));
        string path = Make("a.db", $"CREATE TABLE t (v TEXT); INSERT INTO t VALUES {rows};");
        byte[] bytes = File.ReadAllBytes(path);
        bytes.AsSpan(bytes.Length / 2, 4096).Fill(0xAB);
        File.WriteAllBytes(path, bytes);
        InputReader reader = new();
        Assert.InRange(Read(reader, path).Count, 100, 1999);
        Assert.Contains("table t cannot be read on", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);

        File.WriteAllBytes(path, [.. bytes.AsSpan(0, 16), .. new byte[3000]]);
        reader = new InputReader();
        Assert.Empty(Read(reader, path));
        Assert.Contains("cannot be read as a database", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_sessions_that_is_damaged_costs_no_other()
    {
        string rows = string.Join(',', Enumerable.Range(0, 2000).Select(i => $"('s{i}','{Text(i)}')"));
        string path = Make("a.db", $"CREATE TABLE a (v TEXT); INSERT INTO a VALUES ('{Text(1)}'); CREATE TABLE sessions (id TEXT, working_directory TEXT); INSERT INTO sessions VALUES (NULL, '{Text(2)}'); INSERT INTO sessions VALUES {rows};");
        InputReader reader = new();
        Assert.Equal(2002, Read(reader, path).Count);
        Assert.Empty(reader.Problems);
        byte[] bytes = File.ReadAllBytes(path);
        bytes.AsSpan(bytes.Length / 2, 4096).Fill(0xAB);
        File.WriteAllBytes(path, bytes);
        reader = new InputReader();
        Assert.Contains(Text(1), Read(reader, path).Select(r => r.Text));
        Assert.Contains(reader.Problems, p => p.Message.Contains("the folders of its sessions are not known", StringComparison.Ordinal));
    }

    [Fact]
    public void Reading_leaves_nothing_beside_a_database()
    {
        string path = Make("a.db", $"PRAGMA journal_mode = WAL; CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('{Text(1)}');");
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        Assert.Equal([Text(1)], Read(new InputReader(), path).Select(r => r.Text));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Side_files_belong_to_their_database()
    {
        string path = Make("a.db", $"CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('{Text(1)}');");
        using SqliteConnection writer = new($"Data Source={path};Pooling=False");
        writer.Open();
        using SqliteCommand command = writer.CreateCommand();
        command.CommandText = $"PRAGMA journal_mode = WAL; INSERT INTO t VALUES ('{Text(2)}')";
        command.ExecuteNonQuery();
        _folder.Write("other-wal", "no database beside it");
        InputReader reader = new();
        Assert.Equal([Text(1), Text(2), "no database beside it"], Read(reader, _folder.Path).Select(r => r.Text));
        Assert.Empty(reader.Problems);
        Assert.True(File.Exists(path + "-wal"));
        command.CommandText = $"INSERT INTO t VALUES ('{Text(3)}')"; // reading has not got in the way
        command.ExecuteNonQuery();
        Assert.Contains(Text(3), Read(new InputReader(), path).Select(r => r.Text));
    }

    [Fact]
    public void Codex_keeps_its_databases_for_itself()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, ".codex"));
        string path = Make(".codex/thread_history_1.sqlite", $$"""CREATE TABLE thread_items (item_json TEXT); INSERT INTO thread_items VALUES ('{"type":"CommandExecution","aggregated_output":"{{Text(1)}}"}');""");
        (string id, string text, int sent) = Assert.Single(Read(new InputReader(), path));
        Assert.Equal(("thread_items/1/item_json", "CommandExecution\n" + Text(1), 0), (id, text, sent));
    }

    [Fact]
    public void A_file_of_another_kind_is_text_whatever_its_name()
    {
        string path = _folder.Write("notes.db", "just notes");
        Assert.Equal("just notes", Assert.Single(Read(new InputReader(), path)).Text);
        Assert.Equal("just notes", Assert.Single(Read(new InputReader(new InputOptions { Format = InputFormat.Text }), path)).Text);
    }

    [Fact]
    public void Memory_does_not_grow_with_the_rows()
    {
        string path = Make("a.vscdb", $$"""
            CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
            INSERT INTO cursorDiskKV SELECT 'bubbleId:c:' || i, CAST('{"bubbleId":"' || i || '","text":"' || hex(zeroblob(10000)) || '"}' AS BLOB) FROM n;
            """);
        InputReader reader = new();
        long before = GC.GetAllocatedBytesForCurrentThread();
        long bytes = reader.Read(path).Sum(r => r.RawBytes);
        Assert.InRange(bytes, 60_000_000, 70_000_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
        Assert.InRange(reader.BytesRead, bytes, bytes + 1);
    }
}
