using System.Runtime.CompilerServices;

namespace LeakScan.Indexing;

/// <summary>Where documents lie in the concatenation of all canonical text in the order of arrival, and their rank in the file.</summary>
/// <param name="starts">For each document in order of arrival its start, and then the end of the last.</param>
/// <param name="ranks">For each its rank.</param>
sealed class ArrivalOrder(long[] starts, uint[] ranks)
{
    /// <summary>The number of the document that holds a position.</summary>
    internal int DocumentAt(long position)
    {
        int after = Array.BinarySearch(starts, position);
        if (after < 0) return ~after - 1;
        // Documents without text begin where the next one does.
        while (starts[after + 1] == position) after++;
        return after;
    }

    /// <summary>The same, for a position at or beyond the start of a document not far before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int DocumentAt(long position, int near)
    {
        while (starts[near + 1] <= position) near++;
        return near;
    }

    /// <summary>The <see cref="FoundFingerprint.Place"/> of a position in a document.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong PlaceOf(long position, int document) => (ulong)ranks[document] << 32 | (uint)(position - starts[document]);
}
