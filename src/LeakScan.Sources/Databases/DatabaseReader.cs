using System.Globalization;
using LeakScan.Sources.Files;
using LeakScan.Sources.Records;
using LeakScan.Sources.Transcripts;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LeakScan.Sources.Databases;

/// <summary>Reads the text of every row of an SQLite database, row by row, while another program writes to it.</summary>
// A database is opened for reading only, with its write-ahead log, so what is not yet in the main file is seen too; each table is
// read from one snapshot. A value is one record: JSON as its strings, anything else as text. One too long to be parsed comes in
// pieces straight from the file. Memory is that of the longest value up to that limit.
sealed class DatabaseReader(InputLimits limits, ByteCounter bytesRead, Action<SourceProblem> problem) : IDisposable
{
    /// <summary>A shorter text holds no fingerprint.</summary>
    const int ShortestText = 24;

    /// <summary>Read at once: SQLite answers in at most 2000, and each has its length beside it.</summary>
    const int MostColumns = 900;

    const int MaxProjects = 100_000;

    /// <summary>How long a database is waited for that somebody has locked.</summary>
    const int LockedSeconds = 5;

    internal static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    static readonly string[] s_extensions = [".vscdb", ".db", ".sqlite", ".sqlite3", ".backup"];

    readonly RecordParser _parser = new(new InputOptions());
    readonly InputRecord _record = new();
    byte[] _value = [];

    /// <summary>Whether a file has the name and the first bytes of a database.</summary>
    internal static bool IsDatabase(string path)
    {
        if (Array.IndexOf(s_extensions, Path.GetExtension(path).ToLowerInvariant()) < 0 || !File.Exists(path)) return false;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            Span<byte> head = stackalloc byte[Magic.Length];
            return file.CanSeek && file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual(Magic);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // whoever opens it next says why
        }
    }

    /// <summary>Whether a file is the write-ahead log, or the like, of a database beside it, and read with that.</summary>
    internal static bool IsSideFile(string path)
    {
        foreach (string end in (string[])["-wal", "-shm", "-journal"])
        {
            if (path.EndsWith(end, StringComparison.Ordinal) && IsDatabase(path[..^end.Length])) return true;
        }
        return false;
    }

    sealed record Table(string Name, string? RowId, string[] Columns);

    /// <summary>What to call the row id by: a column may have one of its names.</summary>
    static string? RowIdOf(string[] columns) => Array.Find(["rowid", "_rowid_", "oid"], name => !columns.Contains(name, StringComparer.OrdinalIgnoreCase));

    /// <summary>Reads a database.</summary>
    /// <param name="path">To open it with.</param>
    /// <param name="shown">What to call it.</param>
    /// <param name="file">What its path tells.</param>
    /// <returns>The same object again and again.</returns>
    internal IEnumerable<InputRecord> Read(string path, string shown, LineContext file)
    {
        using SqliteConnection? connection = Open(path, shown, out List<Table> tables);
        if (connection is null) yield break;
        Dictionary<string, string> projects = ReadProjects(connection, tables, shown);
        foreach (Table table in tables)
        {
            foreach (InputRecord record in DatabaseRows.IsKeyed(table.Name) && table.Columns is ["key", "value"]
                ? ReadKeyed(connection, table, shown, file)
                : ReadColumns(connection, table, shown, file, projects)) yield return record;
        }
    }

    SqliteConnection? Open(string path, string shown, out List<Table> tables)
    {
        tables = [];
        SqliteConnection? connection = null;
        try
        {
            try
            {
                // Nobody has a database open whose log is gone: SQLite is told so, or it would make a log beside it, as root one for root alone.
                connection = Connect(HasLog(path) && !File.Exists(path + "-wal") ? Immutable(path) : path);
                tables = ReadTables(connection);
            }
            catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY && IsWithoutLog(path))
            {
                // Nobody writes to it, and its folder cannot be written to.
                connection?.Dispose();
                connection = Connect(Immutable(path));
                tables = ReadTables(connection);
            }
            if (Scalar(connection, "PRAGMA encoding") == "UTF-8") return connection;
            problem(new SourceProblem(shown, 0, -1, "the text of this database is not UTF-8; it is not scanned"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem(new SourceProblem(shown, 0, -1, $"cannot be read ({e.GetType().Name})"));
        }
        catch (SqliteException e)
        {
            problem(new SourceProblem(shown, 0, -1, $"cannot be read as a database: {Explain(e)}"));
        }
        catch (Exception e) when (e.GetBaseException() is DllNotFoundException)
        {
            problem(new SourceProblem(shown, 0, -1, "reading databases needs e_sqlite3, which is not beside the program"));
        }
        connection?.Dispose();
        return null;
    }

    static string Immutable(string path) => $"file:{Uri.EscapeDataString(Path.GetFullPath(path)).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1";

    /// <summary>Whether a database is written to by way of a log: https://www.sqlite.org/fileformat.html, 1.3.3</summary>
    static bool HasLog(string path)
    {
        Span<byte> head = stackalloc byte[20];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head[18] == 2;
    }

    static bool IsWithoutLog(string path) => !File.Exists(path + "-wal") || new FileInfo(path + "-wal").Length == 0;

    static SqliteConnection Connect(string source)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = LockedSeconds }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>SQLite's messages name tables, never what stands in them.</summary>
    static string Explain(SqliteException e) => string.Create(CultureInfo.InvariantCulture, $"{raw.sqlite3_errstr(e.SqliteErrorCode).utf8_to_string()} (SQLite error {e.SqliteExtendedErrorCode}); copy it with its -wal and -shm files and scan the copy");

    static string? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as string;
    }

    static List<Table> ReadTables(SqliteConnection connection)
    {
        List<Table> tables = [];
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            string[] columns = ReadColumns(connection, rows.GetString(0));
            string? rowId = rows.GetInt64(1) == 0 ? RowIdOf(columns) : null;
            foreach (string[] some in columns.Chunk(MostColumns)) tables.Add(new Table(rows.GetString(0), rowId, some));
        }
        return tables;
    }

    static string[] ReadColumns(SqliteConnection connection, string table)
    {
        List<string> columns = [];
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM pragma_table_info($table)";
        command.Parameters.AddWithValue("$table", table);
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read()) columns.Add(rows.GetString(0));
        return [.. columns];
    }

    /// <summary>Devin's sessions know their folders.</summary>
    Dictionary<string, string> ReadProjects(SqliteConnection connection, List<Table> tables, string shown)
    {
        Dictionary<string, string> projects = new(StringComparer.Ordinal);
        if (!tables.Exists(t => t.Name == "sessions" && t.Columns.Contains("id") && t.Columns.Contains("working_directory"))) return projects;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT id, working_directory FROM sessions WHERE id IS NOT NULL AND working_directory IS NOT NULL";
        try
        {
            using SqliteDataReader rows = command.ExecuteReader();
            while (projects.Count < MaxProjects && rows.Read()) projects[rows.GetString(0)] = rows.GetString(1);
        }
        catch (SqliteException e)
        {
            problem(new SourceProblem(shown, 0, -1, $"the folders of its sessions are not known: {Explain(e)}"));
        }
        return projects;
    }

    IEnumerable<InputRecord> ReadKeyed(SqliteConnection connection, Table table, string shown, LineContext file)
    {
        long row = 0;
        using SqliteCommand command = Select(connection, table);
        using SqliteDataReader? rows = Execute(command, table, shown);
        while (rows is not null && Step(rows, table, shown, ref row))
        {
            string key = rows.IsDBNull(1) ? "" : rows.GetString(1);
            LineContext context = DatabaseRows.OfKey(table.Name, key, file);
            foreach (InputRecord record in ReadValue(connection, rows, table, 1, $"{table.Name}/{ShownName.Of(key)}", new RecordPlace(shown, row, 0, 0), context)) yield return record;
        }
    }

    IEnumerable<InputRecord> ReadColumns(SqliteConnection connection, Table table, string shown, LineContext file, Dictionary<string, string> projects)
    {
        int session = FindColumn(table, table.Name == "sessions" ? ["id"] : DatabaseRows.SessionColumns);
        int turn = FindColumn(table, DatabaseRows.TurnColumns);
        long row = 0;
        using SqliteCommand command = Select(connection, table);
        using SqliteDataReader? rows = Execute(command, table, shown);
        while (rows is not null && Step(rows, table, shown, ref row))
        {
            string? sessionId = TextOf(rows, session);
            string? turnId = TextOf(rows, turn);
            string? project = sessionId is null ? null : projects.GetValueOrDefault(sessionId);
            for (int column = 0; column < table.Columns.Length; column++)
            {
                LineContext context = DatabaseRows.OfColumn(table.Name, table.Columns[column], sessionId, turnId, project, file);
                string id = string.Create(CultureInfo.InvariantCulture, $"{table.Name}/{row}/{table.Columns[column]}");
                foreach (InputRecord record in ReadValue(connection, rows, table, column, id, new RecordPlace(shown, row, 0, 0), context)) yield return record;
            }
        }
    }

    static int FindColumn(Table table, string[] names)
    {
        int index = Array.FindIndex(names, name => table.Columns.Contains(name));
        return index < 0 ? -1 : Array.IndexOf(table.Columns, names[index]);
    }

    static string? TextOf(SqliteDataReader rows, int column) => column < 0 || rows.IsDBNull(1 + column) ? null : rows.GetString(1 + column);

    /// <summary>Row id, the columns as far as they are not too long, then the lengths of all.</summary>
    SqliteCommand Select(SqliteConnection connection, Table table)
    {
        IEnumerable<string> values = table.Columns.Select(c => string.Create(CultureInfo.InvariantCulture, $"CASE WHEN octet_length({Quote(c)}) < {limits.Line} THEN {Quote(c)} END"));
        IEnumerable<string> lengths = table.Columns.Select(c => $"octet_length({Quote(c)})");
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // names of tables and columns, quoted
        command.CommandText = $"SELECT {table.RowId ?? "0"}, {string.Join(", ", values)}, {string.Join(", ", lengths)} FROM {Quote(table.Name)}";
#pragma warning restore CA2100
        return command;
    }

    static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    SqliteDataReader? Execute(SqliteCommand command, Table table, string shown)
    {
        try
        {
            return command.ExecuteReader();
        }
        catch (SqliteException e)
        {
            problem(new SourceProblem(shown, 0, -1, $"table {table.Name} cannot be read: {Explain(e)}"));
            return null;
        }
    }

    bool Step(SqliteDataReader rows, Table table, string shown, ref long row)
    {
        try
        {
            if (!rows.Read()) return false;
            row++;
            return true;
        }
        catch (SqliteException e)
        {
            problem(new SourceProblem(shown, row + 1, -1, $"table {table.Name} cannot be read on: {Explain(e)}"));
            return false;
        }
    }

    IEnumerable<InputRecord> ReadValue(SqliteConnection connection, SqliteDataReader rows, Table table, int column, string id, RecordPlace place, LineContext context)
    {
        int lengthColumn = 1 + table.Columns.Length + column;
        long length = rows.IsDBNull(lengthColumn) ? 0 : rows.GetInt64(lengthColumn);
        if (length >= limits.Line) return ReadLongValue(connection, rows.GetInt64(0), table, column, id, place, context);
        return SetRecord(rows, 1 + column, id, place, context) ? [_record] : [];
    }

    bool SetRecord(SqliteDataReader rows, int column, string id, RecordPlace place, in LineContext context)
    {
        if (raw.sqlite3_column_type(rows.Handle, column) is not (raw.SQLITE_TEXT or raw.SQLITE_BLOB)) return false;
        ReadOnlySpan<byte> value = raw.sqlite3_column_blob(rows.Handle, column);
        bytesRead.Add(value.Length);
        if (value.Length < ShortestText) return false;
        if (_value.Length < value.Length) _value = new byte[Math.Max(value.Length, Math.Min(2 * _value.Length, limits.Line))];
        value.CopyTo(_value);
        ReadOnlyMemory<byte> text = _value.AsMemory(0, value.Length);
        place = place with { RawBytes = value.Length };
        if (!(value[0] is (byte)'{' or (byte)'[' or (byte)'"' && _parser.Parse(text, place, context, _record, out _) == ParsedAs.Json))
            _record.Set(place, text, null, context.Format, context.IsLocal ? 0 : text.Length, context);
        _record.SetId(id);
        return true;
    }

    IEnumerable<InputRecord> ReadLongValue(SqliteConnection connection, long rowId, Table table, int column, string id, RecordPlace place, LineContext context)
    {
        problem(new SourceProblem(place.Input, place.Line, -1, string.Create(CultureInfo.InvariantCulture,
            $"the value of {table.Name}.{table.Columns[column]} is {limits.Line} bytes or longer; it is {(table.RowId is not null ? "scanned as raw text" : "not scanned, since the table has no row ids")}")));
        if (table.RowId is null) yield break;
        using SqliteBlob? blob = OpenBlob(connection, table, column, rowId, place);
        if (blob is null) yield break;
        using TextSource source = new(blob, place.Input, bytesRead);
        using RecordCursor cursor = new(new InputOptions { Format = InputFormat.Text }, limits, problem);
        cursor.Start(source, place.Input, context);
        while (cursor.Next())
        {
            InputRecord piece = cursor.Record;
            piece.Set(place with { RawBytes = piece.RawBytes, Offset = piece.Offset }, piece.Text, null, piece.Format, piece.SentLength, context);
            piece.SetId(id);
            yield return piece;
        }
    }

    SqliteBlob? OpenBlob(SqliteConnection connection, Table table, int column, long rowId, RecordPlace place)
    {
        try
        {
            return new SqliteBlob(connection, table.Name, table.Columns[column], rowId, readOnly: true);
        }
        catch (SqliteException e)
        {
            problem(new SourceProblem(place.Input, place.Line, -1, $"the value of {table.Name}.{table.Columns[column]} cannot be read: {Explain(e)}"));
            return null;
        }
    }

    public void Dispose() => _parser.Dispose();
}
