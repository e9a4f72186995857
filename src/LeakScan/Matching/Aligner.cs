using System.Numerics;
using System.Runtime.InteropServices;
using LeakScan.Indexing;
using LeakScan.Primitives;
using LeakScan.Simd;
using LeakScan.Tokens;

namespace LeakScan.Matching;

/// <summary>A run of tokens of the text that a document has in the same structure.</summary>
struct AlignedStretch
{
    /// <summary>First token in the text.</summary>
    internal int Start;

    /// <summary>Token behind the last.</summary>
    internal int End;

    /// <summary>Token in the document less token in the text.</summary>
    internal int Diagonal;

    /// <summary>Place of the document's first token of it among the decrypted ones; -1 where it is known to stand there word for word and tokens need not be compared.</summary>
    internal int Codes;

    /// <summary>What it says, then what it contributes to its document's evidence.</summary>
    internal double Evidence;

    /// <summary>Names that occur in it for the first time, and those of them that the document has there itself.</summary>
    internal int Names, SameNames;
}

/// <summary>A document that text is aligned with.</summary>
struct AlignedDocument
{
    internal int Layer;
    internal int Document;

    /// <summary>Its stretches in <see cref="Aligner.Stretches"/>, in the order of the text.</summary>
    internal int First, Count;

    internal double Evidence;

    /// <summary>Tokens of the text that are aligned.</summary>
    internal int Tokens;

    internal int Names, SameNames;
}

/// <summary>Aligns the tokens of a text with those of documents. One a thread; grows with the longest text.</summary>
// What decides is the run of shingles on one diagonal, as in StretchBuilder; but here the tokens of both sides are at hand, so each is weighed
// by what it is (StructureEvidence), and names are held to one another over all of a document: a name of the text that was
// one name of the document must be so again.
//
// What of the text stands in the document word for word counts with the rest: where most names were changed, a line that was not is
// too short an evidence by itself, and so is the structure about it. A token within a verbatim run is worth its letters, if they are more than its
// structure, and a run whose tokens do not align is a stretch of its own.
//
// Stretches overlap and contradict each other, so the most telling goes first: each is weighed by itself, and from the best down
// it is taken, without what better ones cover and with the names they settled, if it says more than it costs to point at it close to those.
// What it costs to point at the first they pay together: code with lines put in everywhere has no stretch that could alone.
sealed class Aligner
{
    /// <summary>Places of one shingle in the text that are looked at.</summary>
    const int MaxPlaces = 8;

    const int MaxStretches = 1 << 14;

    /// <summary>Tokens about a candidate that are aligned too.</summary>
    const int Margin = DocumentRecord.SketchTokens / 2;

    /// <summary>Shingles whose slots were asked for before one is looked at.</summary>
    const int AskedAhead = 16;

    /// <summary>Of a slot; the others tell shingles apart.</summary>
    const ulong PlaceBits = int.MaxValue;

    /// <summary>What a shingle of the text says that was not said before.</summary>
    enum News : byte
    {
        Unknown,
        None,
        NewIdiom,
        New,
    }

    readonly FingerprintIndex _index;
    readonly SimdTier _tier;
    readonly Shingler _shingler;
    readonly List<(int Layer, int Document, int Sketch)> _candidates = [];
    readonly Dictionary<int, int> _diagonals = [];
    readonly Dictionary<uint, int> _names = [];
    readonly List<uint> _added = [];
    readonly List<VerbatimRun> _runs = [];

    uint[] _tokens = new uint[ShingleReader.PieceTokens];
    int[] _starts = new int[ShingleReader.PieceTokens];
    byte[] _codes = new byte[ShingleReader.PieceTokens];
    ulong[] _shingles = new ulong[ShingleReader.PieceTokens];
    int[] _next = new int[ShingleReader.PieceTokens]; // place of the same shingle further on, plus 1
    News[] _news = new News[ShingleReader.PieceTokens]; // of the shingle that ends here
    int[] _newBefore = new int[ShingleReader.PieceTokens + 1]; // shingles of the stretch at hand before this one that are new to the text and no idioms
    int[] _idiomsBefore = new int[ShingleReader.PieceTokens + 1]; // idioms before this one that are new to the text
    bool[] _isNewPair = new bool[ShingleReader.PieceTokens]; // a name that for the first time follows the name before it
    double[] _quoted = new double[ShingleReader.PieceTokens]; // bits of what the document at hand has word for word
    int[] _quotedDiagonals = new int[ShingleReader.PieceTokens]; // where it has it: the run's diagonal
    bool[] _isForeign = new bool[ShingleReader.PieceTokens]; // a word with letters outside ASCII: of prose
    ulong[] _slots = []; // high bits of a shingle, and its first place, plus 1
    int _slotMask;
    ulong[] _pairs = new ulong[ShingleReader.PieceTokens];
    int[] _pairPlaces = new int[ShingleReader.PieceTokens];
    bool _hasNewPairs;
    ulong[] _pairSlots = [];
    int _count;
    long _textTokens;
    byte[] _documentCodes = [];
    readonly List<(int Token, int Length, int Codes)> _documentParts = []; // what was decrypted of the document at hand: first token, tokens, place
    int _documentCodeCount;
    ulong[] _documentShingles = [];
    AlignedStretch[] _stretches = new AlignedStretch[64];
    int _stretchCount;
    AlignedDocument[] _documents = new AlignedDocument[8];
    int _documentCount;

    bool _isCode; // the document at hand

    readonly OtherNames _otherNames;

    internal Aligner(FingerprintIndex index, SimdTier tier) => (_index, _tier, _shingler, _otherNames) = (index, tier, new Shingler(tier), new OtherNames(index, tier));

    /// <summary>Codes of the tokens taken.</summary>
    internal ReadOnlySpan<byte> Codes => _codes.AsSpan(0, _count);

    /// <summary>Their offsets in the text.</summary>
    internal ReadOnlySpan<int> Starts => _starts.AsSpan(0, _count);

    /// <summary>Where a token ends: where the next begins at the latest.</summary>
    internal int EndOf(ReadOnlySpan<byte> text, int token)
    {
        int end = Lexer.EndOf(text, _starts[token]);
        return token + 1 < _count && _starts[token + 1] > _starts[token] ? Math.Min(end, _starts[token + 1]) : end;
    }

    internal Span<AlignedDocument> Documents => _documents.AsSpan(0, _documentCount);

    internal Span<AlignedStretch> Stretches => _stretches.AsSpan(0, _stretchCount);

    internal void Begin()
    {
        _candidates.Clear();
        _runs.Clear();
        (_count, _stretchCount, _documentCount) = (0, 0, 0);
    }

    /// <summary>Takes tokens of a text: all, or in their order those that something may be told of.</summary>
    /// <param name="tokens">Tokens.</param>
    /// <param name="starts">Their offsets in the text.</param>
    /// <param name="codes">Their codes.</param>
    /// <param name="shingles">For each the hash of the shingle that ends there; 0 where there is none.</param>
    internal void Append(ReadOnlySpan<uint> tokens, ReadOnlySpan<int> starts, ReadOnlySpan<byte> codes, ReadOnlySpan<ulong> shingles)
    {
        MakeRoom(tokens.Length);
        tokens.CopyTo(_tokens.AsSpan(_count));
        starts.CopyTo(_starts.AsSpan(_count));
        codes.CopyTo(_codes.AsSpan(_count));
        shingles.CopyTo(_shingles.AsSpan(_count));
        _count += tokens.Length;
    }

    /// <summary>Takes tokens that match nothing, so many that nothing goes on behind them.</summary>
    internal void AppendGap()
    {
        const int length = StructureEvidence.ContinuationTokens;
        MakeRoom(length);
        _tokens.AsSpan(_count, length).Clear();
        _starts.AsSpan(_count, length).Fill(_starts[_count - 1]);
        _codes.AsSpan(_count, length).Clear();
        _shingles.AsSpan(_count, length).Clear();
        _count += length;
    }

    void MakeRoom(int count)
    {
        if (_codes.Length >= _count + count) return;
        int room = (int)BitOperations.RoundUpToPowerOf2((uint)(_count + count));
        Array.Resize(ref _tokens, room);
        Array.Resize(ref _starts, room);
        Array.Resize(ref _codes, room);
        Array.Resize(ref _shingles, room);
        Array.Resize(ref _next, room);
        Array.Resize(ref _news, room);
        Array.Resize(ref _newBefore, room + 1);
        Array.Resize(ref _idiomsBefore, room + 1);
        Array.Resize(ref _isNewPair, room);
        Array.Resize(ref _pairs, room);
        Array.Resize(ref _pairPlaces, room);
        Array.Resize(ref _quoted, room);
        Array.Resize(ref _quotedDiagonals, room);
        Array.Resize(ref _isForeign, room);
    }

    void FindForeign(ReadOnlySpan<byte> text)
    {
        if (!text.ContainsAnyInRange((byte)0x80, (byte)0xFF))
        {
            _isForeign.AsSpan(0, _count).Clear();
            return;
        }
        for (int i = 0; i < _count; i++) _isForeign[i] = TokenCoder.IsWord(_codes[i]) && text[_starts[i]..Lexer.EndOf(text, _starts[i])].ContainsAnyInRange((byte)0x80, (byte)0xFF);
    }

    /// <summary>Finds where each shingle of the text stands.</summary>
    void FindPlaces()
    {
        int slots = SlotsFor(_count);
        if (_slots.Length < slots) _slots = new ulong[slots];
        else _slots.AsSpan(0, slots).Clear();
        _slotMask = slots - 1;
        _news.AsSpan(0, _count).Clear();
        // From the end, so that a chain leads from the first place to the last.
        for (int i = _count - 1; i >= 0; i--)
        {
            if (i >= AskedAhead) PrefetchQueue.Ask(ref _slots[FirstSlot(_shingles[i - AskedAhead], _slotMask)]);
            ulong shingle = _shingles[i];
            if (shingle == 0) continue;
            ref ulong slot = ref SlotOf(shingle);
            _next[i] = PlaceIn(slot) + 1;
            slot = (shingle & ~PlaceBits) | (uint)(i + 1);
        }
        _hasNewPairs = false;
    }

    /// <summary>Slots of a table of so many, at most half of which are taken.</summary>
    static int SlotsFor(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * count));

    static int FirstSlot(ulong hash, int mask) => (int)(hash * 0x9E3779B97F4A7C15 >> 32) & mask;

    /// <summary>Finds which pairs of names are new to the text.</summary>
    void FindNewPairs()
    {
        _hasNewPairs = true;
        uint previous = 0;
        int count = 0;
        for (int i = 0; i < _count; i++)
        {
            _isNewPair[i] = false;
            if (!TokenCoder.IsName(_codes[i])) continue;
            _pairs[count] = Math.Max(1, (ulong)previous << 32 | _tokens[i]);
            _pairPlaces[count++] = i;
            previous = _tokens[i];
        }
        int slots = SlotsFor(count);
        if (_pairSlots.Length < slots) _pairSlots = new ulong[slots];
        else _pairSlots.AsSpan(0, slots).Clear();
        int mask = slots - 1;
        for (int i = 0; i < count; i++)
        {
            if (i + AskedAhead < count) PrefetchQueue.Ask(ref _pairSlots[FirstSlot(_pairs[i + AskedAhead], mask)]);
            ulong pair = _pairs[i];
            int slot = FirstSlot(pair, mask);
            while (_pairSlots[slot] != 0 && _pairSlots[slot] != pair) slot = (slot + 1) & mask;
            _isNewPair[_pairPlaces[i]] = _pairSlots[slot] == 0;
            _pairSlots[slot] = pair;
        }
    }

    /// <summary>The slot of a shingle: empty, or with the first place where it stands.</summary>
    ref ulong SlotOf(ulong shingle)
    {
        int slot = FirstSlot(shingle, _slotMask);
        while (_slots[slot] != 0 && (((_slots[slot] ^ shingle) & ~PlaceBits) != 0 || _shingles[PlaceIn(_slots[slot])] != shingle)) slot = (slot + 1) & _slotMask;
        return ref _slots[slot];
    }

    /// <summary>The place that a slot holds; -1 if it is empty.</summary>
    static int PlaceIn(ulong slot) => (int)(slot & PlaceBits) - 1;

    /// <summary>Counts the shingles of a stretch that are new to the text.</summary>
    void CountNews(in AlignedStretch stretch)
    {
        (_newBefore[stretch.Start], _idiomsBefore[stretch.Start]) = (0, 0);
        for (int i = stretch.Start; i < stretch.End; i++)
        {
            News news = NewsOf(i);
            _newBefore[i + 1] = _newBefore[i] + (news == News.New ? 1 : 0);
            _idiomsBefore[i + 1] = _idiomsBefore[i] + (news == News.NewIdiom ? 1 : 0);
        }
    }

    News NewsOf(int place)
    {
        ref News news = ref _news[place];
        if (news == News.Unknown)
        {
            ulong shingle = _shingles[place];
            news = shingle == 0 || PlaceIn(SlotOf(shingle)) != place ? News.None : IdiomModel.ShippedStructure.ContainsShingle(shingle) ? News.NewIdiom : News.New;
        }
        return news;
    }

    /// <summary>Whether any shingle over a token is news, whatever stretch the token is in.</summary>
    bool IsNews(int token)
    {
        for (int i = token; i < Math.Min(_count, token + TokenParameters.ShingleLength); i++)
        {
            if (NewsOf(i) is News.New or News.NewIdiom) return true;
        }
        return false;
    }

    internal void AddCandidate(int layer, int sketch)
    {
        int document = _index.Layers[layer].FindDocumentOfSketch(sketch);
        if (document >= 0 && !_index.Layers[layer].IsRemoved(document)) _candidates.Add((layer, document, sketch));
    }

    /// <summary>Adds what the text has of a document word for word, and the document's tokens about it to the candidates.</summary>
    internal void AddRun(in VerbatimRun run)
    {
        DocumentRecord record = _index.Layers[run.Layer].GetDocument(run.Document);
        if (run.Token >= record.Tokens) return;
        _runs.Add(run);
        _candidates.Add((run.Layer, run.Document, (int)(record.FirstSketch + run.Token / DocumentRecord.SketchTokens)));
    }

    /// <summary>Aligns the text with all candidates; the best document comes first.</summary>
    /// <param name="text">What was read.</param>
    /// <param name="tokens">Tokens of all of it.</param>
    /// <param name="characters">Canonical characters of it.</param>
    internal void Align(ReadOnlySpan<byte> text, long tokens, long characters)
    {
        _textTokens = tokens;
        if (_candidates.Count == 0) return;
        FindPlaces();
        FindForeign(text);
        _candidates.Sort();
        ReadOnlySpan<(int Layer, int Document, int Sketch)> candidates = CollectionsMarshal.AsSpan(_candidates);
        for (int from = 0, to; from < candidates.Length; from = to)
        {
            to = from + 1;
            while (to < candidates.Length && candidates[to].Layer == candidates[from].Layer && candidates[to].Document == candidates[from].Document) to++;
            AlignWith(text, characters, candidates[from].Layer, candidates[from].Document, candidates[from..to]);
        }
        Documents.Sort((a, b) => a.Evidence != b.Evidence ? b.Evidence.CompareTo(a.Evidence) : a.Layer != b.Layer ? a.Layer.CompareTo(b.Layer) : a.Document.CompareTo(b.Document));
    }

    void AlignWith(ReadOnlySpan<byte> text, long characters, int number, int document, ReadOnlySpan<(int Layer, int Document, int Sketch)> candidates)
    {
        MappedIndex layer = _index.Layers[number];
        DocumentRecord record = layer.GetDocument(document);
        _isCode = record.IsCode;
        int firstStretch = _stretchCount;
        _documentCodeCount = 0;
        _documentParts.Clear();
        for (int i = 0; i < candidates.Length;)
        {
            long from = Math.Max(0, ((long)candidates[i].Sketch - record.FirstSketch) * DocumentRecord.SketchTokens - Margin);
            long to = from;
            for (; i < candidates.Length; i++)
            {
                long start = ((long)candidates[i].Sketch - record.FirstSketch) * DocumentRecord.SketchTokens;
                if (to > from && start - Margin > to) break;
                to = Math.Min(record.Tokens, start + DocumentRecord.SketchTokens + Margin);
            }
            if (to <= from) continue;
            FindStretches(layer, record, (int)from, (int)(to - from));
        }
        foreach (ref readonly VerbatimRun run in CollectionsMarshal.AsSpan(_runs))
        {
            if (run.Layer == number && run.Document == document) Quote(text, run);
        }
        if (_stretchCount > firstStretch) Weigh(text, layer, number, document, firstStretch, characters);
        foreach (ref readonly VerbatimRun run in CollectionsMarshal.AsSpan(_runs))
        {
            if (run.Layer == number && run.Document == document) _quoted.AsSpan(TokensOf(run)).Clear();
        }
    }

    /// <summary>The tokens of the text that a run holds.</summary>
    Range TokensOf(in VerbatimRun run)
    {
        int first = Starts.BinarySearch(run.Start);
        int end = Starts.BinarySearch(run.End);
        return (first < 0 ? ~first : first)..(end < 0 ? ~end : end);
    }

    void Quote(ReadOnlySpan<byte> text, in VerbatimRun run)
    {
        Range tokens = TokensOf(run);
        (int first, int end) = (tokens.Start.Value, tokens.End.Value);
        if (first >= end) return;
        int diagonal = DiagonalOf(first, end, (int)run.Token);
        for (int i = first; i < end; i++)
        {
            if (!TokenCoder.IsWord(_codes[i])) continue;
            int wordEnd = Math.Min(EndOf(text, i), run.End); // a long name may begin as another one does
            double bits = run.BitsPerCharacter * (wordEnd - _starts[i]);
            if (bits > _quoted[i]) (_quoted[i], _quotedDiagonals[i]) = (bits, diagonal);
        }
        AddStretch(new AlignedStretch { Start = first, End = end, Diagonal = (int)run.Token - first, Codes = -1 });
    }

    /// <summary>The diagonal of a run: where it begins in the document is known to the line only, so it is where the document's tokens are most like its own.</summary>
    int DiagonalOf(int first, int end, int lineToken)
    {
        const int LongestLine = 128, Compared = 32;
        int best = lineToken - first, most = 0;
        ReadOnlySpan<byte> document = [];
        foreach ((int token, int length, int codes) in _documentParts)
        {
            if (lineToken >= token && lineToken < token + length) document = _documentCodes.AsSpan(codes, length)[(lineToken - token)..];
        }
        ReadOnlySpan<byte> run = _codes.AsSpan(first..Math.Min(end, first + Compared));
        // Its first and last token may be parts of others.
        for (int shift = 0; shift < Math.Min(LongestLine, document.Length) && most < Math.Max(1, run.Length - 2); shift++)
        {
            ReadOnlySpan<byte> here = document[shift..];
            int same = 0;
            for (int i = 0; i < Math.Min(run.Length, here.Length); i++)
            {
                if (IsSame(run[i], here[i])) same++;
            }
            if (same > most) (best, most) = (lineToken + shift - first, same);
        }
        return best;
    }

    /// <summary>Whether tokens are the same mark, keyword or number, or names that may be the same.</summary>
    static bool IsSame(byte own, byte other) => own == other || TokenCoder.IsName(own) && TokenCoder.IsName(other) && TokenCoder.NameHashOf(own) == TokenCoder.NameHashOf(other);

    bool AddStretch(in AlignedStretch stretch)
    {
        if (_stretchCount == MaxStretches) return false;
        if (_stretchCount == _stretches.Length) Array.Resize(ref _stretches, 2 * _stretchCount);
        _stretches[_stretchCount++] = stretch;
        return true;
    }

    void FindStretches(MappedIndex layer, in DocumentRecord record, int from, int length)
    {
        int first = _documentCodeCount;
        _documentCodeCount += length;
        _documentParts.Add((from, length, first));
        if (_documentCodes.Length < _documentCodeCount) Array.Resize(ref _documentCodes, 2 * _documentCodeCount);
        if (_documentShingles.Length < length) _documentShingles = new ulong[2 * length];
        Span<byte> codes = _documentCodes.AsSpan(first, length);
        layer.ReadTokens(record.FirstToken + from, codes);
        _index.TokenKeys.Cipher(layer.Header.TokenNonce, record.FirstToken + from, codes, _tier);
        _shingler.Reset();
        _shingler.Append(codes, _documentShingles);
        _diagonals.Clear();
        for (int i = 0; i < length; i++)
        {
            if (_documentShingles[i] == 0) continue;
            int place = PlaceIn(SlotOf(_documentShingles[i]));
            for (int places = 0; place >= 0 && places < MaxPlaces; places++)
            {
                int diagonal = from + i - place;
                if (_diagonals.TryGetValue(diagonal, out int number) && place + 1 - _stretches[number].End <= TokenParameters.ShingleLength)
                {
                    _stretches[number].End = place + 1;
                }
                else if (AddStretch(new AlignedStretch
                {
                    Start = place + 1 - TokenParameters.ShingleLength,
                    End = place + 1,
                    Diagonal = diagonal,
                    Codes = first + i + 1 - TokenParameters.ShingleLength,
                }))
                {
                    _diagonals[diagonal] = _stretchCount - 1;
                }
                place = _next[place] - 1;
            }
        }
    }

    void Weigh(ReadOnlySpan<byte> text, MappedIndex layer, int number, int document, int first, long characters)
    {
        Span<AlignedStretch> stretches = _stretches.AsSpan(first, _stretchCount - first);
        double placement = StructureEvidence.PlacementBits(layer.Header.Tokens, _textTokens);
        double furtherPlacement = StructureEvidence.FurtherPlacementBits(layer.Header.Tokens, _textTokens);
        double verbatimPlacement = Evidence.PlacementBits(layer.Positions, characters);

        // Of most candidates chance alone tells: no stretch says enough to begin with, and most are too short for it.
        bool hasSeed = false;
        foreach (ref AlignedStretch stretch in stretches)
        {
            if (IsShort(stretch)) continue;
            Weigh(text, ref stretch);
            hasSeed |= stretch.Evidence >= StructureEvidence.SeedBits;
        }
        if (!hasSeed)
        {
            _stretchCount = first;
            return;
        }
        foreach (ref AlignedStretch stretch in stretches)
        {
            if (IsShort(stretch)) Weigh(text, ref stretch);
        }
        stretches.Sort(static (a, b) => a.Evidence != b.Evidence ? b.Evidence.CompareTo(a.Evidence)
            : a.Start != b.Start ? a.Start.CompareTo(b.Start)
            : a.Diagonal != b.Diagonal ? a.Diagonal.CompareTo(b.Diagonal)
            : b.Codes.CompareTo(a.Codes));
        MoveSeedToFront(stretches);

        _names.Clear();
        AlignedDocument result = new() { Layer = number, Document = document, First = first };
        double firstPlacement = 0;
        int kept = 0;
        foreach (AlignedStretch candidate in stretches)
        {
            AlignedStretch stretch = candidate;
            if (!Trim(ref stretch, stretches[..kept])) continue;
            _added.Clear();
            stretch.Evidence = Bits(text, ref stretch) * NewShare(stretch, stretches[..kept]);
            if (kept > 0) stretch.Evidence -= PointingBits(stretch, stretches[..kept], stretch.Codes < 0 ? verbatimPlacement : furtherPlacement);
            if (stretch.Evidence < StructureEvidence.StretchBits)
            {
                foreach (uint name in _added) _names.Remove(name);
                continue;
            }
            if (kept == 0) firstPlacement = Placement(stretch);
            result.Evidence += stretch.Evidence;
            result.Tokens += stretch.End - stretch.Start;
            result.Names += stretch.Names;
            result.SameNames += stretch.SameNames;
            stretches[kept++] = stretch;
        }
        // Together they have to say what it costs to point at the first, and each bears its part of it.
        double share = 1 - firstPlacement / result.Evidence;
        result.Evidence -= firstPlacement;
        if (result.Evidence < StructureEvidence.StretchBits) kept = 0;
        foreach (ref AlignedStretch stretch in stretches[..kept]) stretch.Evidence *= share;
        _stretchCount = first + kept;
        if (kept == 0) return;
        stretches[..kept].Sort(static (a, b) => a.Start.CompareTo(b.Start));
        result.Count = kept;
        if (_documentCount == _documents.Length) Array.Resize(ref _documents, 2 * _documentCount);
        _documents[_documentCount++] = result;

        void Weigh(ReadOnlySpan<byte> text, ref AlignedStretch stretch)
        {
            if (!_hasNewPairs) FindNewPairs();
            _names.Clear();
            stretch.Evidence = Bits(text, ref stretch);
        }

        double Placement(in AlignedStretch stretch) => stretch.Codes < 0 ? verbatimPlacement : placement;

        // Puts the one first that says most when what it costs to point at it is taken off.
        void MoveSeedToFront(Span<AlignedStretch> stretches)
        {
            int seed = 0;
            for (int i = 1; i < stretches.Length; i++)
            {
                if (stretches[i].Evidence - Placement(stretches[i]) > stretches[seed].Evidence - Placement(stretches[seed])) seed = i;
            }
            AlignedStretch best = stretches[seed];
            stretches[..seed].CopyTo(stretches[1..]);
            stretches[0] = best;
        }

        // Whatever its tokens say, it is too little to begin with.
        bool IsShort(in AlignedStretch stretch)
        {
            double most = 0;
            for (int i = stretch.Start; i < stretch.End && most < StructureEvidence.SeedBits; i++)
            {
                most += stretch.Codes < 0 ? _quoted[i] : Math.Max(_quoted[i], MostBits(i, _documentCodes[stretch.Codes + i - stretch.Start]));
            }
            return most < StructureEvidence.SeedBits;
        }
    }

    /// <summary>Takes off what others cover; of what is left on both sides of one the longer.</summary>
    /// <returns>Whether anything is left.</returns>
    static bool Trim(ref AlignedStretch stretch, ReadOnlySpan<AlignedStretch> others)
    {
        foreach (ref readonly AlignedStretch other in others)
        {
            if (other.Start >= stretch.End || other.End <= stretch.Start) continue;
            int before = other.Start - stretch.Start;
            int behind = stretch.End - other.End;
            if (before <= 0 && behind <= 0) return false;
            if (before >= behind)
            {
                stretch.End = other.Start;
                continue;
            }
            if (stretch.Codes >= 0) stretch.Codes += other.End - stretch.Start;
            stretch.Start = other.End;
        }
        return true;
    }

    /// <summary>The share of a stretch that lies where the document has told nothing yet: what it has once counts once, however often the text has it.</summary>
    // Lists repeat themselves with small changes, so each of their rows is news to the text, and aligns with the same row of the document.
    double NewShare(in AlignedStretch stretch, ReadOnlySpan<AlignedStretch> others)
    {
        if (stretch.Codes < 0) return IsToldAgain(stretch, others) ? 0 : 1;
        long start = (long)stretch.Start + stretch.Diagonal, end = (long)stretch.End + stretch.Diagonal, overlap = 0;
        foreach (ref readonly AlignedStretch other in others)
        {
            if (other.Codes >= 0) overlap = Math.Max(overlap, Math.Min(end, (long)other.End + other.Diagonal) - Math.Max(start, (long)other.Start + other.Diagonal));
        }
        return 1 - (double)overlap / (end - start);
    }

    /// <summary>Whether a run is one of the others once more: where it begins in the document is known to the line only, so that what it says decides, but for its first and last token, which may be there by chance.</summary>
    bool IsToldAgain(in AlignedStretch run, ReadOnlySpan<AlignedStretch> others)
    {
        ReadOnlySpan<uint> tokens = _tokens.AsSpan(run.Start..run.End);
        if (tokens.Length > 2) tokens = tokens[1..^1];
        foreach (ref readonly AlignedStretch other in others)
        {
            long place = (long)run.Start + run.Diagonal - other.Start - other.Diagonal;
            bool isThere = other.Codes < 0 ? place == 0 : place >= -StructureEvidence.ContinuationTokens && place < other.End - other.Start;
            if (isThere && _tokens.AsSpan(other.Start..other.End).IndexOf(tokens) >= 0) return true;
        }
        return false;
    }

    /// <summary>What it costs to say where a stretch is: little close to one that is told already.</summary>
    static double PointingBits(in AlignedStretch stretch, ReadOnlySpan<AlignedStretch> others, double placement)
    {
        double bits = placement;
        foreach (ref readonly AlignedStretch other in others)
        {
            int gap = Math.Max(stretch.Start - other.End, other.Start - stretch.End);
            long shift = Math.Abs((long)stretch.Diagonal - other.Diagonal); // a damaged index may name any place
            if (gap <= StructureEvidence.ContinuationTokens && shift <= StructureEvidence.ContinuationTokens) bits = Math.Min(bits, StructureEvidence.ContinuationBits(gap, shift));
        }
        return bits;
    }

    double Bits(ReadOnlySpan<byte> text, ref AlignedStretch stretch)
    {
        double bits = 0;
        CountNews(stretch);
        (stretch.Names, stretch.SameNames) = (0, 0);
        for (int i = stretch.Start; i < stretch.End; i++)
        {
            byte own = _codes[i];
            byte other = stretch.Codes < 0 ? own : _documentCodes[stretch.Codes + i - stretch.Start];
            bool isName = TokenCoder.IsName(own);
            if (isName ? !TokenCoder.IsName(other) : own != other)
            {
                bits += StructureEvidence.MismatchBits;
                continue;
            }
            // A token counts as the best shingle over it, within the stretch, that is new to the text.
            int last = Math.Min(stretch.End, i + TokenParameters.ShingleLength);
            int firstShingle = Math.Max(i, stretch.Start + TokenParameters.ShingleLength - 1);
            double share = last <= firstShingle ? 0 : _newBefore[last] > _newBefore[firstShingle] ? 1 : _idiomsBefore[last] > _idiomsBefore[firstShingle] ? StructureEvidence.IdiomShare : 0;
            // A run is aligned with nothing, so what is news in it does not depend on where it ends.
            double quoted = _quoted[i] > 0 && IsQuoted(stretch, i, own, other) && (share > 0 || _isNewPair[i] || (stretch.Codes < 0 && IsNews(i))) ? _quoted[i] : 0;
            double structural = isName ? NameBits(text, ref stretch, i, own, other, share) : share * (i > 0 && _isForeign[i - 1] ? StructureEvidence.ProseBits : StructureEvidence.BitsOf(own));
            bits += stretch.Codes < 0 ? quoted : structural < 0 ? structural : Math.Max(structural, quoted);
        }
        return bits;
    }

    /// <summary>Whether what the document has of a token word for word stands where the stretch is: what it says of elsewhere is no letter of this token.</summary>
    bool IsQuoted(in AlignedStretch stretch, int i, byte own, byte other)
    {
        const int Shift = 4; // marks that one of both has more
        return stretch.Codes < 0 || IsSame(own, other) && Math.Abs((long)_quotedDiagonals[i] - stretch.Diagonal) <= Shift;
    }

    /// <summary>What a token says at most, but for what its letters say word for word, where the document has another.</summary>
    double MostBits(int i, byte other) => !TokenCoder.IsName(_codes[i]) ? StructureEvidence.BitsOf(_codes[i])
        : TokenCoder.NameHashOf(_codes[i]) != TokenCoder.NameHashOf(other) ? StructureEvidence.UsedNameBits
        : StructureEvidence.NewNameBits + StructureEvidence.SameNameBits
            + (!_isCode ? 0 : i + 1 < _count && _starts[i + 1] > _starts[i] ? LetterBits(_starts[i + 1] - _starts[i]) : StructureEvidence.MostLetterBits);

    static int LetterBits(int letters) => Math.Clamp(letters - StructureEvidence.CommonNameLetters, 0, StructureEvidence.MostLetterBits);

    /// <summary>What it says that a name is the document's own.</summary>
    double SameNameBits(ReadOnlySpan<byte> text, int i)
    {
        if (!_isCode) return StructureEvidence.SameNameBits;
        return _otherNames.Contains(text, _tokens[i], _starts[i]) ? OtherNames.Share * StructureEvidence.SameNameBits : StructureEvidence.SameNameBits + LetterBits(EndOf(text, i) - _starts[i]);
    }

    /// <summary>What a name says, and notes that it is used.</summary>
    double NameBits(ReadOnlySpan<byte> text, ref AlignedStretch stretch, int i, byte own, byte other, double share)
    {
        int hash = TokenCoder.NameHashOf(other);
        if (_names.TryGetValue(_tokens[i], out int known))
        {
            if (known != hash) return StructureEvidence.ConflictBits;
            // Of a name whose last use is far back shingles do not know that it was one; so they cannot know either whether it is news.
            bool isFar = TokenCoder.DistanceOf[own] == 0;
            if (isFar && _isNewPair[i]) share = 1;
            // A name that follows the one that it followed before is half of a repetition, whatever stands about both.
            return share * StructureEvidence.UsedNameBits * (_isNewPair[i] ? 1 : Evidence.RepeatedShare);
        }
        _names.Add(_tokens[i], hash);
        _added.Add(_tokens[i]);
        stretch.Names++;
        bool same = TokenCoder.NameHashOf(own) == hash;
        if (same) stretch.SameNames++;
        bool isProse = _isForeign[i] || i > 0 && TokenCoder.IsName(_codes[i - 1]);
        return share * ((isProse ? StructureEvidence.ProseBits : StructureEvidence.NewNameBits) + (same && share > 0 ? SameNameBits(text, i) : 0));
    }
}
