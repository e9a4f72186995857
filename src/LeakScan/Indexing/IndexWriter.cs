using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using CommunityToolkit.HighPerformance.Buffers;
using LeakScan.Simd;
using LeakScan.Tokens;

namespace LeakScan.Indexing;

/// <summary>A document while building: all but its fingerprints.</summary>
sealed record BuiltDocument(string Path, string Label, int FirstLine, int Lines, int Length, UInt128 ContentId, byte[] LineTable, StoredTokens Tokens, bool IsCode);

/// <summary>Turns what a builder has gathered into an index file.</summary>
// Fingerprints come in 256 partitions by their first byte. Filter blocks and directory buckets are chosen by high bits too,
// so a partition owns a stretch of every section and needs no other partition. Only the sizes of filter and directory must
// be known first; they follow from the first partition, which is a fair sample, since fingerprints are uniform.
sealed class IndexWriter(
    IndexKey key, TokenKeys tokenKeys, SimdTier tier, PathStorage pathStorage, IReadOnlyList<BuiltDocument> documents, FingerprintStore store, TokenStore tokens,
    IReadOnlyCollection<StoredTokens> publicTexts, uint[] declaredNames, int idiomModelVersion)
{
    /// <summary>Postings a directory bucket holds on average, at most; half of it at least.</summary>
    const int PostingsPerBucket = 10;

    /// <summary>Entries of a partition from which on one stands for all.</summary>
    const int FairSample = 4096;

    /// <summary>A filter block for each partition.</summary>
    const int SliceUnit = FingerprintStore.Partitions * BlockedBloomFilter.BlockBytes;

    /// <summary>What one partition contributes.</summary>
    sealed class PartitionResult
    {
        internal ArrayPoolBufferWriter<byte> Postings { get; } = new();

        /// <summary>Distinct ones, in order.</summary>
        internal List<ulong> Fingerprints { get; } = [];

        /// <summary>That of each posting.</summary>
        internal List<ulong> PostingFingerprints { get; } = [];

        internal long PublicFingerprints { get; set; }

        /// <summary>Its blocks of the filter.</summary>
        internal byte[] Filter { get; set; } = [];

        /// <summary>Postings in each of its directory buckets.</summary>
        internal uint[] Directory { get; set; } = [];

        /// <summary>Makes it empty for another partition.</summary>
        internal void Clear()
        {
            Postings.Clear();
            Fingerprints.Clear();
            PostingFingerprints.Clear();
            PublicFingerprints = 0;
        }
    }

    /// <summary>A partition's stretch of filter and directory, once their sizes are known.</summary>
    sealed class Slices(long filterBlocks, int filterBytes, int directoryBits)
    {
        internal int DirectoryEntries => 1 << directoryBits - 8;

        internal PartitionResult Make(int number, PartitionResult result)
        {
            byte[] filter = Cleared(result.Filter, filterBytes);
            uint[] directory = Cleared(result.Directory, DirectoryEntries);
            long firstBlock = (long)number * filterBytes / BlockedBloomFilter.BlockBytes;
            foreach (ulong fingerprint in result.Fingerprints) BlockedBloomFilter.Add(filter, firstBlock, filterBlocks, fingerprint);
            foreach (ulong fingerprint in result.PostingFingerprints) directory[(fingerprint << 8 >> 32) >> (32 - (directoryBits - 8))]++;
            (result.Filter, result.Directory) = (filter, directory);
            return result;
        }

        static T[] Cleared<T>(T[] array, int length)
        {
            if (array.Length != length) return new T[length];
            Array.Clear(array);
            return array;
        }
    }

    readonly ConcurrentBag<PartitionResult> _free = [];
    int _postingBytes;
    int[] _labels = []; // of each document, by its place in the file

    internal IndexHeader Write(IndexOutput output, UInt128 baseId, IReadOnlyCollection<int> removals, long sourceBytes, CancellationToken cancellationToken)
    {
        // Documents stand in the file by path, so that it does not depend on the order in which threads added them.
        int[] order = [.. Enumerable.Range(0, documents.Count)
            .OrderBy(i => documents[i].Path, StringComparer.Ordinal).ThenBy(i => documents[i].FirstLine).ThenBy(i => documents[i].Label, StringComparer.Ordinal)
            .ThenBy(i => documents[i].ContentId)];
        uint[] ranks = new uint[documents.Count];
        long[] starts = new long[documents.Count];
        long[] arrivals = new long[documents.Count + 1];
        for (int i = 0; i < documents.Count; i++) arrivals[i + 1] = arrivals[i] + documents[i].Length;
        ArrivalOrder arrivalOrder = new(arrivals, ranks);
        long end = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            ranks[order[rank]] = (uint)rank;
            starts[rank] = end;
            end += documents[order[rank]].Length;
        }
        Dictionary<string, int> labels = new(StringComparer.Ordinal);
        _labels = [.. order.Select(i => labels.TryGetValue(documents[i].Label, out int label) ? label : labels[documents[i].Label] = labels.Count)];
        if (end >= Posting.CountFlag) throw new InvalidOperationException($"An index holds up to {Posting.CountFlag} canonical characters; these documents have {end}.");

        _postingBytes = Posting.SizeBytes(end);
        // The first partition tells how many keys and postings all will have, unless it is too small to be a fair sample: then all are made at once.
        PartitionResult[] ready = new PartitionResult[store.Entries / FingerprintStore.Partitions < FairSample ? FingerprintStore.Partitions : 1];
        try
        {
            Parallel.For(0, ready.Length, new ParallelOptions { CancellationToken = cancellationToken }, p => ready[p] = Partition(p, arrivalOrder, starts));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]); // a disk that fails is that, whichever thread met it
        }
        long expectedPostings = Expected(ready.Sum(r => (long)r.Postings.WrittenCount / _postingBytes));
        long expectedKeys = Expected(ready.Sum(r => (long)r.Fingerprints.Count));
        long Expected(long made) => ready.Length > 1 ? made : (long)Math.Ceiling(1.02 * made * FingerprintStore.Partitions);
        int directoryBits = 8;
        while (directoryBits < 32 && expectedPostings >> directoryBits > PostingsPerBucket) directoryBits++;
        long filterBytes = BlockedBloomFilter.SizeBytes(expectedKeys);
        int filterSliceBytes = checked((int)((filterBytes + SliceUnit - 1) / SliceUnit * BlockedBloomFilter.BlockBytes));
        filterBytes = (long)filterSliceBytes * FingerprintStore.Partitions;

        IndexHeader header = new()
        {
            KeyId = key.Id,
            BaseId = baseId,
            Id = BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16)),
            Documents = documents.Count,
            SourceBytes = sourceBytes,
            DirectoryBits = directoryBits,
            PathStorage = pathStorage,
            IdiomModelVersion = idiomModelVersion,
            PostingBytes = _postingBytes,
        };
        SectionWriter filter = new(output, Align(IndexHeader.SizeBytes));
        long directoryOffset = Align(Align(IndexHeader.SizeBytes) + filterBytes);
        SectionWriter directory = new(output, directoryOffset);
        long postingsOffset = Align(directoryOffset + ((1L << directoryBits) + 1) * sizeof(uint));
        SectionWriter postings = new(output, postingsOffset);

        Slices slices = new(filterBytes / BlockedBloomFilter.BlockBytes, filterSliceBytes, directoryBits);
        byte[] directoryBytes = new byte[slices.DirectoryEntries * sizeof(uint)];
        AheadOfUse.Run(FingerprintStore.Partitions, p => slices.Make(p, p < ready.Length ? ready[p] : Partition(p, arrivalOrder, starts)), result =>
        {
            filter.Append(result.Filter);
            uint start = checked((uint)header.Postings);
            for (int i = 0; i < result.Directory.Length; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(directoryBytes.AsSpan(i * sizeof(uint)), start);
                start = checked(start + result.Directory[i]);
            }
            directory.Append(directoryBytes);
            postings.Append(result.Postings.WrittenSpan);
            header.Postings += result.Postings.WrittenCount / _postingBytes;
            header.Fingerprints += result.Fingerprints.Count;
            header.PublicFingerprints += result.PublicFingerprints;
            result.Clear();
            _free.Add(result);
        }, cancellationToken);
        BinaryPrimitives.WriteUInt32LittleEndian(directoryBytes, checked((uint)header.Postings));
        directory.Append(directoryBytes.AsSpan(0, sizeof(uint)));

        header.Sections[(int)IndexSection.Filter] = filter.Complete();
        header.Sections[(int)IndexSection.Directory] = directory.Complete();
        header.Sections[(int)IndexSection.Postings] = postings.Complete();
        foreach (PartitionResult result in _free) result.Postings.Dispose();
        WriteDocuments(output, header, order, starts, removals);
        header.TokenNonce = (ulong)header[IndexSection.Documents].Checksum;
        new StructureWriter(tokenKeys, tier, tokens, idiomModelVersion == 0 ? null : IdiomModel.ShippedStructure).Write(output, header, [.. order.Select(i => documents[i].Tokens)], publicTexts, cancellationToken);
        WriteNames(output, header);
        byte[] head = new byte[IndexHeader.SizeBytes];
        header.Write(head, key);
        output.Write(0, head);
        return header;
    }

    internal static long Align(long offset) => (offset + 63) / 64 * 64;

    PartitionResult Partition(int number, ArrivalOrder order, long[] starts)
    {
        (FoundFingerprint[] found, int count) = store.Take(number, order);
        if (!_free.TryTake(out PartitionResult? result)) result = new();
        for (int from = 0; from < count;)
        {
            int to = from + 1;
            while (to < count && found[to].Fingerprint == found[from].Fingerprint) to++;
            if (found[to - 1].Place == FoundFingerprint.Public) result.PublicFingerprints++;
            else WriteGroup(found.AsSpan(from, to - from), result, starts);
            from = to;
        }
        ArrayPool<FoundFingerprint>.Shared.Return(found);
        return result;
    }

    /// <summary>Writes the postings of one fingerprint.</summary>
    void WriteGroup(Span<FoundFingerprint> group, PartitionResult result, long[] starts)
    {
        ulong fingerprint = group[0].Fingerprint;
        int kept = 0, distinct = 0, inDocument = 0;
        ulong last = ulong.MaxValue;
        foreach (FoundFingerprint found in group)
        {
            if (found.Place >> 32 == last) continue;
            distinct++;
            last = found.Place >> 32;
        }
        HashSet<ulong>? keeping = distinct > Posting.MaxDocuments ? ChooseDocuments(group) : null;
        last = ulong.MaxValue;
        bool isKept = true;
        foreach (FoundFingerprint found in group)
        {
            ulong document = found.Place >> 32;
            if (document != last) (last, inDocument, isKept) = (document, 0, keeping?.Contains(document) != false);
            if (++inDocument <= Posting.MaxPerDocument && isKept) group[kept++] = found;
        }

        result.Fingerprints.Add(fingerprint);
        if (distinct > Posting.MaxDocuments) WritePosting(fingerprint, Posting.CountFlag | (long)distinct, result);
        foreach (FoundFingerprint found in group[..kept]) WritePosting(fingerprint, starts[found.Place >> 32] + (uint)found.Place, result);
    }

    // The same for all that they share, so that what is found is of few documents; of all folders, one of which may go; and of each label, since one may
    // be allowed to leave and another not.
    /// <summary>Chooses which documents keep their postings where there are too many: of each label in turn the next in an order that says nothing.</summary>
    HashSet<ulong> ChooseDocuments(ReadOnlySpan<FoundFingerprint> group)
    {
        List<(int Turn, ulong Order, int Label, ulong Document)> candidates = [];
        ulong last = ulong.MaxValue;
        foreach (FoundFingerprint found in group)
        {
            if (found.Place >> 32 == last) continue;
            last = found.Place >> 32;
            candidates.Add((0, IdiomModel.Mix(last, 0), _labels[last], last));
        }
        candidates.Sort(static (a, b) => a.Label != b.Label ? a.Label.CompareTo(b.Label) : a.Order.CompareTo(b.Order));
        Span<(int Turn, ulong Order, int Label, ulong Document)> all = CollectionsMarshal.AsSpan(candidates);
        for (int i = 1; i < all.Length; i++) all[i].Turn = all[i].Label == all[i - 1].Label ? all[i - 1].Turn + 1 : 0;
        candidates.Sort();
        HashSet<ulong> chosen = new(Posting.MaxDocuments);
        foreach ((_, _, _, ulong document) in all[..Posting.MaxDocuments]) chosen.Add(document);
        return chosen;
    }

    void WritePosting(ulong fingerprint, long value, PartitionResult result)
    {
        new Posting((uint)fingerprint, value).Write(result.Postings.GetSpan(_postingBytes)[.._postingBytes]);
        result.Postings.Advance(_postingBytes);
        result.PostingFingerprints.Add(fingerprint);
    }

    void WriteDocuments(IndexOutput output, IndexHeader header, int[] order, long[] starts, IReadOnlyCollection<int> removals)
    {
        long offset = End(header, IndexSection.Postings);
        ArrayBufferWriter<byte> strings = new();
        Dictionary<string, (uint Offset, uint Length)> labels = new(StringComparer.Ordinal);
        SectionWriter records = new(output, offset);
        byte[] record = new byte[DocumentRecord.SizeBytes];
        long lines = 0, firstToken = 0, firstSketch = 0, tokenLines = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            BuiltDocument document = documents[order[rank]];
            if (!labels.TryGetValue(document.Label, out (uint Offset, uint Length) label))
            {
                label = checked(((uint)strings.WrittenCount, (uint)Encoding.UTF8.GetByteCount(document.Label)));
                Encoding.UTF8.GetBytes(document.Label, strings);
                labels.Add(document.Label, label);
            }
            long pathOffset = strings.WrittenCount;
            long pathLength = Encoding.UTF8.GetBytes(document.Path, strings);
            new DocumentRecord(
                starts[rank], (uint)document.Length, (uint)document.FirstLine, (uint)document.Lines, (uint)pathLength, pathOffset,
                label.Offset, label.Length, lines, document.ContentId,
                firstToken, (uint)document.Tokens.Tokens, checked((uint)firstSketch), tokenLines, document.IsCode).Write(record);
            records.Append(record);
            lines += document.LineTable.Length;
            firstToken += document.Tokens.Tokens;
            firstSketch += DocumentRecord.SketchesOf(document.Tokens.Tokens);
            tokenLines += document.Tokens.LineBytes;
        }
        header.Sections[(int)IndexSection.Documents] = records.Complete();

        SectionWriter lineTables = new(output, End(header, IndexSection.Documents));
        foreach (int i in order) lineTables.Append(documents[i].LineTable);
        header.Sections[(int)IndexSection.Lines] = lineTables.Complete();

        SectionWriter text = new(output, End(header, IndexSection.Lines));
        text.Append(strings.WrittenSpan);
        header.Sections[(int)IndexSection.Strings] = text.Complete();

        SectionWriter removed = new(output, End(header, IndexSection.Strings));
        byte[] number = new byte[sizeof(int)];
        foreach (int document in removals.Order())
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, document);
            removed.Append(number);
        }
        header.Sections[(int)IndexSection.Removals] = removed.Complete();
    }

    void WriteNames(IndexOutput output, IndexHeader header)
    {
        SectionWriter names = new(output, Align(End(header, IndexSection.Sketches)));
        ulong[] hashes = Array.ConvertAll(declaredNames, static name => (ulong)name);
        tokenKeys.DeclaredNames.Compute(hashes, hashes, tier != SimdTier.Scalar);
        byte[] filter = new byte[BlockedBloomFilter.SizeBytes(hashes.Length)];
        foreach (ulong hash in hashes) BlockedBloomFilter.Add(filter, 0, filter.Length / BlockedBloomFilter.BlockBytes, hash);
        names.Append(filter);
        header.Sections[(int)IndexSection.Names] = names.Complete();
    }

    // Only filters, directory, postings and sketches are read by the cache line.
    static long End(IndexHeader header, IndexSection section) => header[section].Offset + header[section].Length;
}
