using System.Globalization;
using System.Text;
using CsCheck;
using LeakScan.Sources.Records;
using LeakScan.Sources.Tests.Support;

namespace LeakScan.Sources.Tests;

public class InputReaderTests
{
    sealed record Copy(string Id, long Line, long Offset, string Text, long RawBytes, IReadOnlyList<InputField> Fields);

    [Theory]
    [InlineData("a.jsonl", "{\"a\":\"x\"}\n{\"a\":\"y\"}", 2, true)]
    [InlineData("a.NDJSON", "\"x\"\n[\"y\"]", 2, true)]
    [InlineData("a.log", "{\"a\":\"x\"}\n{\"a\":\"y\"}\n", 2, true)]
    [InlineData("a.json", " \n\n {\"a\":\"x\"}\r\nmore", 2, true)]
    [InlineData("a.json", "{\n\"a\":\"x\"}", 1, true)]
    [InlineData("a.json", "[\n{\"a\":\"x\"},\n{\"a\":\"y\"}\n]\n", 1, true)]
    [InlineData("a.json", "{\n\"a\":\"x\"", 1, false)]
    [InlineData("a.txt", "{\n\"a\":\"x\"}", 1, false)]
    [InlineData("a.txt", "{\"a\":\"x\"} and more\n", 1, false)]
    [InlineData("a.txt", "[\"a\"]\n[\"b\"]", 1, false)]
    [InlineData("a.txt", "   ", 1, false)]
    [InlineData("a.txt", "", 0, false)]
    public void Format_by_name_and_content(string name, string text, int records, bool isJsonl)
    {
        List<Copy> copies = Read(text, name);
        Assert.Equal(records, copies.Count);
        if (records > 0) Assert.Equal(isJsonl, copies[0].Fields.Count > 0);
    }

    [Fact]
    public void Strings_of_a_record_and_their_names()
    {
        Copy record = Assert.Single(Read("""{"model":"m","n":1,"messages":[{"x":[]},{"content":[{"text":"a\nb"},{"text":""}]},"c"],"z":{}, "last":"d"}"""));
        Assert.Equal("m\na\nb\n\nc\nd", record.Text);
        Assert.Equal(
            [
                new InputField("model", 0, 1), new InputField("messages[1].content[0].text", 2, 3), new InputField("messages[1].content[1].text", 6, 0),
                new InputField("messages[2]", 7, 1), new InputField("last", 9, 1),
            ],
            record.Fields);
    }

    [Fact]
    public void Picture_is_no_damaged_text()
    {
        foreach ((byte[] bytes, string name, int problems) in ((byte[], string, int)[])
            [
                ([0x89, .. "PNG\r\n"u8, 0x1A, .. "\n\0\0\0\rIHDR"u8, 0xFF, 0xD8], "shot.png", 0), ([.. "caf"u8, 0xE9, .. " au lait"u8], "latin.txt", 1),
                ([.. "{\"a\":\"caf"u8, 0xE9, 0, .. "\"}\n"u8], "log.jsonl", 2),
            ])
        {
            InputReader reader = new();
            Assert.Equal(bytes.Length, reader.Read(new MemoryStream(bytes), name).Sum(record => record.RawBytes));
            Assert.Equal(problems, reader.Problems.Count);
        }
    }

    [Fact]
    public void Places_that_are_not_utf8_are_those_of_each_line()
    {
        byte[][] ends = [[.. "plain"u8], [.. "café — ✓"u8], [0xC3], [0xE2, 0x9C], [0x80], [0xFF, 0xFF], [.. "\r"u8], []];
        Gen.Select(Gen.Select(Gen.Int[0, ends.Length - 1], Gen.Int[0, 200]).Array[0, 40], Gen.Bool, Gen.Bool).Sample((lines, isJsonl, endsInLineEnd) =>
        {
            List<byte> bytes = [];
            long count = 0, first = -1;
            for (int i = 0; i < lines.Length; i++)
            {
                byte[] line = [.. isJsonl ? "{\"a\":\""u8 : "t"u8, .. Enumerable.Repeat((byte)'x', lines[i].Item2), .. ends[lines[i].Item1], .. isJsonl ? "\"}"u8 : ""u8];
                for (ReadOnlySpan<byte> rest = line; rest.Length > 0;)
                {
                    bool isWrong = Rune.DecodeFromUtf8(rest, out _, out int length) != System.Buffers.OperationStatus.Done;
                    if (isWrong && count++ == 0) first = bytes.Count + line.Length - rest.Length;
                    rest = rest[length..];
                }
                bytes.AddRange(line);
                if (i < lines.Length - 1 || endsInLineEnd) bytes.Add((byte)'\n');
            }
            InputReader reader = new(new InputOptions { Format = isJsonl ? InputFormat.Jsonl : InputFormat.Text });
            _ = reader.Read(new MemoryStream([.. bytes]), "log").Count();
            SourceProblem? problem = reader.Problems.SingleOrDefault(p => p.Message.StartsWith("not valid UTF-8", StringComparison.Ordinal));
            return count == 0 ? problem is null : problem is { } told && told.Offset == first && told.Message.Contains($" in {count} places", StringComparison.Ordinal);
        }, iter: 300);
    }

    [Fact]
    public void Long_names_are_text_and_are_not_shown()
    {
        string name = new string('n', 70), shorter = new('s', 40);
        Copy record = Assert.Single(Read($$"""{"{{name}}":{"{{shorter}}":"x"},"id":"{{new string('i', 300)}}"}"""));
        Assert.Equal($"{name}\n{shorter}\nx\n{new string('i', 300)}", record.Text);
        Assert.Equal(["(a name of 70 characters)", $"(a name of 70 characters).{shorter}", $"(a name of 70 characters).{shorter}", "id"], record.Fields.Select(field => field.Name));
        Assert.Equal("a.jsonl:1", record.Id);
        Assert.Equal("x", Assert.Single(Read($$"""{"{{shorter}}":"y","t":"x"}""", options: new InputOptions { TextField = "t" })).Text);
    }

    [Fact]
    public void Locates_fields()
    {
        InputReader reader = new();
        foreach (InputRecord record in reader.Read(Stream("""{"a":"xx","b":"","c":"yyy"}"""), "a.jsonl"))
        {
            string names = "";
            for (int i = 0; i <= record.Text.Length; i++) names += record.TryLocate(i, out InputField field) ? field.Name : "?";
            Assert.Equal("aaabcccc", names); // xx|line end, line end of the empty b, yyy and its end
            Assert.False(record.TryLocate(-1, out _));
            Assert.False(record.TryLocate(record.Text.Length + 1, out _));
        }
    }

    [Fact]
    public void Escapes()
    {
        Copy record = Assert.Single(Read("""{"a\u0062":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 \ud800 \udc00\ud800\ud83d\ude00"}"""));
        Assert.Equal("\"\\/\b\f\n\r\té😀 \uFFFD \uFFFD\uFFFD😀", record.Text);
        Assert.Equal("ab", record.Fields[0].Name);
    }

    [Fact]
    public void Ids()
    {
        Assert.Equal(
            ["r\n1", "17", "a.jsonl:3", "a.jsonl:4", "a.jsonl:6"],
            Read("{\"id\":\"r\\n1\"}\n{\"x\":{\"id\":3},\"id\":17}\n{\"id\":null}\n{\"y\":[{\"id\":1}]}\n\n[1]").Select(record => record.Id));
        Assert.Equal("k", Assert.Single(Read("""{"id":"a","key":"k"}""", options: new InputOptions { IdField = "key" })).Id);
    }

    [Fact]
    public void Text_field_alone()
    {
        InputReader reader = new(new InputOptions { TextField = "t" });
        List<Copy> records = Read(reader, Stream("{\"a\":\"no\",\"t\":\"yes\",\"b\":{\"t\":\"no\"}}\n{\"t\":[{\"t\":\"1\",\"u\":\"2\"}],\"b\":\"no\"}\n{\"u\":\"all\"}\n[\"all\"]\n{\"t\":1}"), "a.jsonl");
        Assert.Equal(["yes", "1\n2", "all", "all", ""], records.Select(record => record.Text));
        Assert.Equal(["t"], records[0].Fields.Select(field => field.Name));
        SourceProblem problem = Assert.Single(reader.Problems);
        Assert.Equal(3, problem.Record);
        Assert.StartsWith("2 records", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_after_the_end_of_gzip_data_are_told()
    {
        using MemoryStream bytes = new();
        using (System.IO.Compression.GZipStream gzip = new(bytes, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true)) gzip.Write("some text\n"u8);
        bytes.Write("and a secret behind it"u8);
        InputReader reader = new();
        List<Copy> records = Read(reader, new MemoryStream(bytes.ToArray()), "a.txt.gz");
        Assert.Equal(["some text\n"], records.Select(record => record.Text));
        Assert.Contains("other bytes follow the gzip data", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_lines_are_told_and_handed_out()
    {
        InputReader reader = new();
        List<Copy> records = Read(reader, Stream("\uFEFF{\"a\":\"x\"}\r\n\r\n{\"a\": nope}\r\n{\"a\":\"y\"\n{\"b\":\"z\"} {}"), "a.jsonl");
        Assert.Equal(["x", "{\"a\": nope}", "{\"a\":\"y\"", "{\"b\":\"z\"} {}"], records.Select(record => record.Text));
        Assert.Equal([1, 3, 4, 5], records.Select(record => record.Line));
        Assert.Equal([3, 16, 29, 38], records.Select(record => record.Offset));
        Assert.Equal([3L, 4, 5], reader.Problems.Select(problem => problem.Record));
        Assert.Equal(16 + 7, reader.Problems[0].Offset); // "nope" is wrong at its second letter
        Assert.Equal(3, reader.ProblemCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lines_of_text_among_Jsonl_are_one_record(bool parsesOnDemand)
    {
        InputReader reader = new(new InputOptions { ParsesOnDemand = parsesOnDemand });
        List<Copy> records = Read(reader, Stream("{\"a\":\"x\"}\nint f()\r\n{\r\n\n  return [1];\n[Fact]\n}\r\n\n{\"a\":\"y\"}\n{\"cut\nat least\n[2]\nend"), "a.jsonl");
        Assert.Equal("int f()\r\n{\r\n\n  return [1];\n[Fact]\n}", records[1].Text);
        Assert.Equal(["{\"cut", "at least", "end"], [records[3].Text, records[4].Text, records[6].Text]);
        Assert.Equal([1, 2, 9, 10, 11, 12, 13], records.Select(record => record.Line));
        Assert.Equal([0, 10, 48, 58, 64, 73, 77], records.Select(record => record.Offset));
        Assert.Equal([10L, 37, 10, 6, 9, 4, 3], records.Select(record => record.RawBytes));
        Assert.Equal([2L, 10, 11, 13], reader.Problems.Select(problem => problem.Record));
        Assert.Equal("5 lines from this one on are not valid JSON; they are scanned as raw text", reader.Problems[0].Message);
        Assert.Equal("the line is not valid JSON; it is scanned as raw text", reader.Problems[1].Message);
    }

    [Fact]
    public void Any_mixture_of_text_and_Jsonl_is_covered()
    {
        // {0} is the number of the line.
        string[] kinds = ["{{\"a\":\"{0}\"}}", "[{0}]", "text {0} é", "{{\"cut {0}", "[Fact {0}]", "", " \r", "}} {0}\r", "a longer text with the number {0}"];
        Gen.Select(Gen.Int[0, kinds.Length - 1].Array[0, 40], Gen.Int[20, 200], Gen.Int[0, 40], Gen.Bool).Sample((lines, piece, overlap, endsInLineEnd) =>
        {
            string text = "{\"first\":1}\n" + string.Join('\n', lines.Select((kind, i) => string.Format(CultureInfo.InvariantCulture, kinds[kind], i))) + (endsInLineEnd ? "\n" : "");
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            InputLimits limits = new(piece, overlap, 1000);
            bool[] covered = new bool[bytes.Length];
            List<(string, long, long)> seen = [], onDemand = [];
            InputReader reader = new(null, limits);
            foreach (InputRecord record in reader.Read(new ChoppedStream(bytes, 33), "a.jsonl"))
            {
                Assert.Equal(bytes.AsSpan(0, (int)record.Offset).Count((byte)'\n') + 1, record.Line);
                string raw = record.Fields.Count > 0 ? "" : Encoding.UTF8.GetString(record.Text.Span);
                int length = record.Fields.Count > 0 || raw.Length == 0 ? bytes.AsSpan((int)record.Offset).IndexOf((byte)'\n') is >= 0 and int end ? end : bytes.Length - (int)record.Offset : record.Text.Length;
                if (raw.Length > 0)
                {
                    Assert.True(record.Text.Span.SequenceEqual(bytes.AsSpan((int)record.Offset, length)));
                    Assert.True(length <= piece || !raw.Trim().Contains('\n') || overlap > 0); // a line that is too long is one record, with blank ones around it
                }
                covered.AsSpan((int)record.Offset, length).Fill(true);
                seen.Add((raw, record.Line, record.Offset));
            }
            for (int i = 0; i < bytes.Length; i++) Assert.True(covered[i] || bytes[i] is (byte)' ' or (byte)'\r' or (byte)'\n', $"byte {i}");

            // Lines of text that follow each other, blank ones between them or not, and fit in a piece are in one record.
            string[] all = text.Split('\n');
            for (int from = 1; from < all.Length; from++)
            {
                if (!IsText(all[from]) || IsBlank(all[from])) continue;
                int to = from;
                while (to + 1 < all.Length && (IsText(all[to + 1]) || (all[to + 1].StartsWith("[F", StringComparison.Ordinal)))) to++;
                string run = string.Join('\n', all[from..(to + 1)]).TrimEnd();
                if (Encoding.UTF8.GetByteCount(run) + 2 < piece) Assert.Contains(seen, record => record.Item1.Contains(run, StringComparison.Ordinal));
                from = to;
            }

            InputReader later = new(new InputOptions { ParsesOnDemand = true }, limits);
            foreach (InputRecord record in later.Read(new ChoppedStream(bytes, 20), "a.jsonl"))
            {
                record.Parse();
                onDemand.Add((record.Fields.Count > 0 ? "" : Encoding.UTF8.GetString(record.Text.Span), record.Line, record.Offset));
            }
            Assert.Equal(seen, onDemand);
        });

        static bool IsText(string line) => line.Length == 0 || line[0] is 't' or '}' or 'a' or ' ';
        static bool IsBlank(string line) => string.IsNullOrWhiteSpace(line);
    }

    [Fact]
    public void Nesting_up_to_the_limit()
    {
        string fine = new string('[', 1000) + "\"x\"" + new string(']', 1000);
        string deep = "[" + fine + "]";
        InputReader reader = new();
        List<Copy> records = Read(reader, Stream(fine + "\n" + deep), "a.jsonl");
        Assert.Equal(string.Concat(Enumerable.Repeat("[0]", 1000)), records[0].Fields[0].Name);
        Assert.Equal(deep, records[1].Text);
        Assert.Single(reader.Problems);
    }

    [Fact]
    public void Half_pair_in_a_name_is_no_reason_to_stop()
    {
        List<Copy> records = Read("{\"\\ud800\":\"x\"}\n{\"a\":\"y\"}");
        Assert.Equal(2, records.Count);
        Assert.Contains("x", records[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.txt")]
    public void Ill_formed_bytes_go_through_and_are_told_once(string name)
    {
        byte[] bytes = [.. "{\"a\":\"ok\"}\n{\"a\":\"x"u8, 0xFF, .. "y\"}\n{\"a\":\"\\n"u8, 0xC3, .. "\"}\n"u8];
        InputReader reader = new(new InputOptions { Format = name == "a.txt" ? InputFormat.Text : InputFormat.Auto });
        List<byte> text = [];
        foreach (InputRecord record in reader.Read(new MemoryStream(bytes), name)) text.AddRange(record.Text.ToArray());
        SourceProblem problem = Assert.Single(reader.Problems);
        Assert.Equal(18, problem.Offset);
        Assert.Contains(" 2 places", problem.Message, StringComparison.Ordinal);
        Assert.Contains((byte)0xFF, text);
        Assert.Contains((byte)0xC3, text);
    }

    [Fact]
    public void Chopped_streams_read_the_same()
    {
        string jsonl = "\uFEFF{\"id\":\"1\",\"t\":\"grüße 😀\"}\r\n\nnot json\n" + "{\"t\":\"" + new string('é', 300) + "\"}\n[\"end\"]";
        string text = string.Concat(Enumerable.Range(0, 60).Select(i => $"{new string('ü', i)} {i}\n"));
        InputLimits limits = new(Piece: 200, Overlap: 50, Line: 400);
        foreach ((string name, string content) in ((string, string)[])[("a.jsonl", jsonl), ("a.txt", text), ("a.jsonl.gz", jsonl), ("a.txt.zst", text)])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(content);
            if (name.EndsWith(".gz", StringComparison.Ordinal)) bytes = Compressed.Gzip(bytes);
            if (name.EndsWith(".zst", StringComparison.Ordinal)) bytes = Compressed.Zstd(bytes);
            string expected = Describe(new MemoryStream(bytes));
            for (int step = 1; step <= 70; step++) Assert.Equal(expected, Describe(new ChoppedStream(bytes, step)));

            string Describe(Stream stream)
            {
                InputReader reader = new(null, limits);
                IEnumerable<string> records = Read(reader, stream, name).Select(r => $"{r.Id}|{r.Line}|{r.Offset}|{r.RawBytes}|{r.Text}|{string.Join(',', r.Fields)}");
                return string.Join("\n---\n", records) + "\n===\n" + string.Join('\n', reader.Problems);
            }
        }
    }

    [Fact]
    public void Utf16_is_decoded()
    {
        byte[] bytes = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("{\"a\":\"grüße\"}\n{\"a\":\"😀\"}\n")];
        InputReader reader = new();
        Assert.Equal(["grüße", "😀"], Read(reader, new ChoppedStream(bytes, 3), "a").Select(record => record.Text));
        Assert.Empty(reader.Problems);
    }

    [Theory]
    [InlineData("a.jsonl.gz")]
    [InlineData("a.jsonl.zst")]
    public void Cut_compressed_file_gives_what_it_holds_and_a_problem(string name)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{{\"t\":\"{i * 7919L % 1_000_003}\"}}\n")));
        byte[] whole = name.EndsWith("gz", StringComparison.Ordinal) ? Compressed.Gzip(text) : Compressed.Zstd(text);
        foreach (int length in (int[])[whole.Length - 1, whole.Length - 5, whole.Length / 2, 3, whole.Length])
        {
            InputReader reader = new();
            List<Copy> records = Read(reader, new MemoryStream(whole, 0, length), name);
            if (length == whole.Length)
            {
                Assert.Equal(20_000, records.Count);
                Assert.Empty(reader.Problems);
                continue;
            }
            SourceProblem problem = reader.Problems[^1];
            Assert.Equal(name, problem.File);
            Assert.InRange(problem.Offset, 0, text.Length);
            if (length == whole.Length / 2) Assert.InRange(records.Count, 1, 19_999);
        }
    }

    [Fact]
    public void Flipped_bit_in_a_compressed_file_is_told()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(i => $"line {i * 7919L % 1_000_003}\n")));
        byte[] gzip = Compressed.Gzip(text);
        for (int i = 20; i < gzip.Length; i += 97)
        {
            byte[] damaged = [.. gzip];
            damaged[i] ^= 4;
            InputReader reader = new();
            _ = Read(reader, new MemoryStream(damaged), "a.txt.gz").Count;
            Assert.NotEmpty(reader.Problems);
        }
    }

    [Fact]
    public void Several_gzip_members_are_one_text()
    {
        byte[] bytes = [.. Compressed.Gzip("one\n"u8.ToArray()), .. Compressed.Gzip("two\n"u8.ToArray())];
        Assert.Equal("one\ntwo\n", Assert.Single(Read(new InputReader(), new ChoppedStream(bytes, 5), "a.gz")).Text);
    }

    [Fact]
    public void Failing_stream_is_a_problem_after_its_bytes()
    {
        InputReader reader = new();
        List<Copy> records = Read(reader, new FailingStream("{\"a\":\"x\"}\n{\"a\":\"y\"}\n"u8.ToArray()), "a.jsonl");
        Assert.Equal(["x", "y"], records.Select(record => record.Text));
        Assert.Equal(20, Assert.Single(reader.Problems).Offset);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 3)]
    [InlineData(64, 16)]
    [InlineData(1000, 40)]
    public void Text_pieces_overlap_and_cover_all(int piece, int overlap)
    {
        Gen.Int[0, 40].Array[0, 60].Sample(lengths =>
        {
            string text = string.Concat(lengths.Select((length, i) => new string((char)('a' + i % 26), length) + "é\n"));
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            long covered = 0;
            foreach (InputRecord record in new InputReader(null, new InputLimits(piece, overlap, 100)).Read(new ChoppedStream(bytes, 33), "a.txt"))
            {
                Assert.InRange(record.Text.Length, 1, piece);
                Assert.True(record.Text.Span.SequenceEqual(bytes.AsSpan((int)record.Offset, record.Text.Length)));
                Assert.Equal(bytes.AsSpan(0, (int)record.Offset).Count((byte)'\n') + 1, record.Line);
                Assert.InRange(record.Offset, covered - overlap, covered);
                covered += record.RawBytes;
                Assert.Equal(covered, record.Offset + record.Text.Length);
            }
            Assert.Equal(bytes.Length, covered);
        });
    }

    [Fact]
    public void Text_is_cut_at_line_ends()
    {
        string text = string.Concat(Enumerable.Range(10, 90).Select(i => $"line {i}\n")); // 8 bytes a line
        List<Copy> pieces = Read(new InputReader(null, new InputLimits(100, 20, 1000)), Stream(text), "a.txt");
        Assert.All(pieces, piece => Assert.EndsWith("\n", piece.Text, StringComparison.Ordinal));
        Assert.All(pieces, piece => Assert.StartsWith("line ", piece.Text, StringComparison.Ordinal));
        Assert.Equal(["a.txt:1", "a.txt:11", "a.txt:21"], pieces.Take(3).Select(piece => piece.Id)); // 12 lines each, 2 of them again
    }

    [Theory]
    [InlineData(60, 10)]
    [InlineData(100, 0)]
    public void Long_lines_of_Jsonl_come_in_raw_pieces(int piece, int overlap)
    {
        for (int length = 180; length < 420; length += 7)
        {
            string line = "{\"a\":\"" + string.Concat(Enumerable.Range(0, length).Select(i => (char)('0' + i % 75))).Replace('\\', '/') + "é\"}";
            InputReader reader = new(null, new InputLimits(piece, overlap, 200));
            List<Copy> records = Read(reader, Stream("{\"id\":\"first\"}\n" + line + "\n{\"id\":\"last\"}"), "a.jsonl");
            Assert.Equal("first", records[0].Id);
            Assert.Equal("last", records[^1].Id);
            Assert.Equal(3, records[^1].Line);
            if (Encoding.UTF8.GetByteCount(line) < 200)
            {
                Assert.Equal(3, records.Count);
                continue;
            }
            Assert.Equal(2, Assert.Single(reader.Problems).Record);
            StringBuilder joined = new();
            foreach (Copy record in records.Skip(1).SkipLast(1))
            {
                Assert.Equal(2, record.Line);
                int at = Encoding.UTF8.GetCharCount(Encoding.UTF8.GetBytes(line), 0, (int)record.Offset - 15);
                Assert.InRange(at, 0, joined.Length);
                joined.Length = at;
                joined.Append(record.Text);
            }
            Assert.Equal(line, joined.ToString());
        }
    }

    [Fact]
    public void Folder_in_ordinal_order()
    {
        using TemporaryFolder folder = new();
        folder.Write("b.txt", "text");
        folder.Write("a/x.jsonl", "{\"t\":\"x\"}\n{\"t\":\"y\"}");
        folder.Write("a-b.jsonl.gz", Compressed.Gzip("{\"t\":\"z\"}"u8.ToArray()));
        folder.Write(".gitignore", "*\n");
        folder.Write("empty.txt", "");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "loop"), folder.Path);
        InputReader reader = new();
        List<string> ids = [];
        foreach (InputRecord record in reader.Read(folder.Path)) ids.Add(record.Id[(folder.Path.Length + 1)..]);
        Assert.Equal([".gitignore:1", "a-b.jsonl.gz:1", "a/x.jsonl:1", "a/x.jsonl:2", "b.txt:1"], ids);
        Assert.Contains("link", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_input_is_a_problem()
    {
        InputReader reader = new();
        List<SourceProblem> told = [];
        reader.Problem += told.Add;
        Assert.Empty(reader.Read("/no/such/input"));
        Assert.Equal("/no/such/input", Assert.Single(told).File);
    }

    [Fact]
    public void Problems_kept_are_limited()
    {
        InputReader reader = new();
        _ = Read(reader, Stream(string.Concat(Enumerable.Repeat("{\"no json\n", 1500))), "a.jsonl").Count;
        Assert.Equal(1500, reader.ProblemCount);
        Assert.Equal(1000, reader.Problems.Count);
    }

    static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    static List<Copy> Read(string text, string name = "a.jsonl", InputOptions? options = null) => Read(new InputReader(options), Stream(text), name);

    static List<Copy> Read(InputReader reader, Stream stream, string name) =>
        [.. reader.Read(stream, name).Select(r => new Copy(r.Id, r.Line, r.Offset, Encoding.UTF8.GetString(r.Text.Span), r.RawBytes, [.. r.Fields]))];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    public void What_is_compressed_again_is_unpacked_or_told(int times)
    {
        byte[] bytes = "some text\n"u8.ToArray();
        for (int i = 0; i < times; i++) bytes = i % 2 == 0 ? Compressed.Gzip(bytes) : Compressed.Zstd(bytes);
        foreach (string name in (string[])["a", times % 2 == 0 ? "a.zst" : "a.gz"])
        {
            InputReader reader = new();
            List<Copy> records = Read(reader, new MemoryStream(bytes), name);
            if (times < 5) Assert.Equal("some text\n", Assert.Single(records).Text);
            else Assert.Contains("(.gz)", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_only_has_the_name_of_compressed_text_is_told()
    {
        InputReader reader = new();
        Assert.Empty(Read(reader, new MemoryStream("some text\n"u8.ToArray()), "a.gz"));
        Assert.Contains("rename it", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);
    }
}
