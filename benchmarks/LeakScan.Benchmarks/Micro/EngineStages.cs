using LeakScan.Fingerprints;
using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Text;

namespace LeakScan.Benchmarks.Micro;

/// <summary>The stages of the engine one by one, at a tier. All that the benchmarks know of the library's inside is in here.</summary>
// A tier is chosen within the process, so on a machine with AVX-512 the runtime may still encode the lower ones with its forms;
// scan-table starts a process a tier.
sealed class EngineStages
{
    /// <summary>Bytes that are canonicalised in one go: as many as stay in the first-level cache with their result.</summary>
    const int PieceBytes = 8 << 10;

    readonly Canonicalizer _canonicalizer;
    readonly Fingerprinter _fingerprinter;
    readonly FingerprintIndex _index;
    readonly byte[] _canonical = new byte[PieceBytes + Canonicalizer.OutputSlack];
    long _count;

    internal EngineStages(FingerprintIndex index, string tier)
    {
        SimdTier chosen = SimdTiers.Choose(tier);
        _index = index;
        _canonicalizer = new Canonicalizer(chosen);
        _fingerprinter = new Fingerprinter(index.Keys, chosen);
    }

    /// <summary>Names of the tiers that this machine has.</summary>
    internal static IEnumerable<string> Tiers => Enum.GetValues<SimdTier>().Where(SimdTiers.IsSupported).Select(SimdTiers.NameOf);

    /// <summary>Returns the number of canonical characters.</summary>
    internal long Canonicalize(ReadOnlySpan<byte> text)
    {
        _canonicalizer.Reset();
        long length = 0;
        for (; text.Length > PieceBytes; text = text[PieceBytes..]) length += _canonicalizer.Append(text[..PieceBytes], _canonical);
        length += _canonicalizer.Append(text, _canonical);
        return length + _canonicalizer.Finish(_canonical);
    }

    /// <summary>Canonicalises, selects with the coarse window and hashes; returns the number of fingerprints.</summary>
    internal long Fingerprint(ReadOnlySpan<byte> text)
    {
        _count = 0;
        Counting sink = new(this);
        _fingerprinter.Run(text, GramParameters.CoarseWindow, ref sink);
        return _count;
    }

    /// <summary>Returns how many the filter lets through.</summary>
    internal long Filter(ReadOnlySpan<ulong> fingerprints)
    {
        const int Batch = 512;
        MappedIndex layer = _index.Layers[0];
        long passed = 0;
        for (; fingerprints.Length > 0; fingerprints = fingerprints[Math.Min(Batch, fingerprints.Length)..])
        {
            ReadOnlySpan<ulong> batch = fingerprints[..Math.Min(Batch, fingerprints.Length)];
            layer.Prefetch(batch);
            foreach (ulong fingerprint in batch)
            {
                if (layer.MayContain(fingerprint)) passed++;
            }
        }
        return passed;
    }

    /// <summary>Looks all up in the table; returns how many are there.</summary>
    internal long Find(ReadOnlySpan<ulong> fingerprints)
    {
        MappedIndex layer = _index.Layers[0];
        long found = 0;
        foreach (ulong fingerprint in fingerprints)
        {
            if (layer.Find(fingerprint, out _) != 0) found++;
        }
        return found;
    }

    readonly struct Counting(EngineStages stages) : IFingerprintSink
    {
        public bool Take(ReadOnlySpan<ulong> fingerprints, ReadOnlySpan<int> ends, long tileStart)
        {
            stages._count += fingerprints.Length;
            return true;
        }
    }
}
