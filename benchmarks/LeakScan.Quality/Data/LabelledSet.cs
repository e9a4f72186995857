using LeakScan.Sources;

namespace LeakScan.Quality.Data;

/// <summary>A folder with <c>index/</c>, files to protect, and <c>outgoing.jsonl</c>, labelled texts.</summary>
sealed class LabelledSet
{
    const string Label = "proprietary-code";

    internal required string Name { get; init; }

    internal required IReadOnlyList<LabelledRecord> Records { get; init; }

    /// <summary>The files to protect as <c>leakscan index build</c> reads them; paths begin below <c>index/</c>.</summary>
    internal required IReadOnlyList<SourceDocument> Documents { get; init; }

    /// <summary>What could not be read.</summary>
    internal required IReadOnlyList<SourceProblem> Problems { get; init; }

    /// <summary>Labelled plagiarism: what matters is the order of the texts, since independent solutions of one task resemble each other.</summary>
    internal bool IsPairs => Name.StartsWith("pairs-", StringComparison.Ordinal);

    /// <exception cref="IOException">There is no such folder, or it is no set.</exception>
    internal static LabelledSet Load(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(folder);
        string index = Path.Combine(folder, "index");
        string outgoing = Path.Combine(folder, "outgoing.jsonl");
        if (!Directory.Exists(index) || !File.Exists(outgoing)) throw new IOException($"{folder}: not a labelled set: it needs a folder index and a file outgoing.jsonl");
        List<SourceProblem> problems = [];
        List<LabelledRecord> records = ReadRecords(outgoing, problems);
        SourceReader reader = new();
        List<SourceDocument> documents = [.. reader.Read(new SourceSpec(index, Label)).Select(d => d with { Path = d.Path[(index.Length + 1)..] })];
        problems.AddRange(reader.Problems);
        if (documents.Count == 0) throw new IOException($"{index}: nothing to index");
        return new LabelledSet { Name = Path.GetFileName(folder), Records = records, Documents = documents, Problems = problems };
    }

    internal static List<LabelledRecord> ReadRecords(string file, List<SourceProblem> problems)
    {
        List<LabelledRecord> records = [];
        ReadOnlyMemory<byte> bytes = File.ReadAllBytes(file);
        int number = 1;
        for (int start = 0; start < bytes.Length; number++)
        {
            int length = bytes.Span[start..].IndexOf((byte)'\n');
            if (length < 0) length = bytes.Length - start;
            try
            {
                if (!bytes.Span.Slice(start, length).Trim(" \r\t"u8).IsEmpty) records.Add(LabelledRecord.Parse(bytes.Slice(start, length)));
            }
            catch (FormatException e)
            {
                problems.Add(new SourceProblem(file, number, start, e.Message));
            }
            start += length + 1;
        }
        return records;
    }

    internal FingerprintIndex BuildIndex(IndexKey key)
    {
        using FingerprintIndexBuilder builder = new(key);
        foreach (SourceDocument document in Documents) builder.AddDocument(document.Path, document.Label, document.Text.Span, document.FirstLine);
        return builder.Build();
    }
}
