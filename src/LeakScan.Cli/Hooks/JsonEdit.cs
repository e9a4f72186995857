using System.Text;

namespace LeakScan.Cli.Hooks;

/// <summary>Changes JSON text in place: whatever is not changed stays byte for byte, comments, order and layout with it.</summary>
sealed class JsonEdit
{
    const string Step = "  ";

    byte[] _text;

    internal JsonEdit(byte[] text)
    {
        _text = text;
        Root = JsonNodeText.Parse(text);
    }

    internal JsonNodeText Root { get; private set; }

    internal byte[] Text => _text;

    internal string Compact(JsonNodeText node) => JsonNodeText.Compact(node, _text);

    /// <summary>Adds an item at the end of an object or array.</summary>
    /// <param name="container">The object or array.</param>
    /// <param name="item">The text of the item, its lines indented as if it stood at the left margin.</param>
    internal void Append(JsonNodeText container, string item)
    {
        int close = container.End - 1;
        int end = close;
        while (end > container.Start + 1 && _text[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') end--;
        string indent = IndentOf(container) + Step;
        if (container.Items.Count > 0 && IsFirstOnLine(container.Items[^1].Start)) indent = IndentAt(container.Items[^1].Start);
        bool sameLine = container.Items.Count > 0 && !IsFirstOnLine(container.Items[^1].Start) && !_text.AsSpan(container.Start, container.End - container.Start).Contains((byte)'\n');
        string inserted = sameLine ? " " + item.Replace("\n", "\n" + IndentOf(container), StringComparison.Ordinal) : "\n" + indent + item.Replace("\n", "\n" + indent, StringComparison.Ordinal);
        if (!sameLine && end == close) inserted += "\n" + IndentOf(container);
        Insert(end, inserted);
        if (container.Items.Count > 0 && Comma(container.Items[^1].Value.End, close) < 0) Insert(container.Items[^1].Value.End, ",");
        Parse();
    }

    /// <summary>Takes an item out, and the white space and comma that belong to it.</summary>
    internal void Remove(JsonNodeText container, int number)
    {
        JsonNodeText.Child item = container.Items[number];
        int from = item.Start, to = item.Value.End;
        if (number == 0 && container.Items.Count > 1)
        {
            to = Comma(to, container.End) + 1;
            while (IsSpace(to)) to++;
        }
        else
        {
            int space = from;
            while (IsSpace(space - 1)) space--;
            // The line break behind a comment is its end: one must stay.
            int behind = to;
            while (behind < _text.Length && _text[behind] is (byte)' ' or (byte)'\t' or (byte)'\r') behind++;
            bool needsBreak = IsInLineComment(number == 0 ? container.Start + 1 : container.Items[number - 1].Value.End, space) && (behind == _text.Length || _text[behind] != '\n');
            from = needsBreak ? Array.IndexOf(_text, (byte)'\n', space) + 1 : space;
            if (container.Items.Count == 1)
            {
                if (Comma(to, container.End - 1) is var trailing and >= 0) to = trailing + 1;
                // An empty object is {}, unless a comment is left in it.
                int rest = to;
                while (IsSpace(rest)) rest++;
                if (rest == container.End - 1 && from == container.Start + 1) to = rest;
            }
        }
        Delete(from, to);
        if (number > 0)
        {
            int comma = Comma(container.Items[number - 1].Value.End, from);
            // A comma behind a comment has a line of its own, which goes with it.
            int next = Array.FindIndex(_text, comma + 1, static b => b is not ((byte)' ' or (byte)'\t' or (byte)'\r'));
            if (comma >= 0 && IsFirstOnLine(comma) && next >= 0 && _text[next] == '\n') Delete(LineStart(comma), next + 1);
            else if (comma >= 0) Delete(comma, comma + 1);
        }
        Parse();
    }

    void Parse() => Root = JsonNodeText.Parse(_text);

    void Insert(int at, string text) => _text = [.. _text[..at], .. Encoding.UTF8.GetBytes(text), .. _text[at..]];

    void Delete(int from, int to) => _text = [.. _text[..from], .. _text[to..]];

    bool IsSpace(int at) => at >= 0 && at < _text.Length && _text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    /// <summary>The comma between two offsets that is in no comment; -1 if there is none.</summary>
    int Comma(int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            if (_text[i] == ',') return i;
            if (_text[i] != '/' || i + 1 >= to) continue;
            ReadOnlySpan<byte> end = _text[i + 1] == '/' ? "\n"u8 : "*/"u8;
            int length = _text.AsSpan(i + 2, to - i - 2).IndexOf(end);
            if (length < 0) return -1;
            i += 1 + length + end.Length;
        }
        return -1;
    }

    /// <summary>Whether an offset is in a comment that ends with its line, or at its end; between two values.</summary>
    bool IsInLineComment(int from, int at)
    {
        for (int i = from; i + 1 < at; i++)
        {
            if (_text[i] != '/') continue;
            bool isLine = _text[i + 1] == '/';
            ReadOnlySpan<byte> end = isLine ? "\n"u8 : "*/"u8;
            int length = _text.AsSpan(i + 2, at - i - 2).IndexOf(end);
            if (length < 0) return isLine;
            i += 1 + length + end.Length;
        }
        return false;
    }

    bool IsFirstOnLine(int at) => _text.AsSpan(LineStart(at), at - LineStart(at)).IndexOfAnyExcept((byte)' ', (byte)'\t') < 0 && LineStart(at) > 0;

    int LineStart(int at) => _text.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;

    string IndentAt(int at) => Encoding.UTF8.GetString(_text, LineStart(at), at - LineStart(at));

    /// <summary>The white space at the beginning of the line on which a container begins.</summary>
    string IndentOf(JsonNodeText container)
    {
        ReadOnlySpan<byte> line = _text.AsSpan(LineStart(container.Start));
        int length = line.IndexOfAnyExcept((byte)' ', (byte)'\t');
        return Encoding.UTF8.GetString(line[..Math.Max(0, length)]);
    }
}
