using System.IO.Hashing;

namespace LeakScan.Indexing;

/// <summary>The section being written: where it began, how long it is, its checksum so far.</summary>
sealed class SectionWriter(IndexOutput output, long offset)
{
    readonly XxHash128 _hash = new();
    long _length;

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        output.Write(offset + _length, bytes);
        _hash.Append(bytes);
        _length += bytes.Length;
    }

    internal IndexHeader.Section Complete() => new(offset, _length, _hash.GetCurrentHashAsUInt128());
}
