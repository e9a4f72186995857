using LeakScan.Fingerprints;
using LeakScan.Indexing;

namespace LeakScan.Matching;

/// <summary>A run of hits on one diagonal: a stretch of text that stands in a document as it stands here.</summary>
struct Stretch
{
    /// <summary>Layer of the index.</summary>
    internal int Layer;

    /// <summary>Document within the layer.</summary>
    internal int Document;

    /// <summary>Position in the layer's concatenated documents less position in the text.</summary>
    internal long Diagonal;

    /// <summary>Canonical position in the text of the first hit's first character.</summary>
    internal int Start;

    /// <summary>Canonical position of the last hit's first character.</summary>
    internal int LastHit;

    /// <summary>Position behind the document it is in; 0 until a second hit asks.</summary>
    internal long DocumentEnd;

    /// <summary>Canonical characters that match.</summary>
    internal int Matched;

    /// <summary>Their bits, before the cost of pointing.</summary>
    internal double Bits;

    /// <summary>What was left of <see cref="Bits"/> after what the text repeats was taken off (<see cref="Novelty"/>); 0 before that.</summary>
    internal double News;

    /// <summary>What they contribute to their document's evidence.</summary>
    internal double Evidence;

    /// <summary>Canonical position behind the last matching character.</summary>
    internal readonly int End => LastHit + GramParameters.GramLength;
}

/// <summary>Joins hits to stretches. Hits come in the order of the text. Grows to what the largest text needed, then allocates nothing.</summary>
sealed class StretchBuilder
{
    /// <summary>Hits on one diagonal that are further apart begin a new stretch.</summary>
    const int MaxGap = 256;

    /// <summary>Above this, stretches that have ended and say next to nothing are dropped.</summary>
    const int ManyStretches = 1 << 18;

    Stretch[] _stretches = new Stretch[64];
    int[] _slots = new int[256];
    int _count;
    int _slotMask = 255;
    int _compactAt = ManyStretches;
    MappedIndex?[] _layers = [];

    internal Span<Stretch> Stretches => _stretches.AsSpan(0, _count);

    internal void Clear()
    {
        if (_count != 0) _slots.AsSpan(0, _slotMask + 1).Clear();
        _count = 0;
        _compactAt = ManyStretches;
    }

    /// <summary>Takes a hit.</summary>
    /// <param name="layer">Layer of the index.</param>
    /// <param name="documents">The same.</param>
    /// <param name="indexPosition">Position in the layer's documents.</param>
    /// <param name="textPosition">Position in the text; never falls from hit to hit.</param>
    /// <param name="bitsPerCharacter">What each of its characters is worth.</param>
    internal void Add(int layer, MappedIndex documents, long indexPosition, int textPosition, double bitsPerCharacter)
    {
        long diagonal = indexPosition - textPosition;
        int slot = Slot(layer, diagonal);
        int index = _slots[slot] - 1;
        if (index >= 0)
        {
            ref Stretch stretch = ref _stretches[index];
            int gap = textPosition - stretch.LastHit;
            if (gap == 0) return;
            // Files one behind the other are so in the index too: each has a stretch of its own.
            if (gap <= MaxGap && stretch.DocumentEnd == 0) _ = documents.FindDocument(stretch.Diagonal + stretch.LastHit, out stretch.DocumentEnd);
            if (gap <= MaxGap && indexPosition < stretch.DocumentEnd)
            {
                // Selected k-grams of the same text are at most w apart, so within w all between them matches too.
                int matched = gap <= GramParameters.FineWindow ? gap : Math.Min(gap, GramParameters.GramLength);
                stretch.Matched += matched;
                stretch.Bits += matched * bitsPerCharacter;
                stretch.LastHit = textPosition;
                return;
            }
        }

        if (_layers.Length <= layer) Array.Resize(ref _layers, layer + 1);
        _layers[layer] = documents;
        if (_count == _compactAt)
        {
            Compact(textPosition);
            slot = Slot(layer, diagonal);
            index = _slots[slot] - 1;
        }
        if (_count == _stretches.Length) Array.Resize(ref _stretches, 2 * _count);
        _stretches[_count++] = new Stretch
        {
            Layer = layer,
            Document = -1,
            Diagonal = diagonal,
            Start = textPosition,
            LastHit = textPosition,
            Matched = GramParameters.GramLength,
            Bits = GramParameters.GramLength * bitsPerCharacter,
        };
        if (index < 0 && 2 * _count > _slotMask) Rehash(4 * (_slotMask + 1));
        else _slots[slot] = _count;
    }

    // Open addressing; a slot holds the number of the newest stretch of its diagonal, plus one.
    int Slot(int layer, long diagonal)
    {
        int slot = (int)((ulong)(diagonal * 31 + layer) * 0x9E3779B97F4A7C15 >> 40) & _slotMask;
        while (_slots[slot] != 0)
        {
            ref Stretch stretch = ref _stretches[_slots[slot] - 1];
            if (stretch.Diagonal == diagonal && stretch.Layer == layer) break;
            slot = (slot + 1) & _slotMask;
        }
        return slot;
    }

    void Rehash(int size)
    {
        if (_slots.Length < size) _slots = new int[size];
        else _slots.AsSpan().Clear();
        _slotMask = size - 1;
        for (int i = 0; i < _count; i++) _slots[Slot(_stretches[i].Layer, _stretches[i].Diagonal)] = i + 1;
    }

    // What has ended and says less than it costs to point at it, in a text that is at least so long, is nothing by itself.
    void Compact(int textPosition)
    {
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            ref Stretch stretch = ref _stretches[i];
            if (textPosition - stretch.LastHit <= MaxGap || stretch.Bits >= Evidence.StretchBits + Evidence.PlacementBits(_layers[stretch.Layer]!.Positions, textPosition)) _stretches[kept++] = stretch;
        }
        _count = kept;
        _compactAt = Math.Max(ManyStretches, 2 * kept);
        Rehash(_slotMask + 1);
    }
}
