using System.Runtime.InteropServices;
using LeakScan.Primitives;
using Microsoft.Win32.SafeHandles;

namespace LeakScan.Indexing;

/// <summary>Where a new index goes.</summary>
abstract class IndexOutput : IDisposable
{
    internal abstract void Write(long offset, ReadOnlySpan<byte> bytes);

    public abstract void Dispose();
}

/// <summary>A file that appears under its name whole or not at all.</summary>
sealed class FileIndexOutput : IndexOutput
{
    /// <summary>So much is written before it is sent to the disk, while more comes: at the end there is little left to wait for.</summary>
#if DEBUG
    const long FlushBytes = 4096; // so that it happens in tests
#else
    const long FlushBytes = 64 << 20;
#endif

    readonly string _path;
    readonly string _temporary;
    SafeFileHandle? _file;
    long _unflushed;
    Task _flushing = Task.CompletedTask;

    internal FileIndexOutput(string path)
    {
        _path = path;
        _temporary = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        _file = File.OpenHandle(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
    }

    internal override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file!, bytes, offset);
        _unflushed += bytes.Length;
        if (_unflushed < FlushBytes || !_flushing.IsCompleted) return;
        // The system tells of a failure once: it must not be lost.
        _flushing.GetAwaiter().GetResult();
        _unflushed = 0;
        SafeFileHandle file = _file!;
        _flushing = Task.Run(() => RandomAccess.FlushToDisk(file));
    }

    /// <summary>Flushes to disk and moves the file to its name.</summary>
    internal void Commit(bool overwrite)
    {
        _flushing.GetAwaiter().GetResult();
        RandomAccess.FlushToDisk(_file!);
        _file!.Dispose();
        _file = null;
        if (overwrite) File.Move(_temporary, _path, overwrite: true);
        else ExclusiveMove.Move(_temporary, _path);
    }

    public override void Dispose()
    {
        ((IAsyncResult)_flushing).AsyncWaitHandle.WaitOne();
        _file?.Dispose();
        File.Delete(_temporary); // nothing, once committed
    }
}

/// <summary>Native memory, for an index that is used and thrown away.</summary>
sealed unsafe class MemoryIndexOutput : IndexOutput
{
    byte* _start;
    nuint _capacity;

    internal long Length { get; private set; }

    internal override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        long end = offset + bytes.Length;
        if ((nuint)end > _capacity)
        {
            nuint capacity = Math.Max((nuint)end, 2 * _capacity);
            byte* larger = (byte*)NativeMemory.AlignedAlloc(capacity, HugePages.SizeBytes);
            HugePages.Advise(larger, (long)capacity);
            NativeMemory.Copy(_start, larger, _capacity);
            NativeMemory.Clear(larger + _capacity, capacity - _capacity);
            NativeMemory.AlignedFree(_start);
            _start = larger;
            _capacity = capacity;
        }
        // SAFETY: the memory reaches to `end` at least.
        bytes.CopyTo(new Span<byte>(_start + offset, bytes.Length));
        Length = Math.Max(Length, end);
    }

    /// <summary>Hands the memory over; the caller frees it with NativeMemory.AlignedFree.</summary>
    internal byte* Detach()
    {
        byte* start = _start;
        _start = null;
        return start;
    }

    public override void Dispose() => NativeMemory.AlignedFree(_start);
}
