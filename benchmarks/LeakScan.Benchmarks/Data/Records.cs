namespace LeakScan.Benchmarks.Data;

/// <summary>Text in memory, cut into records of one length, some of which hold a passage of a <see cref="Synthetic"/> index.</summary>
sealed class Records
{
    const int PassageBytes = 400;

    /// <summary>Shorter records hold too little of a passage for the answer to be known beforehand.</summary>
    const int ShortestSureBytes = 1024;

    readonly byte[] _memory;
    readonly int _recordBytes;

    internal Records(byte[] memory, int recordBytes, HitRate hits, long fingerprints)
    {
        (_memory, _recordBytes) = (memory, Math.Min(recordBytes, memory.Length));
        Count = _memory.Length / _recordBytes;
        byte[] document = Synthetic.Document(0, fingerprints);
        Random random = new(17);
        for (int i = 0; i < Count; i++)
        {
            if (hits == HitRate.None || (hits == HitRate.Rare && i % 100 != 99)) continue;
            int length = Math.Min(PassageBytes, _recordBytes / 2);
            // White space around it: what stands beside a passage must not become part of its words, or of an escape.
            Span<byte> place = _memory.AsSpan(i * _recordBytes + random.Next(_recordBytes - length + 1), length);
            document.AsSpan(random.Next(document.Length - length + 1), length).CopyTo(place);
            place[0] = place[^1] = (byte)'\n';
            Leaking++;
        }
    }

    internal int Count { get; }

    /// <summary>Bytes of all records.</summary>
    internal int Bytes => Count * _recordBytes;

    /// <summary>Records that hold a passage.</summary>
    internal int Leaking { get; }

    internal ReadOnlySpan<byte> Memory => _memory.AsSpan(0, Bytes);

    /// <summary>Records are long enough for <see cref="Leaking"/> to be what a scan must find.</summary>
    internal bool AreSure => _recordBytes >= ShortestSureBytes;

    /// <summary>Scans one worker's share; returns how many records matched.</summary>
    internal int Scan(Scanner scanner, List<Match> matches, int worker, int workers)
    {
        int found = 0;
        int end = (int)((long)Count * (worker + 1) / workers);
        for (int i = (int)((long)Count * worker / workers); i < end; i++)
        {
            if (scanner.Scan(_memory.AsSpan(i * _recordBytes, _recordBytes), matches).Matches > 0) found++;
        }
        return found;
    }

    internal ulong Read(int worker, int workers)
    {
        int start = (int)((long)Bytes * worker / workers);
        return PlainRead.Sum(_memory.AsSpan(start, (int)((long)Bytes * (worker + 1) / workers) - start));
    }

    /// <summary>Fails on an answer that is not the known one: a rate is worth nothing without it.</summary>
    internal void Check(int found)
    {
        if (AreSure ? found != Leaking : found > Leaking) throw new InvalidOperationException($"{found} of {Count} records of {_recordBytes} bytes matched, not {Leaking}");
    }
}
