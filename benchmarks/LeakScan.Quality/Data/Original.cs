using LeakScan.Sources;

namespace LeakScan.Quality.Data;

/// <summary>What a record of a pair set may have been plagiarised from: a file of the index, or all files of a folder one after the other.</summary>
sealed record Original(string Name, byte[] Text)
{
    /// <summary>Those that the records of a set name.</summary>
    internal static IReadOnlyList<Original> Of(LabelledSet set) =>
        [.. set.Records.SelectMany(r => r.Sources).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => new Original(name, TextOf(set, name)))];

    static byte[] TextOf(LabelledSet set, string name)
    {
        SourceDocument[] files = [.. set.Documents.Where(d => d.Path == name || d.Path.StartsWith(name + "/", StringComparison.Ordinal))];
        if (files.Length == 0) throw new IOException($"{set.Name}: a record names {name}, which the index does not have");
        return [.. files.SelectMany(f => (byte[])[.. f.Text.Span, (byte)'\n'])];
    }
}
