using BenchmarkDotNet.Attributes;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Benchmarks.Micro;

/// <summary>Text to canonical text to fingerprints, at every tier, from the cache and from memory.</summary>
[Config(typeof(BenchmarkConfig))]
public class StagesByTier
{
    const int CacheBytes = 16 << 10;

    FingerprintIndex _index = null!;
    EngineStages _stages = null!;
    byte[] _text = null!;
    int _rounds;

    [ParamsSource(nameof(Tiers))]
    public string Tier { get; set; } = "";

    public static IEnumerable<string> Tiers => EngineStages.Tiers;

    [Params("cache", "memory")]
    public string From { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _text = MadeUpText.Make(TextKind.Code, From == "cache" ? CacheBytes : Workload.Bytes);
        _rounds = Workload.Bytes / _text.Length;
        _index = Synthetic.Index(1000);
        _stages = new EngineStages(_index, Tier);
        EngineStages reference = new(_index, "scalar");
        if (_stages.Canonicalize(_text) != reference.Canonicalize(_text)) throw new InvalidOperationException($"{Tier} finds other canonical text than scalar");
        if (_stages.Fingerprint(_text) != reference.Fingerprint(_text)) throw new InvalidOperationException($"{Tier} finds other fingerprints than scalar");
    }

    [Benchmark(Baseline = true)]
    public ulong PlainRead()
    {
        ulong sum = 0;
        for (int i = 0; i < _rounds; i++) sum += Benchmarks.PlainRead.Sum(_text);
        return sum;
    }

    [Benchmark]
    public long Canonicalize()
    {
        long length = 0;
        for (int i = 0; i < _rounds; i++) length += _stages.Canonicalize(_text);
        return length;
    }

    [Benchmark]
    public long CanonicalizeSelectHash()
    {
        long count = 0;
        for (int i = 0; i < _rounds; i++) count += _stages.Fingerprint(_text);
        return count;
    }

    [GlobalCleanup]
    public void Cleanup() => _index.Dispose();
}
