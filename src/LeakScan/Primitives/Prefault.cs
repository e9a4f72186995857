using System.Runtime.InteropServices;

namespace LeakScan.Primitives;

/// <summary>Brings mapped memory into reach at once, where each first touch of a page would be an interruption of its own.</summary>
static unsafe partial class Prefault
{
    const int PopulateRead = 22; // MADV_POPULATE_READ, since Linux 5.14; older ones refuse it, and nothing is lost

    /// <summary>For memory that is about to be read at random.</summary>
    // SAFETY: the caller's memory is a mapping, which begins on a page; reading changes nothing in it.
    internal static void Read(byte* start, long length)
    {
        if (!OperatingSystem.IsLinux() || length <= 0) return;
        nint within = (nint)start % Environment.SystemPageSize;
        _ = Advise((nint)start - within, (nuint)(length + within), PopulateRead);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nuint length, int advice);
}
