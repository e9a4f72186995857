using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeakScan.Benchmarks.Data;
using LeakScan.Sources;

namespace LeakScan.Peers;

/// <summary>Protected files, and outgoing records in some of which a passage of them is planted: the same bytes for every peer.</summary>
// The folder has protected/, records/0/ to records/7/ with a file a record, outgoing.txt with all of them, starts.txt with their
// offsets in it, and lines.txt with the distinctive lines. All files end in .txt, for peers that choose how to read by the name.
// Records come in blocks of 50, the last of which leaks; the blocks are dealt out to the eight folders in turn.
sealed class Material
{
    /// <summary>Folders of records, the first of which is enough for slow peers.</summary>
    internal const int Shares = 8;

    const int RecordBytes = 4096;
    const int LeakingEvery = 50;
    const int MinPassageLines = 4;
    const int MaxPassageLines = 20;

    readonly byte[] _outgoing;
    readonly int[] _starts;

    /// <param name="folder">Filled.</param>
    /// <param name="protect">A folder of files that must not leave.</param>
    /// <param name="clean">A folder of text that has nothing to do with them.</param>
    /// <param name="bytes">Of all records, about.</param>
    internal Material(string folder, string protect, string clean, int bytes)
    {
        Folder = folder;
        Documents = [.. new SourceReader().Read(new SourceSpec(protect, "proprietary-code")).Select(d => d.Text)];
        string[][] sources = [.. Documents.Select(d => Encoding.UTF8.GetString(d.Span).Split('\n')).Where(l => l.Length > MaxPassageLines)];
        if (sources.Length == 0) throw new ArgumentException($"{protect}: no file of more than {MaxPassageLines} lines to take passages of");
        Lines = DistinctiveLines();

        byte[] text = new byte[bytes];
        TextMaker.Fill(clean, text);
        using MemoryStream outgoing = new();
        List<int> starts = [];
        List<Wrapping> truth = [];
        Random random = new(5);
        for (int at = 0; text.Length - at > 2 * RecordBytes;)
        {
            int length = RecordBytes + text.AsSpan(at + RecordBytes).IndexOf((byte)'\n') + 1;
            ReadOnlySpan<byte> record = text.AsSpan(at, length);
            at += length;
            Wrapping wrapping = truth.Count % LeakingEvery == LeakingEvery - 1 ? (Wrapping)random.Next(1, 5) : Wrapping.Clean;
            starts.Add((int)outgoing.Length);
            truth.Add(wrapping);
            int middle = record[..(length / 2)].LastIndexOf((byte)'\n') + 1;
            outgoing.Write(record[..middle]);
            if (wrapping != Wrapping.Clean) outgoing.Write(Encoding.UTF8.GetBytes(Wrap(Passage(sources, random), wrapping, random)));
            outgoing.Write(record[middle..]);
        }
        Truth = [.. truth];
        _outgoing = outgoing.ToArray();
        _starts = [.. starts, _outgoing.Length];
        WriteFiles();
    }

    internal string Folder { get; }

    internal string Outgoing => Path.Combine(Folder, "outgoing.txt");

    internal string StartsFile => Path.Combine(Folder, "starts.txt");

    internal string LinesFile => Path.Combine(Folder, "lines.txt");

    internal string ProtectedFolder => Path.Combine(Folder, "protected");

    internal string RecordsFolder => Path.Combine(Folder, "records");

    /// <summary>The protected files.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> Documents { get; }

    /// <summary>What a user would search for: lines of the protected files that are long enough to mean something and stand in one place only.</summary>
    internal string[] Lines { get; }

    /// <summary>What each record holds.</summary>
    internal IReadOnlyList<Wrapping> Truth { get; }

    /// <summary>An index of the protected files. The key is always the same: with another one, other k-grams are selected and other records alarm.</summary>
    internal FingerprintIndexBuilder ToBuilder()
    {
        FingerprintIndexBuilder builder = new(Synthetic.s_key);
        for (int i = 0; i < Documents.Count; i++) builder.AddDocument($"{i}", "proprietary-code", Documents[i].Span);
        return builder;
    }

    internal ReadOnlySpan<byte> Record(int number) => _outgoing.AsSpan(_starts[number].._starts[number + 1]);

    /// <summary>All records, or those of the first folder.</summary>
    internal IEnumerable<int> Numbers(bool all) => Enumerable.Range(0, Truth.Count).Where(i => all || ShareOf(i) == 0);

    static int ShareOf(int number) => number / LeakingEvery % Shares;

    /// <summary>The record that holds an offset of <see cref="Outgoing"/>.</summary>
    internal int RecordAt(long offset)
    {
        int at = Array.BinarySearch(_starts, (int)offset);
        return at >= 0 ? at : ~at - 1;
    }

    /// <summary>The file of a record; <see cref="NumberOf"/> is its inverse.</summary>
    string FileOf(int number) => Path.Combine(RecordsFolder, $"{ShareOf(number)}", string.Create(CultureInfo.InvariantCulture, $"{number:d7}.txt"));

    internal static int NumberOf(string recordFile) => int.Parse(Path.GetFileNameWithoutExtension(recordFile), CultureInfo.InvariantCulture);

    internal IEnumerable<string> RecordFiles(bool all) => Numbers(all).Select(FileOf);

    string[] DistinctiveLines()
    {
        const int MinLineBytes = 20;
        const int MinLetters = 12;
        return [.. Documents.SelectMany(d => Encoding.UTF8.GetString(d.Span).Split('\n').Select(l => l.Trim()))
            .Where(l => l.Length >= MinLineBytes && l.Count(char.IsAsciiLetterOrDigit) >= MinLetters)
            .GroupBy(l => l, StringComparer.Ordinal).Where(g => g.Count() == 1).Select(g => g.Key)];
    }

    static string[] Passage(string[][] sources, Random random)
    {
        const int MinLetters = 100;
        while (true)
        {
            string[] source = sources[random.Next(sources.Length)];
            int length = random.Next(MinPassageLines, MaxPassageLines + 1);
            int start = random.Next(source.Length - length + 1);
            string[] passage = source[start..(start + length)];
            if (passage.Sum(l => l.Count(char.IsAsciiLetterOrDigit)) >= MinLetters) return passage;
        }
    }

    static string Wrap(string[] lines, Wrapping wrapping, Random random)
    {
        string indent = new(' ', random.Next(1, 9));
        int number = random.Next(1, 900);
        return wrapping switch
        {
            Wrapping.Verbatim => string.Join('\n', lines),
            Wrapping.Reindented => string.Join('\n', lines.Select(l => indent + l.Replace("    ", "\t", StringComparison.Ordinal))),
            Wrapping.JsonEscaped => JsonSerializer.Serialize(string.Join('\n', lines), s_relaxed),
            _ => string.Join('\n', lines.Select((l, i) => string.Create(CultureInfo.InvariantCulture, $"{number + i,6}\t{l}"))),
        } + "\n";
    }

    static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    void WriteFiles()
    {
        Directory.CreateDirectory(ProtectedFolder);
        for (int i = 0; i < Documents.Count; i++)
        {
            using FileStream file = File.Create(Path.Combine(ProtectedFolder, string.Create(CultureInfo.InvariantCulture, $"{i:d4}.txt")));
            file.Write(Documents[i].Span);
        }
        for (int share = 0; share < Shares; share++) Directory.CreateDirectory(Path.Combine(RecordsFolder, $"{share}"));
        for (int i = 0; i < Truth.Count; i++)
        {
            using FileStream file = File.Create(FileOf(i));
            file.Write(Record(i));
        }
        File.WriteAllBytes(Outgoing, _outgoing);
        File.WriteAllLines(StartsFile, _starts.Select(s => s.ToString(CultureInfo.InvariantCulture)));
        File.WriteAllLines(LinesFile, Lines);
    }
}
