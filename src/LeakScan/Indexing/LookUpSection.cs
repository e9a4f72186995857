using System.Runtime.InteropServices;
using LeakScan.Primitives;

namespace LeakScan.Indexing;

/// <summary>A section of an index that is read at random places; once it has been read much, in a copy in large pages. Thread-safe.</summary>
// A mapped file has pages of 4 KiB whatever is advised, unless its file system keeps larger ones, and a look-up at random in tens of
// megabytes misses the page tables about as often as the cache. A copy takes as long as a few megabytes of text: nothing for a log, too much for a prompt.
sealed unsafe class LookUpSection : IDisposable
{
    const int LineBytes = 64;

    /// <summary>Look-ups a cache line of the section before it is copied.</summary>
    const int LookUpsALine = 16;

    readonly long _length;
    nint _start;
    long _left;
    volatile bool _isCounting;
    void* _copy;

    /// <param name="start">The section, in memory that stays the caller's.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="mayCopy">False if it is in large pages, or to be read where it is.</param>
    internal LookUpSection(byte* start, long length, bool mayCopy)
    {
        (_start, _length, _left) = ((nint)start, length, length / LineBytes * LookUpsALine);
        _isCounting = mayCopy && HugePages.AreHad && length >= HugePages.SizeBytes;
    }

    /// <summary>Where it is to be read. Where it was read before can still be read, until the index is closed.</summary>
    internal byte* Start => (byte*)Volatile.Read(ref _start);

    /// <summary>Counts look-ups; the one that makes them many waits for the copy, a millisecond for every few megabytes.</summary>
    internal void Count(int lookUps)
    {
        if (!_isCounting) return;
        long left = Interlocked.Add(ref _left, -lookUps);
        if (left > 0 || left + lookUps <= 0) return;
        _isCounting = false;
        Copy();
    }

    void Copy()
    {
        try
        {
            _copy = NativeMemory.AlignedAlloc((nuint)_length, HugePages.SizeBytes);
        }
        catch (OutOfMemoryException)
        {
            return; // as fast as before
        }
        HugePages.Advise((byte*)_copy, _length);
        NativeMemory.Copy((void*)_start, _copy, (nuint)_length);
        Volatile.Write(ref _start, (nint)_copy);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_copy);
        _copy = null;
    }
}
