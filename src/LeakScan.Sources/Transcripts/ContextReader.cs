using System.IO.Hashing;
using System.Text;

namespace LeakScan.Sources.Transcripts;

/// <summary>Learns from the lines of a file, in order and without parsing them, what later lines leave out.</summary>
// What each format needs:
//   Claude Code   nothing for a line's session, turn and project, but for the few lines without cwd; the name of a tool for its
//                 result, which has only the id of the call, some lines above.
//   Codex         session and project from session_meta (the first line), the turn from the last turn_context before 0.169,
//                 the name of a tool for its output, which has only the id of the call.
//   others        nothing.
// A key is searched for as it stands in JSON. In a string its quotes would be escaped, so what is found is a key.
// Names of tools are few and made once; ids are kept as hashes, the latest in a ring: nothing is allocated for a line.
sealed class ContextReader
{
    const int Calls = 4096;
    const int MaxNames = 256;
    const int MaxNameBytes = 128;
    const int HeadBytes = 256;

    readonly ulong[] _calls = new ulong[Calls];
    readonly byte[] _namesOfCalls = new byte[Calls];
    readonly List<(byte[] Utf8, string Text)> _names = [];
    int _next;
    LineContext _context;

    /// <summary>Begins a file.</summary>
    internal void Start(in LineContext context)
    {
        _context = context;
        Array.Clear(_calls);
        _next = 0;
    }

    /// <summary>The context of a line.</summary>
    internal LineContext Read(ReadOnlySpan<byte> line) => _context.Format switch
    {
        RecordFormat.ClaudeCode => ReadClaudeCode(line),
        RecordFormat.Codex => ReadCodex(line),
        _ => _context,
    };

    /// <summary>Says what a file is whose path did not tell.</summary>
    internal void SetFormat(RecordFormat format) => _context = _context with { Format = format };

    LineContext ReadClaudeCode(ReadOnlySpan<byte> line)
    {
        if (_context.Project is null or ['-', ..] && FindString(line, "\"cwd\""u8, out ReadOnlySpan<byte> folder)) _context = _context with { Project = Encoding.UTF8.GetString(folder) };
        string? tool = null;
        for (ReadOnlySpan<byte> rest = line; ;)
        {
            int at = rest.IndexOf("\"tool_u"u8); // the search looks for first and last byte: u is rarer than the e of tool_use
            if (at < 0) return _context with { Tool = tool };
            rest = rest[at..];
            if (rest.StartsWith("\"tool_use\""u8))
            {
                // {"type":"tool_use","id":"toolu_1","name":"Read","input":{...
                ReadOnlySpan<byte> call = rest[..Math.Min(rest.Length, HeadBytes)];
                if (FindString(call, "\"id\""u8, out ReadOnlySpan<byte> id) && FindString(call, "\"name\""u8, out ReadOnlySpan<byte> name)) AddCall(id, name);
            }
            else if (FindString(rest[..Math.Min(rest.Length, HeadBytes)], "\"tool_use_id\""u8, out ReadOnlySpan<byte> id))
            {
                tool ??= NameOf(id);
            }
            rest = rest[1..];
        }
    }

    LineContext ReadCodex(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> head = line[..Math.Min(line.Length, HeadBytes)];
        if (head.IndexOf("\"session_meta\""u8) >= 0 || (_context.Session is null && IsOldHead(line)))
        {
            _context = _context with { Session = Learn(line, "\"id\""u8, _context.Session) };
            _context = _context with { Project = Learn(line, "\"cwd\""u8, _context.Project) };
        }
        else if (head.IndexOf("\"turn_context\""u8) >= 0)
        {
            _context = _context with { Turn = Learn(line, "\"turn_id\""u8, _context.Turn) };
            _context = _context with { Project = Learn(line, "\"cwd\""u8, _context.Project) };
        }
        if (!FindString(line, "\"call_id\""u8, out ReadOnlySpan<byte> call)) return _context;
        if (!FindString(line, "\"name\""u8, out ReadOnlySpan<byte> name)) return _context with { Tool = NameOf(call) };
        AddCall(call, name);
        return _context;
    }

    /// <summary>The first line of the oldest rollouts has no type.</summary>
    static bool IsOldHead(ReadOnlySpan<byte> line) => line.IndexOf("\"instructions\""u8) >= 0 && line.IndexOf("\"type\""u8) < 0;

    static string? Learn(ReadOnlySpan<byte> line, ReadOnlySpan<byte> key, string? known) =>
        !FindString(line, key, out ReadOnlySpan<byte> value) || (known is not null && Ascii.Equals(value, known)) ? known : Encoding.UTF8.GetString(value);

    /// <summary>Finds a key and its value, a string without escapes.</summary>
    static bool FindString(ReadOnlySpan<byte> line, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        value = default;
        int at = line.IndexOf(key);
        if (at < 0) return false;
        ReadOnlySpan<byte> rest = line[(at + key.Length)..].TrimStart(" :"u8);
        if (rest.Length == 0 || rest[0] != '"') return false;
        int end = rest[1..].IndexOfAny("\"\\"u8);
        if (end < 0 || rest[1 + end] != '"') return false;
        value = rest.Slice(1, end);
        return true;
    }

    void AddCall(ReadOnlySpan<byte> id, ReadOnlySpan<byte> name)
    {
        int index = IndexOf(name);
        if (index < 0) return;
        _calls[_next] = XxHash3.HashToUInt64(id);
        _namesOfCalls[_next] = (byte)index;
        _next = (_next + 1) % Calls;
    }

    string? NameOf(ReadOnlySpan<byte> id)
    {
        int index = Array.LastIndexOf(_calls, XxHash3.HashToUInt64(id));
        return index < 0 ? null : _names[_namesOfCalls[index]].Text;
    }

    int IndexOf(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _names.Count; i++)
        {
            if (name.SequenceEqual(_names[i].Utf8)) return i;
        }
        if (_names.Count == MaxNames || name.Length > MaxNameBytes) return -1;
        _names.Add((name.ToArray(), Encoding.UTF8.GetString(name)));
        return _names.Count - 1;
    }
}
