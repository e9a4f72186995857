using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeakScan.Benchmarks.Data;

/// <summary>Lines of text as they stand in a JSON string, one after the other, to cut pieces of.</summary>
sealed class EscapedLines
{
    readonly List<int> _starts = [];
    readonly MemoryStream _lines = new();
    readonly byte[] _text;

    /// <summary>Takes the text of a folder or file; of JSONL, the strings that are long enough to be text.</summary>
    /// <param name="from">Up to 256 MiB of it are used.</param>
    /// <param name="longest">Bytes of the longest piece wanted.</param>
    internal EscapedLines(string from, int longest)
    {
        const long MaxBytes = 256 << 20;
        foreach (string file in TextMaker.Files(from))
        {
            if (_lines.Length > MaxBytes) break;
            if (file.EndsWith(".jsonl", StringComparison.Ordinal)) AddJsonLines(file);
            else Add(File.ReadAllText(file));
        }
        if (_starts.Count == 0) throw new ArgumentException($"{from}: no text");
        long once = _lines.Length;
        int lines = _starts.Count;
        // A piece begins at any line but the last ones.
        while (_lines.Length < 2 * longest)
        {
            for (int i = 0; i < lines; i++) _starts.Add((int)_lines.Length + _starts[i]);
            _lines.Write(_lines.GetBuffer().AsSpan(0, (int)once).ToArray());
        }
        _text = _lines.ToArray();
        while (_starts[^1] > _text.Length - longest) _starts.RemoveAt(_starts.Count - 1);
        TextBytes = once;
    }

    /// <summary>Bytes of text there are to draw from.</summary>
    internal long TextBytes { get; }

    /// <summary>From the beginning of some line, so many bytes or a few less: no escape and no character is cut.</summary>
    internal ReadOnlySpan<byte> Piece(ref SplitMix random, int length)
    {
        int start = _starts[random.Next(_starts.Count)];
        return _text.AsSpan(start, CutBefore(_text.AsSpan(start), length));
    }

    /// <summary>The last place up to <paramref name="length"/> where escaped text can be cut.</summary>
    static int CutBefore(ReadOnlySpan<byte> text, int length)
    {
        const int LongestEscape = 6;
        int from = Math.Max(0, length - LongestEscape);
        int escape = text[from..length].IndexOf((byte)'\\');
        if (escape >= 0)
        {
            // The run of backslashes begins an escape; what is in it, or follows, may be one.
            length = from + escape;
            while (length > 0 && text[length - 1] == '\\') length--;
        }
        while (length > 0 && (text[length] & 0xC0) == 0x80) length--;
        return length;
    }

    void AddJsonLines(string file)
    {
        foreach (string line in File.ReadLines(file))
        {
            try
            {
                using JsonDocument record = JsonDocument.Parse(line);
                AddStrings(record.RootElement);
            }
            catch (JsonException)
            {
                Add(line); // logs have damaged lines; their text is text
            }
        }
    }

    void AddStrings(JsonElement element)
    {
        const int ShortestText = 40;
        switch (element.ValueKind)
        {
            case JsonValueKind.String when element.GetString() is { Length: >= ShortestText } text:
                Add(text);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray()) AddStrings(item);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject()) AddStrings(property.Value);
                break;
        }
    }

    void Add(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            if (line.Length == 0) continue;
            _starts.Add((int)_lines.Length);
            _lines.Write(Escape(line));
            _lines.Write("\\n"u8);
        }
    }

    internal static ReadOnlySpan<byte> Escape(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
}
