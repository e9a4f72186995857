using LeakScan.Indexing;
using LeakScan.Sources;

namespace LeakScan.Idioms;

/// <summary>Counts by how many owners each piece of text is used, whatever pieces are.</summary>
// The hashes of all pieces of all texts do not fit in memory, so they are counted a slice of the hash space at a time, over
// text that is held in a short form. Within a slice each owner's hashes are made distinct, then all are sorted and runs counted.
abstract class OwnerCounter
{
    const int SliceBits = 3;

    readonly List<List<byte[]>> _owners = [];
    readonly List<(int Start, int End)> _boilerplate = [];

    internal long Bytes { get; private set; }

    internal int Owners => _owners.Count;

    /// <summary>Takes the packages of an owner.</summary>
    /// <param name="folders">One a package.</param>
    /// <param name="whole">All that is copied, as a template is: drawings too, and what an index leaves out anyway, among which shorter lines stand.</param>
    /// <param name="drawings">Drawings too.</param>
    internal void AddOwner(IEnumerable<string> folders, bool whole = false, bool drawings = false)
    {
        List<byte[]> texts = [];
        foreach (string folder in folders)
        {
            // Of usr/share/doc only examples are code; the rest is the packager's.
            SourceReader reader = new(new SourceOptions { Exclude = ["changelog*", "copyright", "README.Debian*", "/usr/share/doc/*/html", "*.map", "*.min.js", "*.lock", "package-lock.json", .. whole || drawings ? Array.Empty<string>() : ["*.svg"]] });
            foreach (SourceDocument document in reader.Read(new SourceSpec(folder, "public")))
            {
                Bytes += document.Text.Length;
                _boilerplate.Clear();
                if (!whole) BoilerplateLines.Find(document.Text.Span, _boilerplate);
                AddText(document.Text.Span, _boilerplate, texts);
            }
        }
        if (texts.Count > 0) _owners.Add(texts);
    }

    /// <summary>Brings a text into the form in which it is held.</summary>
    /// <param name="text">The text.</param>
    /// <param name="boilerplate">Its lines that an index leaves out anyway.</param>
    /// <param name="held">Receives its pieces.</param>
    protected abstract void AddText(ReadOnlySpan<byte> text, IReadOnlyList<(int Start, int End)> boilerplate, List<byte[]> held);

    /// <summary>Adds the hashes of what is held that begin with these bits.</summary>
    protected abstract void AddHashes(ReadOnlySpan<byte> held, int bits, ulong slice, List<ulong> hashes);

    /// <summary>The hashes with the number of their owners, for those of at least so many; hashes rise.</summary>
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
                foreach (byte[] text in texts) AddHashes(text, SliceBits, slice, own);
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
