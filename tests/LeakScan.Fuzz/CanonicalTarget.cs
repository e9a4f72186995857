using System.IO.Hashing;
using LeakScan.Simd;
using LeakScan.Tests.Support;
using LeakScan.Text;

namespace LeakScan.Fuzz;

/// <summary>Random text between pages that cannot be read: every tier and every cutting gives what the scalar code gives.</summary>
sealed class CanonicalTarget : IFuzzTarget
{
    static readonly string[] s_pieces =
    [
        "\\n", "\\\\", "\\u00e9", "\\ud83d\\ude00", "&amp;", "&lt;", "&#65;", "\u001b[31m", "12:", "-12-", "a/b.go:7:", "\n", "\r\n", "\t", "    ", "日本", "\u200b", "Word", "_x9", "→",
    ];

    readonly Canonicalizer[] _canonicalizers = [.. Enum.GetValues<SimdTier>().Where(SimdTiers.IsSupported).Select(t => new Canonicalizer(t))];

    public byte[] Make(Random random)
    {
        List<byte> bytes = [];
        int pieces = random.Next(80);
        for (int i = 0; i < pieces; i++)
        {
            if (random.Next(3) == 0) bytes.Add((byte)random.Next(256));
            else bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(s_pieces[random.Next(s_pieces.Length)]));
        }
        return [.. bytes];
    }

    public string Run(byte[] input)
    {
        byte[]? wanted = null;
        int[]? wantedOffsets = null;
        Random random = new((int)XxHash32.HashToUInt32(input));
        foreach (Canonicalizer canonicalizer in _canonicalizers)
        {
            foreach (Guard guard in Enum.GetValues<Guard>())
            {
                using GuardedMemory memory = new(input, guard);
                foreach (int step in (int[])[int.MaxValue, 1 + input.Length / 3, 70, 0])
                {
                    byte[] output = new byte[input.Length + 2 * Canonicalizer.OutputSlack];
                    canonicalizer.Reset();
                    int count = 0;
                    for (int at = 0, piece = 0; at < input.Length; piece++)
                    {
                        int take = Math.Min(step == 0 ? random.Next(1, 90) : step, input.Length - at);
                        at += canonicalizer.Append(memory.Span.Slice(at, take), output.AsSpan(count), moreFollows: piece % 2 == 1 && at + take < input.Length, out int written);
                        count += written;
                    }
                    count += canonicalizer.Finish(output.AsSpan(count));
                    wanted ??= output[..count];
                    if (!wanted.AsSpan().SequenceEqual(output.AsSpan(0, count))) throw new InvalidOperationException($"pieces of {step} give other text");
                }
                int[] offsets = WithOffsets(canonicalizer, memory.Span, wanted!);
                wantedOffsets ??= offsets;
                if (!wantedOffsets.AsSpan().SequenceEqual(offsets)) throw new InvalidOperationException("other offsets");
            }
        }
        return "same";
    }

    /// <summary>Each character's place in the source: they rise, and lie within it.</summary>
    static int[] WithOffsets(Canonicalizer canonicalizer, ReadOnlySpan<byte> source, byte[] wanted)
    {
        byte[] output = new byte[source.Length + 2 * Canonicalizer.OutputSlack];
        int[] offsets = new int[output.Length];
        canonicalizer.Reset();
        int count = canonicalizer.Append(source, output, offsets);
        count += canonicalizer.Finish(output.AsSpan(count), offsets.AsSpan(count));
        if (!wanted.AsSpan().SequenceEqual(output.AsSpan(0, count))) throw new InvalidOperationException("with offsets comes other text");
        for (int i = 0; i < count; i++)
        {
            if (offsets[i] < 0 || offsets[i] >= source.Length || (i > 0 && offsets[i] < offsets[i - 1])) throw new InvalidOperationException($"offset {offsets[i]} of character {i}");
        }
        return offsets[..count];
    }
}
