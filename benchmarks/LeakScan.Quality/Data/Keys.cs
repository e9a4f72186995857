using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LeakScan.Quality.Data;

/// <summary>The key decides which k-grams are selected, and so the figures a little; these are the same in each run.</summary>
static class Keys
{
    internal static IReadOnlyList<IndexKey> Fixed(int count) =>
        [.. Enumerable.Range(1, count).Select(i => IndexKey.FromBytes(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"leakscan quality key {i}")))))];
}
