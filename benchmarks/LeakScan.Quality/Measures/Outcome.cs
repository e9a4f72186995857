namespace LeakScan.Quality.Measures;

/// <summary>What a scan of one record said.</summary>
/// <param name="Verdict">By evidence alone: no policy.</param>
/// <param name="Score">As findings have it.</param>
/// <param name="EvidenceBits">What the score is made of; unlike it, never the same for all that is certain.</param>
/// <param name="BestKind">Kind of the best match; null if there is none.</param>
/// <param name="IsRightFile">One of the first three files is a source of the text.</param>
readonly record struct Outcome(Verdict Verdict, double Score, double EvidenceBits, MatchKind? BestKind, bool IsRightFile)
{
    internal bool IsHit(Verdict level) => Verdict >= level;
}
