namespace LeakScan.Quality.Data;

enum RecordLabel
{
    /// <summary>Holds text of the index.</summary>
    Positive,

    /// <summary>Does not.</summary>
    Negative,

    /// <summary>Counts for nothing.</summary>
    Ambiguous,
}
