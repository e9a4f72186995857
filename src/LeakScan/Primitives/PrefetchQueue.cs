using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LeakScan.Primitives;

/// <summary>Cache lines that will be read later, to be asked for while something else is computed. One a thread; grows to what it is given at once.</summary>
// A processor fetches some two dozen lines at a time: of two thousand prefetches in a row most did not bring their line in time, and the reads
// that followed waited for memory a third of a scan's time. So a kernel that does not read memory takes a few in each of its turns.
sealed unsafe class PrefetchQueue
{
    nint[] _addresses = new nint[1024];
    int _next;
    int _count;

    /// <summary>Lines that are to be asked for in one turn.</summary>
    internal int ATurn { get; private set; }

    internal static bool IsSupported => Sse.IsSupported;

    internal void Clear() => (_next, _count, ATurn) = (0, 0, 0);

    /// <summary>Makes room for more addresses: all of it has to be written.</summary>
    internal Span<nint> Add(int count)
    {
        if (_addresses.Length < _count + count) Array.Resize(ref _addresses, Math.Max(2 * _addresses.Length, _count + count));
        _count += count;
        return _addresses.AsSpan(_count - count, count);
    }

    /// <summary>All addresses that were added, whether asked for or not.</summary>
    internal ReadOnlySpan<nint> All => _addresses.AsSpan(0, _count);

    /// <summary>Spreads what waits over so many turns.</summary>
    internal void Spread(int turns) => ATurn = (_count - _next + turns - 1) / Math.Max(1, turns);

    /// <summary>What waits; see <see cref="Took"/>.</summary>
    internal ReadOnlySpan<nint> Waiting => _addresses.AsSpan(_next, _count - _next);

    /// <summary>Notes how many of those that wait were asked for.</summary>
    internal void Took(int count) => _next += count;

    /// <summary>Asks for those of one turn. Returns how many of <paramref name="waiting"/> have been asked for by then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int AskNext(ReadOnlySpan<nint> waiting, int asked, int aTurn)
    {
        for (int stop = Math.Min(asked + aTurn, waiting.Length); asked < stop; asked++) Ask(waiting[asked]);
        return asked;
    }

    /// <summary>An address to ask about, which may lie behind what is there: one that the collector has made stale fetches a line for nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nint AddressOf<T>(ref T value) where T : unmanaged => (nint)Unsafe.AsPointer(ref value);

    /// <summary>Asks for the line of an address, into the second-level cache, which has more requests under way than the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Ask(nint address) => Sse.Prefetch1((void*)address);

    /// <summary>Asks for the line of a value, if that is supported.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Ask<T>(ref T value) where T : unmanaged
    {
        if (Sse.IsSupported) Sse.Prefetch1(Unsafe.AsPointer(ref value)); // an address that the collector has made stale fetches a line for nothing
    }
}
