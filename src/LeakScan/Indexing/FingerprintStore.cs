using System.Buffers;
using System.Runtime.InteropServices;

namespace LeakScan.Indexing;

/// <summary>A fingerprint and where it was found while building.</summary>
/// <param name="Fingerprint">The fingerprint.</param>
/// <param name="Document">Number of the document in order of arrival, or <see cref="Public"/>.</param>
/// <param name="Position">Canonical position of the k-gram's first byte in the document.</param>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
readonly record struct FoundFingerprint(ulong Fingerprint, uint Document, uint Position)
{
    internal const int SizeBytes = 16;

    /// <summary>The document number of public text.</summary>
    internal const uint Public = uint.MaxValue;
}

/// <summary>Collects fingerprints by their first byte, in memory up to a budget and then on disk. Thread-safe through <see cref="Writer"/>s.</summary>
sealed class FingerprintStore : IDisposable
{
    internal const int Partitions = 256;
    const int ChunkEntries = 1024;

    sealed class Partition
    {
        internal readonly List<FoundFingerprint[]> Chunks = [];
        internal readonly List<(long Offset, int Entries)> Spilled = [];
        internal int LastChunkEntries = ChunkEntries;
        internal long Entries;
    }

    readonly Partition[] _partitions = new Partition[Partitions];
    readonly long _budgetChunks;
    readonly Func<string> _spillFolder;
    readonly ReaderWriterLockSlim _spillLock = new();
    long _chunks;
    FileStream? _spill;

    internal FingerprintStore(long budgetBytes, Func<string> spillFolder)
    {
        for (int i = 0; i < Partitions; i++) _partitions[i] = new();
        _budgetChunks = Math.Max(2 * Partitions, budgetBytes / (ChunkEntries * FoundFingerprint.SizeBytes));
        _spillFolder = spillFolder;
    }

    internal long Entries => _partitions.Sum(p => p.Entries);

    /// <summary>One thread's way in: gathers runs before it takes a lock.</summary>
    internal sealed class Writer(FingerprintStore store)
    {
        const int RunEntries = 128;

        readonly FoundFingerprint[] _runs = new FoundFingerprint[Partitions * RunEntries];
        readonly int[] _counts = new int[Partitions];

        internal void Add(FoundFingerprint entry)
        {
            int partition = (int)(entry.Fingerprint >> 56);
            ref int count = ref _counts[partition];
            _runs[partition * RunEntries + count] = entry;
            if (++count == RunEntries) FlushRun(partition);
        }

        internal void Flush()
        {
            for (int i = 0; i < Partitions; i++)
            {
                if (_counts[i] != 0) FlushRun(i);
            }
        }

        void FlushRun(int partition)
        {
            store.Append(partition, _runs.AsSpan(partition * RunEntries, _counts[partition]));
            _counts[partition] = 0;
        }
    }

    void Append(int partition, ReadOnlySpan<FoundFingerprint> run)
    {
        _spillLock.EnterReadLock();
        try
        {
            Partition target = _partitions[partition];
            lock (target)
            {
                target.Entries += run.Length;
                while (!run.IsEmpty)
                {
                    if (target.LastChunkEntries == ChunkEntries)
                    {
                        target.Chunks.Add(ArrayPool<FoundFingerprint>.Shared.Rent(ChunkEntries));
                        target.LastChunkEntries = 0;
                        Interlocked.Increment(ref _chunks);
                    }
                    int take = Math.Min(run.Length, ChunkEntries - target.LastChunkEntries);
                    run[..take].CopyTo(target.Chunks[^1].AsSpan(target.LastChunkEntries));
                    target.LastChunkEntries += take;
                    run = run[take..];
                }
            }
        }
        finally
        {
            _spillLock.ExitReadLock();
        }
        if (Volatile.Read(ref _chunks) > _budgetChunks) Spill();
    }

    void Spill()
    {
        _spillLock.EnterWriteLock();
        try
        {
            if (_chunks <= _budgetChunks) return;
            _spill ??= SpillFile.Create(_spillFolder());
            foreach (Partition partition in _partitions)
            {
                for (int i = 0; i < partition.Chunks.Count; i++)
                {
                    int entries = i == partition.Chunks.Count - 1 ? partition.LastChunkEntries : ChunkEntries;
                    partition.Spilled.Add((_spill.Position, entries));
                    _spill.Write(MemoryMarshal.AsBytes(partition.Chunks[i].AsSpan(0, entries)));
                }
                Empty(partition);
            }
            _chunks = 0;
        }
        finally
        {
            _spillLock.ExitWriteLock();
        }
    }

    static void Empty(Partition partition)
    {
        foreach (FoundFingerprint[] chunk in partition.Chunks) ArrayPool<FoundFingerprint>.Shared.Return(chunk);
        partition.Chunks.Clear();
        partition.LastChunkEntries = ChunkEntries;
    }

    /// <summary>Takes a partition out, sorted by fingerprint. Different partitions may be taken by different threads.</summary>
    internal (ulong[] Fingerprints, ulong[] Places, int Count) Take(int number)
    {
        Partition partition = _partitions[number];
        int count = checked((int)partition.Entries);
        ulong[] fingerprints = ArrayPool<ulong>.Shared.Rent(Math.Max(1, count));
        ulong[] places = ArrayPool<ulong>.Shared.Rent(Math.Max(1, count));
        int at = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkEntries * FoundFingerprint.SizeBytes);
        foreach ((long offset, int entries) in partition.Spilled)
        {
            Span<byte> bytes = buffer.AsSpan(0, entries * FoundFingerprint.SizeBytes);
            for (int read = 0; read < bytes.Length;)
            {
                int got = RandomAccess.Read(_spill!.SafeFileHandle, bytes[read..], offset + read);
                if (got == 0) throw new IOException($"{_spill.Name}: the spill file is cut short at offset {offset + read}");
                read += got;
            }
            Copy(MemoryMarshal.Cast<byte, FoundFingerprint>(bytes), fingerprints, places, ref at);
        }
        ArrayPool<byte>.Shared.Return(buffer);
        for (int i = 0; i < partition.Chunks.Count; i++)
        {
            int entries = i == partition.Chunks.Count - 1 ? partition.LastChunkEntries : ChunkEntries;
            Copy(partition.Chunks[i].AsSpan(0, entries), fingerprints, places, ref at);
        }
        Empty(partition);
        Sort(ref fingerprints, ref places, count);
        return (fingerprints, places, count);
    }

    // Fingerprints are uniform, so one distribution by the bits after the partition's leaves pieces of a hundred or so, which
    // are sorted within the first-level cache: three times as fast as sorting the whole.
    static void Sort(ref ulong[] fingerprints, ref ulong[] places, int count)
    {
        const int Bits = 12;
        int[] ends = new int[1 << Bits];
        for (int i = 0; i < count; i++) ends[Piece(fingerprints[i])]++;
        for (int piece = 0, start = 0; piece < ends.Length; piece++) (ends[piece], start) = (start, start + ends[piece]);
        ulong[] sorted = ArrayPool<ulong>.Shared.Rent(Math.Max(1, count));
        ulong[] sortedPlaces = ArrayPool<ulong>.Shared.Rent(Math.Max(1, count));
        for (int i = 0; i < count; i++)
        {
            int at = ends[Piece(fingerprints[i])]++;
            sorted[at] = fingerprints[i];
            sortedPlaces[at] = places[i];
        }
        for (int piece = 0, start = 0; piece < ends.Length; start = ends[piece++])
            sorted.AsSpan(start, ends[piece] - start).Sort(sortedPlaces.AsSpan(start, ends[piece] - start));
        ArrayPool<ulong>.Shared.Return(fingerprints);
        ArrayPool<ulong>.Shared.Return(places);
        (fingerprints, places) = (sorted, sortedPlaces);

        static int Piece(ulong fingerprint) => (int)(fingerprint >> 64 - 8 - Bits) & (1 << Bits) - 1;
    }

    static void Copy(ReadOnlySpan<FoundFingerprint> entries, ulong[] fingerprints, ulong[] places, ref int at)
    {
        foreach (FoundFingerprint entry in entries)
        {
            fingerprints[at] = entry.Fingerprint;
            places[at++] = (ulong)entry.Document << 32 | entry.Position;
        }
    }

    public void Dispose()
    {
        foreach (Partition partition in _partitions) Empty(partition);
        _spill?.Dispose();
        _spillLock.Dispose();
    }
}
