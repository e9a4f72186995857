namespace LeakScan.Indexing;

/// <summary>Where a store keeps a document's codes and, behind them, their line table.</summary>
/// <param name="Bytes">Both; null if they are in the store's file.</param>
/// <param name="Offset">Place in the file.</param>
/// <param name="Tokens">Number of codes.</param>
/// <param name="LineBytes">Length of the line table.</param>
readonly record struct StoredTokens(byte[]? Bytes, long Offset, int Tokens, int LineBytes);

/// <summary>Keeps documents' tokens while an index is built, in memory up to a budget and then on disk. Thread-safe.</summary>
sealed class TokenStore(long budgetBytes, Func<string> spillFolder) : IDisposable
{
    readonly Lock _lock = new();
    long _held;
    long _spilled;
    FileStream? _spill;

    internal StoredTokens Add(ReadOnlySpan<byte> codes, ReadOnlySpan<byte> lines)
    {
        byte[] bytes = [.. codes, .. lines];
        long offset;
        lock (_lock)
        {
            if (_held + bytes.Length <= budgetBytes)
            {
                _held += bytes.Length;
                return new(bytes, 0, codes.Length, lines.Length);
            }
            _spill ??= SpillFile.Create(spillFolder());
            offset = _spilled;
            _spilled += bytes.Length;
        }
        RandomAccess.Write(_spill.SafeFileHandle, bytes, offset);
        return new(null, offset, codes.Length, lines.Length);
    }

    /// <summary>Codes and line table of a document.</summary>
    internal byte[] Read(StoredTokens stored)
    {
        if (stored.Bytes is not null) return stored.Bytes;
        byte[] bytes = new byte[stored.Tokens + stored.LineBytes];
        for (int read = 0; read < bytes.Length;)
        {
            int count = RandomAccess.Read(_spill!.SafeFileHandle, bytes.AsSpan(read), stored.Offset + read);
            if (count == 0) throw new IOException($"{_spill.Name}: cut short at offset {stored.Offset + read}");
            read += count;
        }
        return bytes;
    }

    public void Dispose() => _spill?.Dispose();
}
