using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;
using LeakScan.Fingerprints;
using LeakScan.Text;
using LeakScan.Tokens;

namespace LeakScan.Indexing;

/// <summary>What everybody writes: the k-grams that many public projects have in common. Immutable, shared by all threads.</summary>
// The index key decides which k-grams are selected, so the model must know every k-gram of an idiom, and know it without a key.
// It is a static filter over unkeyed 64-bit hashes (Graf and Lemire, "Binary fuse filters", 2022): an array of bytes in which
// each k-gram has three places, one in each of three consecutive segments, so laid out that the bytes of a k-gram in the model
// add up (exclusive or) to a print of its hash. For any other k-gram they do so by chance, once in 256.
//
//   h          = mix(xxh3(k-gram) + seed)
//   places(h)  = p, (p + s) ^ bits 18.. of h, (p + 2 s) ^ low bits of h      p = high half of h * (places - 2 s), s the segment
//   print(h)   = low byte of h ^ h >> 32
//
// Chance alone must not take a k-gram out of an index, or runs that are just long enough to be hit would not be. But an idiom
// is longer than a k-gram: where there is one, several consecutive k-grams are in the model. So a k-gram counts as an idiom if
// it is one of three in a row that are, which chance brings about once in 5.6 million times.
//
// It is made by benchmarks/LeakScan.Idioms, which also keeps the list of the packages it was made of.
sealed class IdiomModel
{
    internal const int HeaderBytes = 48;

    /// <summary>Consecutive k-grams of the model that make an idiom: at least k + 2 characters.</summary>
    const int RunGrams = 3;

    static ReadOnlySpan<byte> Magic => "LSIDIOMS"u8;

    readonly byte[] _bytes;
    readonly ulong _seed;
    readonly uint _segment;
    readonly ulong _starts;

    /// <exception cref="InvalidDataException">Damaged, or made for other k-grams.</exception>
    internal IdiomModel(byte[] bytes, IdiomParameters parameters)
    {
        if (bytes.Length < HeaderBytes || !bytes.AsSpan().StartsWith(Magic)) throw new InvalidDataException("not an idiom model: it does not begin with LSIDIOMS");
        Span<byte> header = bytes.AsSpan(0, HeaderBytes);
        IdiomParameters made = new(BinaryPrimitives.ReadInt32LittleEndian(header[12..]), BinaryPrimitives.ReadInt32LittleEndian(header[16..]));
        if (made != parameters) throw new InvalidDataException($"idiom model made for {made}; this version has {parameters}");
        Version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        Owners = BinaryPrimitives.ReadInt32LittleEndian(header[20..]);
        Grams = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        _seed = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        _segment = BinaryPrimitives.ReadUInt32LittleEndian(header[40..]);
        int places = bytes.Length - HeaderBytes;
        if (!BitOperations.IsPow2(_segment) || _segment > 1 << 18 || places < 3 * _segment || places % _segment != 0)
            throw new InvalidDataException($"idiom model of {bytes.Length} bytes, which segments of {_segment} contradict");
        _starts = (ulong)places - 2 * _segment;
        _bytes = bytes;
    }

    /// <summary>The model in the assembly.</summary>
    internal static IdiomModel Shipped => LazyGrams.s_shipped;

    /// <summary>The model of structure in the assembly: shingles, by <see cref="ContainsShingle"/>.</summary>
    internal static IdiomModel ShippedStructure => LazyShingles.s_shipped;

    static class LazyGrams
    {
        internal static readonly IdiomModel s_shipped = Read("idioms.bin", IdiomParameters.Grams);
    }

    static class LazyShingles
    {
        internal static readonly IdiomModel s_shipped = Read("structure-idioms.bin", IdiomParameters.Shingles);
    }

    static IdiomModel Read(string name, IdiomParameters parameters)
    {
        using Stream stream = typeof(IdiomModel).Assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new IdiomModel(bytes, parameters);
    }

    /// <summary>Rises with every model that is shipped.</summary>
    internal int Version { get; }

    /// <summary>A k-gram is an idiom if so many owners of public projects have it.</summary>
    internal int Owners { get; }

    /// <summary>K-grams in the model.</summary>
    internal long Grams { get; }

    internal static ulong Hash(ReadOnlySpan<byte> gram) => XxHash3.HashToUInt64(gram);

    /// <summary>Finds which of the k-grams that end at these positions of a tile are in the model: first question of several at once.</summary>
    /// <param name="canonical">The text.</param>
    /// <param name="tileStart">Position of the tile in it.</param>
    /// <param name="ends">End positions in the tile.</param>
    /// <param name="contained">Receives an answer for each.</param>
    // Nothing here waits for an answer, so that the processor fetches the prints of several k-grams at once.
    internal void Contains(ReadOnlySpan<byte> canonical, long tileStart, ReadOnlySpan<int> ends, Span<bool> contained)
    {
        contained = contained[..ends.Length];
        for (int i = 0; i < ends.Length; i++) contained[i] = Contains(canonical, (int)tileStart + ends[i] - (GramParameters.GramLength - 1));
    }

    /// <summary>Whether a k-gram of a text belongs to a run of <see cref="RunGrams"/> of the model.</summary>
    internal bool IsIdiom(ReadOnlySpan<byte> canonical, int start)
    {
        if (!Contains(canonical, start)) return false;
        int run = 1;
        for (int i = start - 1; run < RunGrams && i >= 0 && Contains(canonical, i); i--) run++;
        for (int i = start + 1; run < RunGrams && i + GramParameters.GramLength <= canonical.Length && Contains(canonical, i); i++) run++;
        return run == RunGrams;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool Contains(ReadOnlySpan<byte> canonical, int start) => Contains(Hash(canonical.Slice(start, GramParameters.GramLength)));

    /// <summary>Whether a shingle of this rolling hash is in the model.</summary>
    internal bool ContainsShingle(ulong rollingHash) => Contains(Mix(rollingHash, 0));

    /// <summary>Whether a k-gram of this hash is in the model; wrongly yes once in 256, never wrongly no.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Contains(ulong hash)
    {
        ulong mixed = Mix(hash, _seed);
        (uint first, uint second, uint third) = Places(mixed, _starts, _segment);
        ReadOnlySpan<byte> prints = _bytes.AsSpan(HeaderBytes);
        return (prints[(int)first] ^ prints[(int)second] ^ prints[(int)third]) == Print(mixed);
    }

    /// <summary>The three places of a mixed hash; <paramref name="starts"/> is the number of places but the last two segments.</summary>
    internal static (uint First, uint Second, uint Third) Places(ulong mixed, ulong starts, uint segment)
    {
        uint first = (uint)Math.BigMul(mixed, starts, out _);
        return (first, (first + segment) ^ (uint)(mixed >> 18) & (segment - 1), (first + 2 * segment) ^ (uint)mixed & (segment - 1));
    }

    internal static byte Print(ulong mixed) => (byte)(mixed ^ mixed >> 32);

    /// <summary>The finaliser of MurmurHash3: seeds give independent places.</summary>
    internal static ulong Mix(ulong hash, ulong seed)
    {
        ulong h = hash + seed;
        h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
        h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
        return h ^ h >> 33;
    }

    /// <summary>The header of a model file.</summary>
    internal static void WriteHeader(Span<byte> header, IdiomParameters parameters, int version, int owners, long grams, ulong seed, uint segment)
    {
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], parameters.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], parameters.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], owners);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], grams);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], seed);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], segment);
    }
}

/// <summary>What the keys of an idiom model are.</summary>
/// <param name="Version">Of the form of text they are taken of.</param>
/// <param name="Length">In characters or tokens.</param>
readonly record struct IdiomParameters(int Version, int Length)
{
    /// <summary>K-grams of canonical text.</summary>
    internal static IdiomParameters Grams => new(CanonicalText.Version, GramParameters.GramLength);

    /// <summary>Shingles of tokens by their structure.</summary>
    internal static IdiomParameters Shingles => new(TokenParameters.Version, TokenParameters.ShingleLength);
}
