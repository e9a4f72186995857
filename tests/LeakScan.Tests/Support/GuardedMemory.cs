using System.Runtime.InteropServices;

namespace LeakScan.Tests.Support;

public enum Guard { Before, After }

/// <summary>A copy of some bytes that touches a page which cannot be read: one byte too far ends the process.</summary>
sealed unsafe partial class GuardedMemory : IDisposable
{
    const int ProtectNone = 0;
    const int ReadWrite = 3;
    const int PrivateAnonymous = 0x22;

    readonly byte* _mapping;
    readonly nuint _length;
    readonly byte* _start;
    readonly int _count;

    internal GuardedMemory(ReadOnlySpan<byte> content, Guard guard)
    {
        if (!OperatingSystem.IsLinux())
        {
            // Elsewhere the copy is exact but unguarded; the Linux run does the guarding.
            _length = (nuint)Math.Max(1, content.Length);
            _mapping = (byte*)NativeMemory.Alloc(_length);
            _start = _mapping;
        }
        else
        {
            nuint page = (nuint)Environment.SystemPageSize;
            nuint pages = ((nuint)content.Length + page - 1) / page * page;
            _length = pages + 2 * page;
            _mapping = mmap(null, _length, ReadWrite, PrivateAnonymous, -1, 0);
            if (_mapping == (byte*)-1) throw new OutOfMemoryException();
            if (mprotect(_mapping, page, ProtectNone) != 0 || mprotect(_mapping + page + pages, page, ProtectNone) != 0)
                throw new InvalidOperationException("mprotect failed");
            _start = guard == Guard.Before ? _mapping + page : _mapping + page + pages - content.Length;
        }
        _count = content.Length;
        content.CopyTo(new Span<byte>(_start, _count));
    }

    internal Span<byte> Span => new(_start, _count);

    public void Dispose()
    {
        if (OperatingSystem.IsLinux()) _ = munmap(_mapping, _length);
        else NativeMemory.Free(_mapping);
    }

    [LibraryImport("libc")]
    private static partial byte* mmap(byte* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc")]
    private static partial int mprotect(byte* address, nuint length, int protection);

    [LibraryImport("libc")]
    private static partial int munmap(byte* address, nuint length);
}
