using System.Numerics;
using System.Runtime.InteropServices;
using LeakScan.Indexing;
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

    /// <summary>What it contributes to its document's evidence.</summary>
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
sealed class Aligner
{
    /// <summary>Places of one shingle in the text that are looked at.</summary>
    const int MaxPlaces = 8;

    const int MaxStretches = 1 << 14;

    /// <summary>Tokens about a candidate that are aligned too.</summary>
    const int Margin = DocumentRecord.SketchTokens / 2;

    readonly FingerprintIndex _index;
    readonly SimdTier _tier;
    readonly Shingler _shingler = new();
    readonly List<(int Layer, int Document, int Sketch)> _candidates = [];
    readonly Dictionary<int, int> _diagonals = [];
    readonly Dictionary<uint, int> _names = [];
    readonly List<uint> _added = [];

    uint[] _tokens = new uint[ShingleReader.PieceTokens];
    int[] _starts = new int[ShingleReader.PieceTokens];
    byte[] _codes = new byte[ShingleReader.PieceTokens];
    ulong[] _shingles = new ulong[ShingleReader.PieceTokens];
    int[] _next = new int[ShingleReader.PieceTokens]; // place of the same shingle further on, plus 1
    int[] _newBefore = new int[ShingleReader.PieceTokens + 1]; // shingles before this one that are new to the text and no idioms
    int[] _idiomsBefore = new int[ShingleReader.PieceTokens + 1]; // idioms before this one that are new to the text
    int[] _slots = [];
    int _count;
    byte[] _documentCodes = [];
    ulong[] _documentShingles = [];
    AlignedStretch[] _stretches = new AlignedStretch[64];
    int _stretchCount;
    AlignedDocument[] _documents = new AlignedDocument[8];
    int _documentCount;

    readonly IdiomModel _idioms = IdiomModel.ShippedStructure;

    internal Aligner(FingerprintIndex index, SimdTier tier) => (_index, _tier) = (index, tier);

    /// <summary>The text's shingles: for each token the hash of the one that ends there, or 0.</summary>
    internal ReadOnlySpan<ulong> Shingles => _shingles.AsSpan(0, _count);

    /// <summary>Codes of the text's tokens.</summary>
    internal ReadOnlySpan<byte> Codes => _codes.AsSpan(0, _count);

    /// <summary>Offsets of the text's tokens.</summary>
    internal ReadOnlySpan<int> Starts => _starts.AsSpan(0, _count);

    internal Span<AlignedDocument> Documents => _documents.AsSpan(0, _documentCount);

    internal Span<AlignedStretch> Stretches => _stretches.AsSpan(0, _stretchCount);

    internal void Begin()
    {
        _candidates.Clear();
        (_count, _stretchCount, _documentCount) = (0, 0, 0);
    }

    /// <summary>Reads all of a text.</summary>
    internal void Read(ReadOnlySpan<byte> text, ShingleReader reader)
    {
        reader.Reset();
        while (reader.Next(text))
        {
            int count = reader.Codes.Length;
            if (_codes.Length < _count + count)
            {
                int room = (int)BitOperations.RoundUpToPowerOf2((uint)(_count + count));
                Array.Resize(ref _tokens, room);
                Array.Resize(ref _starts, room);
                Array.Resize(ref _codes, room);
                Array.Resize(ref _shingles, room);
                Array.Resize(ref _next, room);
                Array.Resize(ref _newBefore, room + 1);
                Array.Resize(ref _idiomsBefore, room + 1);
            }
            reader.Tokens.CopyTo(_tokens.AsSpan(_count));
            reader.Starts.CopyTo(_starts.AsSpan(_count));
            reader.Codes.CopyTo(_codes.AsSpan(_count));
            reader.Shingles().CopyTo(_shingles.AsSpan(_count));
            _count += count;
        }

        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * _count));
        if (_slots.Length < slots) _slots = new int[slots];
        else _slots.AsSpan(0, slots).Clear();
        _slotMask = slots - 1;
        // From the end, so that a chain leads from the first place to the last.
        for (int i = _count - 1; i >= 0; i--)
        {
            if (_shingles[i] == 0) continue;
            ref int slot = ref SlotOf(_shingles[i]);
            _next[i] = slot;
            slot = i + 1;
        }
        _newBefore[0] = 0;
        _idiomsBefore[0] = 0;
        for (int i = 0; i < _count; i++)
        {
            bool isNew = _shingles[i] != 0 && SlotOf(_shingles[i]) == i + 1;
            bool isIdiom = isNew && _idioms.ContainsShingle(_shingles[i]);
            _newBefore[i + 1] = _newBefore[i] + (isNew && !isIdiom ? 1 : 0);
            _idiomsBefore[i + 1] = _idiomsBefore[i] + (isIdiom ? 1 : 0);
        }
    }

    int _slotMask;

    ref int SlotOf(ulong shingle)
    {
        int slot = (int)(shingle * 0x9E3779B97F4A7C15 >> 32) & _slotMask;
        while (_slots[slot] != 0 && _shingles[_slots[slot] - 1] != shingle) slot = (slot + 1) & _slotMask;
        return ref _slots[slot];
    }

    internal void AddCandidate(int layer, int sketch)
    {
        int document = _index.Layers[layer].FindDocumentOfSketch(sketch);
        if (document >= 0 && !_index.Layers[layer].IsRemoved(document)) _candidates.Add((layer, document, sketch));
    }

    /// <summary>Aligns the text with all candidates; the best document comes first.</summary>
    internal void Align()
    {
        _candidates.Sort();
        ReadOnlySpan<(int Layer, int Document, int Sketch)> candidates = CollectionsMarshal.AsSpan(_candidates);
        for (int from = 0, to; from < candidates.Length; from = to)
        {
            to = from + 1;
            while (to < candidates.Length && candidates[to].Layer == candidates[from].Layer && candidates[to].Document == candidates[from].Document) to++;
            AlignWith(candidates[from].Layer, candidates[from].Document, candidates[from..to]);
        }
        Documents.Sort((a, b) => a.Evidence != b.Evidence ? b.Evidence.CompareTo(a.Evidence) : a.Layer != b.Layer ? a.Layer.CompareTo(b.Layer) : a.Document.CompareTo(b.Document));
    }

    void AlignWith(int number, int document, ReadOnlySpan<(int Layer, int Document, int Sketch)> candidates)
    {
        MappedIndex layer = _index.Layers[number];
        DocumentRecord record = layer.GetDocument(document);
        int firstStretch = _stretchCount;
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
        if (_stretchCount > firstStretch) Weigh(layer, number, document, record, firstStretch);
    }

    /// <summary>Decrypts a stretch of a document into <see cref="_documentCodes"/>.</summary>
    void ReadCodes(MappedIndex layer, in DocumentRecord record, int from, int length)
    {
        if (_documentCodes.Length < length) (_documentCodes, _documentShingles) = (new byte[2 * length], new ulong[2 * length]);
        Span<byte> codes = _documentCodes.AsSpan(0, length);
        layer.ReadTokens(record.FirstToken + from, codes);
        _index.TokenKeys.Cipher(layer.Header.TokenNonce, record.FirstToken + from, codes, _tier);
    }

    void FindStretches(MappedIndex layer, in DocumentRecord record, int from, int length)
    {
        ReadCodes(layer, record, from, length);
        _shingler.Reset();
        _shingler.Append(_documentCodes.AsSpan(0, length), _documentShingles);
        _diagonals.Clear();
        for (int i = 0; i < length; i++)
        {
            if (_documentShingles[i] == 0) continue;
            int place = SlotOf(_documentShingles[i]) - 1;
            for (int places = 0; place >= 0 && places < MaxPlaces; places++)
            {
                int diagonal = from + i - place;
                if (_diagonals.TryGetValue(diagonal, out int number) && place + 1 - _stretches[number].End <= TokenParameters.ShingleLength)
                {
                    _stretches[number].End = place + 1;
                }
                else if (_stretchCount < MaxStretches)
                {
                    if (_stretchCount == _stretches.Length) Array.Resize(ref _stretches, 2 * _stretchCount);
                    _diagonals[diagonal] = _stretchCount;
                    _stretches[_stretchCount++] = new AlignedStretch { Start = place + 1 - TokenParameters.ShingleLength, End = place + 1, Diagonal = diagonal };
                }
                place = _next[place] - 1;
            }
        }
    }

    void Weigh(MappedIndex layer, int number, int document, in DocumentRecord record, int first)
    {
        Span<AlignedStretch> stretches = _stretches.AsSpan(first, _stretchCount - first);
        stretches.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.End != b.End ? b.End.CompareTo(a.End) : a.Diagonal.CompareTo(b.Diagonal));
        _names.Clear();
        AlignedDocument result = new() { Layer = number, Document = document, First = first };
        double placement = StructureEvidence.PlacementBits(layer.Header.Tokens, _count);
        int covered = 0;
        int previous = -1;
        int kept = 0;
        for (int i = 0; i < stretches.Length; i++)
        {
            AlignedStretch stretch = stretches[i];
            stretch.Start = Math.Max(stretch.Start, covered);
            if (stretch.Start >= stretch.End) continue;
            bool continues = previous >= 0
                && stretch.Start - stretches[previous].End <= StructureEvidence.ContinuationTokens
                && Math.Abs(stretch.Diagonal - stretches[previous].Diagonal) <= StructureEvidence.ContinuationTokens;
            _added.Clear();
            ReadCodes(layer, record, stretch.Start + stretch.Diagonal, stretch.End - stretch.Start);
            double bits = Bits(ref stretch);
            stretch.Evidence = bits - (continues ? Math.Min(StructureEvidence.ContinuationBits, placement) : placement);
            if (stretch.Evidence < StructureEvidence.StretchBits)
            {
                foreach (uint name in _added) _names.Remove(name);
                continue;
            }
            covered = stretch.End;
            result.Evidence += stretch.Evidence;
            result.Tokens += stretch.End - stretch.Start;
            result.Names += stretch.Names;
            result.SameNames += stretch.SameNames;
            previous = kept;
            stretches[kept++] = stretch;
        }
        _stretchCount = first + kept;
        if (kept == 0) return;
        result.Count = kept;
        if (_documentCount == _documents.Length) Array.Resize(ref _documents, 2 * _documentCount);
        _documents[_documentCount++] = result;
    }

    double Bits(ref AlignedStretch stretch)
    {
        double bits = 0;
        for (int i = stretch.Start; i < stretch.End; i++)
        {
            byte own = _codes[i];
            byte other = _documentCodes[i - stretch.Start];
            bool isName = TokenCoder.IsName(own);
            if (isName ? !TokenCoder.IsName(other) : own != other)
            {
                bits += StructureEvidence.MismatchBits;
                continue;
            }
            // A token counts as the best shingle over it, within the stretch, that is new to the text.
            int last = Math.Min(stretch.End, i + TokenParameters.ShingleLength);
            int firstShingle = Math.Max(i, stretch.Start + TokenParameters.ShingleLength - 1);
            double share = _newBefore[last] > _newBefore[firstShingle] ? 1 : _idiomsBefore[last] > _idiomsBefore[firstShingle] ? StructureEvidence.IdiomShare : 0;
            if (!isName)
            {
                bits += share * StructureEvidence.BitsOf(own);
                continue;
            }
            int hash = TokenCoder.NameHashOf(other);
            if (_names.TryGetValue(_tokens[i], out int known))
            {
                if (known != hash) bits += StructureEvidence.ConflictBits;
                else bits += share * StructureEvidence.UsedNameBits;
                continue;
            }
            _names.Add(_tokens[i], hash);
            _added.Add(_tokens[i]);
            stretch.Names++;
            bool same = TokenCoder.NameHashOf(own) == hash;
            if (same) stretch.SameNames++;
            bool isProse = i > 0 && TokenCoder.IsName(_codes[i - 1]);
            bits += share * ((isProse ? StructureEvidence.ProseBits : StructureEvidence.NewNameBits) + (same ? StructureEvidence.SameNameBits : 0));
        }
        return bits;
    }
}
