using System.Globalization;

namespace LeakScan.Quality.Measures;

/// <summary>A figure over keys.</summary>
/// <param name="Mean">Their mean; not a number if there is none.</param>
/// <param name="Low">The least.</param>
/// <param name="High">The greatest.</param>
readonly record struct Spread(double Mean, double Low, double High)
{
    internal static Spread Of(IEnumerable<double> values)
    {
        double[] all = [.. values.Where(v => !double.IsNaN(v))];
        return all.Length == 0 ? new(double.NaN, double.NaN, double.NaN) : new(all.Average(), all.Min(), all.Max());
    }

    /// <summary>The mean, and the range where keys differ.</summary>
    internal string Format(string format, double factor = 1)
    {
        if (double.IsNaN(Mean)) return "";
        string Text(double value) => (value * factor).ToString(format, CultureInfo.InvariantCulture);
        return Text(Low) == Text(High) ? Text(Mean) : $"{Text(Mean)} ({Text(Low)} to {Text(High)})";
    }

    internal string Share() => Format("0.0000");

    internal string PerThousand() => Format("0.00", 1000);
}
