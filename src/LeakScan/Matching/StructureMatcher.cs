using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LeakScan.Indexing;
using LeakScan.Simd;
using LeakScan.Sketches;
using LeakScan.Tokens;

namespace LeakScan.Matching;

/// <summary>Finds code that was changed: the second tier. One a thread; grows with the longest text that had something to look at.</summary>
// Three steps, each for the little that the one before lets through:
//
//   1. Of every text, half of the shingles are looked up in the index's filter. Where a few are found close together the text is hot.
//   2. Hot blocks of 32 tokens get sketches; windows of some lengths, minima of their last blocks, are compared with the sketches of all of
//      the index. Those that share a few lanes are candidates.
//   3. The tokens of a candidate and those about it are aligned with the text's (Aligner), which decides.
sealed class StructureMatcher
{
    /// <summary>Tokens of a block.</summary>
    const int BlockTokens = 32;

    /// <summary>So many sampled shingles within <see cref="HotTokens"/> make text hot.</summary>
    const int HotHits = 3;

    const int HotTokens = 96;

    /// <summary>Lanes that make a sketch a candidate: by chance one in 10,000 has so many.</summary>
    const int CandidateLanes = 5;

    /// <summary>Candidates that are aligned at most, those with most lanes.</summary>
    const int MaxCandidates = 64;

    const int QueriesAPass = 16;

    /// <summary>Lengths of windows in blocks: about 8, 20 and 60 lines.</summary>
    static readonly int[] s_windows = [2, 5, 15];

    readonly FingerprintIndex _index;
    readonly TokenKeys _keys;
    readonly SimdTier _tier;
    readonly ShingleReader _reader;
    readonly RollingSketch _rolling;
    readonly Aligner _aligner;
    readonly IdiomModel _idioms = IdiomModel.ShippedStructure;
    readonly ulong[] _sampled = new ulong[ShingleReader.PieceTokens];
    readonly int[] _places = new int[ShingleReader.PieceTokens];
    readonly uint[] _minima = new uint[SketchParameters.Bins];
    readonly byte[] _queries = new byte[QueriesAPass * SketchParameters.SketchBytes];
    readonly Dictionary<(int Layer, int Sketch), int> _candidates = [];
    readonly List<(int Layer, int Sketch, int Lanes)> _ranked = [];
    readonly (ulong Hash, int Place)[] _recent = new (ulong, int)[HotHits];
    bool[] _hotBlocks = [];
    int _recentCount;
    int _queryCount;

    internal StructureMatcher(FingerprintIndex index, SimdTier tier)
    {
        (_index, _tier) = (index, tier);
        _keys = index.TokenKeys;
        _reader = new ShingleReader(_keys, tier);
        _rolling = new RollingSketch(tier, s_windows);
        _aligner = new Aligner(index, tier);
    }

    /// <summary>Whether a text has anything to look at.</summary>
    internal bool MayMatch(ReadOnlySpan<byte> text)
    {
        _reader.Reset();
        _recentCount = 0;
        for (int first = 0; _reader.Next(text); first += _reader.Codes.Length)
        {
            if (FindHot(_reader.Shingles(), first, stop: true)) return true;
        }
        return false;
    }

    /// <summary>Finds the documents that the text's structure comes from: best first in <see cref="Aligner.Documents"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="characters">Its canonical characters.</param>
    /// <param name="runs">What was found of it word for word: documents in which to look too.</param>
    internal Aligner Match(ReadOnlySpan<byte> text, long characters, ReadOnlySpan<VerbatimRun> runs)
    {
        _aligner.Begin();
        if (runs.IsEmpty && !MayMatch(text)) return _aligner;
        _aligner.Read(text, _reader);
        int count = _aligner.Shingles.Length;
        int blocks = (count + BlockTokens - 1) / BlockTokens;
        if (_hotBlocks.Length < blocks) _hotBlocks = new bool[blocks];
        _hotBlocks.AsSpan(0, blocks).Clear();
        _recentCount = 0;
        for (int first = 0; first < count; first += ShingleReader.PieceTokens)
        {
            _ = FindHot(_aligner.Shingles[first..Math.Min(count, first + ShingleReader.PieceTokens)], first, stop: false);
        }
        FindCandidates(blocks);
        foreach ((int layer, int sketch, _) in _ranked) _aligner.AddCandidate(layer, sketch);
        foreach (ref readonly VerbatimRun run in runs) _aligner.AddRun(run);
        _aligner.Align(text, characters);
        return _aligner;
    }

    /// <summary>Asks the filters about a piece's sampled shingles.</summary>
    /// <param name="shingles">Rolling hashes; kept.</param>
    /// <param name="first">Place of the first in the text.</param>
    /// <param name="stop">At the first hot place; else blocks about hot places are marked.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    bool FindHot(ReadOnlySpan<ulong> shingles, int first, bool stop)
    {
        Span<ulong> hashes = _sampled;
        Span<int> places = _places;
        int count = 0;
        for (int i = 0; i < shingles.Length; i++)
        {
            hashes[count] = shingles[i];
            places[count] = i;
            if (shingles[i] != 0) count++;
        }
        _reader.Key(hashes[..count]);
        int sampled = 0;
        for (int i = 0; i < count; i++)
        {
            ulong hash = hashes[i];
            hashes[sampled] = hash;
            places[sampled] = places[i];
            if (hash % TokenParameters.SampleRate == 0) sampled++;
        }
        hashes = hashes[..sampled];
        foreach (MappedIndex layer in _index.Layers) layer.PrefetchShingles(hashes);
        for (int i = 0; i < hashes.Length; i++)
        {
            bool found = false;
            foreach (MappedIndex layer in _index.Layers) found |= layer.MayContainShingle(hashes[i]);
            if (found && !_idioms.ContainsShingle(shingles[places[i]]) && IsHot(hashes[i], first + places[i], stop)) return true;
        }
        return false;
    }

    bool IsHot(ulong hash, int place, bool stop)
    {
        // What repeats itself, as the rows of a table do, is one shingle.
        for (int i = 0; i < _recentCount; i++)
        {
            if (_recent[i].Hash == hash) return false;
        }
        if (_recentCount == HotHits)
        {
            Array.Copy(_recent, 1, _recent, 0, HotHits - 1);
            _recentCount--;
        }
        _recent[_recentCount++] = (hash, place);
        if (_recentCount < HotHits || place - _recent[0].Place > HotTokens) return false;
        if (!stop)
        {
            int from = Math.Max(0, (_recent[0].Place - BlockTokens) / BlockTokens);
            int to = Math.Min(_hotBlocks.Length - 1, (place + BlockTokens) / BlockTokens);
            for (int block = from; block <= to; block++) _hotBlocks[block] = true;
        }
        return true;
    }

    void FindCandidates(int blocks)
    {
        _candidates.Clear();
        _queryCount = 0;
        _rolling.Reset();
        for (int block = 0; block < blocks; block++)
        {
            if (!_hotBlocks[block])
            {
                if (_rolling.Blocks != 0) _rolling.Reset();
                continue;
            }
            ReadOnlySpan<ulong> shingles = _aligner.Shingles[(block * BlockTokens)..Math.Min(_aligner.Shingles.Length, (block + 1) * BlockTokens)];
            int count = 0;
            foreach (ulong shingle in shingles)
            {
                if (shingle != 0 && !_idioms.ContainsShingle(shingle)) _sampled[count++] = shingle;
            }
            _reader.Key(_sampled.AsSpan(0, count));
            BlockSketch.Clear(_minima);
            BlockSketch.Add(_sampled.AsSpan(0, count), _minima);
            _rolling.Push(_minima);
            for (int window = 0; window < s_windows.Length; window++)
            {
                if (window > 0 && _rolling.Blocks < s_windows[window]) break;
                Span<byte> query = _queries.AsSpan(_queryCount * SketchParameters.SketchBytes, SketchParameters.SketchBytes);
                if (Sketch.Store(_rolling.Window(window), query, _tier) && ++_queryCount == QueriesAPass) Compare();
            }
        }
        Compare();
        _ranked.Clear();
        foreach (((int layer, int sketch), int lanes) in _candidates) _ranked.Add((layer, sketch, lanes));
        _ranked.Sort((a, b) => a.Lanes != b.Lanes ? b.Lanes.CompareTo(a.Lanes) : a.Layer != b.Layer ? a.Layer.CompareTo(b.Layer) : a.Sketch.CompareTo(b.Sketch));
        if (_ranked.Count > MaxCandidates) CollectionsMarshal.SetCount(_ranked, MaxCandidates);
    }

    void Compare()
    {
        if (_queryCount == 0) return;
        const int Step = 1 << 20;
        ReadOnlySpan<byte> queries = _queries.AsSpan(0, _queryCount * SketchParameters.SketchBytes);
        for (int number = 0; number < _index.Layers.Length; number++)
        {
            MappedIndex layer = _index.Layers[number];
            for (int first = 0; first < layer.Sketches; first += Step)
            {
                CandidateSink sink = new(_candidates, number, first);
                SketchTable.Compare(queries, layer.ReadSketches(first, Math.Min(Step, layer.Sketches - first)), CandidateLanes, ref sink, _tier);
            }
        }
        _queryCount = 0;
    }

    readonly struct CandidateSink(Dictionary<(int Layer, int Sketch), int> candidates, int layer, int first) : ISketchMatchSink
    {
        public void Take(int sketch, int query, int equalLanes)
        {
            ref int lanes = ref CollectionsMarshal.GetValueRefOrAddDefault(candidates, (layer, first + sketch), out _);
            lanes = Math.Max(lanes, equalLanes);
        }
    }
}
