using System.Runtime.InteropServices;
using LeakScan.Indexing;
using LeakScan.Matching;
using LeakScan.Tokens;

namespace LeakScan;

public sealed partial class Scanner
{
    /// <summary>A match is told as edited, not structural, from this share of the document's own names.</summary>
    const double EditedNames = 0.5;

    /// <summary>The structure of fewer lines of a document is nobody's: one of a listing, a declaration.</summary>
    const int MinSourceLines = 4;

    /// <summary>The same where most names are the document's own: not structure alone tells of them.</summary>
    const int MinEditedLines = 3;

    /// <summary>Aligned stretches that go on so close by are one match.</summary>
    const int MaxJoinTokens = 64;

    /// <summary>Verbatim stretches that the alignment of structure is told of, those with most bits.</summary>
    const int MaxVerbatimRuns = 32;

    /// <summary>Bits of a verbatim stretch that it is told of.</summary>
    const double VerbatimRunBits = 24;

    /// <summary>Bytes between matches that may be somebody's structure, four lines of it at least.</summary>
    const int MinUnexplainedBytes = 80;

    readonly List<(int Start, int End)> _explained = [];
    readonly List<(int Start, int End)> _unexplained = [];
    readonly List<(double Bits, int Stretch)> _bestStretches = [];
    readonly List<VerbatimRun> _verbatimRuns = [];

    /// <summary>
    /// Finds what the second tier has to look at: everything, but of a text that is blocked already what no match covers. What is told
    /// then only adds documents of which at least half is news there.
    /// </summary>
    /// <returns>False if there is nothing: what is left between matches is too short to be anybody's structure.</returns>
    bool FindUnexplained(int length, Verdict verdict)
    {
        _unexplained.Clear();
        if (verdict != Verdict.Block)
        {
            _unexplained.Add((0, length));
            return true;
        }
        _explained.Clear();
        foreach (ref readonly Match match in _matches.AsSpan(0, _matchCount)) _explained.Add((match.Start, match.Start + match.Length));
        _explained.Sort();
        int at = 0;
        foreach ((int start, int end) in _explained)
        {
            if (start - at >= MinUnexplainedBytes) _unexplained.Add((at, start));
            at = Math.Max(at, end);
        }
        if (length - at >= MinUnexplainedBytes) _unexplained.Add((at, length));
        return _unexplained.Count > 0;
    }

    /// <summary>Whether a run goes on, or may, in what is not explained.</summary>
    bool IsNearUnexplained(int start, int end)
    {
        foreach ((int first, int behind) in _unexplained)
        {
            if (start < behind + MinUnexplainedBytes && first < end + MinUnexplainedBytes) return true;
        }
        return false;
    }

    ReadOnlySpan<VerbatimRun> FindVerbatimRuns(ReadOnlySpan<byte> text)
    {
        _bestStretches.Clear();
        _verbatimRuns.Clear();
        Span<Stretch> stretches = _stretches.Stretches;
        for (int i = 0; i < stretches.Length; i++)
        {
            if (stretches[i].Document >= 0 && stretches[i].Bits >= VerbatimRunBits) _bestStretches.Add((stretches[i].Bits, i));
        }
        _bestStretches.Sort(static (a, b) => a.Bits != b.Bits ? b.Bits.CompareTo(a.Bits) : a.Stretch.CompareTo(b.Stretch));
        foreach ((_, int i) in CollectionsMarshal.AsSpan(_bestStretches)[..Math.Min(MaxVerbatimRuns, _bestStretches.Count)])
        {
            ref Stretch stretch = ref stretches[i];
            DiscountRepetitions(text, ref stretch);
            MappedIndex layer = Index.Layers[stretch.Layer];
            DocumentRecord record = layer.GetDocument(stretch.Document);
            long token = layer.GetFirstToken(record, Math.Max(0, stretch.Diagonal + stretch.Start - record.Start));
            (int start, int end) = (_offsets.OffsetOf(text, stretch.Start), _offsets.OffsetOf(text, stretch.End - 1) + 1);
            if (!IsNearUnexplained(start, end)) continue;
            _verbatimRuns.Add(new(stretch.Layer, stretch.Document, start, end, token, stretch.News * Evidence.QuotedBits(stretch.Bits / stretch.News / stretch.Matched)));
        }
        return CollectionsMarshal.AsSpan(_verbatimRuns);
    }

    /// <summary>Adds the documents that only structure tells of, or that structure tells more of.</summary>
    void ReportStructure(ReadOnlySpan<byte> text, Aligner aligner, ref Report report)
    {
        foreach (ref AlignedDocument document in aligner.Documents)
        {
            if (document.Evidence < Evidence.ReportBits) break;
            ReadOnlySpan<AlignedStretch> stretches = aligner.Stretches.Slice(document.First, document.Count);
            MatchKind kind = document.SameNames >= EditedNames * document.Names ? MatchKind.Edited : MatchKind.Structural;
            int lines = SourceLines(document, stretches);
            if (lines < (kind == MatchKind.Edited ? MinEditedLines : MinSourceLines)) continue;
            double aligned = document.Evidence;
            if (lines < MinSourceLines) document.Evidence = Math.Min(document.Evidence, Evidence.MostFragmentBits); // a warning, as verbatim text in fragments

            double fresh = 0;
            int characters = 0;
            foreach (ref readonly AlignedStretch stretch in stretches)
            {
                fresh += stretch.Evidence * FreshShare(text, aligner, stretch.Start, stretch.End);
                characters += Characters(text, aligner, stretch.Start, stretch.End);
            }
            string documentLabel = Index.LabelOf(document.Layer, document.Document);
            Verdict documentVerdict = _options.Policy.Decide(documentLabel, _options.Destination, kind, characters, document.Evidence);
            bool isGraver = documentVerdict > report.Verdict;
            if (!isGraver && document.Evidence < (report.Evidence < Evidence.WarnBits ? Evidence.ReportBits : Evidence.WarnBits)) continue;
            bool tellsMore = isGraver || (report.Evidence < Evidence.WarnBits && document.Evidence > report.Evidence);
            bool isNews = (report.Label is null || document.Evidence >= Evidence.WarnBits) && fresh >= Math.Max(Evidence.ReportBits, document.Evidence / 2);
            if (!isGraver && (_matchCount >= _options.MaxMatches || !tellsMore && !isNews)) continue;

            report.MatchedCharacters += (int)(characters * (fresh / aligned));
            // What the document has word for word is part of what is told now.
            if (tellsMore && documentVerdict >= report.Verdict) RemoveMatches(Index.DocumentIdOf(document.Layer, document.Document));
            // What the verdict is about comes first, and has room.
            bool isFirst = report.Label is null || isGraver || (documentVerdict == report.Verdict && document.Evidence > report.Evidence);
            if (isFirst) (report.Verdict, report.Label, report.Evidence) = (documentVerdict, documentLabel, document.Evidence);
            int first = Math.Min(_matchCount, _options.MaxMatches - 1);
            _matchCount = first;
            AddMatches(text, aligner, document, stretches, kind);
            if (isFirst) MoveToFront(first);
        }
    }

    void RemoveMatches(int document)
    {
        int kept = 0;
        for (int i = 0; i < _matchCount; i++)
        {
            if (_matches[i].DocumentId != document) _matches[kept++] = _matches[i];
        }
        _matchCount = kept;
    }

    /// <summary>Puts the matches from <paramref name="first"/> on before the others.</summary>
    void MoveToFront(int first)
    {
        Span<Match> matches = _matches.AsSpan(0, _matchCount);
        matches[..first].Reverse();
        matches[first..].Reverse();
        matches.Reverse();
    }

    void AddMatches(ReadOnlySpan<byte> text, Aligner aligner, in AlignedDocument document, ReadOnlySpan<AlignedStretch> stretches, MatchKind kind)
    {
        MappedIndex layer = Index.Layers[document.Layer];
        DocumentRecord record = layer.GetDocument(document.Document);
        for (int from = 0; from < stretches.Length && _matchCount < _options.MaxMatches;)
        {
            AlignedStretch head = stretches[from];
            AlignedStretch tail = head;
            int tokens = head.End - head.Start;
            double evidence = head.Evidence;
            int sourceFirst = head.Start + head.Diagonal;
            int sourceLast = head.End - 1 + head.Diagonal;
            int to = from + 1;
            for (; to < stretches.Length; to++)
            {
                AlignedStretch next = stretches[to];
                if (next.Start - tail.End > MaxJoinTokens || Math.Abs((long)next.Diagonal - tail.Diagonal) > MaxJoinTokens) break;
                tail = next;
                tokens += next.End - next.Start;
                evidence += next.Evidence;
                sourceFirst = Math.Min(sourceFirst, next.Start + next.Diagonal);
                sourceLast = Math.Max(sourceLast, next.End - 1 + next.Diagonal);
            }
            int start = aligner.Starts[head.Start];
            int end = aligner.EndOf(text, tail.End - 1);
            double similarity = Math.Min(1, (double)tokens / Math.Max(tail.End - head.Start, sourceLast + 1 - sourceFirst));
            if (_matchCount == _matches.Length) Array.Resize(ref _matches, 2 * _matchCount);
            _matches[_matchCount++] = new(
                kind, Index.DocumentIdOf(document.Layer, document.Document), layer.GetTokenLine(record, sourceFirst), layer.GetTokenLine(record, sourceLast),
                start, end - start, _lines.LineOf(text, start), _lines.LineOf(text, end - 1), Characters(text, aligner, head.Start, tail.End), similarity, evidence);
            from = to;
        }
    }

    /// <summary>Lines of the document that stretches lie on.</summary>
    int SourceLines(in AlignedDocument document, ReadOnlySpan<AlignedStretch> stretches)
    {
        MappedIndex layer = Index.Layers[document.Layer];
        DocumentRecord record = layer.GetDocument(document.Document);
        int lines = 0;
        for (int i = 0; i < stretches.Length && lines < MinSourceLines; i++)
        {
            lines += layer.GetTokenLine(record, stretches[i].End - 1 + stretches[i].Diagonal) - layer.GetTokenLine(record, stretches[i].Start + stretches[i].Diagonal) + 1;
        }
        return lines;
    }

    /// <summary>The share of a run of tokens that no match so far covers.</summary>
    double FreshShare(ReadOnlySpan<byte> text, Aligner aligner, int first, int end)
    {
        int start = aligner.Starts[first];
        int stop = aligner.EndOf(text, end - 1);
        int covered = 0;
        foreach (ref readonly Match match in _matches.AsSpan(0, _matchCount)) covered += Math.Max(0, Math.Min(stop, match.Start + match.Length) - Math.Max(start, match.Start));
        return Math.Max(0, 1 - (double)covered / Math.Max(1, stop - start));
    }

    /// <summary>Letters and digits of a run of tokens.</summary>
    static int Characters(ReadOnlySpan<byte> text, Aligner aligner, int first, int end)
    {
        int characters = 0;
        for (int i = first; i < end; i++)
        {
            if (TokenCoder.IsWord(aligner.Codes[i])) characters += aligner.EndOf(text, i) - aligner.Starts[i];
        }
        return characters;
    }
}
