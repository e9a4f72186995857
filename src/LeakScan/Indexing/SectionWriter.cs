using System.IO.Hashing;

namespace LeakScan.Indexing;

/// <summary>The section being written: where it began, how long it is, its checksum so far.</summary>
sealed class SectionWriter(IndexOutput output, long offset)
{
    readonly XxHash128 _hash = new();
    readonly byte[] _gathered = new byte[64 * 1024];
    int _count;
    long _length;

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _gathered.Length - _count) Flush();
        if (bytes.Length > _gathered.Length)
        {
            Write(bytes);
            return;
        }
        bytes.CopyTo(_gathered.AsSpan(_count));
        _count += bytes.Length;
    }

    internal IndexHeader.Section Complete()
    {
        Flush();
        return new(offset, _length, _hash.GetCurrentHashAsUInt128());
    }

    void Flush()
    {
        Write(_gathered.AsSpan(0, _count));
        _count = 0;
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        output.Write(offset + _length, bytes);
        _hash.Append(bytes);
        _length += bytes.Length;
    }
}
