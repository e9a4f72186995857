namespace LeakScan.Benchmarks.Data;

/// <summary>A generator that can begin at any number: record n is the same whoever makes it, and after whatever.</summary>
// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
struct SplitMix
{
    ulong _state;

    internal SplitMix(int seed, long number)
    {
        _state = (ulong)seed << 48 ^ (ulong)number;
        _state = Next();
    }

    ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>In [0, <paramref name="limit"/>).</summary>
    internal int Next(int limit) => (int)((Next() >> 32) * (ulong)limit >> 32);

    /// <summary>In [0, 1).</summary>
    internal double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));
}
