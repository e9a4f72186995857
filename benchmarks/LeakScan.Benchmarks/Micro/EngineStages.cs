using LeakScan.Fingerprints;
using LeakScan.Indexing;
using LeakScan.Primitives;
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
    readonly int[] _survivors = new int[512];
    readonly nint[] _addresses = new nint[512];
    readonly nint[] _otherAddresses = new nint[512];
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

    /// <summary>Asks the filter as a scan does, a batch while the next one's cache lines are on their way; returns how many it lets through.</summary>
    internal long Filter(ReadOnlySpan<ulong> fingerprints)
    {
        MappedIndex layer = _index.Layers[0];
        long passed = 0;
        ReadOnlySpan<ulong> last = default;
        Span<nint> lastAddresses = _addresses, addresses = _otherAddresses;
        while (fingerprints.Length > 0)
        {
            ReadOnlySpan<ulong> batch = fingerprints[..Math.Min(_survivors.Length, fingerprints.Length)];
            layer.FindFilterBlocks(batch, addresses);
            foreach (nint address in addresses[..batch.Length]) PrefetchQueue.Ask(address);
            passed += layer.Filtered(last, lastAddresses, _survivors);
            last = batch;
            Span<nint> free = lastAddresses;
            lastAddresses = addresses;
            addresses = free;
            fingerprints = fingerprints[batch.Length..];
        }
        return passed + layer.Filtered(last, lastAddresses, _survivors);
    }

    /// <summary>Looks all up in the table as a scan does, in batches; returns how many are there.</summary>
    internal long Find(ReadOnlySpan<ulong> fingerprints)
    {
        const int Batch = 32;
        MappedIndex layer = _index.Layers[0];
        long found = 0;
        while (fingerprints.Length > 0)
        {
            ReadOnlySpan<ulong> batch = fingerprints[..Math.Min(Batch, fingerprints.Length)];
            foreach (ulong fingerprint in batch) layer.PrefetchDirectory(fingerprint);
            foreach (ulong fingerprint in batch) layer.PrefetchPostings(fingerprint);
            foreach (ulong fingerprint in batch)
            {
                if (layer.Find(fingerprint, out _) != 0) found++;
            }
            fingerprints = fingerprints[batch.Length..];
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
