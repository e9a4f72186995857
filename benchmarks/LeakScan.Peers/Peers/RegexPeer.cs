using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace LeakScan.Peers.Peers;

sealed class RegexPeer : Peer
{
    Regex? _lines;

    internal override string Name => ".NET Regex, 1 thread";

    internal override string Remark => "the same literals as one alternation, compiled before; stops at the first; includes decoding to UTF-16";

    internal override bool IsSlow => true;

    internal override void Prepare(Material material) => _lines = new Regex(string.Join('|', material.Lines.Select(Regex.Escape)), RegexOptions.Compiled | RegexOptions.CultureInvariant);

    internal override double Run(Material material, ISet<int> suspects)
    {
        char[] text = [];
        long start = Stopwatch.GetTimestamp();
        foreach (int i in material.Numbers(all: false))
        {
            ReadOnlySpan<byte> record = material.Record(i);
            if (text.Length < record.Length) text = new char[record.Length];
            if (_lines!.IsMatch(text.AsSpan(0, Encoding.UTF8.GetChars(record, text)))) suspects.Add(i);
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
