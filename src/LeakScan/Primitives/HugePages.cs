using System.Runtime.InteropServices;

namespace LeakScan.Primitives;

/// <summary>Asks the system for pages of 2 MiB, where it has them: a look-up at random in an index misses the page tables as often as the cache.</summary>
static unsafe partial class HugePages
{
    internal const int SizeBytes = 2 << 20;

    const int AdviseHugePages = 14; // MADV_HUGEPAGE

    /// <summary>Whether there is somebody to ask.</summary>
    internal static bool AreHad => OperatingSystem.IsLinux();

    /// <summary>A hint, for memory that is not in use yet or is mapped from a file. Systems that do not know it, or refuse, lose nothing.</summary>
    internal static void Advise(byte* start, long length)
    {
        if (!AreHad || length < SizeBytes) return;
        nuint page = (nuint)Environment.SystemPageSize;
        nuint from = ((nuint)start + page - 1) / page * page;
        nuint to = (nuint)start + (nuint)length;
        _ = MemoryAdvise((void*)from, to - from, AdviseHugePages);
    }

    /// <summary>An array, not cleared, that stays where it is, in such pages.</summary>
    internal static byte[] AllocateArray(int length)
    {
        byte[] array = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        Advise((byte*)Marshal.UnsafeAddrOfPinnedArrayElement(array, 0), length);
        return array;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* start, nuint length, int advice);
}
