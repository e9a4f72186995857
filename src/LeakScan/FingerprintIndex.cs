using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using LeakScan.Fingerprints;
using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Tokens;

namespace LeakScan;

/// <summary>Fingerprints of what must not leave, opened for scanning.</summary>
/// <remarks>
/// Immutable and thread-safe: share one among all <see cref="Scanner"/>s. Opening maps the
/// files and reads their headers, in milliseconds whatever their size; damage inside a file shows in <see cref="Verify(string, IndexKey)"/>,
/// and can make answers wrong, never unsafe. While it is open a file may be replaced by another that is moved to its name, as the builder does;
/// one that is cut short or overwritten where it lies takes down the process that has it mapped. On Linux an index that is looked up often keeps a copy of what it looks at first,
/// in pages of 2 MiB: 1.5 bytes a fingerprint, and if structure is looked for 3 bytes a shingle. The scan that makes it, after
/// some 100 MB of text for 16 million fingerprints, takes milliseconds longer.
/// </remarks>
/// <example><code>
/// using FingerprintIndex index = FingerprintIndex.Open("corp.lsi", IndexKey.Load("team.key"));
/// Console.WriteLine($"{index.Info.Documents} documents, {index.Info.Fingerprints} fingerprints");
/// </code></example>
public sealed class FingerprintIndex : IDisposable
{
    readonly MappedIndex[] _layers;
    readonly int[] _firstDocument;
    readonly Lazy<IndexInfo> _info;
    readonly ConcurrentDictionary<(int Layer, uint Offset, uint Length), string> _labels = new();
    readonly ConditionalWeakTable<Scanner, object?> _scanners = [];
    volatile bool _isDisposed;
    int _readers; // calls under way that are no scanner's

    internal FingerprintIndex(MappedIndex[] layers, IndexKey key)
    {
        _layers = layers;
        _firstDocument = new int[layers.Length];
        int documents = 0;
        for (int i = 0; i < layers.Length; i++)
        {
            _firstDocument[i] = documents;
            documents = checked(documents + layers[i].Documents);
        }
        Key = key;
        Keys = new FingerprintKeys(key);
        TokenKeys = new TokenKeys(key);
        _info = new(MakeInfo);
    }

    internal IndexKey Key { get; }

    internal FingerprintKeys Keys { get; }

    internal TokenKeys TokenKeys { get; }

    internal ReadOnlySpan<MappedIndex> Layers => _layers;

    /// <summary>Makes of names, by their tokens, what <see cref="MayDeclare"/> is asked about.</summary>
    internal void KeyNames(Span<ulong> names, SimdTier tier) => TokenKeys.DeclaredNames.Compute(names, names, tier != SimdTier.Scalar);

    /// <summary>Whether a document may declare a name (<see cref="Declarations"/>).</summary>
    /// <param name="hash">Of <see cref="KeyNames"/>.</param>
    internal bool MayDeclare(ulong hash)
    {
        foreach (MappedIndex layer in _layers)
        {
            if (layer.MayDeclare(hash)) return true;
        }
        return false;
    }

    /// <summary>What the index says of itself, over all its layers.</summary>
    /// <remarks>The first call reads the record of every document.</remarks>
    /// <exception cref="ObjectDisposedException">The index is closed, and this was not asked for before.</exception>
    public IndexInfo Info
    {
        get
        {
            if (_info.IsValueCreated) return _info.Value;
            using Turn turn = new(this);
            return _info.Value;
        }
    }

    /// <summary>How the index stores paths.</summary>
    public PathStorage PathStorage => _layers[0].Header.PathStorage;

    /// <summary>The path as this index stores it: as it is, or its keyed hash.</summary>
    /// <param name="path">As given to the builder.</param>
    /// <returns>As <see cref="IndexedDocument.Path"/> has it; null for null where paths are stored as they are.</returns>
    /// <exception cref="ArgumentNullException">No path, where paths are hashed.</exception>
    public string StoredPath(string path) => StoredPath(Key, PathStorage, path);

    internal static string StoredPath(IndexKey key, PathStorage storage, string path) => storage == PathStorage.Full
        ? path
        : key.ContentId(System.Text.Encoding.UTF8.GetBytes(path)).ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The documents that can be found, in the order of their paths within each layer. Read one by one as they are asked for.</summary>
    /// <exception cref="ObjectDisposedException">The index is closed; thrown by the enumeration, at its next document.</exception>
    public IEnumerable<IndexedDocument> Documents
    {
        get
        {
            ThrowIfDisposed();
            for (int layer = 0; layer < _layers.Length; layer++)
            {
                for (int i = 0; i < _layers[layer].Documents; i++)
                {
                    if (!_layers[layer].IsRemoved(i)) yield return GetDocument(_firstDocument[layer] + i);
                }
            }
        }
    }

    /// <summary>Opens an index and its deltas.</summary>
    /// <remarks>A delta that is missing before others is an error. That the newest is missing cannot be noticed: compare <see cref="IndexInfo.Layers"/> after copying an index.</remarks>
    /// <param name="path">The file that <see cref="FingerprintIndexBuilder.Write"/> made, not a delta; deltas are looked for beside it.</param>
    /// <param name="key">The key it was made with.</param>
    /// <returns>The index, the caller's to dispose of.</returns>
    /// <exception cref="ArgumentNullException">No path, or no key.</exception>
    /// <exception cref="ArgumentException">A path is empty, or there is none.</exception>
    /// <exception cref="IndexException">Damaged, of another format version, made with another key, a delta, or one of its deltas is missing.</exception>
    /// <exception cref="IOException">A file is not there or cannot be read, or other processes keep replacing it.</exception>
    /// <exception cref="UnauthorizedAccessException">It is a folder, or not for this user.</exception>
    public static FingerprintIndex Open(string path, IndexKey key) => Open([path], key);

    /// <summary>Opens several indexes as one.</summary>
    /// <param name="paths">At least one, each with its deltas.</param>
    /// <param name="key">The key that all were made with.</param>
    /// <returns>The index, the caller's to dispose of.</returns>
    /// <inheritdoc cref="Open(string, IndexKey)" path="/exception"/>
    public static FingerprintIndex Open(IReadOnlyList<string> paths, IndexKey key)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(key);
        if (paths.Count == 0) throw new ArgumentException("At least one index is needed.", nameof(paths));
        List<MappedIndex> layers = [];
        try
        {
            foreach (string path in paths) layers.AddRange(OpenLayers(path, key));
            return new([.. layers], key);
        }
        catch
        {
            foreach (MappedIndex layer in layers) layer.Dispose();
            throw;
        }
    }

    /// <summary>Checks every checksum of an index and its deltas, and whether they can be opened: reads all of them.</summary>
    /// <remarks>
    /// What <see cref="Open(string, IndexKey)"/> throws <see cref="IndexException"/> for, a wrong key and another format version among them, is a problem here, not an exception.
    /// That the newest delta is missing cannot be noticed: compare <see cref="IndexInfo.Layers"/> after copying an index.
    /// </remarks>
    /// <param name="path">The file that <see cref="FingerprintIndexBuilder.Write"/> made.</param>
    /// <param name="key">The key it was made with.</param>
    /// <returns>What is damaged, or why it cannot be opened; empty if nothing is wrong.</returns>
    /// <exception cref="ArgumentNullException">No path, or no key.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">A file is not there or cannot be read, or other processes keep replacing it.</exception>
    /// <exception cref="UnauthorizedAccessException">It is a folder, or not for this user.</exception>
    public static IReadOnlyList<IndexProblem> Verify(string path, IndexKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        List<IndexProblem> problems = [];
        List<MappedIndex> layers = [];
        try
        {
            try
            {
                OpenLayers(path, key, layers);
            }
            catch (IndexException e)
            {
                problems.Add(new(layers.Count == 0 ? path : DeltaPath(path, layers.Count), "header", 0, e.Message));
            }
            foreach (MappedIndex layer in layers) problems.AddRange(layer.Verify());
            // Open passes over it, since whoever builds an index anew may be about to delete it.
            if (problems.Count == 0 && File.Exists(DeltaPath(path, layers.Count))) problems.Add(new(DeltaPath(path, layers.Count), "header", 0, "was made for another index, or is damaged, and is not read: delete it, or build the index again"));
        }
        finally
        {
            foreach (MappedIndex layer in layers) layer.Dispose();
        }
        return problems;
    }

    /// <summary>Checks every checksum of this index and its deltas: reads all of them, which opening does not. A damaged index finds less, and does not say so.</summary>
    /// <returns>What is damaged; empty if nothing is.</returns>
    /// <exception cref="ObjectDisposedException">The index is disposed.</exception>
    public IReadOnlyList<IndexProblem> Verify()
    {
        using Turn turn = new(this);
        return [.. _layers.SelectMany(layer => layer.Verify())];
    }

    /// <summary>A document by the number that matches give.</summary>
    /// <param name="documentId"><see cref="Match.DocumentId"/>: from 0, through all layers, those counted that deltas have dropped. Of this index as it is open now; one opened again may have other numbers.</param>
    /// <returns>The document; made anew at each call.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such document.</exception>
    /// <exception cref="ObjectDisposedException">The index is closed.</exception>
    public IndexedDocument GetDocument(int documentId)
    {
        using Turn turn = new(this);
        (int layer, int document) = Locate(documentId);
        DocumentRecord record = _layers[layer].GetDocument(document);
        return new(_layers[layer].GetPath(record), _layers[layer].GetLabel(record), (int)Math.Min(record.FirstLine, int.MaxValue),
            (int)Math.Min(record.Lines, int.MaxValue), record.ContentId);
    }

    /// <summary>The label of a document; one string a label, whatever the number of calls.</summary>
    internal string LabelOf(int layer, int document)
    {
        DocumentRecord record = _layers[layer].GetDocument(document);
        (int, uint, uint) place = (layer, record.LabelOffset, record.LabelLength);
        if (_labels.TryGetValue(place, out string? label)) return label;
        return _labels.GetOrAdd(place, _layers[layer].GetLabel(record));
    }

    internal int DocumentIdOf(int layer, int document) => _firstDocument[layer] + document;

    internal (int Layer, int Document) Locate(int documentId)
    {
        int layer = Array.BinarySearch(_firstDocument, documentId);
        if (layer < 0) layer = ~layer - 1;
        // Empty layers share a first document with the next.
        while (layer >= 0 && layer + 1 < _layers.Length && _firstDocument[layer + 1] == documentId) layer++;
        if (layer < 0 || documentId - _firstDocument[layer] >= _layers[layer].Documents) throw new ArgumentOutOfRangeException(nameof(documentId), documentId, "No such document.");
        return (layer, documentId - _firstDocument[layer]);
    }

    internal static string DeltaPath(string path, int number) => $"{path}.{number}";

    /// <summary>The base at a path and the deltas that were made for it, each for the one before.</summary>
    internal static List<MappedIndex> OpenLayers(string path, IndexKey key)
    {
        List<MappedIndex> layers = [];
        try
        {
            OpenLayers(path, key, layers);
            return layers;
        }
        catch
        {
            foreach (MappedIndex layer in layers) layer.Dispose();
            throw;
        }
    }

    /// <summary>The same into a list, which after an error holds those that could be opened.</summary>
    // Another process may replace the base meanwhile and delete its deltas. An old base without them would miss what they hold,
    // so what was opened counts only if the base is still there when all deltas have been opened.
    static void OpenLayers(string path, IndexKey key, List<MappedIndex> layers)
    {
        const int MaxAttempts = 100;
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            try
            {
                OpenLayersOnce(path, key, layers);
                if (IndexHeader.ReadId(path) == layers[0].Header.Id) return;
            }
            catch (FileNotFoundException) when (layers.Count > 0)
            {
                // A delta was deleted between being seen and being opened.
            }
            foreach (MappedIndex layer in layers) layer.Dispose();
            layers.Clear();
        }
        throw new IOException($"{path}: other processes keep replacing it: try again");
    }

    static void OpenLayersOnce(string path, IndexKey key, List<MappedIndex> layers)
    {
        MappedIndex first = MappedIndex.Open(path, key);
        if (first.Header.BaseId != 0)
        {
            first.Dispose();
            throw new IndexException($"{path}: is a delta (.1, .2, ...) of an index, and holds only what was added: name the index that it stands beside");
        }
        layers.Add(first);
        int number = 1;
        for (; File.Exists(DeltaPath(path, number)); number++)
        {
            MappedIndex? delta = OpenDelta(DeltaPath(path, number), key, layers[^1].Header.Id);
            if (delta is null) return;
            AddLayer(layers, delta);
        }
        const int MaxMissing = 16;
        for (int next = number + 1; next <= number + MaxMissing; next++)
        {
            if (File.Exists(DeltaPath(path, next)) && !File.Exists(DeltaPath(path, number)))
                throw new IndexException($"{DeltaPath(path, number)}: is missing, and {DeltaPath(path, next)} was made for it: put it back, or build the index again");
        }
    }

    /// <summary>Puts a delta on the layers before it, and drops from them what it says.</summary>
    internal static void AddLayer(List<MappedIndex> layers, MappedIndex delta)
    {
        foreach (int removed in delta.Removals)
        {
            int document = removed;
            foreach (MappedIndex layer in layers)
            {
                if ((uint)document < (uint)layer.Documents)
                {
                    layer.Remove(document);
                    break;
                }
                document -= layer.Documents;
            }
        }
        layers.Add(delta);
    }

    /// <summary>Opens a delta; null if it is stale, left over from a base that has been replaced.</summary>
    internal static MappedIndex? OpenDelta(string path, IndexKey key, UInt128 baseId)
    {
        byte[] header = new byte[IndexHeader.SizeBytes];
        int length;
        using (Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, share: FileShare.Read | FileShare.Delete)) length = RandomAccess.Read(file, header, 0);
        if (IndexHeader.IsOfAnotherKeyAndBase(header.AsSpan(0, length), key, baseId)) return null;
        MappedIndex delta = MappedIndex.Open(path, key);
        if (delta.Header.BaseId == baseId) return delta;
        delta.Dispose();
        return null;
    }

    IndexInfo MakeInfo()
    {
        Dictionary<string, long> byLabel = new(StringComparer.Ordinal);
        long documents = 0;
        foreach (MappedIndex layer in _layers)
        {
            for (int i = 0; i < layer.Documents; i++)
            {
                if (layer.IsRemoved(i)) continue;
                string label = layer.GetLabel(layer.GetDocument(i));
                byLabel[label] = byLabel.GetValueOrDefault(label) + 1;
                documents++;
            }
        }
        return new(
            IndexHeader.Version, Key.Id, documents, byLabel,
            _layers.Sum(l => l.Header.SourceBytes), _layers.Sum(l => l.Header.Fingerprints), _layers.Sum(l => l.Header.Postings),
            _layers.Sum(l => l.Header.PublicFingerprints), _layers[0].Header.IdiomModelVersion, _layers.Sum(l => l.Length), _layers.Length,
            GramParameters.GramLength, GramParameters.FineWindow, GramParameters.CoarseWindow);
    }

    /// <summary>Closes the files, when scans that are under way have ended; no other begins.</summary>
    /// <remarks>
    /// From here on scans, new <see cref="Scanner"/>s, <see cref="GetDocument"/>, <see cref="Documents"/>, and <see cref="Info"/> unless it was asked for before, throw
    /// <see cref="ObjectDisposedException"/>, while scans under way still end: a sink of one that calls <see cref="GetDocument"/> gets that exception, too. A second
    /// call returns at once.
    /// </remarks>
    /// <exception cref="InvalidOperationException">It is the sink of a scan that asks for it: that scan would never end.</exception>
    public void Dispose()
    {
        foreach ((Scanner scanner, _) in _scanners)
        {
            if (scanner.IsRunningHere) throw new InvalidOperationException("The sink of a scan cannot dispose of the index that is scanned with.");
        }
        if (Interlocked.Exchange(ref _isDisposed, true)) return; // and a barrier: see Scanner.Turn, and Turn
        SpinWait.SpinUntil(() => Volatile.Read(ref _readers) == 0);
        foreach ((Scanner scanner, _) in _scanners) SpinWait.SpinUntil(() => !scanner.IsRunning);
        foreach (MappedIndex layer in _layers) layer.Dispose();
    }

    /// <summary>The time in which something is read: <see cref="Dispose"/> says first that it comes, and then waits.</summary>
    readonly ref struct Turn
    {
        readonly FingerprintIndex _index;

        internal Turn(FingerprintIndex index)
        {
            _index = index;
            Interlocked.Increment(ref index._readers);
            if (!index._isDisposed) return;
            Dispose();
            index.ThrowIfDisposed();
        }

        public void Dispose() => Interlocked.Decrement(ref _index._readers);
    }

    internal bool IsDisposed => _isDisposed;

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    internal void Register(Scanner scanner)
    {
        ThrowIfDisposed();
        _scanners.Add(scanner, null);
    }
}
