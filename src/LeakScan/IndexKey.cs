using System.Security.Cryptography;
using LeakScan.Primitives;

namespace LeakScan;

/// <summary>The 32-byte secret that makes an index useless to whoever lacks it.</summary>
/// <remarks>
/// Every hash in an index depends on the key, and so does the choice of what is hashed: without the key nobody can test
/// guesses against an index, or write text that dodges selection. The index itself holds only <see cref="Id"/>, from which
/// the key cannot be derived. Immutable and thread-safe.
/// </remarks>
/// <example><code>
/// IndexKey key = IndexKey.LoadOrCreate("team.key");
/// using FingerprintIndex index = FingerprintIndex.Open("corp.lsi", key);
/// </code></example>
public sealed class IndexKey
{
    /// <summary>The length of a key in bytes.</summary>
    public const int LengthBytes = 32;

    readonly byte[] _bytes;

    IndexKey(byte[] bytes)
    {
        _bytes = bytes;
        Id = Convert.ToHexStringLower(Derive("leakscan key id").AsSpan(0, 16));
    }

    /// <summary>32 hexadecimal digits that name the key without revealing it; stored in every index made with it.</summary>
    public string Id { get; }

    /// <summary>Makes a new random key.</summary>
    /// <returns>The key; in no file yet.</returns>
    public static IndexKey Generate() => new(RandomNumberGenerator.GetBytes(LengthBytes));

    /// <summary>Makes a key from 32 bytes that the caller keeps secret.</summary>
    /// <param name="bytes">Exactly <see cref="LengthBytes"/> bytes; copied.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static IndexKey FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == LengthBytes
        ? new(bytes.ToArray())
        : throw new ArgumentException($"A key has {LengthBytes} bytes, this one has {bytes.Length}.", nameof(bytes));

    /// <summary>Reads a key file.</summary>
    /// <param name="path">The file: the key's bytes and nothing else.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="IndexException">The file does not hold exactly <see cref="LengthBytes"/> bytes.</exception>
    /// <exception cref="IOException">The file is not there, is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this user.</exception>
    public static IndexKey Load(string path)
    {
        if (Directory.Exists(path)) throw new IOException($"{path}: is a folder; a key is a file of {LengthBytes} bytes");
        long length = new FileInfo(path).Length;
        return length == LengthBytes
            ? new(File.ReadAllBytes(path))
            : throw new IndexException($"{path}: a key file has {LengthBytes} bytes, this one has {length}");
    }

    /// <summary>Reads a key file, or makes one that only its owner can read if there is none.</summary>
    /// <remarks>Two processes that both find no file end up with the same key: the file is created exclusively. On Windows whoever may read its folder can read it.</remarks>
    /// <param name="path">The file; folders that are missing are made.</param>
    /// <returns>The key in the file.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="IndexException">The file does not hold exactly <see cref="LengthBytes"/> bytes.</exception>
    /// <exception cref="IOException">The file is a folder, or can be neither read nor made.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor by this user.</exception>
    public static IndexKey LoadOrCreate(string path)
    {
        if (File.Exists(path) || Directory.Exists(path)) return Load(path);
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is not null) Directory.CreateDirectory(folder);
        string temporary = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (FileStream file = new(temporary, options))
            {
                file.Write(RandomNumberGenerator.GetBytes(LengthBytes));
                file.Flush(flushToDisk: true);
            }
            try
            {
                ExclusiveMove.Move(temporary, path);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process was first; its key is the key.
            }
        }
        finally
        {
            File.Delete(temporary);
        }
        return Load(path);
    }

    /// <summary>A keyed 128-bit name for a text: equal for equal bytes, meaningless without the key.</summary>
    /// <param name="text">Any bytes; they are not canonicalised.</param>
    /// <returns>The first half of an HMAC-SHA256 of them.</returns>
    public UInt128 ContentId(ReadOnlySpan<byte> text)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_contentKey ??= Derive("leakscan content"), text, mac);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(mac);
    }

    byte[]? _contentKey;

    // One independent subkey a purpose (a single HKDF-expand step: HMAC of the purpose under the key).
    internal byte[] Derive(string purpose)
    {
        byte[] key = new byte[KeyedHash.SizeBytes];
        KeyedHash.Compute(_bytes, System.Text.Encoding.ASCII.GetBytes(purpose), key);
        return key;
    }
}
