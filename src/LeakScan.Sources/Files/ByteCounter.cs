namespace LeakScan.Sources.Files;

/// <summary>Bytes read so far; one thread adds, any may look.</summary>
sealed class ByteCounter
{
    long _value;

    internal long Value => Volatile.Read(ref _value);

    internal void Add(int bytes) => Volatile.Write(ref _value, _value + bytes);
}
