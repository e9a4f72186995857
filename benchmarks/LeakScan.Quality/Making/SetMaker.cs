using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeakScan.Benchmarks;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Quality.Making;

/// <summary>Makes the repository's small labelled set of its own text: sample corpora and sources.</summary>
// What is to be protected is copied into index/, so that the set stays as it is when the sources go on. Positives are pieces of it, changed
// and wrapped; negatives are pieces of other files of this repository, by the same authors and in the same style, and the clean records
// of the sample log. A negative has no run of 60 letters in common with the index, which plain comparison decides.
sealed class SetMaker
{
    const int Seed = 1;
    const int PiecesOfEach = 10;
    const int Negatives = 240;
    const int MinPlain = 100;

    static readonly int[] s_lines = [5, 10, 20, 40];

    const int ShortestHeavy = 10;

    static readonly string[] s_protected = ["corpora/proprietary", "src/LeakScan.Sources/Transcripts", "src/LeakScan.Sources/Records", "src/LeakScan.Sources/Databases"];

    static readonly string[] s_others = ["src/LeakScan", "src/LeakScan.Cli", "src/LeakScan.Sources/Files", "corpora/public", "docs"];

    static readonly string[] s_extensions = [".cs", ".py", ".go", ".rs", ".ts", ".tsx", ".cpp", ".cu", ".h", ".sql", ".yaml", ".md"];

    static readonly JsonWriterOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    sealed record Source(string Path, string[] Lines);

    readonly List<string> _records = [];
    readonly SharedRuns _protectedRuns = new();
    readonly HashSet<string> _sharedLines;
    long _number;

    SetMaker(IEnumerable<Source> sources) =>
        _sharedLines = [.. sources.SelectMany(s => s.Lines.Select(l => l.Trim()).Distinct(StringComparer.Ordinal)).CountBy(l => l).Where(l => l.Value > 1).Select(l => l.Key)];

    /// <summary>Writes <c>index/</c> and <c>outgoing.jsonl</c> into a folder; what was there is replaced.</summary>
    internal static int Write(string folder)
    {
        List<Source> sources = Read(s_protected);
        List<Source> others = Read(s_others);
        SetMaker maker = new([.. sources, .. others]);
        string index = Path.Combine(folder, "index");
        if (Directory.Exists(index)) Directory.Delete(index, recursive: true);
        foreach (Source source in sources)
        {
            string path = Path.Combine(index, source.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, string.Join('\n', source.Lines));
            maker._protectedRuns.Add(string.Join('\n', source.Lines));
        }
        maker.AddPositives(sources, [.. others.SelectMany(o => o.Lines).Where(l => PlainLength(l) >= 12 && l.Length < 120)]);
        maker.AddNegatives(others);
        maker.AddChat();
        File.WriteAllText(Path.Combine(folder, "outgoing.jsonl"), string.Join('\n', maker._records) + "\n");
        return maker._records.Count;
    }

    static List<Source> Read(string[] folders) =>
    [
        .. folders.SelectMany(f => Directory.EnumerateFiles(Repository.Path(f), "*", SearchOption.AllDirectories)).Where(f => s_extensions.Contains(Path.GetExtension(f)))
            .Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/')).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(f => new Source(f, File.ReadAllText(Repository.Path(f)).Split('\n'))),
    ];

    void AddPositives(List<Source> sources, string[] foreign)
    {
        foreach ((string transform, bool isHeavy, Transform.Apply apply) in Transform.s_all)
        {
            foreach (int lines in s_lines.Where(l => !isHeavy || l >= ShortestHeavy))
            {
                for (int i = 0; i < PiecesOfEach; i++)
                {
                    SplitMix random = new(Seed, ++_number);
                    (Source source, int start, string[] piece) = Cut(sources, lines, ref random);
                    IReadOnlyList<string> changed = apply(piece, foreign, ref random);
                    AddWrapped("cut", changed, source.Path, start, transform, lines, ref random);
                }
            }
        }
    }

    void AddNegatives(List<Source> others)
    {
        for (int i = 0; i < Negatives;)
        {
            SplitMix random = new(Seed, ++_number);
            int lines = s_lines[random.Next(s_lines.Length)];
            (Source source, int start, string[] piece) = Cut(others, lines, ref random);
            if (_protectedRuns.HasRunOf(string.Join('\n', piece))) continue;
            AddWrapped("indep", piece, source.Path, start, null, lines, ref random);
            i++;
        }
    }

    void AddChat()
    {
        string log = Repository.Path("corpora", "prompt-log", "log.jsonl");
        HashSet<string> leaking = [.. File.ReadLines(Repository.Path("corpora", "prompt-log", "expected.jsonl")).Select(IdOf)];
        foreach (string line in File.ReadLines(log))
        {
            if (!leaking.Contains(IdOf(line)) && !_protectedRuns.HasRunOf(line)) Add($"chat-{IdOf(line)}", line, "negative", "chat", null, null, null, null, "raw");
        }
    }

    static string IdOf(string line)
    {
        using JsonDocument record = JsonDocument.Parse(line);
        return record.RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>Successive lines that say something: not only imports and what several files have, such as licence headers.</summary>
    (Source Source, int Start, string[] Piece) Cut(List<Source> sources, int lines, ref SplitMix random)
    {
        while (true)
        {
            Source source = sources[random.Next(sources.Count)];
            if (source.Lines.Length <= lines) continue;
            int start = random.Next(source.Lines.Length - lines);
            string[] piece = source.Lines[start..(start + lines)];
            if (piece.Where(l => !IsImport(l) && !_sharedLines.Contains(l.Trim())).Sum(PlainLength) >= Math.Max(MinPlain, lines * 12)) return (source, start, piece);
        }
    }

    static bool IsImport(string line) => ((string[])["using ", "import ", "from ", "use ", "#include", "package ", "namespace "]).Any(p => line.StartsWith(p, StringComparison.Ordinal));

    static int PlainLength(string line) => line.Count(char.IsAsciiLetterOrDigit);

    void AddWrapped(string kind, IReadOnlyList<string> lines, string path, int start, string? transform, int cut, ref SplitMix random)
    {
        (string wrap, Wrap.Apply apply) = Wrap.s_all[random.Next(Wrap.s_all.Count)];
        string text = apply(lines, path, start + 1, ref random);
        Add(string.Create(CultureInfo.InvariantCulture, $"{kind}-{_number:d4}"), text, transform is null ? "negative" : "positive", kind, transform is null ? null : path, transform, cut, start + 1, wrap);
    }

    void Add(string id, string text, string label, string kind, string? source, string? transform, int? lines, int? start, string wrap)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, s_relaxed))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("label", label);
            json.WriteString("kind", kind);
            if (source is not null) json.WriteString("source_file", source);
            if (transform is not null) json.WriteString("transform", transform);
            json.WriteString("wrap", wrap);
            if (lines is int count) json.WriteNumber("lines", count);
            if (start is int first) json.WriteNumber("start", first);
            json.WriteString("text", text);
            json.WriteEndObject();
        }
        _records.Add(Encoding.UTF8.GetString(bytes.ToArray()));
    }
}
