using LeakScan.Simd;

namespace LeakScan.Sketches;

/// <summary>Comparison of stored sketches, one after another in memory. Thread-safe; allocates nothing.</summary>
static class SketchTable
{
    /// <summary>Finds the sketches of a table that have at least so many lanes equal with a query.</summary>
    /// <param name="queries">One or more sketches. Up to four cost one pass over the table, and so on.</param>
    /// <param name="table">Sketches, <see cref="SketchParameters.SketchBytes"/> bytes each. Larger tables are compared piece by piece.</param>
    /// <param name="threshold">1 to 128 (<see cref="Resemblance.EqualLanes"/>).</param>
    /// <param name="sink">Receives matches, by rising sketch for each query, and of one sketch by rising query within a pass. Queries of the empty set match nothing.</param>
    /// <param name="tier">Instructions to use; the result is the same with all.</param>
    /// <exception cref="ArgumentException">Queries or table are not whole sketches.</exception>
    internal static void Compare<TSink>(ReadOnlySpan<byte> queries, ReadOnlySpan<byte> table, int threshold, ref TSink sink, SimdTier tier)
        where TSink : struct, ISketchMatchSink, allows ref struct
    {
        for (int sketch = 0; sketch < table.Length / SketchParameters.SketchBytes; sketch++)
        {
            for (int query = 0; query < queries.Length / SketchParameters.SketchBytes; query++)
            {
                ReadOnlySpan<byte> one = queries.Slice(query * SketchParameters.SketchBytes, SketchParameters.SketchBytes);
                if (Sketch.IsEmpty(one)) continue;
                int equal = EqualLanes(one, table.Slice(sketch * SketchParameters.SketchBytes, SketchParameters.SketchBytes), tier);
                if (equal >= threshold) sink.Take(sketch, query, equal);
            }
        }
    }

    /// <summary>The number of equal lanes of two sketches, 0 to 128; the same on every tier.</summary>
    internal static int EqualLanes(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, SimdTier tier)
    {
        int equal = 0;
        for (int i = 0; i < SketchParameters.SketchBytes; i++)
        {
            if (left[i] == right[i]) equal++;
        }
        return equal;
    }
}
