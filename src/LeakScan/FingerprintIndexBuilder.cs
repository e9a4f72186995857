using System.Collections.Concurrent;
using LeakScan.Fingerprints;
using LeakScan.Indexing;
using LeakScan.Primitives;
using LeakScan.Simd;
using LeakScan.Tokens;

namespace LeakScan;

/// <summary>Builds an index from documents.</summary>
/// <remarks>
/// Documents and public text may be added by any number of threads at once; the index is the same whatever their order.
/// Memory is bounded: fingerprints beyond <see cref="IndexBuildOptions.MemoryBudgetBytes"/> go to a temporary file, which
/// vanishes with the process. One of the writing methods ends the building, when calls under way have ended, whether or not it succeeds once it has begun to write; the builder takes no more documents after it.
/// </remarks>
/// <example><code>
/// IndexKey key = IndexKey.LoadOrCreate("team.key");
/// using FingerprintIndexBuilder builder = new(key);
/// foreach (string file in Directory.EnumerateFiles("src", "*.cs", SearchOption.AllDirectories))
///     builder.AddDocument(file, "proprietary-code", File.ReadAllBytes(file));
/// builder.Write("corp.lsi");
/// </code></example>
public sealed class FingerprintIndexBuilder : IDisposable
{
    /// <summary>Longest document in bytes; a longer one must be added in parts.</summary>
    public const int MaxDocumentBytes = 1 << 29;

    /// <summary>Of text that more documents have, an index knows the places in so many.</summary>
    public const int MaxSharing = Posting.MaxDocuments;

    readonly IndexKey _key;
    readonly FingerprintKeys _keys;
    readonly IndexBuildOptions _options;
    readonly TokenKeys _tokenKeys;
    readonly FingerprintStore _store;
    readonly TokenStore _tokens;
    readonly ConcurrentBag<IndexWorker> _idle = [];
    readonly ConcurrentBag<IndexWorker> _workers = [];
    readonly List<BuiltDocument> _documents = [];
    readonly ConcurrentBag<StoredTokens> _publicTexts = [];
    readonly List<IndexedDocument> _removed = [];
    string? _outputFolder;
    long _canonicalCharacters;
    long _sourceBytes;
    int _adding; // calls under way
    volatile bool _written;
    volatile bool _isIncomplete;
    volatile bool _isDisposed;

    /// <summary>Makes an empty builder.</summary>
    /// <param name="key">The key that the index will open with.</param>
    /// <param name="options">Settings; default ones if null.</param>
    /// <exception cref="ArgumentNullException">No key.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such <see cref="PathStorage"/>.</exception>
    public FingerprintIndexBuilder(IndexKey key, IndexBuildOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        _key = key;
        _keys = new FingerprintKeys(key);
        _options = options ?? new();
        if (!Enum.IsDefined(_options.PathStorage)) throw new ArgumentOutOfRangeException(nameof(options), _options.PathStorage, "No such way to store paths.");
        _tokenKeys = new TokenKeys(key);
        string Folder() => _options.TemporaryFolder ?? _outputFolder ?? Path.GetTempPath();
        _store = new FingerprintStore(_options.MemoryBudgetBytes, Folder);
        _tokens = new TokenStore(_options.MemoryBudgetBytes / 4, Folder);
    }

    /// <summary>K-grams that are left out of the documents; null for none, which tests of the format want.</summary>
    internal IdiomModel? Idioms { get; init; } = IdiomModel.Shipped;

    /// <summary>Adds a document that must not leave. Thread-safe.</summary>
    /// <param name="path">The name that findings give it; not empty.</param>
    /// <param name="label">What it is, for policies: <c>proprietary-code</c>, <c>training-data</c>, ...; not empty.</param>
    /// <param name="utf8">Its text, up to <see cref="MaxDocumentBytes"/>; not kept.</param>
    /// <param name="firstLine">The number of its first line, from 1: above 1 for the later parts of a file that was cut.</param>
    /// <remarks>
    /// Of files that describe, build or draw a project, such as .csproj, pom.xml or .svg, which their names tell, the structure is not kept: they are found word for word.
    /// <para>Of code, which its path's extension tells, the names it declares are noted: those that no document of the index declares are its platform's, and say a quarter. So
    /// what belongs together belongs into one index.</para>
    /// <para>Left out as everybody's, and so not found: a comment at the top that speaks of rights (licence headers), lines that read as an import (<c>import</c>, <c>using</c>,
    /// <c>#include</c>, <c>package</c>, ..., of up to 256 bytes, wherever they stand), frames of stack traces, and what the library's models know of templates, formats and idioms. What a
    /// header or an import says word for word counts in no other document of this builder either. Lines with <c>leakscan:allow</c> are not left out here: <c>SourceReader</c> of LeakScan.Sources empties them.</para>
    /// <para>A path may be added more than once, each time as a document of its own. In a delta the version that the index has stays beside the new one unless <see cref="Remove"/> drops it.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">No path, or no label.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="firstLine"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">Longer than <see cref="MaxDocumentBytes"/>, or path or label is empty.</exception>
    /// <exception cref="IOException">What does not fit into memory cannot be written to the temporary folder. No index can be made then.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor by this user; the same.</exception>
    /// <exception cref="InvalidOperationException">The index has been written.</exception>
    /// <exception cref="ObjectDisposedException">The builder is disposed of.</exception>
    public void AddDocument(string path, string label, ReadOnlySpan<byte> utf8, int firstLine = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(label);
        ArgumentOutOfRangeException.ThrowIfLessThan(firstLine, 1);
        if (utf8.Length > MaxDocumentBytes) throw new ArgumentException($"{path}: {utf8.Length} bytes; a document has up to {MaxDocumentBytes}: add it in parts.", nameof(utf8));
        using Turn turn = new(this);
        IndexWorker worker = Rent();
        try
        {
            byte[] lineTable = worker.Prepare(utf8, !FormatNames.Contains(path), out int length, out int lines);
            StoredTokens tokens = worker.StoreTokens(lines);
            bool isCode = worker.ReadDeclarations(path, utf8);
            UInt128 contentId = _key.ContentId(utf8);
            long arrival;
            lock (_documents)
            {
                arrival = _canonicalCharacters;
                _canonicalCharacters += length;
                _documents.Add(new(FingerprintIndex.StoredPath(_key, _options.PathStorage, path), label, firstLine, lines, length, contentId, lineTable, tokens, isCode));
            }
            worker.AddPrepared(arrival);
        }
        catch
        {
            // Stored in part: an index with it would seem to protect it.
            _isIncomplete = true;
            throw;
        }
        Interlocked.Add(ref _sourceBytes, utf8.Length);
        _idle.Add(worker);
    }

    /// <summary>Adds text that may leave: what it shares with the documents does not count. Thread-safe.</summary>
    /// <remarks>Counts for the documents of this builder, added before or after it; not for those of the index that a delta is for.</remarks>
    /// <param name="utf8">The text; not kept.</param>
    /// <exception cref="IOException">What does not fit into memory cannot be written to the temporary folder. An index that is made all the same may not know all of the text.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor by this user; the same.</exception>
    /// <exception cref="InvalidOperationException">The index has been written.</exception>
    /// <exception cref="ObjectDisposedException">The builder is disposed of.</exception>
    public void AddPublic(ReadOnlySpan<byte> utf8)
    {
        using Turn turn = new(this);
        IndexWorker worker = Rent();
        StoredTokens tokens = worker.AddPublic(utf8);
        _publicTexts.Add(tokens);
        _idle.Add(worker);
    }

    /// <summary>For a delta: drops a document of the index that the delta is for. Thread-safe.</summary>
    /// <param name="document">As <see cref="FingerprintIndex.Documents"/> has it. <see cref="WriteDelta"/> drops every document of the same path (as the index stores it), label, first line and content id; if there is none, nothing happens.</param>
    /// <exception cref="ArgumentNullException">No document.</exception>
    /// <exception cref="InvalidOperationException">The index has been written.</exception>
    /// <exception cref="ObjectDisposedException">The builder is disposed of.</exception>
    /// <remarks>
    /// What is added to this builder, before or after it, is not dropped; <see cref="Write"/> and <see cref="Build"/> drop nothing.
    /// Of text that more than <see cref="MaxSharing"/> documents have, an index knows the places in so many. Where those are removed, the others are found
    /// by it again once they are removed and added, too; <c>leakscan index add</c> does so for copies of a document.
    /// </remarks>
    public void Remove(IndexedDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        using Turn turn = new(this);
        lock (_removed) _removed.Add(document);
    }

    /// <summary>Writes the index: whole under its name, or not at all. An index that was there is replaced, and its deltas are dropped.</summary>
    /// <param name="path">The file; its folder must be there, and have room for a second one beside it.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>What the index says of itself.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="IOException">The file cannot be written (the disk is full, ...), or temporary files cannot be read; or it is written, and old deltas, which nobody reads from then on, cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor by this user.</exception>
    /// <exception cref="InvalidOperationException">The builder is used up, or a document could not be added.</exception>
    /// <exception cref="ObjectDisposedException">The builder is disposed of.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the index is as it was, and the builder is used up.</exception>
    public IndexInfo Write(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RefuseAfterWriting();
        using (FileIndexOutput output = new(path))
        {
            Finish(path);
            Writer.Write(output, baseId: 0, [], _sourceBytes, cancellationToken);
            output.Commit(overwrite: true);
        }
        // The last first: one that is missing among others is a loss.
        int deltas = 0;
        while (File.Exists(FingerprintIndex.DeltaPath(path, deltas + 1))) deltas++;
        for (; deltas > 0; deltas--) File.Delete(FingerprintIndex.DeltaPath(path, deltas));
        using FingerprintIndex index = FingerprintIndex.Open(path, _key);
        return index.Info;
    }

    /// <summary>Writes a delta for the index at a path; <see cref="FingerprintIndex.Open(string, IndexKey)"/> reads both.</summary>
    /// <param name="path">The index, not one of its deltas.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>What the index says of itself with this delta.</returns>
    /// <exception cref="IndexException">The index is damaged or made with another key, or another process has changed it meanwhile.</exception>
    /// <exception cref="InvalidOperationException">The index stores paths in another way (<see cref="IndexBuildOptions.PathStorage"/>); this does not use the builder up.</exception>
    /// <inheritdoc cref="Write" path="/exception"/>
    public IndexInfo WriteDelta(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RefuseAfterWriting();
        List<MappedIndex> layers = FingerprintIndex.OpenLayers(path, _key);
        IndexHeader written;
        using (FingerprintIndex index = new([.. layers], _key))
        {
            if (index.PathStorage != _options.PathStorage)
                throw new InvalidOperationException($"{path} stores paths as {index.PathStorage}, this builder as {_options.PathStorage}: give it the index's PathStorage.");
            Finish(path);
            HashSet<(string, string, int, UInt128)> removed = [.. _removed.Select(d => (d.Path, d.Label, d.FirstLine, d.ContentId))];
            List<int> removals = [];
            int number = 0;
            foreach (MappedIndex layer in layers)
            {
                for (int i = 0; i < layer.Documents; i++, number++)
                {
                    DocumentRecord record = layer.GetDocument(i);
                    if (!layer.IsRemoved(i) && removed.Contains((layer.GetPath(record), layer.GetLabel(record), (int)record.FirstLine, record.ContentId))) removals.Add(number);
                }
            }
            string deltaPath = FingerprintIndex.DeltaPath(path, layers.Count);
            // A delta of a base that is gone may lie there, and goes now: from here on, what appears under this name is another's work.
            DeleteStale(deltaPath, path, layers[^1].Header.Id);
            using FileIndexOutput output = new(deltaPath);
            written = Writer.Write(output, layers[^1].Header.Id, removals, _sourceBytes, cancellationToken);
            try
            {
                output.Commit(overwrite: false);
            }
            catch (IOException) when (File.Exists(deltaPath))
            {
                throw AddedToMeanwhile(path);
            }
        }
        using FingerprintIndex result = FingerprintIndex.Open(path, _key);
        foreach (MappedIndex layer in result.Layers)
        {
            if (layer.Header.Id == written.Id) return result.Info;
        }
        throw new IndexException($"{path}: another process has built it anew meanwhile, without what was to be added: run it again");
    }

    void DeleteStale(string deltaPath, string path, UInt128 baseId)
    {
        string aside = $"{deltaPath}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        try
        {
            if (!IsStale(deltaPath, baseId)) throw AddedToMeanwhile(path);
            File.Move(deltaPath, aside);
        }
        catch (FileNotFoundException)
        {
            return;
        }
        // Between the question and the move another process may have done the same, and put its own delta there.
        if (!IsStale(aside, baseId))
        {
            ExclusiveMove.Move(aside, deltaPath);
            throw AddedToMeanwhile(path);
        }
        File.Delete(aside);
    }

    bool IsStale(string deltaPath, UInt128 baseId)
    {
        using MappedIndex? delta = FingerprintIndex.OpenDelta(deltaPath, _key, baseId);
        return delta is null;
    }

    static IndexException AddedToMeanwhile(string path) => new($"{path}: another process has added to it meanwhile: run it again");

    /// <summary>Builds the index in memory.</summary>
    /// <param name="cancellationToken">Ends the building.</param>
    /// <returns>The index, the caller's to dispose of; it does not need the builder.</returns>
    /// <exception cref="IOException">Temporary files cannot be written or read.</exception>
    /// <exception cref="InvalidOperationException">The builder is used up, or a document could not be added.</exception>
    /// <exception cref="ObjectDisposedException">The builder is disposed of.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the builder is used up.</exception>
    public unsafe FingerprintIndex Build(CancellationToken cancellationToken = default)
    {
        Finish(outputPath: null);
        using MemoryIndexOutput output = new();
        IndexHeader header = Writer.Write(output, baseId: 0, [], _sourceBytes, cancellationToken);
        long length = output.Length;
        return new([MappedIndex.FromMemory("(memory)", output.Detach(), length, header)], _key);
    }

    IndexWriter Writer => new(_key, _tokenKeys, SimdTiers.Current, _options.PathStorage, _documents, _store, _tokens, _publicTexts, [.. _workers.SelectMany(worker => worker.DeclaredNames).Distinct()], Idioms is null ? 0 : IdiomModel.ShippedVersion);

    void Finish(string? outputPath)
    {
        RefuseAfterWriting();
        _written = true;
        Interlocked.MemoryBarrier(); // see Turn
        SpinWait.SpinUntil(() => Volatile.Read(ref _adding) == 0);
        _outputFolder ??= outputPath is null ? null : Path.GetDirectoryName(Path.GetFullPath(outputPath));
        foreach (IndexWorker worker in _workers) worker.Flush();
    }

    void RefuseAfterWriting()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_written) throw new InvalidOperationException("The index has been written; make a new builder.");
        if (_isIncomplete) throw new InvalidOperationException("A document could not be added; make a new builder.");
    }

    /// <summary>The time in which a document is added: whoever writes the index says so first, and then waits for those.</summary>
    readonly ref struct Turn
    {
        readonly FingerprintIndexBuilder _builder;

        internal Turn(FingerprintIndexBuilder builder)
        {
            _builder = builder;
            Interlocked.Increment(ref builder._adding);
            if (!builder._written && !builder._isDisposed) return;
            Dispose();
            builder.RefuseAfterWriting();
        }

        public void Dispose() => Interlocked.Decrement(ref _builder._adding);
    }

    IndexWorker Rent()
    {
        if (_idle.TryTake(out IndexWorker? worker)) return worker;
        worker = new IndexWorker(_keys, _tokenKeys, SimdTiers.Current, _store, _tokens, Idioms);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Frees memory and temporary files. Waits for documents and public text that are being added, but not for <see cref="Write"/>, <see cref="WriteDelta"/> or <see cref="Build"/>, which may fail.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Interlocked.MemoryBarrier(); // see Turn
        SpinWait.SpinUntil(() => Volatile.Read(ref _adding) == 0);
        _store.Dispose();
        _tokens.Dispose();
    }
}
