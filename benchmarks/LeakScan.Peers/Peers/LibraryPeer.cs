using System.Diagnostics;

namespace LeakScan.Peers.Peers;

sealed class LibraryPeer(ScanDepth depth = ScanDepth.Auto) : Peer, IDisposable
{
    FingerprintIndex? _index;
    Scanner? _scanner;

    internal override string Name => depth == ScanDepth.Coarse ? "LeakScan, library, coarse, 1 thread" : "LeakScan, library, 1 thread";

    internal override string Remark => depth == ScanDepth.Coarse ? "the same with winnowing's guarantee of 64 characters" : "records from memory; as it is by default, runs of 40 characters in records of this length";

    internal override void Prepare(Material material)
    {
        using FingerprintIndexBuilder builder = material.ToBuilder();
        _index = builder.Build();
        _scanner = new Scanner(_index, new ScanOptions { Depth = depth, Structure = false });
    }

    internal override double Run(Material material, ISet<int> suspects)
    {
        List<Match> matches = [];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < material.Truth.Count; i++)
        {
            if (_scanner!.Scan(material.Record(i), matches).Verdict != Verdict.Allow) suspects.Add(i);
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose() => _index?.Dispose();
}
