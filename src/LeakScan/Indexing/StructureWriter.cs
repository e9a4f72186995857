using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using LeakScan.Simd;
using LeakScan.Sketches;
using LeakScan.Tokens;

namespace LeakScan.Indexing;

/// <summary>Writes what an index knows of its documents' structure: tokens, their lines, sketches, and the table of sampled shingles.</summary>
// All of it is made of the documents' codes, in their order in the file, a batch of documents ahead of the writing.
sealed class StructureWriter(TokenKeys keys, SimdTier tier, TokenStore store, IdiomModel? idioms)
{
    /// <summary>A run of so many public shingles is public text, and its tokens are taken out; a shorter one is an idiom, which is only not asked for.</summary>
    const int PublicRun = 12;

    /// <summary>Documents of so many tokens are one piece of work; a longer document is one by itself.</summary>
    const int BatchTokens = 1 << 18;

    /// <summary>Tokens, more or less, of which the size of the table is estimated.</summary>
    const int SampleTokens = 1 << 20;

    /// <summary>Shingles whose lines of the table are asked for before one is added.</summary>
    const int AskedAhead = 16;

    /// <summary>One document's contribution.</summary>
    sealed class Result
    {
        internal Memory<byte> Codes;
        internal ReadOnlyMemory<byte> Lines;

        /// <summary>Sketches; a rented array, as the next two.</summary>
        internal required byte[] Sketches;

        internal int SketchCount;

        /// <summary>Sampled shingles, one sketch's behind the other's.</summary>
        internal required ulong[] Sampled;

        /// <summary>For each sketch where its shingles end.</summary>
        internal required int[] SampledEnds;

        internal void Return()
        {
            ArrayPool<byte>.Shared.Return(Sketches);
            ArrayPool<ulong>.Shared.Return(Sampled);
            ArrayPool<int>.Shared.Return(SampledEnds);
        }
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
        long tableBytes = ShingleTable.SizeBytes(EstimateShingles(documents, publicFilter, header.Tokens));
        byte[] table = GC.AllocateUninitializedArray<byte>(checked((int)tableBytes));
        Array.Clear(table);
        long tableOffset = IndexWriter.Align(header[IndexSection.Removals].Offset + header[IndexSection.Removals].Length);
        long tokensOffset = tableOffset + tableBytes;
        long linesOffset = tokensOffset + header.Tokens;
        SectionWriter tokens = new(output, tokensOffset);
        SectionWriter lines = new(output, linesOffset);
        SectionWriter sketches = new(output, header.Sketches == 0 ? linesOffset + lineBytes : IndexWriter.Align(linesOffset + lineBytes));

        List<(int From, int To, long Position)> batches = [];
        long next = 0;
        for (int from = 0, to = 0; from < documents.Length; from = to)
        {
            long position = next;
            for (; to < documents.Length && next - position < BatchTokens; to++) next += documents[to].Tokens;
            batches.Add((from, to, position));
        }
        long firstSketch = 0;
        ConcurrentBag<Worker> workers = [];
        AheadOfUse.Run(batches.Count, Make, results =>
        {
            foreach (Result result in results)
            {
                tokens.Append(result.Codes.Span);
                lines.Append(result.Lines.Span);
                sketches.Append(result.Sketches.AsSpan(0, result.SketchCount * SketchParameters.SketchBytes));
                AddShingles(table, result, firstSketch);
                firstSketch += result.SketchCount;
                result.Return();
            }
        }, cancellationToken);
        SectionWriter tableSection = new(output, tableOffset);
        tableSection.Append(table);
        header.Sections[(int)IndexSection.ShingleTable] = tableSection.Complete();
        header.Sections[(int)IndexSection.Tokens] = tokens.Complete();
        header.Sections[(int)IndexSection.TokenLines] = lines.Complete();
        header.Sections[(int)IndexSection.Sketches] = sketches.Complete();

        Result[] Make(int number)
        {
            (int from, int to, long position) = batches[number];
            if (!workers.TryTake(out Worker? worker)) worker = new(keys, tier, idioms, publicFilter);
            Result[] results = new Result[to - from];
            for (int i = 0; i < results.Length; i++)
            {
                StoredTokens document = documents[from + i];
                Memory<byte> bytes = store.Read(document);
                results[i] = worker.Make(bytes[..document.Tokens], bytes[document.Tokens..]);
                keys.Cipher(header.TokenNonce, position, results[i].Codes.Span, tier);
                position += document.Tokens;
            }
            workers.Add(worker);
            return results;
        }
    }

    static void AddShingles(Span<byte> table, Result result, long firstSketch)
    {
        ReadOnlySpan<ulong> hashes = result.Sampled.AsSpan(0, result.SketchCount == 0 ? 0 : result.SampledEnds[result.SketchCount - 1]);
        for (int i = 0, sketch = 0; i < hashes.Length; i++)
        {
            if (i + AskedAhead < hashes.Length) ShingleTable.Prefetch(table, hashes[i + AskedAhead]);
            while (result.SampledEnds[sketch] <= i) sketch++;
            ShingleTable.Add(table, hashes[i], ShingleTable.TagOf(firstSketch + sketch));
        }
    }

    /// <summary>How many entries the table will hold: from documents spread over all of them, so that neither one kind nor copies mislead much.</summary>
    long EstimateShingles(StoredTokens[] documents, byte[] publicFilter, long tokens)
    {
        int step = (int)Math.Max(1, tokens / SampleTokens);
        Worker worker = new(keys, tier, idioms, publicFilter);
        Dictionary<ulong, (int Entries, (int Document, int Sketch) Last)> entries = [];
        long seen = 0;
        for (int i = 0; i < documents.Length; i += step)
        {
            seen += documents[i].Tokens;
            Result result = worker.Make(store.Read(documents[i]).AsMemory(0, documents[i].Tokens), default);
            for (int sketch = 0, shingle = 0; sketch < result.SketchCount; sketch++)
            {
                for (; shingle < result.SampledEnds[sketch]; shingle++)
                {
                    ref (int Entries, (int, int) Last) entry = ref CollectionsMarshal.GetValueRefOrAddDefault(entries, result.Sampled[shingle], out bool exists);
                    if (!exists || (entry.Last != (i, sketch) && entry.Entries < ShingleTable.MaxTags)) entry = (entry.Entries + 1, (i, sketch));
                }
            }
            result.Return();
        }
        double unseen = step == 1 ? 1 : 1.05;
        return seen == 0 ? 1 : (long)(unseen * entries.Values.Sum(e => (long)e.Entries) * ((double)tokens / seen)) + 1;
    }

    /// <summary>A filter of the shingles of public texts; empty if there are none.</summary>
    byte[] MakePublicFilter(IReadOnlyCollection<StoredTokens> texts, CancellationToken cancellationToken)
    {
        if (texts.Count == 0) return [];
        byte[] filter = new byte[checked((int)BlockedBloomFilter.SizeBytes(texts.Sum(t => (long)t.Tokens)))];
        Shingler shingler = new(tier);
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
        readonly Shingler _shingler = new(tier);
        readonly uint[] _minima = new uint[SketchParameters.Bins];
        readonly ulong[] _hashes = new ulong[DocumentRecord.SketchTokens];

        /// <summary>Makes what a document contributes; the codes become the result's.</summary>
        internal Result Make(Memory<byte> document, ReadOnlyMemory<byte> lines)
        {
            Span<byte> codes = document.Span;
            if (publicFilter.Length > 0) RemovePublic(codes);
            int count = (int)DocumentRecord.SketchesOf(codes.Length);
            Result result = new()
            {
                Codes = document,
                Lines = lines,
                SketchCount = count,
                Sketches = ArrayPool<byte>.Shared.Rent(count * SketchParameters.SketchBytes),
                Sampled = ArrayPool<ulong>.Shared.Rent(codes.Length + 1),
                SampledEnds = ArrayPool<int>.Shared.Rent(count),
            };
            Array.Clear(result.Sketches, 0, count * SketchParameters.SketchBytes);
            int sampled = 0;
            _shingler.Reset();
            for (int sketch = 0; sketch < count; sketch++)
            {
                int from = sketch * DocumentRecord.SketchTokens;
                ReadOnlySpan<byte> block = codes[from..Math.Min(codes.Length, from + DocumentRecord.SketchTokens)];
                _shingler.Append(block, _hashes);
                Span<ulong> shingles = _hashes.AsSpan(0, KeepRare(_hashes.AsSpan(0, block.Length)));
                keys.Shingles.Compute(shingles, shingles, tier != SimdTier.Scalar);
                BlockSketch.Clear(_minima);
                BlockSketch.Add(shingles, _minima);
                Sketch.Store(_minima, result.Sketches.AsSpan(sketch * SketchParameters.SketchBytes, SketchParameters.SketchBytes), tier);
                foreach (ulong hash in shingles)
                {
                    result.Sampled[sampled] = hash;
                    sampled += hash % TokenParameters.SampleRate == 0 ? 1 : 0;
                }
                result.SampledEnds[sketch] = sampled;
            }
            return result;
        }

        /// <summary>Moves the shingles that are neither idioms nor public to the front.</summary>
        /// <returns>Their number.</returns>
        int KeepRare(Span<ulong> hashes)
        {
            if (idioms is not null) hashes = hashes[..idioms.KeepOtherShingles(hashes)];
            if (idioms is not null && publicFilter.Length == 0) return hashes.Length;
            int count = 0;
            foreach (ulong hash in hashes)
            {
                if (hash != 0 && !IsPublic(hash)) hashes[count++] = hash;
            }
            return count;
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
