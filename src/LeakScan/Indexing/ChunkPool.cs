using LeakScan.Primitives;

namespace LeakScan.Indexing;

/// <summary>A piece of memory that fills up.</summary>
sealed class Chunk(Memory<byte> memory)
{
    internal const int Capacity = 16 * 1024;

    internal int Length { get; private set; }

    internal ReadOnlyMemory<byte> Written => memory[..Length];

    internal bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Capacity - Length) return false;
        bytes.CopyTo(memory.Span[Length..]);
        Length += bytes.Length;
        return true;
    }

    internal void Clear() => Length = 0;
}

/// <summary>Hands out chunks, cut from few large arrays: with pages of 2 MiB, memory is made ready in a few hundred steps. Thread-safe.</summary>
sealed class ChunkPool
{
    const int FirstSlabBytes = 64 * Chunk.Capacity;
    const int LastSlabBytes = 64 << 20;

    readonly Stack<Chunk> _free = new();
    Memory<byte> _slab;
    int _slabBytes = FirstSlabBytes;
    long _rented;

    internal long Rented => Volatile.Read(ref _rented);

    internal Chunk Rent()
    {
        lock (_free)
        {
            _rented++;
            if (_free.TryPop(out Chunk? chunk)) return chunk;
            if (_slab.IsEmpty)
            {
                _slab = HugePages.AllocateArray(_slabBytes);
                _slabBytes = Math.Min(2 * _slabBytes, LastSlabBytes);
            }
            chunk = new Chunk(_slab[..Chunk.Capacity]);
            _slab = _slab[Chunk.Capacity..];
            return chunk;
        }
    }

    internal void Return(IReadOnlyCollection<Chunk> chunks)
    {
        lock (_free)
        {
            foreach (Chunk chunk in chunks)
            {
                chunk.Clear();
                _free.Push(chunk);
            }
            _rented -= chunks.Count;
        }
    }
}
