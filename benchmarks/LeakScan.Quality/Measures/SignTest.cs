namespace LeakScan.Quality.Measures;

/// <summary>Whether more records became worse than better.</summary>
static class SignTest
{
    /// <summary>The chance of so many worse ones or more among all that changed, if each had become worse or better by the toss of a coin.</summary>
    // Exact binomial tail, from logarithms so that thousands of records do not overflow.
    internal static double Tail(int worse, int better)
    {
        int changed = worse + better;
        double logarithm = -changed * Math.Log(2); // of the chance of exactly k, for k = 0
        double sum = 0;
        for (int k = 0; k <= changed; k++)
        {
            if (k > 0) logarithm += Math.Log(changed - k + 1) - Math.Log(k);
            if (k >= worse) sum += Math.Exp(logarithm);
        }
        return Math.Min(1, sum);
    }
}
