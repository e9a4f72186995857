using System.Buffers;

namespace LeakScan.Indexing;

/// <summary>Collects fingerprints by their first byte, in memory up to a budget and then on disk. Thread-safe through <see cref="Writer"/>s.</summary>
sealed class FingerprintStore : IDisposable
{
    internal const int Partitions = 256;

    sealed class Partition
    {
        /// <summary>All full but the last.</summary>
        internal readonly List<Chunk> Chunks = [];
        internal readonly List<(long Offset, int Length)> Spilled = [];
        internal int Entries;
    }

    readonly Partition[] _partitions = new Partition[Partitions];
    readonly ChunkPool _chunks = new();
    readonly long _budgetChunks;
    readonly Func<string> _spillFolder;
    readonly Lock _spillLock = new();
    int _nextSpilled;
    long _spilledBytes;
    FileStream? _spill;

    internal FingerprintStore(long budgetBytes, Func<string> spillFolder)
    {
        for (int i = 0; i < Partitions; i++) _partitions[i] = new();
        _budgetChunks = Math.Max(2 * Partitions, budgetBytes / Chunk.Capacity);
        _spillFolder = spillFolder;
    }

    internal long Entries => _partitions.Sum(p => (long)p.Entries);

    /// <summary>One thread's way in: gathers runs before it takes a lock. Positions rise from call to call.</summary>
    internal sealed class Writer(FingerprintStore store)
    {
        /// <summary>Those of all partitions fit the second-level cache, and a number of them a chunk.</summary>
        const int RunBytes = 1024;

        struct Run
        {
            internal long FirstPosition;
            internal long Position;
            internal int Length;
            internal int Entries;
        }

        readonly byte[] _bytes = new byte[Partitions * RunBytes];
        readonly Run[] _runs = new Run[Partitions];

        /// <summary>Adds a fingerprint.</summary>
        /// <param name="fingerprint">The fingerprint.</param>
        /// <param name="position">Where its k-gram begins in all documents' canonical text in order of arrival.</param>
        /// <param name="isPublic">Whether it may leave: its position is of no interest then.</param>
        internal void Add(ulong fingerprint, long position, bool isPublic)
        {
            int partition = (int)(fingerprint >> 56);
            ref Run run = ref _runs[partition];
            long step = isPublic ? 0 : position - run.Position;
            if (run.Length == 0 || run.Length + FingerprintRun.MaxEntryBytes > RunBytes || FingerprintRun.IsFarther(step))
            {
                Flush(partition);
                if (FingerprintRun.IsFarther(step)) (run.Position, step) = (position, 0);
                (run.FirstPosition, run.Length) = (run.Position, FingerprintRun.HeaderBytes);
            }
            Span<byte> entry = _bytes.AsSpan(partition * RunBytes + run.Length, FingerprintRun.MaxEntryBytes);
            run.Length += FingerprintRun.WriteEntry(entry, fingerprint, step, isPublic);
            run.Position += step;
            run.Entries++;
        }

        internal void Flush()
        {
            for (int i = 0; i < Partitions; i++) Flush(i);
        }

        void Flush(int partition)
        {
            ref Run run = ref _runs[partition];
            if (run.Entries == 0) return;
            Span<byte> bytes = _bytes.AsSpan(partition * RunBytes, run.Length);
            FingerprintRun.WriteHeader(bytes, run.FirstPosition);
            store.Append(partition, bytes, run.Entries);
            (run.Length, run.Entries) = (0, 0);
        }
    }

    void Append(int partition, ReadOnlySpan<byte> run, int entries)
    {
        Partition target = _partitions[partition];
        lock (target)
        {
            target.Entries = checked(target.Entries + entries);
            if (target.Chunks is not [.., Chunk last] || !last.TryAppend(run))
            {
                last = _chunks.Rent();
                target.Chunks.Add(last);
                last.TryAppend(run);
            }
        }
        if (_chunks.Rented > _budgetChunks) Spill();
    }

    /// <summary>Makes a sixteenth of the budget free, by turns, so that little more is written than does not fit.</summary>
    void Spill()
    {
        lock (_spillLock)
        {
            if (_chunks.Rented <= _budgetChunks) return;
            _spill ??= SpillFile.Create(_spillFolder());
            while (_chunks.Rented > _budgetChunks - _budgetChunks / 16)
            {
                Partition partition = _partitions[_nextSpilled++ % Partitions];
                lock (partition)
                {
                    if (partition.Chunks.Count == 0) continue;
                    int length = partition.Chunks.Sum(c => c.Length);
                    RandomAccess.Write(_spill.SafeFileHandle, [.. partition.Chunks.Select(c => c.Written)], _spilledBytes);
                    partition.Spilled.Add((_spilledBytes, length));
                    _spilledBytes += length;
                    Empty(partition);
                }
            }
        }
    }

    void Empty(Partition partition)
    {
        _chunks.Return(partition.Chunks);
        partition.Chunks.Clear();
    }

    /// <summary>Takes a partition out, sorted by fingerprint, then place; the array goes back to the pool. Different partitions may be taken by different threads.</summary>
    internal (FoundFingerprint[] Found, int Count) Take(int number, ArrivalOrder order)
    {
        Partition partition = _partitions[number];
        FoundFingerprint[] found = ArrayPool<FoundFingerprint>.Shared.Rent(Math.Max(1, partition.Entries));
        int count = 0;
        foreach ((long offset, int length) in partition.Spilled)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
            for (int read = 0; read < length;)
            {
                int got = RandomAccess.Read(_spill!.SafeFileHandle, buffer.AsSpan(read, length - read), offset + read);
                if (got == 0) throw new IOException($"{_spill.Name}: the spill file is cut short at offset {offset + read}");
                read += got;
            }
            count += FingerprintRun.Read(buffer.AsSpan(0, length), number, order, found.AsSpan(count));
            ArrayPool<byte>.Shared.Return(buffer);
        }
        foreach (Chunk chunk in partition.Chunks) count += FingerprintRun.Read(chunk.Written.Span, number, order, found.AsSpan(count));
        Empty(partition);
        FoundFingerprint[] sorted = ArrayPool<FoundFingerprint>.Shared.Rent(Math.Max(1, count));
        FingerprintSort.Sort(found.AsSpan(0, count), sorted);
        ArrayPool<FoundFingerprint>.Shared.Return(found);
        return (sorted, count);
    }

    public void Dispose() => _spill?.Dispose();
}
