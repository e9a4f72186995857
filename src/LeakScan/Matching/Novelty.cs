using System.Runtime.Intrinsics;

namespace LeakScan.Matching;

/// <summary>Tells how much of a text says something that it has not said just before.</summary>
// Lists of declarations repeat themselves: of `private readonly ITaskManager _taskManager;` every other such line has the first half, and its own
// first half has the second. Who knows the beginning can write the rest, so two texts that have such lines have them without each other.
static class Novelty
{
    /// <summary>Characters that are the same in a row for the later ones to be a repetition.</summary>
    internal const int RepeatedCharacters = 12;

    /// <summary>So many characters back is just before: a line or two.</summary>
    internal const int Window = 64;

    /// <summary>A longer stretch is judged by so many, its first.</summary>
    internal const int MostCharacters = 1024;

    /// <summary>Characters before and behind what is counted that it depends on.</summary>
    internal const int Before = Window + RepeatedCharacters - 1, Behind = RepeatedCharacters - 1;

    /// <summary>Counts the characters that are in no repetition.</summary>
    /// <param name="canonical">Canonical characters: <see cref="Before"/> (zeros where there are none), those that are counted, up to <see cref="Behind"/>.</param>
    /// <param name="count">Those that are counted.</param>
    /// <returns>How many of them no twelve in a row cover which stand up to 64 characters earlier, too.</returns>
    // A lane of a vector is a distance: it says of how many characters in a row what stands so far back is the same.
    internal static int CountNew(ReadOnlySpan<byte> canonical, int count)
    {
        Vector512<byte> runs = Vector512<byte>.Zero, most = Vector512.Create((byte)RepeatedCharacters);
        int repeated = 0, covered = Before, end = Before + count;
        for (int i = Window; i < canonical.Length; i++)
        {
            Vector512<byte> same = Vector512.Equals(Vector512.Create(canonical.Slice(i - Window, Window)), Vector512.Create(canonical[i]));
            runs = Vector512.Min(runs + Vector512<byte>.One, most) & same;
            if (!Vector512.EqualsAny(runs, most)) continue;
            int from = Math.Max(covered, i + 1 - RepeatedCharacters);
            covered = Math.Clamp(i + 1, covered, end);
            repeated += Math.Max(0, covered - from);
        }
        return count - repeated;
    }
}
