using System.Diagnostics;

namespace LeakScan.Peers.Peers;

sealed class LibraryPeer : Peer, IDisposable
{
    FingerprintIndex? _index;
    Scanner? _scanner;

    internal override string Name => "LeakScan, library, 1 thread";

    internal override string Remark => "records from memory";

    internal override void Prepare(Material material)
    {
        using FingerprintIndexBuilder builder = material.ToBuilder();
        _index = builder.Build();
        _scanner = new Scanner(_index, new ScanOptions { Structure = false });
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
