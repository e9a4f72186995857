using System.Globalization;
using System.Text;
using LeakScan.Quality.Data;

namespace LeakScan.Quality.Peers;

/// <summary>A set as tools for files want it: a folder of originals, a folder of records.</summary>
sealed class Material
{
    /// <summary>On disk: <c>originals/N/original.EXT</c> and <c>records/N.EXT</c>.</summary>
    internal string Folder { get; }

    internal IReadOnlyList<Original> Originals { get; }

    internal IReadOnlyList<LabelledRecord> Records { get; }

    /// <summary>Whether scores are wanted of each record with each original; else the best of a record will do.</summary>
    internal bool WantsPairs { get; }

    internal string SetName { get; }

    /// <summary>Of most of the index's files, with the dot.</summary>
    internal string Extension { get; }

    internal Material(LabelledSet set, string folder)
    {
        SetName = set.Name;
        Folder = folder;
        WantsPairs = set.IsPairs;
        Records = [.. set.Records.Where(r => r.Label == RecordLabel.Positive || r.IsCountedNegative)];
        Originals = set.IsPairs ? Original.Of(set) : [.. set.Documents.Select(d => new Original(d.Path, d.Text.ToArray()))];
        Extension = set.Documents.Select(d => Path.GetExtension(d.Path)).CountBy(e => e).MaxBy(e => e.Value).Key;
        for (int i = 0; i < Originals.Count; i++)
        {
            Directory.CreateDirectory(Path.Combine(folder, OriginalFolder(i)));
            File.WriteAllBytes(Path.Combine(folder, OriginalFile(i)), Originals[i].Text);
        }
        Directory.CreateDirectory(Path.Combine(folder, "records"));
        for (int i = 0; i < Records.Count; i++) File.WriteAllBytes(Path.Combine(folder, RecordFile(i)), Records[i].Text);
    }

    internal static string OriginalFolder(int number) => string.Create(CultureInfo.InvariantCulture, $"originals/{number}");

    internal string OriginalFile(int number) => $"{OriginalFolder(number)}/original{Extension}";

    internal string RecordFile(int number) => string.Create(CultureInfo.InvariantCulture, $"records/{number}{Extension}");

    /// <summary>The number of a record or original from its file's name, whatever stands before it.</summary>
    internal static (bool IsRecord, int Number)? Parse(string file)
    {
        int at = file.LastIndexOf("records/", StringComparison.Ordinal);
        if (at >= 0) return (true, int.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture));
        at = file.LastIndexOf("originals/", StringComparison.Ordinal);
        return at < 0 ? null : (false, int.Parse(file[(at + "originals/".Length)..].Split('/')[0], CultureInfo.InvariantCulture));
    }

    internal IReadOnlyList<string> RecordTexts => [.. Records.Select(r => Encoding.UTF8.GetString(r.Text))];

    internal IReadOnlyList<string> OriginalTexts => [.. Originals.Select(o => Encoding.UTF8.GetString(o.Text))];
}
