namespace LeakScan.Quality.Measures;

/// <summary>How well values put positives before negatives.</summary>
sealed class Ranking
{
    /// <summary>All that is at or above a threshold.</summary>
    /// <param name="Threshold">A value that some text has.</param>
    /// <param name="TruePositives">Positives at or above it.</param>
    /// <param name="FalsePositives">Negatives at or above it.</param>
    internal readonly record struct Cut(double Threshold, int TruePositives, int FalsePositives);

    internal Ranking(IEnumerable<double> positives, IEnumerable<double> negatives)
    {
        (double Value, bool IsPositive)[] all = [.. positives.Select(v => (v, true)), .. negatives.Select(v => (v, false))];
        Array.Sort(all, (a, b) => b.Value.CompareTo(a.Value));
        List<Cut> cuts = [];
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].IsPositive) Positives++;
            else Negatives++;
            if (i + 1 == all.Length || all[i + 1].Value != all[i].Value) cuts.Add(new(all[i].Value, Positives, Negatives));
        }
        Cuts = cuts;
    }

    internal int Positives { get; }

    internal int Negatives { get; }

    /// <summary>One for each value, highest first.</summary>
    internal IReadOnlyList<Cut> Cuts { get; }

    /// <summary>The chance that a positive stands before a negative, exact; of a tie, half. Not a number without either.</summary>
    internal double Auc
    {
        get
        {
            double area = 0;
            Cut before = default;
            foreach (Cut cut in Cuts)
            {
                area += (double)(cut.FalsePositives - before.FalsePositives) * (cut.TruePositives + before.TruePositives) / 2;
                before = cut;
            }
            return area / ((double)Positives * Negatives);
        }
    }

    /// <summary>The highest harmonic mean of precision and recall, over all thresholds; not a number without a positive.</summary>
    internal double BestF1 => Positives == 0 ? double.NaN : Cuts.Max(c => 2.0 * c.TruePositives / (Positives + c.TruePositives + c.FalsePositives));

    internal double Recall(Cut cut) => (double)cut.TruePositives / Positives;

    internal double FalsePositiveRate(Cut cut) => (double)cut.FalsePositives / Negatives;

    internal static double Precision(Cut cut) => (double)cut.TruePositives / (cut.TruePositives + cut.FalsePositives);

    /// <summary>The highest recall with at most a share of the negatives.</summary>
    internal double RecallAt(double maxFalsePositiveRate) => Cuts.Where(c => FalsePositiveRate(c) <= maxFalsePositiveRate).Select(Recall).DefaultIfEmpty(0).Max();
}
