using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using LeakScan.Sources.Records;

namespace LeakScan.Sources.Tests.Records;

public class JsonStringsTests
{
    static readonly Gen<string> s_text = Gen.OneOf(
        Gen.String[Gen.Char["ab\"\\\n\t/\u0001é€"], 0, 12],
        Gen.Const("😀 pair"),
        Gen.String[Gen.Char['\0', '\uD7FF'], 0, 6],
        Gen.String[Gen.Char["ab\"\n"], 36, 44]);

    static readonly Gen<JsonNode?> s_node = Gen.Recursive<JsonNode?>((depth, inner) =>
    {
        Gen<JsonNode?> leaf = Gen.OneOf(
            s_text.Select(text => (JsonNode?)JsonValue.Create(text)),
            s_text.Select(text => (JsonNode?)JsonValue.Create(text)),
            Gen.Int.Select(number => (JsonNode?)JsonValue.Create(number)),
            Gen.Bool.Select(value => (JsonNode?)JsonValue.Create(value)),
            Gen.Const((JsonNode?)null));
        return depth > 4 ? leaf : Gen.OneOf(
            leaf,
            inner.Array[0, 4].Select(nodes => (JsonNode?)new JsonArray([.. nodes.Select(node => node?.DeepClone())])),
            Gen.Select(s_text, inner).Array[0, 4].Select(pairs => (JsonNode?)new JsonObject(
                pairs.DistinctBy(pair => pair.Item1).Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2?.DeepClone())))));
    });

    [Fact]
    public void A_name_as_long_as_its_line_has_room()
    {
        for (int length = 40; length < 1100; length++)
        {
            using JsonStrings strings = new(null, "id");
            string name = new('n', length);
            strings.Parse(Encoding.UTF8.GetBytes($"{{\"{name}\\n\":1}}"));
            Assert.Equal(name + "\n", Encoding.UTF8.GetString(strings.Text.Span));
        }
    }

    [Fact]
    public void Strings_and_names_equal_those_of_a_document_walk()
    {
        using JsonStrings strings = new(null, "id");
        Gen.Select(s_node, Gen.Bool).Sample((node, relaxed) =>
        {
            JsonSerializerOptions options = new() { Encoder = relaxed ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping : JavaScriptEncoder.Default };
            byte[] json = Encoding.UTF8.GetBytes(node?.ToJsonString(options) ?? "null");
            using JsonDocument document = JsonDocument.Parse(json);
            List<(string Name, string Value)> expected = [];
            Walk(document.RootElement, "", expected);

            strings.Parse(json);
            Assert.Equal(string.Join('\n', expected.Select(pair => pair.Value)), Encoding.UTF8.GetString(strings.Text.Span));
            Assert.Equal(expected.Count, strings.Count);
            for (int i = 0; i < expected.Count; i++)
            {
                InputField field = strings.GetField(i);
                Assert.Equal(expected[i].Name, field.Name);
                Assert.Equal(expected[i].Value, Encoding.UTF8.GetString(strings.Text.Span.Slice(field.Start, field.Length)));
            }
        }, threads: 1, iter: 5000);
    }

    /// <summary>Of JSON that was cut, within an escape too, the strings before the cut are there.</summary>
    [Theory, InlineData("\\"), InlineData("\\u12"), InlineData("\\x"), InlineData("")]
    public void Strings_before_a_cut_are_kept(string cut)
    {
        using JsonStrings strings = new(null, "id");
        byte[] json = Encoding.UTF8.GetBytes("{\"a\":\"one\\ntwo\",\"b\":\"three" + cut);
        Assert.ThrowsAny<JsonException>(() => strings.Parse(json));
        Assert.Equal("one\ntwo", Encoding.UTF8.GetString(strings.Text.Span));
        Assert.Equal("a", strings.GetField(0).Name);
    }

    /// <summary>What is no JSON is told, wherever it is damaged, escapes above all.</summary>
    [Fact]
    public void Damaged_json_is_refused_where_the_reader_refuses_it()
    {
        using JsonStrings strings = new(null, "id");
        int refused = 0;
        Gen.Select(s_node, Gen.Int[0, 1 << 20], Gen.Char["\\\"u0{}[],:ax\u0001 "], Gen.Bool).Sample((node, place, character, replaces) =>
        {
            string text = node?.ToJsonString() ?? "null";
            place %= text.Length;
            byte[] json = Encoding.UTF8.GetBytes(text[..place] + character + text[(replaces ? place + 1 : place)..]);
            Assert.Equal(IsRead(json), IsParsed(strings, json));
            if (!IsRead(json)) refused++;
        }, threads: 1, iter: 20000);
        Assert.InRange(refused, 2000, 18000);

        static bool IsRead(byte[] json)
        {
            Utf8JsonReader reader = new(json);
            try
            {
                while (reader.Read())
                {
                }
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }

        static bool IsParsed(JsonStrings strings, byte[] json)
        {
            try
            {
                strings.Parse(json);
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    static void Walk(JsonElement element, string name, List<(string, string)> found)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                found.Add((name, element.GetString()!));
                break;
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray()) Walk(item, $"{name}[{index++}]", found);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    string inner = name.Length == 0 ? property.Name : $"{name}.{property.Name}";
                    if (Encoding.UTF8.GetByteCount(property.Name) >= 40) found.Add((inner, property.Name)); // a name can be a text
                    Walk(property.Value, inner, found);
                }
                break;
            default:
                break;
        }
    }
}
