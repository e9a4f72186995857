using CsCheck;

namespace LeakScan.Tests.Sketches;

/// <summary>Sets of hashes for tests of sketches.</summary>
static class SketchSets
{
    internal const string Seed = "0000KLMNOPQR";

    /// <summary>Sets of few and of many hashes: small ones leave most bins empty.</summary>
    internal static Gen<ulong[]> Any { get; } = Gen.Frequency(
        (6, Gen.ULong.Array[0, 40]),
        (3, Gen.ULong.Array[40, 600]),
        (1, Gen.ULong.Select(h => h / 2 % 2 == 0 ? h | 127 : h & ~127UL).Array[0, 20]));

    internal static ulong[] Random(Random random, int count)
    {
        ulong[] set = new ulong[count];
        random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(set.AsSpan()));
        return set;
    }

    internal static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    internal static string Print(ulong[] set) => string.Join(' ', set.Select(h => h.ToString("x16", null)));
}
