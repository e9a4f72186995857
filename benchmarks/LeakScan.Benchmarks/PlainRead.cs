using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LeakScan.Benchmarks;

/// <summary>The yardstick: reads every byte once, with the widest registers that the runtime has, and does next to nothing with it.</summary>
static class PlainRead
{
    internal static ulong Sum(ReadOnlySpan<byte> memory)
    {
        ulong sum = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            ReadOnlySpan<Vector512<ulong>> vectors = MemoryMarshal.Cast<byte, Vector512<ulong>>(memory);
            Vector512<ulong> a = default, b = default, c = default, d = default;
            int i = 0;
            for (; i + 3 < vectors.Length; i += 4)
            {
                a += vectors[i];
                b += vectors[i + 1];
                c += vectors[i + 2];
                d += vectors[i + 3];
            }
            for (; i < vectors.Length; i++) a += vectors[i];
            sum = Vector512.Sum(a + b + c + d);
            memory = memory[(vectors.Length * Vector512<byte>.Count)..];
        }
        else if (Vector.IsHardwareAccelerated)
        {
            ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<byte, Vector<ulong>>(memory);
            Vector<ulong> a = default, b = default, c = default, d = default;
            int i = 0;
            for (; i + 3 < vectors.Length; i += 4)
            {
                a += vectors[i];
                b += vectors[i + 1];
                c += vectors[i + 2];
                d += vectors[i + 3];
            }
            for (; i < vectors.Length; i++) a += vectors[i];
            sum = Vector.Sum(a + b + c + d);
            memory = memory[(vectors.Length * Vector<byte>.Count)..];
        }
        return sum + SumWords(memory);
    }

    static ulong SumWords(ReadOnlySpan<byte> memory)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(memory);
        ulong a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 3 < words.Length; i += 4)
        {
            a += words[i];
            b += words[i + 1];
            c += words[i + 2];
            d += words[i + 3];
        }
        for (; i < words.Length; i++) a += words[i];
        ulong rest = 0;
        foreach (byte value in memory[(words.Length * sizeof(ulong))..]) rest = rest << 8 | value;
        return a + b + c + d + rest;
    }
}
