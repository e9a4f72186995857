using System.Text;
using LeakScan.Sources;

namespace LeakScan.Benchmarks.Data;

/// <summary>Indexes of any size over made-up documents of random letters, the same on every run.</summary>
static class Synthetic
{
    internal const string KeyText = "benchmark key, 32 bytes long ...";

    internal static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes(KeyText));

    /// <summary>Fingerprints a byte of random letters: nearly all differ, and one k-gram in (w + 1) / 2 = 9 is selected, ties included.</summary>
    const double Density = 0.1145;

    const int MaxDocumentBytes = 1 << 20;

    internal static FingerprintIndex Index(long fingerprints)
    {
        using FingerprintIndexBuilder builder = Builder(fingerprints, [], []);
        return builder.Build();
    }

    /// <summary>Writes an index of about so many fingerprints: those of real files, and made-up ones for the rest.</summary>
    internal static IndexInfo Write(string path, long fingerprints, IReadOnlyList<string>? protect = null, IReadOnlyList<string>? publics = null)
    {
        using FingerprintIndexBuilder builder = Builder(fingerprints, protect ?? [], publics ?? []);
        return builder.Write(path);
    }

    /// <summary>A document of the index of so many fingerprints.</summary>
    internal static byte[] Document(int number, long fingerprints) => Letters(Documents(fingerprints).Bytes, number + 1);

    static (int Count, int Bytes) Documents(long fingerprints)
    {
        long bytes = Math.Max(1, (long)(fingerprints / Density));
        int count = (int)((bytes + MaxDocumentBytes - 1) / MaxDocumentBytes);
        return (count, (int)(bytes / count));
    }

    static byte[] Letters(int length, int seed)
    {
        byte[] text = new byte[length];
        new Random(seed).NextBytes(text);
        foreach (ref byte letter in text.AsSpan()) letter = (byte)('a' + letter % 26);
        return text;
    }

    static FingerprintIndexBuilder Builder(long fingerprints, IReadOnlyList<string> protect, IReadOnlyList<string> publics)
    {
        FingerprintIndexBuilder builder = new(s_key, new IndexBuildOptions { MemoryBudgetBytes = 4L << 30 });
        long real = 0;
        foreach (string source in protect)
        {
            foreach (SourceDocument document in new SourceReader().Read(SourceSpec.Parse(source, "proprietary-code")))
            {
                builder.AddDocument(document.Path, document.Label, document.Text.Span, document.FirstLine);
                real += document.Text.Length;
            }
        }
        foreach (string source in publics)
        {
            foreach (SourceDocument document in new SourceReader().Read(SourceSpec.Parse(source, "public"))) builder.AddPublic(document.Text.Span);
        }
        const double RealDensity = 0.08;
        long synthetic = Math.Max(0, fingerprints - (long)(real * RealDensity));
        if (synthetic > 0) Parallel.For(0, Documents(synthetic).Count, number => builder.AddDocument($"synthetic/{number}", "synthetic", Document(number, synthetic)));
        return builder;
    }
}
