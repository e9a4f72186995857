using System.IO.Hashing;
using LeakScan.Simd;
using LeakScan.Sketches;
using LeakScan.Tokens;

namespace LeakScan.Indexing;

/// <summary>Writes what an index knows of its documents' structure: tokens, their lines, sketches, and the filter of sampled shingles.</summary>
// All of it is made of the documents' codes, in their order in the file; documents are worked on side by side, a batch at a time.
sealed class StructureWriter(TokenKeys keys, SimdTier tier, TokenStore store, IdiomModel? idioms)
{
    /// <summary>A run of so many public shingles is public text, and its tokens are taken out; a shorter one is an idiom, which is only not asked for.</summary>
    const int PublicRun = 12;

    const int BitsPerShingle = 8;
    const int BatchTokens = 1 << 20;

    /// <summary>One document's contribution.</summary>
    sealed class Result
    {
        internal byte[] Codes = [];
        internal byte[] Lines = [];
        internal byte[] Sketches = [];
        internal ulong[] Sampled = [];
    }

    internal void Write(IndexOutput output, IndexHeader header, StoredTokens[] documents, IReadOnlyCollection<StoredTokens> publicTexts, CancellationToken cancellationToken)
    {
        byte[] publicFilter = MakePublicFilter(publicTexts, cancellationToken);
        // Two files with one nonce would give away the codes that stand in one of them and were taken out of the other.
        if (publicFilter.Length > 0) header.TokenNonce += XxHash3.HashToUInt64(publicFilter);
        long lineBytes = 0;
        foreach (StoredTokens document in documents)
        {
            header.Tokens += document.Tokens;
            header.Sketches += DocumentRecord.SketchesOf(document.Tokens);
            lineBytes += document.LineBytes;
        }
        long filterBytes = BlockedBloomFilter.SizeBytes(header.Tokens / TokenParameters.SampleRate + 1, BitsPerShingle);
        byte[] filter = GC.AllocateUninitializedArray<byte>(checked((int)filterBytes));
        Array.Clear(filter);
        long filterOffset = IndexWriter.Align(header[IndexSection.Removals].Offset + header[IndexSection.Removals].Length);
        long tokensOffset = filterOffset + filterBytes;
        long linesOffset = tokensOffset + header.Tokens;
        SectionWriter tokens = new(output, tokensOffset);
        SectionWriter lines = new(output, linesOffset);
        SectionWriter sketches = new(output, header.Sketches == 0 ? linesOffset + lineBytes : IndexWriter.Align(linesOffset + lineBytes));

        long position = 0;
        for (int from = 0; from < documents.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int to = from;
            for (int held = 0; to < documents.Length && held < BatchTokens; to++) held += documents[to].Tokens;
            Result[] results = new Result[to - from];
            long[] positions = new long[to - from];
            for (int i = 0; i < positions.Length; i++)
            {
                positions[i] = position;
                position += documents[from + i].Tokens;
            }
            int first = from;
            Parallel.For(0, results.Length, () => new Worker(keys, tier, idioms, publicFilter), (i, _, worker) =>
            {
                byte[] bytes = store.Read(documents[first + i]);
                results[i] = worker.Make(bytes.AsSpan(0, documents[first + i].Tokens), bytes.AsSpan(documents[first + i].Tokens));
                keys.Cipher(header.TokenNonce, positions[i], results[i].Codes, tier);
                return worker;
            }, _ => { });
            foreach (Result result in results)
            {
                tokens.Append(result.Codes);
                lines.Append(result.Lines);
                sketches.Append(result.Sketches);
                foreach (ulong hash in result.Sampled) BlockedBloomFilter.Add(filter, 0, filterBytes / BlockedBloomFilter.BlockBytes, hash);
            }
            from = to;
        }
        SectionWriter filterSection = new(output, filterOffset);
        filterSection.Append(filter);
        header.Sections[(int)IndexSection.ShingleFilter] = filterSection.Complete();
        header.Sections[(int)IndexSection.Tokens] = tokens.Complete();
        header.Sections[(int)IndexSection.TokenLines] = lines.Complete();
        header.Sections[(int)IndexSection.Sketches] = sketches.Complete();
    }

    /// <summary>A filter of the shingles of public texts; empty if there are none.</summary>
    byte[] MakePublicFilter(IReadOnlyCollection<StoredTokens> texts, CancellationToken cancellationToken)
    {
        if (texts.Count == 0) return [];
        byte[] filter = new byte[checked((int)BlockedBloomFilter.SizeBytes(texts.Sum(t => (long)t.Tokens)))];
        Shingler shingler = new();
        ulong[] hashes = [];
        foreach (StoredTokens text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (hashes.Length < text.Tokens) hashes = new ulong[2 * text.Tokens];
            shingler.Reset();
            shingler.Append(store.Read(text).AsSpan(0, text.Tokens), hashes);
            foreach (ulong hash in hashes.AsSpan(0, text.Tokens))
            {
                if (hash != 0) BlockedBloomFilter.Add(filter, 0, filter.Length / BlockedBloomFilter.BlockBytes, IdiomModel.Mix(hash, 0));
            }
        }
        return filter;
    }

    sealed class Worker(TokenKeys keys, SimdTier tier, IdiomModel? idioms, byte[] publicFilter)
    {
        readonly Shingler _shingler = new();
        readonly uint[] _minima = new uint[SketchParameters.Bins];
        readonly List<ulong> _sampled = [];
        readonly ulong[] _hashes = new ulong[DocumentRecord.SketchTokens];

        internal Result Make(Span<byte> codes, ReadOnlySpan<byte> lines)
        {
            if (publicFilter.Length > 0) RemovePublic(codes);
            byte[] sketches = new byte[DocumentRecord.SketchesOf(codes.Length) * SketchParameters.SketchBytes];
            _sampled.Clear();
            _shingler.Reset();
            for (int from = 0, sketch = 0; from < codes.Length; from += DocumentRecord.SketchTokens, sketch++)
            {
                ReadOnlySpan<byte> block = codes[from..Math.Min(codes.Length, from + DocumentRecord.SketchTokens)];
                _shingler.Append(block, _hashes);
                int count = 0;
                foreach (ulong hash in _hashes.AsSpan(0, block.Length))
                {
                    if (hash != 0 && idioms?.ContainsShingle(hash) != true && !IsPublic(hash)) _hashes[count++] = hash;
                }
                Span<ulong> shingles = _hashes.AsSpan(0, count);
                keys.Shingles.Compute(shingles, tier != SimdTier.Scalar);
                BlockSketch.Clear(_minima);
                BlockSketch.Add(shingles, _minima);
                Sketch.Store(_minima, sketches.AsSpan(sketch * SketchParameters.SketchBytes), tier);
                foreach (ulong hash in shingles)
                {
                    if (hash % TokenParameters.SampleRate == 0) _sampled.Add(hash);
                }
            }
            return new Result { Codes = codes.ToArray(), Lines = lines.ToArray(), Sketches = sketches, Sampled = [.. _sampled] };
        }

        bool IsPublic(ulong hash)
        {
            if (publicFilter.Length == 0) return false;
            ulong mixed = IdiomModel.Mix(hash, 0);
            long block = BlockedBloomFilter.BlockOf(mixed, publicFilter.Length / BlockedBloomFilter.BlockBytes);
            return BlockedBloomFilter.MayContain(ref publicFilter[block * BlockedBloomFilter.BlockBytes], mixed);
        }

        void RemovePublic(Span<byte> codes)
        {
            ulong[] hashes = new ulong[codes.Length];
            _shingler.Reset();
            _shingler.Append(codes, hashes);
            for (int from = 0; from < hashes.Length;)
            {
                int to = from;
                while (to < hashes.Length && hashes[to] != 0 && IsPublic(hashes[to])) to++;
                if (to - from >= PublicRun) codes[(from - (TokenParameters.ShingleLength - 1))..to].Clear();
                from = to + 1;
            }
        }
    }
}
