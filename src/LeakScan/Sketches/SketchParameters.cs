namespace LeakScan.Sketches;

/// <summary>Shape of sketches: part of the index format.</summary>
static class SketchParameters
{
    /// <summary>Bins of a sketch, and lanes of a stored one.</summary>
    internal const int Bins = 128;

    /// <summary>Bits of a lane: two different minima agree in a stored sketch once in 2^8.</summary>
    internal const int BitsPerLane = 8;

    /// <summary>Bytes of a stored sketch.</summary>
    internal const int SketchBytes = Bins * BitsPerLane / 8;

    /// <summary>Rows of a band (docs/sketches.md, "Bands"): 0.94 of what resembles by 0.4 is a candidate, 0.05 of what does by 0.1, 2.5 in a million of the rest.</summary>
    internal const int RowsPerBand = 3;

    /// <summary>The minimum of a bin that no hash has fallen into.</summary>
    internal const uint Empty = uint.MaxValue;
}
