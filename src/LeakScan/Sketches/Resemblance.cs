namespace LeakScan.Sketches;

/// <summary>What the number of equal lanes of two stored sketches says of their sets A and B. Thread-safe; allocates nothing.</summary>
// Li and König, "b-bit minwise hashing" (WWW 2010). A lane is equal if the two minima are the same shingle, which happens with
// probability J = |A ∩ B| / |A ∪ B|, the resemblance; or if they are not, but their 8 bits are: P = J + (1 - J) / 256. So
//
//   J = (equal / 128 - 1/256) / (1 - 1/256)         variance  P (1 - P) / 128 / (1 - 1/256)²
//
// The variance is that of independent lanes. One permutation does a little better in sets of some hundreds, whose bins draw shingles
// without putting them back; small sets, most of whose lanes are filled from other bins, come within a few percent of it (sketch-accuracy).
static class Resemblance
{
    const double ByChance = 1.0 / (1 << SketchParameters.BitsPerLane);

    /// <summary>The resemblance, 0 to 1.</summary>
    /// <param name="equalLanes">0 to 128.</param>
    internal static double Estimate(int equalLanes) => Math.Clamp(((double)equalLanes / SketchParameters.Bins - ByChance) / (1 - ByChance), 0, 1);

    /// <summary>The least number of equal lanes whose estimate is at least this: the threshold to compare with.</summary>
    internal static int EqualLanes(double resemblance) =>
        (int)Math.Ceiling((ProbabilityOfEqual(resemblance) - 1e-12) * SketchParameters.Bins);

    /// <summary>The probability that a lane is equal.</summary>
    internal static double ProbabilityOfEqual(double resemblance) => resemblance + (1 - resemblance) * ByChance;

    /// <summary>The standard deviation of the estimate.</summary>
    internal static double StandardDeviation(double resemblance)
    {
        double equal = ProbabilityOfEqual(resemblance);
        return Math.Sqrt(equal * (1 - equal) / SketchParameters.Bins) / (1 - ByChance);
    }

    /// <summary>The containment |A ∩ B| / |A|, 0 to 1: what share of the query A is in B.</summary>
    /// <param name="resemblance">Of A and B.</param>
    /// <param name="queryShingles">|A|, different shingles.</param>
    /// <param name="otherShingles">|B|, different shingles.</param>
    /// <remarks>
    /// J (|A| + |B|) / ((1 + J) |A|). Its standard deviation is that of J times (|A| + |B|) / (|A| (1 + J)²): twice as large as J's for sets
    /// of one size that resemble each other little, eleven times if B is ten times as large. Then it says hardly anything; look for a smaller
    /// window of B instead.
    /// </remarks>
    internal static double Containment(double resemblance, double queryShingles, double otherShingles) =>
        Math.Clamp(resemblance * (queryShingles + otherShingles) / ((1 + resemblance) * queryShingles), 0, 1);
}
