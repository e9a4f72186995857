using System.Globalization;
using LeakScan.Quality.Measures;
using ScottPlot;

namespace LeakScan.Quality;

/// <summary>Precision, recall and false alarms at every threshold of the evidence, keys pooled.</summary>
static class Curves
{
    const int Width = 1400;
    const int Height = 620;

    /// <summary>Writes curves.csv and, for each group of sets, GROUP.png.</summary>
    internal static void Write(string folder, IReadOnlyList<(string Name, IReadOnlyList<Ranking> ByKey)> sets)
    {
        Directory.CreateDirectory(folder);
        (string Name, Ranking Ranking)[] curves = [.. sets.Select(s => (s.Name, Pool(s.ByKey))).Where(s => s.Item2.Positives > 0 && s.Item2.Negatives > 0)];
        using (StreamWriter csv = new(Path.Combine(folder, "curves.csv")) { NewLine = "\n" })
        {
            csv.WriteLine("set,evidence_bits,recall,precision,false_positive_rate");
            foreach ((string name, Ranking ranking) in curves)
            {
                foreach (Ranking.Cut cut in ranking.Cuts)
                    csv.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name},{cut.Threshold:0.###},{ranking.Recall(cut):0.######},{Ranking.Precision(cut):0.######},{ranking.FalsePositiveRate(cut):0.######}"));
            }
        }
        foreach (IGrouping<string, (string Name, Ranking Ranking)> group in curves.GroupBy(c => GroupOf(c.Name))) Draw(Path.Combine(folder, group.Key + ".png"), group.Key, [.. group]);
    }

    static Ranking Pool(IReadOnlyList<Ranking> byKey) => new(byKey.SelectMany(r => Values(r, positives: true)), byKey.SelectMany(r => Values(r, positives: false)));

    static IEnumerable<double> Values(Ranking ranking, bool positives)
    {
        int before = 0;
        foreach (Ranking.Cut cut in ranking.Cuts)
        {
            int count = positives ? cut.TruePositives : cut.FalsePositives;
            for (; before < count; before++) yield return cut.Threshold;
        }
    }

    static string GroupOf(string set) =>
        set.StartsWith("pairs-", StringComparison.Ordinal) ? "pairs"
        : set.StartsWith("text-", StringComparison.Ordinal) ? "text"
        : set.Contains("sessions", StringComparison.Ordinal) ? "sessions"
        : "code";

    static void Draw(string file, string group, IReadOnlyList<(string Name, Ranking Ranking)> curves)
    {
        // Where nearly all is right, only the corner in which it is not can be read.
        bool isPairs = group == "pairs";
        Multiplot figure = new();
        figure.AddPlots(2);
        figure.Layout = new ScottPlot.MultiplotLayouts.Columns();
        Plot precision = figure.GetPlot(0), roc = figure.GetPlot(1);
        foreach ((string name, Ranking ranking) in curves)
        {
            Add(precision, name, [.. ranking.Cuts.Select(ranking.Recall)], [.. ranking.Cuts.Select(Ranking.Precision)]);
            Add(roc, string.Create(CultureInfo.InvariantCulture, $"{name}, AUC {ranking.Auc:0.000}"), [0, .. ranking.Cuts.Select(ranking.FalsePositiveRate)], [0, .. ranking.Cuts.Select(ranking.Recall)]);
        }
        Finish(precision, $"{group}: precision and recall", "recall", "precision", isPairs ? (0, 1.01, 0, 1.01) : (0.5, 1.005, 0.9, 1.005), Alignment.LowerLeft);
        Finish(roc, $"{group}: ROC", "share of negatives that alarm", "recall", isPairs ? (0, 1.01, 0, 1.01) : (0, 0.05, 0.5, 1.005), Alignment.LowerRight);
        figure.SavePng(file, Width, Height);
    }

    static void Add(Plot plot, string name, double[] xs, double[] ys)
    {
        ScottPlot.Plottables.Scatter line = plot.Add.ScatterLine(xs, ys);
        line.LegendText = name;
        line.LineWidth = 2;
    }

    static void Finish(Plot plot, string title, string x, string y, (double Left, double Right, double Bottom, double Top) limits, Alignment legend)
    {
        const float TextSize = 16;
        plot.Title(title, 20);
        plot.XLabel(x, TextSize);
        plot.YLabel(y, TextSize);
        plot.Axes.SetLimits(limits.Left, limits.Right, limits.Bottom, limits.Top);
        plot.Axes.Bottom.TickLabelStyle.FontSize = TextSize;
        plot.Axes.Left.TickLabelStyle.FontSize = TextSize;
        plot.Legend.FontSize = TextSize;
        plot.ShowLegend(legend);
    }
}
