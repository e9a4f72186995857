using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using LeakScan.Indexing;
using LeakScan.Tests.Support;

namespace LeakScan.Fuzz;

/// <summary>Mutated index files beside pages that cannot be read: an error, or an answer.</summary>
/// <remarks>Nearly all cases are authenticated again after the mutation, so that they get past the header's check to the reader.</remarks>
sealed class IndexTarget : IFuzzTarget
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("fuzz key, which has 32 bytes ..."));

    readonly byte[] _text;
    readonly byte[] _renamed;
    readonly byte[] _base;
    readonly byte[] _delta;
    readonly IndexHeader _baseHeader;
    readonly IndexHeader _deltaHeader;
    readonly GuardedMemory _soundBase;
    readonly GuardedMemory _after;
    readonly GuardedMemory _before;
    readonly byte[] _macKey = s_key.Derive("leakscan index header");

    internal IndexTarget()
    {
        StringBuilder text = new();
        const string Code = "if (width[row] > limit && !done) { total += width[row] * scale; return Find(total, limit, row); }\nwhile (row < limit) { done = Check(row++, width) || total == 0; scale -= 3; }\n"
            + "for (int part = 0; part < scale; part++) switch (width[part]) { case 1: total--; break; default: throw Error(part, total % 2 == 1); }\n";
        text.Append(Code);
        for (int i = 0; i < 24; i++) text.Append(CultureInfo.InvariantCulture, $"let value_{i * 7919 % 1000} = compute_{i}(alpha_{i * i % 97}, beta) + {i};\n");
        const string Common = "static readonly CommonTable everybody_has_this_line = LoadCommonTable();\n";
        text.Append(Common);
        _text = Encoding.UTF8.GetBytes(text.ToString());
        // No fingerprint of it is in the index, but its structure is.
        _renamed = Encoding.UTF8.GetBytes(Regex.Replace(text.ToString(), "width|row|limit|done|total|scale|Find|Check|part|Error|value_|compute_|alpha_|beta", name => $"qx{name.Value.Length}{name.Value[0]}{name.Value[^1]}w"));
        string path = Path.Combine(Path.GetTempPath(), $"leakscan-fuzz-{Environment.ProcessId}.lsi");
        try
        {
            using (FingerprintIndexBuilder builder = new(s_key))
            {
                builder.AddDocument("first/document.rs", "proprietary-code", _text);
                builder.AddDocument("second/document.rs", "training-data", _text.AsSpan(0, 600));
                // More than an index keeps of one fingerprint, so that there is a count.
                for (int i = 0; i < Posting.MaxDocuments + 2; i++) builder.AddDocument(i.ToString(CultureInfo.InvariantCulture), "proprietary-code", Encoding.UTF8.GetBytes(Common));
                builder.Write(path);
            }
            using (FingerprintIndex index = FingerprintIndex.Open(path, s_key))
            using (FingerprintIndexBuilder builder = new(s_key))
            {
                builder.AddDocument("third/document.rs", "training-data", _text.AsSpan(300, 500));
                builder.Remove(index.GetDocument(2));
                builder.Remove(index.GetDocument(5));
                builder.WriteDelta(path);
            }
            using (FingerprintIndex index = FingerprintIndex.Open(path, s_key))
            {
                List<Match> matches = [];
                new Scanner(index).Scan(_renamed, matches);
                if (!matches.Exists(m => m.Kind != MatchKind.Verbatim)) throw new InvalidOperationException("the renamed text does not reach the aligner");
            }
            _base = File.ReadAllBytes(path);
            _delta = File.ReadAllBytes(path + ".1");
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".1");
        }
        // The random names are fixed, so that a case is the same in every run.
        BinaryPrimitives.WriteUInt128LittleEndian(_base.AsSpan(48), 1);
        BinaryPrimitives.WriteUInt128LittleEndian(_delta.AsSpan(48), 2);
        BinaryPrimitives.WriteUInt128LittleEndian(_delta.AsSpan(64), 1);
        Authenticate(_base);
        Authenticate(_delta);
        _baseHeader = HeaderOf(_base);
        _deltaHeader = HeaderOf(_delta);
        _soundBase = new(_base, Guard.After);
        byte[] room = new byte[Math.Max(_base.Length, _delta.Length)];
        (_after, _before) = (new(room, Guard.After), new(room, Guard.Before));
    }

    static IndexHeader HeaderOf(ReadOnlySpan<byte> file) => IndexHeader.Read("fuzz", file[..Math.Min(file.Length, IndexHeader.SizeBytes)], file.Length, s_key);

    public byte[] Make(Random random)
    {
        (byte[] sound, IndexHeader header) = random.Next(4) == 0 ? (_delta, _deltaHeader) : (_base, _baseHeader);
        byte[] bytes = [.. sound];
        int mutations = 1 + random.Next(6);
        for (int i = 0; i < mutations; i++) Mutate(bytes, header, random);
        if (random.Next(16) == 0) bytes = bytes[..random.Next(bytes.Length)];
        if (random.Next(16) != 0 && bytes.Length >= IndexHeader.SizeBytes) Authenticate(bytes);
        return bytes;
    }

    void Authenticate(byte[] file) => HMACSHA256.HashData(_macKey, file.AsSpan(0, IndexHeader.SizeBytes - HMACSHA256.HashSizeInBytes), file.AsSpan(IndexHeader.SizeBytes - HMACSHA256.HashSizeInBytes));

    static void Mutate(byte[] bytes, IndexHeader header, Random random)
    {
        // Every section is chosen as often as any other, however small it is; the header rarely, as most of what happens there ends at once.
        IndexHeader.Section section = header.Sections[random.Next(header.Sections.Length)];
        int start = (int)section.Offset, length = (int)section.Length;
        if (random.Next(6) == 0) (start, length) = (0, IndexHeader.SizeBytes);
        if (length < 8) return;
        int at = start + random.Next(length);
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                random.NextBytes(bytes.AsSpan(at, Math.Min(8, bytes.Length - at)));
                break;
            case 3:
                bytes.AsSpan(at, Math.Min(random.Next(64), bytes.Length - at)).Fill((byte)(random.Next(2) * 255));
                break;
            case 4:
                // A number that is plausible where numbers stand: a little off, or at a limit.
                at = Math.Min(start + (at - start & ~3), bytes.Length - 8);
                if (random.Next(2) == 0) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), Number(bytes, random));
                else BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), (int)Number(bytes, random));
                break;
            case 5:
                at = Math.Min(start + (at - start & ~3), bytes.Length - 4);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)) + random.Next(-3, 4));
                break;
            case 6:
                // A stretch from elsewhere, or of the same section.
                int count = Math.Min(random.Next(1, 128), bytes.Length - at);
                bytes.AsSpan(random.Next(bytes.Length - count), count).CopyTo(bytes.AsSpan(at));
                break;
            case 7:
                MutateTable(bytes, random);
                break;
        }
    }

    /// <summary>Moves a section; half of the time by so much that its length stays a length that the header's counts allow.</summary>
    static void MutateTable(byte[] bytes, Random random)
    {
        Span<byte> entry = bytes.AsSpan(IndexHeader.SectionTable + random.Next(IndexHeader.s_sections) * IndexHeader.SectionEntryBytes, IndexHeader.SectionEntryBytes);
        Span<byte> field = random.Next(4) == 0 ? entry[8..] : entry;
        long value = BinaryPrimitives.ReadInt64LittleEndian(field);
        BinaryPrimitives.WriteInt64LittleEndian(field, random.Next(4) switch
        {
            0 => Number(bytes, random),
            1 => value + random.Next(-64, 65),
            2 => bytes.Length - BinaryPrimitives.ReadInt64LittleEndian(entry[8..]), // at the very end
            _ => random.Next(IndexHeader.SizeBytes, bytes.Length),
        });
    }

    static long Number(byte[] bytes, Random random)
    {
        long[] limits = [0, 1, -1, 1L << 39, (1L << 39) - 1, (1L << 40) - 1, bytes.Length, bytes.Length - 1, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue, long.MaxValue - 1000];
        return limits[random.Next(limits.Length)];
    }

    public unsafe string Run(byte[] input)
    {
        Random random = new((int)XxHash32.HashToUInt32(input));
        // The bytes end where the memory does, or begin where it does.
        Span<byte> memory = random.Next(2) == 0 ? _after.Span[^input.Length..] : _before.Span[..input.Length];
        input.CopyTo(memory);
        fixed (byte* start = memory, soundBase = _soundBase.Span)
        {
            IndexHeader header;
            try
            {
                header = HeaderOf(memory);
            }
            catch (IndexException)
            {
                return "refused";
            }

            MappedIndex layer = MappedIndex.FromBorrowedMemory("fuzz", start, input.Length, header);
            List<MappedIndex> layers = [];
            if (header.BaseId != 0) layers.Add(MappedIndex.FromBorrowedMemory("base", soundBase, _base.Length, _baseHeader));
            FingerprintIndex.AddLayer(layers, layer);
            using FingerprintIndex index = new([.. layers], s_key);

            List<Match> matches = [];
            Scanner scanner = new(index);
            scanner.Scan(_renamed, matches);
            foreach (Match match in matches)
            {
                if (match.SourceStartLine < 1 || match.Start < 0 || match.Length < 0 || match.Start + match.Length > _renamed.Length) throw new InvalidOperationException($"{match}");
                index.GetDocument(match.DocumentId);
            }
            ScanResult result = scanner.Scan(_text, matches);
            foreach (Match match in matches) index.GetDocument(match.DocumentId);
            foreach (IndexedDocument document in index.Documents)
            {
                if (document.FirstLine < 0 || document.Lines < 0) throw new InvalidOperationException($"document with {document.Lines} lines from {document.FirstLine}");
            }
            if (index.Info is { Documents: < 0 } or { SourceBytes: < 0 } or { Fingerprints: < 0 } or { PublicFingerprints: < 0 }) throw new InvalidOperationException($"{index.Info}");
            Ask(layer, random);
            bool damaged = layer.Verify().Any();
            return damaged ? matches.Count > 0 ? "damage named, matched all the same" : "damage named, nothing matched" : result.Verdict == Verdict.Block ? "answered right" : "answered";
        }
    }

    /// <summary>Questions that a scan of this text would not ask.</summary>
    static void Ask(MappedIndex layer, Random random)
    {
        Span<ulong> fingerprints = stackalloc ulong[16];
        for (int i = 0; i < fingerprints.Length; i++) fingerprints[i] = (ulong)random.NextInt64() ^ (ulong)random.NextInt64() << 1;
        (fingerprints[0], fingerprints[1]) = (0, ulong.MaxValue);
        // Some that are there: a posting's tag, in the bucket of a directory entry.
        for (int i = 2; i < 8; i++) fingerprints[i] = fingerprints[i] & 0xFFFFFFFF00000000 | layer.GetPosting(random.NextInt64(Math.Max(1, layer.Header.Postings))).Tag;
        Span<byte> tags = stackalloc byte[ShingleTable.MaxTags];
        Span<int> known = stackalloc int[fingerprints.Length];
        Span<uint> entries = stackalloc uint[fingerprints.Length];
        Span<nint> addresses = stackalloc nint[fingerprints.Length];
        int knownCount = layer.FindShingles(fingerprints, addresses, known, entries);
        for (int i = 0; i < knownCount; i++)
        {
            if (layer.ReadShingleTags(fingerprints[known[i]], entries[i], tags) is var found and (< 0 or > ShingleTable.MaxTags)) throw new InvalidOperationException($"{found} numbers of one shingle");
        }
        layer.FindFilterBlocks(fingerprints, addresses);
        Span<int> survivors = stackalloc int[fingerprints.Length];
        int let = layer.Filtered(fingerprints, addresses, survivors);
        for (int i = 0; i < fingerprints.Length; i++)
        {
            if (layer.MayContain(fingerprints[i]) != survivors[..let].Contains(i)) throw new InvalidOperationException("the filter says two things of one fingerprint");
        }
        foreach (ulong fingerprint in fingerprints)
        {
            layer.PrefetchDirectory(fingerprint);
            layer.PrefetchPostings(fingerprint);
            int count = layer.Find(fingerprint, out long first);
            if (count < 0 || first < 0 || first + count > layer.Header.Postings) throw new InvalidOperationException($"postings {first} to {first + count} of {layer.Header.Postings}");
            if (layer.CountDocuments(first, count) is int documents && (documents < 0 || documents > count)) throw new InvalidOperationException($"{documents} documents in {count} postings");
        }
        long[] positions = [0, -1, 500, long.MaxValue, long.MinValue, Posting.CountFlag, layer.Positions, random.NextInt64(4096)];
        foreach (long position in positions)
        {
            int document = layer.FindDocument(position);
            if (document < -1 || document >= layer.Documents) throw new InvalidOperationException($"document {document} of {layer.Documents}");
        }
        Span<byte> codes = stackalloc byte[64];
        for (int i = 0; i < 6; i++)
        {
            DocumentRecord document = layer.GetDocument(i == 0 ? -1 : i == 1 ? layer.Documents : random.Next(Math.Max(1, layer.Documents)));
            if (layer.GetLine(document, positions[random.Next(positions.Length)]) < 1) throw new InvalidOperationException("a line below 1");
            if (layer.GetTokenLine(document, positions[random.Next(positions.Length)]) < 1) throw new InvalidOperationException("a token's line below 1");
            if (layer.GetFirstToken(document, positions[random.Next(positions.Length)]) < 0) throw new InvalidOperationException("a token below 0");
            int sketch = layer.FindDocumentOfSketch(random.Next(-1, 64));
            if (sketch < -1 || sketch >= layer.Documents) throw new InvalidOperationException($"document {sketch} of {layer.Documents}");
            layer.ReadTokens(positions[random.Next(positions.Length)], codes);
            layer.GetPath(document);
            layer.GetLabel(document);
        }
    }
}
