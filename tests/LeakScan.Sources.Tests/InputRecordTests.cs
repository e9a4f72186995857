using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;

namespace LeakScan.Sources.Tests;

public class InputRecordTests
{
    static readonly Gen<string> s_text = Gen.String[Gen.Char["ab\"\\\n\t/\u0001é€{[:,"], 0, 20];

    static InputRecord Read(ReadOnlySpan<byte> line)
    {
        InputRecord copy = new();
        foreach (InputRecord record in new InputReader().Read(new MemoryStream(line.ToArray()), "a.jsonl")) record.CopyTo(copy);
        return copy;
    }

    /// <summary>A text in a string of JSON in a string of JSON, as deep as one likes, is told as it was written.</summary>
    [Fact]
    public void Stretches_in_nested_strings_are_those_of_the_innermost_text()
    {
        Gen.Select(s_text, Gen.String[Gen.Char["xyz\n\"\\é"], 1, 20], s_text, Gen.Int[0, 3], Gen.Bool).Sample((before, stretch, after, depth, relaxed) =>
        {
            // Letters at both ends, as a match has; and a beginning that is not itself JSON.
            stretch = "x" + stretch + "x";
            string inner = "t" + before + stretch + after;
            JsonSerializerOptions options = new() { Encoder = relaxed ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping : JavaScriptEncoder.Default };
            string line = inner;
            for (int level = 0; level <= depth; level++) line = JsonSerializer.Serialize(new Dictionary<string, string> { ["k"] = "0", ["v"] = line, ["w"] = "1" }, options);

            InputRecord record = Read(Encoding.UTF8.GetBytes(line));
            byte[] wrapped = Encoding.UTF8.GetBytes(stretch);
            for (int level = 0; level < depth; level++) wrapped = Encoding.UTF8.GetBytes(JsonEncodedText.Encode(Encoding.UTF8.GetString(wrapped), options.Encoder).ToString());
            int start = record.Text.Span.IndexOf(wrapped);
            Assert.True(start >= 0);
            // The stretch may stand in the text before it as well; then that is the place.
            int expected = Encoding.UTF8.GetBytes(inner).AsSpan().IndexOf(Encoding.UTF8.GetBytes(stretch));

            InputSpan span = record.Locate(start, wrapped.Length);
            Assert.Equal(string.Join("::", Enumerable.Repeat("v", depth + 1)), span.Field);
            Assert.Equal((expected, Encoding.UTF8.GetByteCount(stretch)), (span.Start, span.Length));
            int startLine = 1 + Encoding.UTF8.GetBytes(inner).AsSpan(0, expected).Count((byte)'\n');
            Assert.Equal((startLine, startLine + stretch.Count(c => c == '\n')), (span.StartLine, span.EndLine));
        }, threads: 1, iter: 2000);
    }

    [Fact]
    public void Json_that_was_cut_is_told_up_to_the_cut()
    {
        InputRecord record = Read("""{"v":"{\"output\":\"a\\nb\\nc leak"}"""u8);
        // The cut string has no end, so it is no string of the inner JSON: the place is that in the outer one.
        InputSpan span = record.Locate(record.Text.Span.IndexOf("leak"u8), 4);
        Assert.Equal(("v", 1), (span.Field, span.StartLine));

        record = Read("""{"v":"{\"output\":\"a\\nb leak\",\"next\":\"x"}"""u8);
        span = record.Locate(record.Text.Span.IndexOf("leak"u8), 4);
        Assert.Equal(("v::output", 2, 4), (span.Field, span.StartLine, span.Start));
    }

    /// <summary>A stretch may begin or end anywhere: in a name, between strings, on an empty one, behind the last.</summary>
    [Fact]
    public void Any_stretch_of_any_nested_text_has_a_place()
    {
        InputRecord empty = Read("""{"v":"{\"a\":\"\",\"b\":\"\",\"c\":\"a leak\"}"}"""u8);
        InputSpan leak = empty.Locate(empty.Text.Span.IndexOf("leak"u8), 4);
        Assert.Equal(("v::c", 1, 2, 4), (leak.Field, leak.StartLine, leak.Start, leak.Length));

        Gen<string> value = Gen.Frequency((1, Gen.Const("")), (2, s_text));
        Gen.Select(value.Array[1, 4], value.Array[1, 3], Gen.Bool).Sample((inner, outer, isCut) =>
        {
            string nested = JsonSerializer.Serialize(inner.Select((text, i) => (text, i)).ToDictionary(p => $"k{p.i}", p => p.text));
            if (isCut) nested = nested[..^2];
            InputRecord record = Read(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(outer.Append(nested).Concat(outer).Select((text, i) => (text, i)).ToDictionary(p => $"f{p.i}", p => p.text))));
            int bytes = record.Text.Length;
            for (int start = 0; start < bytes; start++)
            {
                foreach (int length in (int[])[0, 1, 2, 7, bytes - start])
                {
                    if (start + length > bytes || IsWithinCharacter(record, start) || IsWithinCharacter(record, start + length)) continue;
                    InputSpan span = record.Locate(start, length);
                    Assert.InRange(span.Start, 0, bytes);
                    Assert.InRange(span.Start + span.Length, 0, bytes);
                    Assert.InRange(span.StartLine, 1, span.EndLine);
                }
            }
        }, threads: 1, iter: 300);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_copy_that_gave_its_buffers_back_is_empty_and_serves_again(bool parsesOnDemand)
    {
        string big = new('y', 100_000);
        string[] lines = ["""{"id":"one","v":"xx"}""", $$"""{"id":"two","v":"{{big}}","w":"{{big}}"}""", $"no JSON {big}", """{"id":"three","v":["x","z"]}"""];
        InputRecord copy = new();
        List<string> texts = [];
        List<string> again = [];
        foreach (InputRecord record in new InputReader(new InputOptions { ParsesOnDemand = parsesOnDemand }).Read(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines))), "a.jsonl"))
        {
            record.CopyTo(copy);
            (long line, long offset, long rawBytes) = (record.Line, record.Offset, record.RawBytes);
            copy.Parse();
            record.Parse();
            texts.Add($"{record.Id} {string.Join(',', record.Fields.Select(f => f.Name))} {Encoding.UTF8.GetString(record.Text.Span)}");
            again.Add($"{copy.Id} {string.Join(',', copy.Fields.Select(f => f.Name))} {Encoding.UTF8.GetString(copy.Text.Span)}");

            copy.ReleaseText();
            Assert.True(copy.Text.IsEmpty);
            Assert.Empty(copy.Fields);
            Assert.Equal(("a.jsonl", line, offset, rawBytes), (copy.Input, copy.Line, copy.Offset, copy.RawBytes));
        }
        Assert.Equal(texts, again);
        Assert.Equal([$"one id,v one\nxx", $"two id,v,w two\n{big}\n{big}", $"a.jsonl:3  no JSON {big}", "three id,v[0],v[1] three\nx\nz"], texts);
    }

    static bool IsWithinCharacter(InputRecord record, int offset) => offset < record.Text.Length && (record.Text.Span[offset] & 0xC0) == 0x80;

    /// <summary>Whatever a record is made of, asking where its texts come from throws nothing.</summary>
    [Fact]
    public void Origins_of_hostile_records()
    {
        string[] names = ["type", "message", "role", "tool_use_id", "sessionId", "payload", "call_id", "name", "metadata", "user_id", "attributes", "key", "value", "resourceLogs", "data", "toolUseResult", "rendered", "cwd", "from", "function", "id", "\\ud800", "rol\\u0065"];
        Gen<string> leaf = Gen.OneOf(Gen.Int[0, names.Length - 1].Select(i => $"\"{names[i]}\""), Gen.Int.Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            Gen.Const("null"), Gen.Const("\"\\ud800\""), Gen.Const("\"{\\\"session_id\\\":\""), Gen.Const("\"user_x_session_\""), Gen.Const("\"\""));
        Gen<string> json = Gen.Recursive<string>((depth, inner) => depth > 3 ? leaf : Gen.OneOf(
            leaf,
            inner.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(Gen.Int[0, names.Length - 1], inner).Array[0, 6].Select(pairs => $"{{{string.Join(',', pairs.Select(p => $"\"{names[p.Item1]}\":{p.Item2}"))}}}")));
        json.Sample(line =>
        {
            foreach (InputFormat format in (InputFormat[])[InputFormat.Auto, InputFormat.ClaudeCode, InputFormat.Codex, InputFormat.Cursor])
            {
                foreach (InputRecord record in new InputReader(new InputOptions { Format = format }).Read(new MemoryStream(Encoding.UTF8.GetBytes(line + "\n")), "a.jsonl"))
                {
                    foreach (InputField field in record.Fields)
                    {
                        _ = record.GetOrigin(field.Start);
                        Assert.Equal(field.Length, record.Locate(field.Start, field.Length).Field!.Contains("::", StringComparison.Ordinal) ? field.Length : record.Locate(field.Start, field.Length).Length);
                    }
                    Assert.InRange(record.SentLength, 0, record.LocalStart);
                    Assert.InRange(record.LocalStart, record.SentLength, record.Text.Length);
                }
            }
        }, threads: 1, iter: 3000);
    }
}
