using LeakScan.Fingerprints;

namespace LeakScan.Indexing;

/// <summary>Finds the lines of a document that a framework's template begins its projects with: they stand in every such project.</summary>
// Asked for is not each k-gram but every eighth, since the model has all of a template's. Four in a row, 48 characters, are a template's; where it
// begins and ends is found character by character. Any four in a row have one whose number is divisible by four, so the three before and behind
// are looked up only around one of those that the model has: a look-up is three cache misses. Chance brings four about once in four billion times, and once in 256 where
// text repeats itself every few characters, as tables of zeros do: nobody's secret either. Of the lines only those count that lie in the
// stretch whole, so a line in which somebody has changed a name stays. Every stretch of 55 characters is found.
static class TemplateLines
{
    const int Step = 8;
    const int MinHits = 4;

    /// <summary>Adds runs of such lines to those of boilerplate: numbers from 0, the end exclusive, rising.</summary>
    /// <param name="templates">The model of templates.</param>
    /// <param name="canonical">The document's canonical text.</param>
    /// <param name="lineFeeds">For each of its line feeds the canonical characters before it.</param>
    /// <param name="ranges">Lines that are left out already; receives all.</param>
    internal static void Add(IdiomModel templates, ReadOnlySpan<byte> canonical, List<int> lineFeeds, List<(int Start, int End)> ranges)
    {
        int before = ranges.Count, line = 0;
        int last = canonical.Length - GramParameters.GramLength; // where the last k-gram begins
        for (int middle = 0, done = 0; middle <= last;)
        {
            if (!Has(templates, canonical, middle))
            {
                middle += MinHits * Step;
                continue;
            }
            int first = middle, end = middle + Step;
            while (first > done && Has(templates, canonical, first - Step)) first -= Step;
            while (end <= last && Has(templates, canonical, end)) end += Step;
            if (end - first >= MinHits * Step) AddLines(Widen(templates, canonical, first, end - Step), canonical.Length, lineFeeds, ref line, ranges);
            done = end; // which the model has not
            middle = (end + MinHits * Step - 1) / (MinHits * Step) * (MinHits * Step);
        }
        if (ranges.Count > before) Unite(ranges);
    }

    static bool Has(IdiomModel templates, ReadOnlySpan<byte> canonical, int start) => templates.Contains(IdiomModel.Hash(canonical.Slice(start, GramParameters.GramLength)));

    /// <summary>The characters of the stretch of which these are the first and the last k-gram asked for.</summary>
    static (int Start, int End) Widen(IdiomModel templates, ReadOnlySpan<byte> canonical, int first, int last)
    {
        while (first > 0 && Has(templates, canonical, first - 1)) first--;
        while (last + 1 + GramParameters.GramLength <= canonical.Length && Has(templates, canonical, last + 1)) last++;
        return (first, last + GramParameters.GramLength);
    }

    /// <summary>Adds the lines that lie within, from <paramref name="line"/> on.</summary>
    static void AddLines((int Start, int End) stretch, int length, List<int> lineFeeds, ref int line, List<(int Start, int End)> ranges)
    {
        while (line <= lineFeeds.Count && (line == 0 ? 0 : lineFeeds[line - 1]) < stretch.Start) line++;
        int first = line;
        while (line <= lineFeeds.Count && (line < lineFeeds.Count ? lineFeeds[line] : length) <= stretch.End) line++;
        if (line > first) ranges.Add((first, line));
    }

    static void Unite(List<(int Start, int End)> ranges)
    {
        ranges.Sort();
        int count = 0;
        for (int i = 0; i < ranges.Count; i++)
        {
            (int start, int end) = ranges[i];
            if (count > 0 && start <= ranges[count - 1].End) ranges[count - 1] = (ranges[count - 1].Start, Math.Max(end, ranges[count - 1].End));
            else ranges[count++] = (start, end);
        }
        ranges.RemoveRange(count, ranges.Count - count);
    }
}
