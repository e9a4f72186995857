using System.Runtime.CompilerServices;

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
    internal bool IsRepeat(ulong fingerprint)
    {
        Span<ulong> values = _values;
        if (values.Contains(fingerprint)) return true;
        values[_next++ % Count] = fingerprint;
        return false;
    }
}
