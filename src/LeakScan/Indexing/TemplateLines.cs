using LeakScan.Fingerprints;

namespace LeakScan.Indexing;

/// <summary>Finds the lines of a document that a framework's template begins its projects with: they stand in every such project.</summary>
// Asked for is not each k-gram but every eighth, which is enough since the model has all of a template's. A stretch of four, 48 characters, that
// the model has is a template's: by chance one in four billion places is. Of the lines only those count that lie in it whole, so a line in which
// somebody has changed a name stays.
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
        int length = canonical.Length, before = ranges.Count;
        int at = 0, hits = 0, line = 0;
        for (; at + GramParameters.GramLength <= canonical.Length; at += Step)
        {
            if (templates.Contains(IdiomModel.Hash(canonical.Slice(at, GramParameters.GramLength))))
            {
                hits++;
                continue;
            }
            Take();
        }
        Take();
        if (ranges.Count > before) Unite(ranges);

        // The template may go on up to where it was asked for next.
        void Take()
        {
            if (hits >= MinHits) AddLines(at - hits * Step - (Step - 1), at - Step + GramParameters.GramLength + (Step - 1));
            hits = 0;
        }

        void AddLines(int start, int end)
        {
            while (line <= lineFeeds.Count && StartOf(line) < start) line++;
            int first = line;
            while (line <= lineFeeds.Count && EndOf(line) <= end) line++;
            if (line > first) ranges.Add((first, line));
        }

        int StartOf(int number) => number == 0 ? 0 : lineFeeds[number - 1];
        int EndOf(int number) => number < lineFeeds.Count ? lineFeeds[number] : length;
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
