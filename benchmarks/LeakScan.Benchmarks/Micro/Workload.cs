using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks.Micro;

/// <summary>How much every benchmark has to do; a smoke run makes it little.</summary>
static class Workload
{
    /// <summary>Bytes an operation handles; by default more than the caches hold.</summary>
    internal static int Bytes { get; set; } = 64 << 20;

    /// <summary>Fingerprints in an index of "1 million".</summary>
    internal static long Million { get; set; } = 1_000_000;

    internal static FingerprintIndex Index(int millions) => Synthetic.Index(millions * Million);

    internal static Records Records(TextKind kind, int recordBytes, HitRate hits, int millions) => new(MadeUpText.Make(kind, Bytes), recordBytes, hits, millions * Million);
}
