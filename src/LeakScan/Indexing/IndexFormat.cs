using System.Buffers.Binary;
using System.Security.Cryptography;
using LeakScan.Fingerprints;
using LeakScan.Primitives;
using LeakScan.Sketches;
using LeakScan.Text;
using LeakScan.Tokens;

namespace LeakScan.Indexing;

/// <summary>The sections of an index file, in file order.</summary>
enum IndexSection
{
    Filter,
    Directory,
    Postings,
    Documents,
    Lines,
    Strings,
    Removals,
    ShingleTable,
    Tokens,
    TokenLines,
    Sketches,
    Names,
}

/// <summary>The fixed head of an index file; docs/index-format.md is the contract.</summary>
sealed class IndexHeader
{
    internal const int SizeBytes = 1024;
    internal const int Version = 4;
    internal const int SectionTable = 192;
    const int CountTable = 128;
    internal const int SectionEntryBytes = 32;
    const int MacBytes = 32;
    const int MacOffset = SizeBytes - MacBytes;
    const long MaxCount = 1L << 48;

    internal static readonly int s_sections = Enum.GetValues<IndexSection>().Length;

    static ReadOnlySpan<byte> Magic => "LEAKSCAN"u8;

    internal readonly record struct Section(long Offset, long Length, UInt128 Checksum);

    /// <summary>Names this file; a delta names its base by it.</summary>
    internal UInt128 Id { get; set; }

    /// <summary>For a delta, the id of the base; else zero.</summary>
    internal UInt128 BaseId { get; set; }

    internal string KeyId { get; set; } = "";
    internal long Documents { get; set; }
    internal long Fingerprints { get; set; }
    internal long Postings { get; set; }
    internal long PublicFingerprints { get; set; }
    internal long SourceBytes { get; set; }
    internal int DirectoryBits { get; set; }

    /// <summary>Tokens of all documents.</summary>
    internal long Tokens { get; set; }

    /// <summary>Sketches of all documents.</summary>
    internal long Sketches { get; set; }

    /// <summary>What the encryption of this file's tokens begins with: a hash of its documents and of public text, so that others' differ.</summary>
    internal ulong TokenNonce { get; set; }

    /// <summary>Bytes of a posting, <see cref="Posting.MinSizeBytes"/> to <see cref="Posting.MaxSizeBytes"/>.</summary>
    internal int PostingBytes { get; init; }

    internal PathStorage PathStorage { get; set; }

    /// <summary><see cref="IdiomModel.Version"/> of the idioms that were left out; 0 for none.</summary>
    internal int IdiomModelVersion { get; set; }
    internal Section[] Sections { get; } = new Section[s_sections];

    internal void Write(Span<byte> header, IndexKey key)
    {
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], CanonicalText.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], GramParameters.GramLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], GramParameters.FineWindow);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], GramParameters.CoarseWindow);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], DirectoryBits);
        Convert.FromHexString(KeyId).CopyTo(header[32..]);
        BinaryPrimitives.WriteUInt128LittleEndian(header[48..], Id);
        BinaryPrimitives.WriteUInt128LittleEndian(header[64..], BaseId);
        BinaryPrimitives.WriteInt64LittleEndian(header[80..], Documents);
        BinaryPrimitives.WriteInt64LittleEndian(header[88..], Fingerprints);
        BinaryPrimitives.WriteInt64LittleEndian(header[96..], Postings);
        BinaryPrimitives.WriteInt64LittleEndian(header[104..], PublicFingerprints);
        BinaryPrimitives.WriteInt64LittleEndian(header[112..], SourceBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header[120..], (int)PathStorage);
        BinaryPrimitives.WriteInt32LittleEndian(header[124..], IdiomModelVersion);
        BinaryPrimitives.WriteInt64LittleEndian(header[CountTable..], Tokens);
        BinaryPrimitives.WriteInt64LittleEndian(header[(CountTable + 8)..], Sketches);
        BinaryPrimitives.WriteUInt64LittleEndian(header[(CountTable + 16)..], TokenNonce);
        BinaryPrimitives.WriteInt32LittleEndian(header[(CountTable + 24)..], TokenParameters.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[(CountTable + 28)..], PostingBytes);
        for (int i = 0; i < s_sections; i++)
        {
            Span<byte> entry = header.Slice(SectionTable + i * SectionEntryBytes, SectionEntryBytes);
            BinaryPrimitives.WriteInt64LittleEndian(entry, Sections[i].Offset);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], Sections[i].Length);
            BinaryPrimitives.WriteUInt128LittleEndian(entry[16..], Sections[i].Checksum);
        }
        KeyedHash.Compute(key.Derive("leakscan index header"), header[..MacOffset], header[MacOffset..]);
    }

    /// <summary>Reads and checks a header; every later access may rely on the bounds checked here, and on nothing else.</summary>
    internal static IndexHeader Read(string file, ReadOnlySpan<byte> header, long fileLength, IndexKey key)
    {
        if (header.Length < SizeBytes) throw new IndexException($"{file}: not an index: {fileLength} bytes, the header alone has {SizeBytes}");
        if (!header.StartsWith(Magic)) throw new IndexException($"{file}: not an index: it does not begin with LEAKSCAN");
        int version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version != Version) throw new IndexException($"{file}: index format {version}, this version reads format {Version}: {(version > Version ? "take a newer version" : "build the index again")}");
        string keyId = Convert.ToHexStringLower(header.Slice(32, 16));
        if (keyId != key.Id) throw new IndexException($"{file}: made with another key: the index names key {keyId}, the key given is {key.Id}");
        Span<byte> mac = stackalloc byte[MacBytes];
        KeyedHash.Compute(key.Derive("leakscan index header"), header[..MacOffset], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, header.Slice(MacOffset, MacBytes)))
            throw new IndexException($"{file}: header at offset 0 is damaged: its authentication code is wrong");
        return Parse(file, header, fileLength, keyId);
    }

    /// <summary>The id in a file's header, not authenticated; 0 if there is none.</summary>
    internal static UInt128 ReadId(string path)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, share: FileShare.Read | FileShare.Delete);
        Span<byte> id = stackalloc byte[16];
        return RandomAccess.Read(file, id, 48) == id.Length ? BinaryPrimitives.ReadUInt128LittleEndian(id) : 0;
    }

    /// <summary>Whether a delta's header names another key and another base: left over from an index that was built again with a new key.</summary>
    /// <remarks>Not authenticated. Both must differ, or damage to one field would make a delta look stale.</remarks>
    internal static bool IsOfAnotherKeyAndBase(ReadOnlySpan<byte> header, IndexKey key, UInt128 baseId) =>
        header.Length >= SizeBytes && header.StartsWith(Magic)
        && !header.Slice(32, 16).SequenceEqual(Convert.FromHexString(key.Id))
        && BinaryPrimitives.ReadUInt128LittleEndian(header[64..]) != baseId;

    /// <summary>The part of <see cref="Read"/> after authentication; apart for fuzzing, which knows no key.</summary>
    internal static IndexHeader Parse(string file, ReadOnlySpan<byte> header, long fileLength, string keyId)
    {
        (int Canonical, int K, int Fine, int Coarse) made = (
            BinaryPrimitives.ReadInt32LittleEndian(header[12..]), BinaryPrimitives.ReadInt32LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[20..]), BinaryPrimitives.ReadInt32LittleEndian(header[24..]));
        if (made != (CanonicalText.Version, GramParameters.GramLength, GramParameters.FineWindow, GramParameters.CoarseWindow))
            throw new IndexException($"{file}: made with other parameters (canonical text {made.Canonical}, k {made.K}, w {made.Fine} and {made.Coarse}): build the index again");
        int tokenVersion = BinaryPrimitives.ReadInt32LittleEndian(header[(CountTable + 24)..]);
        if (tokenVersion != TokenParameters.Version)
            throw new IndexException($"{file}: made with version {tokenVersion} of tokens, this version has {TokenParameters.Version}: build the index again");

        IndexHeader result = new()
        {
            KeyId = keyId,
            DirectoryBits = BinaryPrimitives.ReadInt32LittleEndian(header[28..]),
            Id = BinaryPrimitives.ReadUInt128LittleEndian(header[48..]),
            BaseId = BinaryPrimitives.ReadUInt128LittleEndian(header[64..]),
            Documents = BinaryPrimitives.ReadInt64LittleEndian(header[80..]),
            Fingerprints = BinaryPrimitives.ReadInt64LittleEndian(header[88..]),
            Postings = BinaryPrimitives.ReadInt64LittleEndian(header[96..]),
            PublicFingerprints = BinaryPrimitives.ReadInt64LittleEndian(header[104..]),
            SourceBytes = BinaryPrimitives.ReadInt64LittleEndian(header[112..]),
            PathStorage = BinaryPrimitives.ReadInt32LittleEndian(header[120..]) == 0 ? PathStorage.Full : PathStorage.Hash,
            IdiomModelVersion = BinaryPrimitives.ReadInt32LittleEndian(header[124..]),
            Tokens = BinaryPrimitives.ReadInt64LittleEndian(header[CountTable..]),
            Sketches = BinaryPrimitives.ReadInt64LittleEndian(header[(CountTable + 8)..]),
            TokenNonce = BinaryPrimitives.ReadUInt64LittleEndian(header[(CountTable + 16)..]),
            PostingBytes = BinaryPrimitives.ReadInt32LittleEndian(header[(CountTable + 28)..]),
        };
        // Sums over layers must not overflow either.
        if (result.Fingerprints is < 0 or > MaxCount || result.PublicFingerprints is < 0 or > MaxCount || result.SourceBytes is < 0 or > MaxCount)
            throw new IndexException($"{file}: header at offset 0 names {result.Fingerprints} and {result.PublicFingerprints} fingerprints of {result.SourceBytes} bytes, which no index has");
        for (int i = 0; i < s_sections; i++)
        {
            ReadOnlySpan<byte> entry = header.Slice(SectionTable + i * SectionEntryBytes, SectionEntryBytes);
            long offset = BinaryPrimitives.ReadInt64LittleEndian(entry);
            long length = BinaryPrimitives.ReadInt64LittleEndian(entry[8..]);
            if (offset < SizeBytes || length < 0 || offset > fileLength || length > fileLength - offset)
                throw new IndexException($"{file}: section {(IndexSection)i} at offset {offset} with {length} bytes lies outside of the file's {fileLength} bytes: the file is cut short");
            result.Sections[i] = new(offset, length, BinaryPrimitives.ReadUInt128LittleEndian(entry[16..]));
        }

        result.Require(file, IndexSection.Filter, result[IndexSection.Filter].Length is > 0 and var f && f % BlockedBloomFilter.BlockBytes == 0);
        result.Require(file, IndexSection.Directory, result.DirectoryBits is >= 0 and <= 32
            && result[IndexSection.Directory].Length == ((1L << result.DirectoryBits) + 1) * sizeof(uint));
        result.Require(file, IndexSection.Postings, result.Postings is >= 0 and <= uint.MaxValue
            && result.PostingBytes is >= Posting.MinSizeBytes and <= Posting.MaxSizeBytes
            && result[IndexSection.Postings].Length == result.Postings * result.PostingBytes);
        result.Require(file, IndexSection.Documents, result.Documents is >= 0 and <= int.MaxValue
            && result[IndexSection.Documents].Length == result.Documents * DocumentRecord.SizeBytes);
        result.Require(file, IndexSection.Removals, result[IndexSection.Removals].Length % sizeof(int) == 0);
        result.Require(file, IndexSection.ShingleTable, result[IndexSection.ShingleTable].Length is > 0 and var g && g % ShingleTable.BlockBytes == 0);
        result.Require(file, IndexSection.Tokens, result[IndexSection.Tokens].Length == result.Tokens);
        result.Require(file, IndexSection.Sketches, result.Sketches is >= 0 and <= int.MaxValue
            && result[IndexSection.Sketches].Length == result.Sketches * SketchParameters.SketchBytes);
        result.Require(file, IndexSection.Names, result[IndexSection.Names].Length is > 0 and var n && n % BlockedBloomFilter.BlockBytes == 0);
        return result;
    }

    internal Section this[IndexSection section] => Sections[(int)section];

    void Require(string file, IndexSection section, bool holds)
    {
        if (!holds) throw new IndexException($"{file}: section {section} at offset {this[section].Offset} has {this[section].Length} bytes, which the header contradicts");
    }
}

/// <summary>A posting: 32 bits of the fingerprint, and where its k-gram begins in the concatenation of all documents' canonical text.</summary>
/// <param name="Tag">The fingerprint's low half. With the directory's bits of the high half it tells fingerprints apart.</param>
/// <param name="Value">40 bits: a position, or <see cref="CountFlag"/> and a count.</param>
readonly record struct Posting(uint Tag, long Value)
{
    internal const int TagBytes = 4;
    internal const int MinSizeBytes = TagBytes + 3;
    internal const int MaxSizeBytes = TagBytes + 5;

    /// <summary>Set in a fingerprint's first posting if that is a count: it stands in so many documents, of which the index keeps some.</summary>
    internal const long CountFlag = 1L << 39;

    /// <summary>Documents beyond this are counted, not kept: what stands in so many says little about any of them.</summary>
    internal const int MaxDocuments = 24;

    /// <summary>Places in one document that are kept.</summary>
    internal const int MaxPerDocument = 4;

    /// <summary>Bytes of a posting of an index with so many canonical characters: four of the tag and as few as hold a position and a flag.</summary>
    internal static int SizeBytes(long positions)
    {
        int bytes = MinSizeBytes;
        while (bytes < MaxSizeBytes && positions > FlagOf(bytes)) bytes++;
        return bytes;
    }

    /// <summary>The highest bit of a position.</summary>
    static long FlagOf(int postingBytes) => 1L << 8 * (postingBytes - TagBytes) - 1;

    /// <summary>Writes it in as many bytes as the destination has.</summary>
    internal void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Tag);
        long value = (Value & CountFlag) == 0 ? Value : Value & ~CountFlag | FlagOf(destination.Length);
        foreach (ref byte next in destination[TagBytes..])
        {
            next = (byte)value;
            value >>= 8;
        }
    }

    /// <summary>Reads one of as many bytes as the source has.</summary>
    internal static Posting Read(ReadOnlySpan<byte> source)
    {
        long value = 0;
        for (int i = source.Length - 1; i >= TagBytes; i--) value = value << 8 | source[i];
        long flag = FlagOf(source.Length);
        return new(BinaryPrimitives.ReadUInt32LittleEndian(source), (value & flag) == 0 ? value : value & ~flag | CountFlag);
    }
}

/// <summary>A document as it stands in the file.</summary>
readonly record struct DocumentRecord(
    long Start, uint Length, uint FirstLine, uint Lines, uint PathLength, long PathOffset, uint LabelOffset, uint LabelLength, long LinesOffset, UInt128 ContentId,
    long FirstToken, uint Tokens, uint FirstSketch, long TokenLinesOffset, bool IsCode)
{
    internal const int SizeBytes = 92;
    internal const int ExtentBytes = 12;

    /// <summary>Tokens of a sketch; a document's last ones may have fewer.</summary>
    internal const int SketchTokens = 256;

    /// <summary>Sketches of a document of so many tokens.</summary>
    internal static long SketchesOf(long tokens) => (tokens + SketchTokens - 1) / SketchTokens;

    internal void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, Start);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], FirstLine);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], Lines);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], PathLength);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], PathOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[32..], LabelOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[36..], LabelLength);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], LinesOffset);
        BinaryPrimitives.WriteUInt128LittleEndian(destination[48..], ContentId);
        BinaryPrimitives.WriteInt64LittleEndian(destination[64..], FirstToken);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[72..], Tokens);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[76..], FirstSketch);
        BinaryPrimitives.WriteInt64LittleEndian(destination[80..], TokenLinesOffset);
        BinaryPrimitives.WriteInt32LittleEndian(destination[88..], IsCode ? 1 : 0);
    }

    /// <summary>Reads the first two alone, which are most of what is asked for.</summary>
    internal static (long Start, uint Length) ReadExtent(ReadOnlySpan<byte> source) => (BinaryPrimitives.ReadInt64LittleEndian(source), BinaryPrimitives.ReadUInt32LittleEndian(source[8..]));

    internal static DocumentRecord Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64LittleEndian(source),
        BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[12..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[20..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[32..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[36..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
        BinaryPrimitives.ReadUInt128LittleEndian(source[48..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[64..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[72..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[76..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[80..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[88..]) != 0);
}
