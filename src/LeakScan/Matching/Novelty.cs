using System.Runtime.CompilerServices;
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int CountNew(ReadOnlySpan<byte> canonical, int count)
    {
        Vector512<byte> runs = Vector512<byte>.Zero;
        Vector256<byte> farRuns = Vector256<byte>.Zero, nearRuns = Vector256<byte>.Zero;
        int repeated = 0, covered = Before, end = Before + count;
        for (int i = Window; i < canonical.Length; i++)
        {
            ReadOnlySpan<byte> before = canonical.Slice(i - Window, Window);
            bool isRepeated;
            if (Vector512.IsHardwareAccelerated)
            {
                Vector512<byte> most = Vector512.Create((byte)RepeatedCharacters);
                runs = Vector512.Min(runs + Vector512<byte>.One, most) & Vector512.Equals(Vector512.Create(before), Vector512.Create(canonical[i]));
                isRepeated = Vector512.EqualsAny(runs, most);
            }
            else
            {
                Vector256<byte> most = Vector256.Create((byte)RepeatedCharacters), character = Vector256.Create(canonical[i]);
                farRuns = Vector256.Min(farRuns + Vector256<byte>.One, most) & Vector256.Equals(Vector256.Create(before), character);
                nearRuns = Vector256.Min(nearRuns + Vector256<byte>.One, most) & Vector256.Equals(Vector256.Create(before[Vector256<byte>.Count..]), character);
                isRepeated = Vector256.EqualsAny(Vector256.Max(farRuns, nearRuns), most);
            }
            if (!isRepeated) continue;
            int from = Math.Max(covered, i + 1 - RepeatedCharacters);
            covered = Math.Clamp(i + 1, covered, end);
            repeated += Math.Max(0, covered - from);
        }
        return count - repeated;
    }
}
