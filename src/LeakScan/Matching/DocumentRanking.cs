using LeakScan.Indexing;

namespace LeakScan.Matching;

/// <summary>A document that shares stretches with the text.</summary>
struct RankedDocument
{
    internal int Layer;
    internal int Document;

    /// <summary>Its stretches: a range of the sorted ones.</summary>
    internal int First;
    internal int Count;

    internal double Evidence;
    internal int Matched;

    /// <summary>What the policy says of it.</summary>
    internal Verdict Verdict;
}

/// <summary>Adds up stretches to documents and puts the documents in order. Reusable; allocates only to grow.</summary>
sealed class DocumentRanking
{
    /// <summary>Places in a document that are remembered as said; of more, the oldest are forgotten.</summary>
    const int MaxSaid = 64;

    readonly (long Start, long End)[] _said = new (long, long)[MaxSaid];
    RankedDocument[] _documents = new RankedDocument[16];
    int _count;

    internal Span<RankedDocument> Documents => _documents.AsSpan(0, _count);

    internal void Clear() => _count = 0;

    /// <summary>Sorts the stretches by document and place, and ranks the documents, those with most evidence first.</summary>
    internal void Rank(Span<Stretch> stretches, ReadOnlySpan<MappedIndex> layers, int textCharacters)
    {
        _count = 0;
        for (int i = 0; i < stretches.Length; i++)
        {
            ref Stretch stretch = ref stretches[i];
            MappedIndex layer = layers[stretch.Layer];
            stretch.Document = layer.FindDocument(stretch.Diagonal + stretch.Start);
            if (stretch.Document >= 0 && layer.IsRemoved(stretch.Document)) stretch.Document = -1;
        }
        stretches.Sort(static (a, b) => a.Layer != b.Layer ? a.Layer.CompareTo(b.Layer)
            : a.Document != b.Document ? a.Document.CompareTo(b.Document)
            : a.Start != b.Start ? a.Start.CompareTo(b.Start)
            : a.Diagonal.CompareTo(b.Diagonal));

        for (int from = 0; from < stretches.Length;)
        {
            int to = from + 1;
            while (to < stretches.Length && stretches[to].Layer == stretches[from].Layer && stretches[to].Document == stretches[from].Document) to++;
            if (stretches[from].Document >= 0) Add(stretches, from, to, layers[stretches[from].Layer], textCharacters);
            from = to;
        }
        Sort();
    }

    /// <summary>Puts the gravest verdicts first, and of equal ones the documents with most evidence.</summary>
    internal void Sort() =>
        Documents.Sort(static (a, b) => a.Verdict != b.Verdict ? b.Verdict.CompareTo(a.Verdict)
            : a.Evidence != b.Evidence ? b.Evidence.CompareTo(a.Evidence)
            : a.Matched != b.Matched ? b.Matched.CompareTo(a.Matched)
            : a.Layer != b.Layer ? b.Layer.CompareTo(a.Layer)
            : a.Document.CompareTo(b.Document));

    void Add(Span<Stretch> stretches, int from, int to, MappedIndex layer, int textCharacters)
    {
        double placement = Evidence.PlacementBits(layer.Positions, textCharacters);
        double evidence = 0;
        int matched = 0;
        int covered = 0;
        int previous = -1;
        int longest = 0;
        int said = 0;
        for (int i = from; i < to; i++)
        {
            ref Stretch stretch = ref stretches[i];
            // What the document has twice counts once: only what lies beyond the stretches before.
            int beyond = stretch.End - Math.Max(covered, stretch.Start);
            stretch.Evidence = 0;
            if (beyond <= 0)
            {
                // Told at another place of the document, so it is news at neither when the text has it again.
                if (said < MaxSaid / 2) _said[said++] = (stretch.Diagonal + stretch.Start, stretch.Diagonal + stretch.End);
                continue;
            }
            double share = Math.Min(1, (double)beyond / (stretch.End - stretch.Start));
            bool continues = previous >= 0
                && stretch.Start - stretches[previous].End <= Evidence.ContinuationCharacters
                && Math.Abs(stretch.Diagonal + stretch.Start - (stretches[previous].Diagonal + stretches[previous].End)) <= Evidence.ContinuationCharacters;
            stretch.Evidence = stretch.Bits * share - (continues ? Math.Min(Evidence.ContinuationBits, placement) : placement);
            if (stretch.Evidence < Evidence.StretchBits) stretch.Evidence = 0;
            covered = stretch.End;
            if (stretch.Evidence == 0) continue;
            longest = Math.Max(longest, stretch.Matched);
            // What the text has twice is shown twice and counts once: a listing repeats a path on every line and tells it once.
            double news = NewShare(stretch.Diagonal + stretch.Start, stretch.Diagonal + stretch.End, Math.Min(said, MaxSaid));
            if (news > 0) _said[said++ % MaxSaid] = (stretch.Diagonal + stretch.Start, stretch.Diagonal + stretch.End);
            evidence += stretch.Evidence * news;
            matched += (int)(stretch.Matched * share * news);
            previous = i;
        }
        if (evidence <= 0) return;
        if (_count == _documents.Length) Array.Resize(ref _documents, 2 * _count);
        _documents[_count++] = new RankedDocument
        {
            Layer = stretches[from].Layer,
            Document = stretches[from].Document,
            First = from,
            Count = to - from,
            Evidence = longest < Matching.Evidence.BlockCharacters ? Math.Min(evidence, Matching.Evidence.MostFragmentBits) : evidence,
            Matched = matched,
        };
    }

    /// <summary>The share of a stretch of a document that no one place told before holds.</summary>
    double NewShare(long start, long end, int said)
    {
        long overlap = 0;
        for (int i = 0; i < said; i++) overlap = Math.Max(overlap, Math.Min(end, _said[i].End) - Math.Max(start, _said[i].Start));
        return 1 - (double)overlap / (end - start);
    }
}
