using LeakScan.Fingerprints;
using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Sources;
using LeakScan.Text;

namespace LeakScan.Idioms;

/// <summary>Counts by how many owners each k-gram is used.</summary>
// The hashes of all k-grams of all texts do not fit in memory, so they are counted a slice of the hash space at a time, over
// canonical text that is held. Within a slice each owner's hashes are made distinct, then all are sorted and runs counted.
sealed class GramCounter
{
    const int SliceBits = 3;

    readonly List<List<byte[]>> _owners = [];
    readonly Canonicalizer _canonicalizer = new(SimdTiers.Current);
    readonly List<int> _lineFeeds = [];
    readonly List<(int Start, int End)> _boilerplate = [];

    internal long Bytes { get; private set; }

    internal int Owners => _owners.Count;

    /// <summary>Takes the packages of an owner.</summary>
    internal void AddOwner(IEnumerable<string> folders)
    {
        List<byte[]> texts = [];
        foreach (string folder in folders)
        {
            // Of usr/share/doc only examples are code; the rest is the packager's.
            SourceReader reader = new(new SourceOptions { Exclude = ["changelog*", "copyright", "README.Debian*", "/usr/share/doc/*/html", "*.svg", "*.map", "*.min.js", "*.lock", "package-lock.json"] });
            foreach (SourceDocument document in reader.Read(new SourceSpec(folder, "public"))) AddText(document.Text.Span, texts);
        }
        if (texts.Count > 0) _owners.Add(texts);
    }

    void AddText(ReadOnlySpan<byte> text, List<byte[]> texts)
    {
        byte[] canonical = new byte[text.Length + 2 * Canonicalizer.OutputSlack];
        _canonicalizer.Reset();
        _lineFeeds.Clear();
        _canonicalizer.LineFeeds = _lineFeeds;
        int length = _canonicalizer.Append(text, canonical);
        _canonicalizer.LineFeeds = null;
        length += _canonicalizer.Finish(canonical.AsSpan(length));
        Bytes += text.Length;

        // What an index leaves out anyway need not be known.
        BoilerplateLines.Find(text, _boilerplate);
        int from = 0;
        foreach ((int start, int end) in _boilerplate)
        {
            Add(canonical.AsSpan(from, Math.Max(0, Math.Min(CharactersBefore(start, length) + GramParameters.GramLength / 2, length) - from)));
            from = Math.Max(from, CharactersBefore(end, length) - GramParameters.GramLength / 2);
        }
        Add(canonical.AsSpan(from, length - from));

        void Add(ReadOnlySpan<byte> piece)
        {
            if (piece.Length >= GramParameters.GramLength) texts.Add(piece.ToArray());
        }
    }

    int CharactersBefore(int line, int length) => line == 0 ? 0 : line <= _lineFeeds.Count ? _lineFeeds[line - 1] : length;

    /// <summary>The hashes of k-grams with the number of their owners, for those of at least so many; hashes rise.</summary>
    internal IEnumerable<(ulong Hash, int Owners)> Count(int minOwners)
    {
        List<ulong> all = [];
        List<ulong> own = [];
        for (ulong slice = 0; slice < 1 << SliceBits; slice++)
        {
            all.Clear();
            foreach (List<byte[]> texts in _owners)
            {
                own.Clear();
                foreach (byte[] text in texts)
                {
                    for (int at = 0; at + GramParameters.GramLength <= text.Length; at++)
                    {
                        ulong hash = IdiomModel.Hash(text.AsSpan(at, GramParameters.GramLength));
                        if (hash >> 64 - SliceBits == slice) own.Add(hash);
                    }
                }
                own.Sort();
                for (int i = 0; i < own.Count; i++)
                {
                    if (i == 0 || own[i] != own[i - 1]) all.Add(own[i]);
                }
            }
            all.Sort();
            foreach ((ulong, int) counted in Runs(all))
            {
                if (counted.Item2 >= minOwners) yield return counted;
            }
        }
    }

    static IEnumerable<(ulong, int)> Runs(List<ulong> sorted)
    {
        for (int from = 0, to; from < sorted.Count; from = to)
        {
            to = from + 1;
            while (to < sorted.Count && sorted[to] == sorted[from]) to++;
            yield return (sorted[from], to - from);
        }
    }
}
