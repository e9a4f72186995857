using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LeakScan.Fingerprints;

/// <summary>The last few distinct fingerprints: text with a period of up to so many k-grams gives one of each, not one a position.</summary>
struct RecentFingerprints
{
    const int Count = 16;

    [InlineArray(Count)]
    struct Values
    {
        ulong _first;
    }

    Values _values;
    int _next;

    /// <summary>Whether the fingerprint is among the last; if not, it is now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsRepeat(ulong fingerprint)
    {
        ReadOnlySpan<ulong> values = _values;
        // All of them at once: a call, and a loop with a way out half-way, take longer than the comparison.
        Vector256<ulong> wanted = Vector256.Create(fingerprint);
        Vector256<ulong> equal = (Vector256.Equals(Vector256.Create(values), wanted) | Vector256.Equals(Vector256.Create(values[4..]), wanted))
            | (Vector256.Equals(Vector256.Create(values[8..]), wanted) | Vector256.Equals(Vector256.Create(values[12..]), wanted));
        if (equal != Vector256<ulong>.Zero) return true;
        _values[_next++ % Count] = fingerprint;
        return false;
    }
}
