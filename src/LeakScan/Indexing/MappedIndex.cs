using System.Buffers.Binary;
using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;
using LeakScan.Primitives;
using LeakScan.Sketches;

namespace LeakScan.Indexing;

/// <summary>One index file, mapped read-only. Immutable but for <see cref="IsRemoved"/>; thread-safe.</summary>
// The file is hostile input. Opening checks the header and the bounds of every section, which takes no longer for a large
// file than for a small one; everything read after that is checked where it is read. Damage inside a section can so make an
// answer wrong (`index verify` tells), but can not make a read leave its section.
sealed unsafe class MappedIndex : IDisposable
{
    /// <summary>The longest bucket looked through; a sound index has five to ten postings in one, and at most a few hundred.</summary>
    const uint BucketLimit = 1 << 16;

    readonly MemoryMappedFile? _file;
    readonly MemoryMappedViewAccessor? _view;
    readonly byte* _memory;
    byte* _start;
    bool[]? _removed;
    bool _borrowed;

    MappedIndex(string name, IndexHeader header, byte* start, long length, MemoryMappedFile? file, MemoryMappedViewAccessor? view)
    {
        (Name, Header, Length, _file, _view) = (name, header, length, file, view);
        _start = start;
        _memory = file is null ? start : null;
        _filter = new LookUpSection(start + header[IndexSection.Filter].Offset, header[IndexSection.Filter].Length, mayCopy: file is not null);
        _filterBlocks = header[IndexSection.Filter].Length / BlockedBloomFilter.BlockBytes;
        _shingleTable = new LookUpSection(start + header[IndexSection.ShingleTable].Offset, header[IndexSection.ShingleTable].Length, mayCopy: file is not null);
        _shingleBlocks = header[IndexSection.ShingleTable].Length / ShingleTable.BlockBytes;
        Documents = (int)header.Documents;
    }

    readonly LookUpSection _filter;
    readonly long _filterBlocks;
    readonly LookUpSection _shingleTable;
    readonly long _shingleBlocks;

    internal string Name { get; }

    internal IndexHeader Header { get; }

    internal long Length { get; }

    internal int Documents { get; }

    /// <summary>Canonical characters of all documents.</summary>
    internal long Positions => Documents == 0 ? 0 : Math.Max(0, GetDocument(Documents - 1).Start + GetDocument(Documents - 1).Length);

    internal static MappedIndex Open(string path, IndexKey key)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        MemoryMappedFile? file = null;
        MemoryMappedViewAccessor? view = null;
        byte* start = null;
        try
        {
            long length = stream.Length; // of the file that was opened; by now its name may be another's
            if (length < IndexHeader.SizeBytes) throw new IndexException($"{path}: not an index: {length} bytes, the header alone has {IndexHeader.SizeBytes}");
            file = MemoryMappedFile.CreateFromFile(stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            start += view.PointerOffset;
            IndexHeader header = IndexHeader.Read(path, new ReadOnlySpan<byte>(start, IndexHeader.SizeBytes), length, key);
            HugePages.Advise(start, length);
            return new(path, header, start, length, file, view);
        }
        catch
        {
            if (start != null) view!.SafeMemoryMappedViewHandle.ReleasePointer();
            view?.Dispose();
            file?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Takes over memory that <see cref="MemoryIndexOutput"/> allocated.</summary>
    internal static MappedIndex FromMemory(string name, byte* start, long length, IndexHeader header) => new(name, header, start, length, null, null);

    /// <summary>Reads memory that stays the caller's: for tests, which put an index between pages that cannot be read.</summary>
    internal static MappedIndex FromBorrowedMemory(string name, byte* start, long length, IndexHeader header) => new(name, header, start, length, null, null) { _borrowed = true };

    /// <summary>The document's record; a default one if the number is out of range.</summary>
    internal DocumentRecord GetDocument(int document) =>
        (uint)document < (uint)Documents ? DocumentRecord.Read(Read(IndexSection.Documents, (long)document * DocumentRecord.SizeBytes, DocumentRecord.SizeBytes)) : default;

    internal string GetPath(DocumentRecord document) => Text(document.PathOffset, document.PathLength);

    internal string GetLabel(DocumentRecord document) => Text(document.LabelOffset, document.LabelLength);

    string Text(long offset, uint length) => Encoding.UTF8.GetString(Read(IndexSection.Strings, offset, length));

    /// <summary>The document that holds a position, or -1.</summary>
    internal int FindDocument(long position) => FindDocument(position, out _);

    /// <summary>The same, and the position behind its last.</summary>
    internal int FindDocument(long position, out long end)
    {
        // The last that does not begin behind it.
        int low = 0, high = Documents;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) >> 1);
            if (ExtentOf(middle).Start <= position) low = middle + 1;
            else high = middle;
        }
        end = 0;
        if (low == 0) return -1;
        (long start, uint length) = ExtentOf(low - 1);
        end = start + length;
        return (ulong)(position - start) < length ? low - 1 : -1;

        (long Start, uint Length) ExtentOf(int document) => DocumentRecord.ReadExtent(Read(IndexSection.Documents, (long)document * DocumentRecord.SizeBytes, DocumentRecord.ExtentBytes));
    }

    /// <summary>The number of the line that holds a canonical character of a document, the document's first being <see cref="DocumentRecord.FirstLine"/>.</summary>
    internal int GetLine(DocumentRecord document, long character) => GetLine(document, character, IndexSection.Lines, document.LinesOffset);

    /// <summary>The number of the line that holds a token of a document.</summary>
    internal int GetTokenLine(DocumentRecord document, long token) => GetLine(document, token, IndexSection.TokenLines, document.TokenLinesOffset);

    int GetLine(DocumentRecord document, long item, IndexSection section, long offset) => Clamp(document.FirstLine + (long)Lines(document, section, offset).LineOf(item));

    /// <summary>The first token on the line that holds a canonical character of a document.</summary>
    internal long GetFirstToken(DocumentRecord document, long character) =>
        Lines(document, IndexSection.TokenLines, document.TokenLinesOffset).Before(Lines(document, IndexSection.Lines, document.LinesOffset).LineOf(character));

    LineTable Lines(DocumentRecord document, IndexSection section, long offset) =>
        new(offset < 0 || offset > Header[section].Length ? [] : Read(section, offset, Math.Min(int.MaxValue, Header[section].Length - offset)), document.Lines);

    static int Clamp(long line) => (int)Math.Clamp(line, 1, int.MaxValue);

    /// <summary>Whether the filter lets a fingerprint through.</summary>
    internal bool MayContain(ulong fingerprint) => BlockedBloomFilter.MayContain(ref *FilterBlock(fingerprint), fingerprint);

    /// <summary>Where the filter's blocks of these fingerprints are, for a <see cref="PrefetchQueue"/>: to be asked for ahead of <see cref="Filtered"/>, which reads them.</summary>
    internal void FindFilterBlocks(ReadOnlySpan<ulong> fingerprints, Span<nint> addresses)
    {
        _filter.Count(fingerprints.Length);
        FindBlocks(_filter.Start, _filterBlocks, fingerprints, addresses);
    }

    // SAFETY: BlockOf is below the number of blocks, and the section's length was checked to be that many.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void FindBlocks(byte* table, long blocks, ReadOnlySpan<ulong> hashes, Span<nint> addresses)
    {
        addresses = addresses[..hashes.Length];
        int done = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            // SAFETY: vectors are read and written within both spans, which are of one length.
            ref ulong hash = ref MemoryMarshal.GetReference(hashes);
            ref nint address = ref MemoryMarshal.GetReference(addresses);
            for (; done <= hashes.Length - Vector512<ulong>.Count; done += Vector512<ulong>.Count)
            {
                Vector512<ulong> block = (Vector512.LoadUnsafe(ref hash, (nuint)done) >>> 32) * Vector512.Create((ulong)blocks) >>> 32;
                (block * BlockedBloomFilter.BlockBytes + Vector512.Create((ulong)table)).AsNInt().StoreUnsafe(ref address, (nuint)done);
            }
        }
        for (int i = done; i < hashes.Length; i++) addresses[i] = (nint)(table + BlockedBloomFilter.BlockOf(hashes[i], blocks) * BlockedBloomFilter.BlockBytes);
    }

    /// <summary>Finds which of these fingerprints the filter lets through.</summary>
    /// <param name="fingerprints">Fingerprints.</param>
    /// <param name="addresses">What <see cref="FindFilterBlocks"/> found for them.</param>
    /// <param name="survivors">Receives their indices; as long as <paramref name="fingerprints"/>.</param>
    /// <returns>Their number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int Filtered(ReadOnlySpan<ulong> fingerprints, ReadOnlySpan<nint> addresses, Span<int> survivors)
    {
        if (survivors.Length < fingerprints.Length) throw new ArgumentException("shorter than the fingerprints", nameof(survivors));
        addresses = addresses[..fingerprints.Length];
        int count = 0;
        for (int i = 0; i < fingerprints.Length; i++)
        {
            // SAFETY: the addresses are those of blocks of this filter.
            if (BlockedBloomFilter.MayContain(ref *(byte*)addresses[i], fingerprints[i])) survivors[count++] = i;
        }
        return count;
    }

    /// <summary>Whether a document may declare a name, by its keyed hash: for certain where one does, and of 200 others of one.</summary>
    internal bool MayDeclare(ulong hash)
    {
        long block = BlockedBloomFilter.BlockOf(hash, Header[IndexSection.Names].Length / BlockedBloomFilter.BlockBytes);
        return BlockedBloomFilter.MayContain(ref MemoryMarshal.GetReference(Read(IndexSection.Names, block * BlockedBloomFilter.BlockBytes, BlockedBloomFilter.BlockBytes)), hash);
    }

    /// <summary>Finds those of many hashes of which the shingle table has something (<see cref="ShingleTable.Find"/>).</summary>
    /// <param name="hashes">Keyed hashes.</param>
    /// <param name="addresses">Overwritten; as long as <paramref name="hashes"/>, as the next.</param>
    /// <param name="found">Receives which they are.</param>
    /// <param name="entries">Receives what was found of each.</param>
    /// <returns>How many there are.</returns>
    // A cache line is asked for long before it is read: memory answers slowly, but many at a time. No branches: whether something is found is anybody's guess.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int FindShingles(ReadOnlySpan<ulong> hashes, Span<nint> addresses, Span<int> found, Span<uint> entries)
    {
        const int Ahead = 48;
        _shingleTable.Count(hashes.Length);
        FindBlocks(_shingleTable.Start, _shingleBlocks, hashes, addresses);
        // SAFETY: the addresses are those of blocks of the table; no more is found than there are hashes.
        ref ulong hash = ref MemoryMarshal.GetReference(hashes);
        ref nint address = ref MemoryMarshal.GetReference(addresses[..hashes.Length]);
        ref int number = ref MemoryMarshal.GetReference(found[..hashes.Length]);
        ref uint entry = ref MemoryMarshal.GetReference(entries[..hashes.Length]);
        if (Sse.IsSupported)
        {
            for (int i = 0; i < Math.Min(Ahead, hashes.Length); i++) Sse.Prefetch0((void*)Unsafe.Add(ref address, i));
        }
        int count = 0;
        for (int i = 0; i < hashes.Length; i++)
        {
            if (Sse.IsSupported && i + Ahead < hashes.Length) Sse.Prefetch0((void*)Unsafe.Add(ref address, i + Ahead));
            uint some = ShingleTable.Find(ref *(byte*)Unsafe.Add(ref address, i), Unsafe.Add(ref hash, i));
            Unsafe.Add(ref number, count) = i;
            Unsafe.Add(ref entry, count) = some;
            count += some != 0 ? 1 : 0;
        }
        return count;
    }

    /// <summary>Reads what was found (<see cref="ShingleTable.ReadTags"/>).</summary>
    internal int ReadShingleTags(ulong hash, uint entries, Span<byte> tags) => ShingleTable.ReadTags(ref ShingleBlock(hash), entries, tags);

    // SAFETY: BlockOf is below the number of blocks, and the section's length was checked to be that many.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ref byte ShingleBlock(ulong hash) => ref *(_shingleTable.Start + ShingleTable.BlockOf(hash, _shingleBlocks) * ShingleTable.BlockBytes);

    /// <summary>Encrypted codes of tokens, counted through all documents; zeros outside of the section.</summary>
    internal void ReadTokens(long first, Span<byte> codes)
    {
        ReadOnlySpan<byte> stored = Read(IndexSection.Tokens, first, codes.Length);
        if (stored.Length == codes.Length) stored.CopyTo(codes);
        else codes.Clear();
    }

    internal int Sketches => (int)Header.Sketches;

    /// <summary>Asks for the cache lines of a sketch.</summary>
    internal void PrefetchSketch(long number)
    {
        ReadOnlySpan<byte> sketch = Read(IndexSection.Sketches, number * SketchParameters.SketchBytes, SketchParameters.SketchBytes);
        if (!Sse.IsSupported || sketch.IsEmpty) return;
        // SAFETY: nothing is read.
        ref byte first = ref MemoryMarshal.GetReference(sketch);
        Sse.Prefetch0(Unsafe.AsPointer(ref first));
        Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref first, SketchParameters.SketchBytes / 2)));
    }

    /// <summary>A stretch of the table of sketches.</summary>
    internal ReadOnlySpan<byte> ReadSketches(int first, int count) => Read(IndexSection.Sketches, (long)first * SketchParameters.SketchBytes, (long)count * SketchParameters.SketchBytes);

    /// <summary>The document that a sketch is of, or -1.</summary>
    internal int FindDocumentOfSketch(int sketch)
    {
        int low = 0, high = Documents - 1;
        while (low <= high)
        {
            int middle = (int)(((uint)low + (uint)high) >> 1);
            DocumentRecord document = GetDocument(middle);
            if (sketch < document.FirstSketch) high = middle - 1;
            else if (sketch >= document.FirstSketch + DocumentRecord.SketchesOf(document.Tokens)) low = middle + 1;
            else return middle;
        }
        return -1;
    }

    // SAFETY: BlockOf is below the number of blocks, and the section's length was checked to be that many.
    byte* FilterBlock(ulong fingerprint) => _filter.Start + BlockedBloomFilter.BlockOf(fingerprint, _filterBlocks) * BlockedBloomFilter.BlockBytes;

    /// <summary>First step of a batch of <see cref="Find"/>s: asks for the directory's entries.</summary>
    internal void PrefetchDirectory(ulong fingerprint)
    {
        if (Sse.IsSupported) Sse.Prefetch0(_start + Header[IndexSection.Directory].Offset + BucketOf(fingerprint) * sizeof(uint));
    }

    /// <summary>Second step: asks for the postings.</summary>
    internal void PrefetchPostings(ulong fingerprint)
    {
        uint from = BinaryPrimitives.ReadUInt32LittleEndian(Read(IndexSection.Directory, BucketOf(fingerprint) * sizeof(uint), sizeof(uint)));
        if (Sse.IsSupported) Sse.Prefetch0(_start + Header[IndexSection.Postings].Offset + (long)from * Header.PostingBytes); // an address out of bounds is no fault
    }

    long BucketOf(ulong fingerprint) => Header.DirectoryBits == 0 ? 0 : (long)(fingerprint >> 64 - Header.DirectoryBits);

    /// <summary>The number of distinct documents among these postings, which are in rising order.</summary>
    internal int CountDocuments(long first, int count)
    {
        if (count == 1) return 1; // as most have
        int documents = 0;
        long end = long.MinValue;
        for (int i = 0; i < count; i++)
        {
            long position = GetPosting(first + i).Value;
            if (position < end) continue;
            if (FindDocument(position, out long behind) < 0) continue;
            documents++;
            end = behind;
        }
        return documents;
    }

    /// <summary>Finds the postings of a fingerprint.</summary>
    /// <param name="fingerprint">The fingerprint.</param>
    /// <param name="first">Number of its first posting.</param>
    /// <returns>The number of postings; 0 if it is not in the index.</returns>
    internal int Find(ulong fingerprint, out long first)
    {
        ReadOnlySpan<byte> bounds = Read(IndexSection.Directory, BucketOf(fingerprint) * sizeof(uint), 2 * sizeof(uint));
        uint from = BinaryPrimitives.ReadUInt32LittleEndian(bounds);
        uint to = BinaryPrimitives.ReadUInt32LittleEndian(bounds[sizeof(uint)..]);
        int bytes = Header.PostingBytes;
        first = 0;
        if (from > to || to > Header.Postings || to - from > BucketLimit) return 0;
        ReadOnlySpan<byte> postings = Read(IndexSection.Postings, (long)from * bytes, (to - from) * (long)bytes);
        uint tag = (uint)fingerprint;
        // SAFETY: the stretch is whole postings, each longer than its tag.
        ref byte posting = ref MemoryMarshal.GetReference(postings);
        int at = 0;
        while (at < postings.Length && Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref posting, at)) != tag) at += bytes;
        int end = at;
        while (end < postings.Length && Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref posting, end)) == tag) end += bytes;
        first = from + at / bytes;
        return (end - at) / bytes;
    }

    internal Posting GetPosting(long number) => Posting.Read(Read(IndexSection.Postings, number * Header.PostingBytes, Header.PostingBytes));

    /// <summary>The numbers of the documents of earlier layers that this delta drops.</summary>
    internal IEnumerable<int> Removals
    {
        get
        {
            for (long at = 0; at < Header[IndexSection.Removals].Length; at += sizeof(int))
                yield return BinaryPrimitives.ReadInt32LittleEndian(Read(IndexSection.Removals, at, sizeof(int)));
        }
    }

    internal bool IsRemoved(int document) => _removed is not null && (uint)document < (uint)_removed.Length && _removed[document];

    /// <summary>Called while a set of layers is opened, before it is shared.</summary>
    internal void Remove(int document) => (_removed ??= new bool[Documents])[document] = true;

    internal IEnumerable<IndexProblem> Verify()
    {
        for (int i = 0; i < IndexHeader.s_sections; i++)
        {
            IndexHeader.Section section = Header.Sections[i];
            XxHash128 hash = new();
            const int Step = 1 << 24;
            for (long at = 0; at < section.Length; at += Step) hash.Append(Read((IndexSection)i, at, Math.Min(Step, section.Length - at)));
            if (hash.GetCurrentHashAsUInt128() != section.Checksum)
                yield return new IndexProblem(Name, ((IndexSection)i).ToString(), section.Offset, $"checksum of {section.Length} bytes is wrong");
        }
    }

    /// <summary>A stretch of a section; empty if it does not lie in the section.</summary>
    ReadOnlySpan<byte> Read(IndexSection section, long offset, long length)
    {
        IndexHeader.Section bounds = Header[section];
        if (offset < 0 || length < 0 || length > int.MaxValue || offset > bounds.Length - length) return length <= s_zeros.Length ? s_zeros.AsSpan(0, Math.Max(0, (int)length)) : [];
        // SAFETY: the section lies within the mapping (checked on opening), the stretch within the section.
        return new ReadOnlySpan<byte>(_start + bounds.Offset + offset, (int)length);
    }

    // What is read outside of a section: zeros for the small fixed-size reads, so that readers need no check of their own.
    static readonly byte[] s_zeros = new byte[DocumentRecord.SizeBytes];

    public void Dispose()
    {
        if (_start is null) return;
        _start = null;
        _filter.Dispose();
        _shingleTable.Dispose();
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file!.Dispose();
        }
        else if (!_borrowed)
        {
            NativeMemory.AlignedFree(_memory);
        }
    }
}
