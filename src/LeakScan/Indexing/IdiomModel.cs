using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LeakScan.Fingerprints;
using LeakScan.Primitives;
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
// What frameworks begin projects with is a model of its own (TemplateLines): an idiom is what three owners have in common, a template is copied
// by everybody though one alone says it. So is what formats ask for: descriptions of projects, builds, settings, drawings, dialogues, of which
// three owners say the same because a tool wrote it or reads it. All are made by benchmarks/LeakScan.Idioms, and the packages they were made of
// are listed beside them.
sealed class IdiomModel
{
    internal const int HeaderBytes = 48;

    static ReadOnlySpan<byte> Magic => "LSIDIOMS"u8;

    readonly FixedBytes _bytes;
    readonly ulong _seed;
    readonly uint _segment;
    readonly ulong _starts;

    /// <exception cref="InvalidDataException">Damaged, or made for other k-grams.</exception>
    internal IdiomModel(byte[] bytes, IdiomParameters parameters) : this(new FixedBytes(bytes), parameters)
    {
    }

    IdiomModel(FixedBytes model, IdiomParameters parameters)
    {
        ReadOnlySpan<byte> bytes = model.Span;
        if (bytes.Length < HeaderBytes || !bytes.StartsWith(Magic)) throw new InvalidDataException("not an idiom model: it does not begin with LSIDIOMS");
        ReadOnlySpan<byte> header = bytes[..HeaderBytes];
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
        _bytes = model;
    }

    /// <summary>The model in the assembly.</summary>
    internal static IdiomModel Shipped => LazyGrams.s_shipped;

    /// <summary>The model of structure in the assembly: shingles, by <see cref="ContainsShingle"/>.</summary>
    internal static IdiomModel ShippedStructure => LazyShingles.s_shipped;

    /// <summary>The model of templates in the assembly: k-grams, by <see cref="Contains(ulong)"/>.</summary>
    internal static IdiomModel Templates => LazyTemplates.s_shipped;

    /// <summary>The model of formats in the assembly: k-grams.</summary>
    internal static IdiomModel Formats => LazyFormats.s_shipped;

    static class LazyGrams
    {
        internal static readonly IdiomModel s_shipped = Read("idioms.bin", IdiomParameters.Grams);
    }

    static class LazyShingles
    {
        internal static readonly IdiomModel s_shipped = Read("structure-idioms.bin", IdiomParameters.Shingles);
    }

    static class LazyTemplates
    {
        internal static readonly IdiomModel s_shipped = Read("templates.bin", IdiomParameters.Grams);
    }

    static class LazyFormats
    {
        internal static readonly IdiomModel s_shipped = Read("formats.bin", IdiomParameters.Grams);
    }

    static IdiomModel Read(string name, IdiomParameters parameters) => new(new FixedBytes(typeof(IdiomModel).Assembly, name), parameters);

    /// <summary>The version of the newest model in the assembly.</summary>
    internal static int ShippedVersion => Math.Max(Shipped.Version, Math.Max(Templates.Version, Formats.Version));

    /// <summary>Rises with every model that is shipped, of whichever kind.</summary>
    internal int Version { get; }

    /// <summary>A k-gram is an idiom if so many owners of public projects have it.</summary>
    internal int Owners { get; }

    /// <summary>K-grams in the model.</summary>
    internal long Grams { get; }

    /// <summary>The unkeyed hash of a k-gram: XXH3 of its 24 bytes.</summary>
    // What XxHash3.HashToUInt64 says, in a fifth of its time: where lengths are not told apart, several k-grams are under way at once.
    // The constants are the first 32 bytes of the default secret, and primes, of the specification.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Hash(ReadOnlySpan<byte> gram)
    {
        gram = gram[..GramParameters.GramLength];
        ulong middle = BinaryPrimitives.ReadUInt64LittleEndian(gram[8..]);
        ulong h = unchecked(GramParameters.GramLength * 0x9E3779B185EBCA87)
            + WideProduct.Fold(BinaryPrimitives.ReadUInt64LittleEndian(gram) ^ 0xBE4BA423396CFEB8, middle ^ 0x1CAD21F72C81017C)
            + WideProduct.Fold(middle ^ 0xDB979083E96DD4DE, BinaryPrimitives.ReadUInt64LittleEndian(gram[16..]) ^ 0x1F67B3B7A4A44072);
        h = (h ^ h >> 37) * 0x165667919E3779F9;
        return h ^ h >> 32;
    }

    /// <summary>Finds which of the k-grams that end at these positions of a tile are idioms.</summary>
    /// <param name="canonical">The text.</param>
    /// <param name="tileStart">Position of the tile in it.</param>
    /// <param name="ends">End positions in the tile.</param>
    /// <param name="idioms">Receives an answer for each.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Find(ReadOnlySpan<byte> canonical, long tileStart, ReadOnlySpan<int> ends, Span<bool> idioms)
    {
        int first = (int)tileStart - (GramParameters.GramLength - 1);
        idioms = idioms[..ends.Length];
        // Nothing here waits for an answer, so that the processor fetches the prints of several k-grams at once.
        for (int i = 0; i < ends.Length; i++) idioms[i] = Contains(canonical, first + ends[i]);
        for (int i = 0; i < ends.Length; i++)
        {
            if (idioms[i]) idioms[i] = IsInRun(canonical, first + ends[i]);
        }
    }

    /// <summary>Whether a k-gram of a text is an idiom.</summary>
    internal bool IsIdiom(ReadOnlySpan<byte> canonical, int start) => Contains(canonical, start) && IsInRun(canonical, start);

    /// <summary>Whether a k-gram of the model belongs to a run of three.</summary>
    bool IsInRun(ReadOnlySpan<byte> canonical, int start)
    {
        int last = canonical.Length - GramParameters.GramLength;
        // Nor here.
        bool before2 = start >= 2 && Contains(canonical, start - 2);
        bool before = start >= 1 && Contains(canonical, start - 1);
        bool after = start + 1 <= last && Contains(canonical, start + 1);
        bool after2 = start + 2 <= last && Contains(canonical, start + 2);
        return (before2 & before) | (before & after) | (after & after2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool Contains(ReadOnlySpan<byte> canonical, int start) => Contains(Hash(canonical.Slice(start, GramParameters.GramLength)));

    /// <summary>Whether a shingle of this rolling hash is in the model.</summary>
    internal bool ContainsShingle(ulong rollingHash) => Contains(Mix(rollingHash, 0));

    /// <summary>Moves the shingles that are not in the model to the front, but those of hash 0, which are none.</summary>
    /// <returns>Their number.</returns>
    // Which they are is anybody's guess: no branches, and where their prints are is computed for many before the first is looked at, so that
    // the processor fetches them at once.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int KeepOtherShingles(Span<ulong> rollingHashes)
    {
        const int AtOnce = 64;
        Span<ulong> mixed = stackalloc ulong[AtOnce], starts = stackalloc ulong[AtOnce];
        ReadOnlySpan<byte> prints = _bytes.Span[HeaderBytes..];
        uint segment = _segment;
        int count = 0;
        for (int from = 0; from < rollingHashes.Length; from += AtOnce)
        {
            ReadOnlySpan<ulong> hashes = rollingHashes[from..Math.Min(rollingHashes.Length, from + AtOnce)];
            hashes.CopyTo(mixed);
            int done = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                for (; done < hashes.Length; done += Vector512<ulong>.Count)
                {
                    Vector512<ulong> hash = Mix(Mix(Vector512.Create(mixed[done..]), 0), _seed);
                    hash.CopyTo(mixed[done..]);
                    // The high half of a product with what has 32 bits at most.
                    ((hash >>> 32) * _starts + ((hash & Vector512.Create(0xFFFFFFFFUL)) * _starts >>> 32) >>> 32).CopyTo(starts[done..]);
                }
            }
            for (; done < hashes.Length; done++)
            {
                mixed[done] = Mix(Mix(mixed[done], 0), _seed);
                starts[done] = WideProduct.High(mixed[done], _starts);
            }
            for (int i = 0; i < hashes.Length; i++)
            {
                (uint first, uint second, uint third) = PlacesFrom((uint)starts[i], mixed[i], segment);
                rollingHashes[count] = hashes[i];
                count += hashes[i] != 0 & (prints[(int)first] ^ prints[(int)second] ^ prints[(int)third]) != Print(mixed[i]) ? 1 : 0;
            }
        }
        return count;
    }

    /// <summary>Whether a k-gram of this hash is in the model; wrongly yes once in 256, never wrongly no.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Contains(ulong hash)
    {
        ulong mixed = Mix(hash, _seed);
        (uint first, uint second, uint third) = Places(mixed, _starts, _segment);
        ReadOnlySpan<byte> prints = _bytes.Span[HeaderBytes..];
        return (prints[(int)first] ^ prints[(int)second] ^ prints[(int)third]) == Print(mixed);
    }

    /// <summary>The three places of a mixed hash; <paramref name="starts"/> is the number of places but the last two segments.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (uint First, uint Second, uint Third) Places(ulong mixed, ulong starts, uint segment) => PlacesFrom((uint)WideProduct.High(mixed, starts), mixed, segment);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (uint First, uint Second, uint Third) PlacesFrom(uint first, ulong mixed, uint segment) =>
        (first, (first + segment) ^ (uint)(mixed >> 18) & (segment - 1), (first + 2 * segment) ^ (uint)mixed & (segment - 1));

    internal static byte Print(ulong mixed) => (byte)(mixed ^ mixed >> 32);

    /// <summary>The finaliser of MurmurHash3: seeds give independent places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Mix(ulong hash, ulong seed)
    {
        ulong h = hash + seed;
        h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
        h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
        return h ^ h >> 33;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> Mix(Vector512<ulong> hash, ulong seed)
    {
        Vector512<ulong> h = hash + Vector512.Create(seed);
        h = (h ^ h >>> 33) * 0xff51afd7ed558ccd;
        h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53;
        return h ^ h >>> 33;
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
