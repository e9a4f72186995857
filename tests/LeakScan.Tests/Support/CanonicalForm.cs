using System.Text;
using LeakScan.Simd;
using LeakScan.Text;

namespace LeakScan.Tests.Support;

/// <summary>The canonical text of a string.</summary>
static class CanonicalForm
{
    /// <returns>The text, and for each line feed the characters before it.</returns>
    internal static (byte[] Text, List<int> LineFeeds) Of(string text)
    {
        List<int> lineFeeds = [];
        Canonicalizer canonicalizer = new(SimdTiers.Current);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] canonical = new byte[utf8.Length + 2 * Canonicalizer.OutputSlack];
        canonicalizer.Reset();
        canonicalizer.LineFeeds = lineFeeds;
        int length = canonicalizer.Append(utf8, canonical);
        canonicalizer.LineFeeds = null;
        length += canonicalizer.Finish(canonical.AsSpan(length));
        return (canonical[..length], lineFeeds);
    }
}
