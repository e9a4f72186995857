using System.Buffers;
using System.Diagnostics;
using System.Text;

namespace LeakScan.Peers.Peers;

sealed class SearchValuesPeer : Peer
{
    SearchValues<string> _lines = SearchValues.Create([], StringComparison.Ordinal);

    internal override string Name => ".NET SearchValues<string>, 1 thread";

    internal override string Remark => "the same literals; stops at the first; includes decoding to UTF-16, which it needs";

    internal override void Prepare(Material material) => _lines = SearchValues.Create(material.Lines, StringComparison.Ordinal);

    internal override double Run(Material material, ISet<int> suspects)
    {
        char[] text = [];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < material.Truth.Count; i++)
        {
            ReadOnlySpan<byte> record = material.Record(i);
            if (text.Length < record.Length) text = new char[record.Length];
            if (text.AsSpan(0, Encoding.UTF8.GetChars(record, text)).ContainsAny(_lines)) suspects.Add(i);
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
