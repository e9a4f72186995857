using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using LeakScan.Cli.Output;
using LeakScan.Sources;

namespace LeakScan.Cli.Commands;

/// <summary><c>leakscan index add</c>.</summary>
static class IndexAddCommand
{
    internal static Command Create(CancellationToken cancellationToken)
    {
        Argument<string> index = new("INDEX") { Description = "The index to add to." };
        Argument<string[]> sources = Indexing.CreateSources();
        Option<string[]> labels = Indexing.CreateLabels("the one a document has; for new ones that of the index if it has only one, else proprietary-code");
        Option<string[]> publics = Indexing.CreatePublics();
        publics.Description += " The index keeps nothing of it: give again what it was built with. It counts for the documents that are added or changed now.";
        Option<string[]> excludes = Indexing.CreateExcludes();
        Option<string?> keyFile = KeyFile.CreateOption();
        ExampleCommand command = new("add", "Brings an index up to date with its sources: new and changed documents are added, those that are gone are dropped.",
            "leakscan index add corp.lsi ~/src/trainer",
            "leakscan index add corp.lsi training-data=/data/new-books",
            "leakscan index add corp.lsi ~/src/trainer --public vendor-docs")
        {
            index, sources, labels, publics, excludes, keyFile,
        };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(index), Indexing.Parse(parsed.GetValue(sources), parsed.GetValue(labels), defaultLabel: ""), Indexing.Parse(parsed.GetValue(publics), null),
            parsed.GetValue(excludes), parsed.GetValue(keyFile), cancellationToken));
        return command;
    }

    static int Run(string path, IReadOnlyList<SourceSpec> sources, IReadOnlyList<SourceSpec> publics, string[]? excludes, string? keyFile, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) throw new UserException($"{path}: no such index: make one with leakscan index build -o {path} SOURCE...");
        IndexKey key = KeyFile.Load(keyFile);
        using FingerprintIndex index = CheckedIndex.Open([path], key);
        // One path has more than one document where it was indexed under more than one label.
        ILookup<(string Path, int FirstLine), IndexedDocument> known = index.Documents.ToLookup(d => (d.Path, d.FirstLine));
        string newLabel = index.Info.DocumentsByLabel.Count == 1 ? index.Info.DocumentsByLabel.Keys.Single() : Indexing.DefaultLabel;
        PathStorage storage = index.PathStorage;
        using FingerprintIndexBuilder builder = new(key, new IndexBuildOptions { PathStorage = storage, TemporaryFolder = Path.GetDirectoryName(Path.GetFullPath(path)) });
        Dictionary<(string, int), string> seen = [];
        ConcurrentBag<IndexedDocument> dropped = [];
        void Drop(IndexedDocument document)
        {
            builder.Remove(document);
            dropped.Add(document);
        }
        long unchanged = 0, changed = 0, added = 0;
        Indexing.Outcome outcome = Indexing.Read(sources, excludes, "indexing", (document, isDamaged) =>
        {
            (string, int) place = (index.StoredPath(document.Path), document.FirstLine);
            // A document of two sources is one, with the labels of both. The parts of a long line are all at one place.
            lock (seen)
            {
                if (!seen.TryAdd(place, document.Label) && seen[place] != document.Label) return;
            }
            IndexedDocument[] old = [.. known[place]];
            if (isDamaged && old.Length > 0)
            {
                Interlocked.Increment(ref unchanged); // what was read whole is worth more than what is left of it
                return;
            }
            string[] labels = LabelsOf([.. sources.Where(s => s.Label.Length > 0 && IsBelow(s.Path, document.Path)).Select(s => s.Label).Distinct(StringComparer.Ordinal)], old, newLabel);
            UInt128 content = key.ContentId(document.Text.Span);
            if (old.Length == labels.Length && labels.All(l => old.Any(d => d.Label == l && d.ContentId == content)))
            {
                Interlocked.Increment(ref unchanged);
                return;
            }
            Interlocked.Increment(ref old.Length > 0 ? ref changed : ref added);
            foreach (IndexedDocument gone in old) Drop(gone);
            foreach (string label in labels) builder.AddDocument(document.Path, label, document.Text.Span, document.FirstLine);
        }, cancellationToken);

        // What could not be read may still be there: only a source that was read without a problem tells what is gone.
        long removed = 0;
        if (!outcome.Failed && storage == PathStorage.Full)
        {
            foreach (string source in sources.Select(s => s.Path).Where(Directory.Exists)) RefuseAnotherFolder(source, index, seen);
            foreach (IndexedDocument document in index.Documents)
            {
                if (seen.ContainsKey((document.Path, document.FirstLine)) || !sources.Any(s => IsBelow(s.Path, document.Path))) continue;
                Drop(document);
                removed++;
            }
        }
        int again = AddCopiesAgain(index, [.. dropped], sources, excludes, builder, cancellationToken);
        if (added + changed + again > 0)
        {
            Indexing.Outcome publicText = Indexing.Read(publics, excludes, "reading public text", (d, _) => builder.AddPublic(d.Text.Span), cancellationToken);
            outcome.Problems += publicText.Problems;
        }
        string counts = string.Create(CultureInfo.InvariantCulture, $"{added} documents added, {changed} changed, {removed} gone, {unchanged} as they were");
        if (added + changed + removed == 0)
        {
            Diagnostics.Note($"{path}: nothing to do: {counts}");
        }
        else
        {
            IndexInfo info;
            using (new ProgressLine($"writing beside {path}")) info = builder.WriteDelta(path, cancellationToken);
            CheckedIndex.Remember(path, CheckedIndex.StateOf(path));
            Diagnostics.Note($"{path}: {counts}; now {Indexing.Describe(info)} in {info.Layers} layers");
        }
        if (storage == PathStorage.Hash) Diagnostics.Note("paths are stored as hashes, so documents that are gone cannot be told; build the index again to drop them");
        return outcome.Failed ? ExitCode.Failed : ExitCode.Clean;
    }

    /// <summary>A folder in which nothing is left of what the index has from there is empty, not mounted, or another of the same name.</summary>
    static void RefuseAnotherFolder(string source, FingerprintIndex index, Dictionary<(string, int), string> seen)
    {
        long known = 0;
        foreach (IndexedDocument document in index.Documents)
        {
            if (!IsBelow(source, document.Path)) continue;
            if (seen.ContainsKey((document.Path, document.FirstLine))) return;
            known++;
        }
        if (known > 0) throw new UserException(FormattableString.Invariant($"{source}: of the {known} documents that the index has from there none is there: if this is the folder that was indexed, and they are gone, build the index again; nothing was changed"));
    }

    /// <summary>Adds what is left of documents of which there were too many for the index to know them all: it may know those only that are gone.</summary>
    /// <returns>How many.</returns>
    static int AddCopiesAgain(FingerprintIndex index, HashSet<IndexedDocument> dropped, IReadOnlyList<SourceSpec> sources, string[]? excludes, FingerprintIndexBuilder builder, CancellationToken cancellationToken)
    {
        ILookup<(string Path, int FirstLine), IndexedDocument> left = index.Documents.GroupBy(d => d.ContentId)
            .Where(copies => copies.Count() > FingerprintIndexBuilder.MaxSharing && copies.Any(dropped.Contains))
            .SelectMany(copies => copies.Where(d => !dropped.Contains(d))).ToLookup(d => (d.Path, d.FirstLine));
        if (left.Count == 0) return 0;
        HashSet<IndexedDocument> again = [];
        Indexing.Read(sources, excludes, "indexing copies again", (document, isDamaged) =>
        {
            if (isDamaged) return;
            foreach (IndexedDocument copy in left[(index.StoredPath(document.Path), document.FirstLine)])
            {
                lock (again)
                {
                    if (!again.Add(copy)) continue;
                }
                builder.Remove(copy);
                builder.AddDocument(document.Path, copy.Label, document.Text.Span, document.FirstLine);
            }
        }, cancellationToken);
        int others = left.SelectMany(copies => copies).Count(copy => !again.Contains(copy));
        if (others > 0) Diagnostics.Note(FormattableString.Invariant($"{others} documents of other sources are copies of what is gone, and may not be found any more: build the index again"));
        return again.Count;
    }

    /// <summary>Labels that are given count; else a document keeps those it has.</summary>
    static string[] LabelsOf(string[] given, IndexedDocument[] old, string newLabel)
    {
        string[] labels = [.. old.Select(d => d.Label).Distinct(StringComparer.Ordinal)];
        if (given.Length == 0) return labels.Length > 0 ? labels : [newLabel];
        return labels.Length > 1 ? [.. labels.Union(given, StringComparer.Ordinal)] : given;
    }

    static bool IsBelow(string source, string path)
    {
        string folder = Path.DirectorySeparatorChar == '\\' ? source.TrimEnd('/', '\\') : source.TrimEnd('/');
        return path == source || path.StartsWith(folder + "/", StringComparison.Ordinal);
    }
}
