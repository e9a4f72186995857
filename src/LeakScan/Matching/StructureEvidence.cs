using LeakScan.Tokens;

namespace LeakScan.Matching;

/// <summary>What an alignment of tokens is worth, in bits.</summary>
// The same measure as of verbatim text (Evidence): what the text says, less what it costs to say where it says it. What a token
// says follows from what it is:
//
//   a keyword                                        2.5 bits
//   a mark                                           1.5
//   a number                                         1.5
//   a name not used before                           1      any name would do
//   the same, next to a name before it, or           0.3    prose: anything would do; where no spaces are between words
//   with letters outside ASCII, and the mark behind that    a clause is one name, and any two texts are name, comma, name
//   a name used before, by the document there too    3      only one would do
//   a name used before, where the document has
//   another one                                     -3
//   and a name that is the document's own name       4      more, the first time, and in code a bit more for each letter above eight, up to
//                                                           eight; or a quarter, if it is code and no document declares the name (OtherNames)
//
// Tokens of which the text had all shingles before say nothing, those of idioms alone two fifths: no one of many idioms tells whose code it
// is, but their order does. What a token says is at least what its letters say where the document has them word for word (Aligner.Quote).
static class StructureEvidence
{
    internal const double IdiomShare = 0.4;
    internal const double KeywordBits = 2.5;
    internal const double MarkBits = 1.5;
    internal const double NumberBits = 1.5;
    internal const double NewNameBits = 1;
    internal const double ProseBits = 0.3;
    internal const double UsedNameBits = 3;
    internal const double ConflictBits = -3;
    internal const double SameNameBits = 4;
    internal const int CommonNameLetters = 8;
    internal const int MostLetterBits = 8;

    /// <summary>What differs in kind where the stretch goes on: a token whose shingles only collided.</summary>
    internal const double MismatchBits = -1;

    /// <summary>A stretch continues another if it is at most so many tokens away, in the text and in the document.</summary>
    internal const int ContinuationTokens = 100;

    /// <summary>Cost of pointing at a stretch that lies close to another of the same document.</summary>
    /// <param name="gap">Tokens of the text between them.</param>
    /// <param name="shift">Tokens that the document has more or fewer there.</param>
    internal static double ContinuationBits(int gap, long shift) => 2 + 1.4 * (Math.Log2(1 + gap) + Math.Log2(1 + shift));

    /// <summary>What the most telling stretch of a document says at least; it need not pay for its place alone.</summary>
    internal const double SeedBits = 24;

    /// <summary>A stretch that says less is chance.</summary>
    internal const double StretchBits = 4;

    /// <summary>Cost of pointing at a document's first stretch, as of verbatim text: where in the index, and, twice, where in the text, and what a text of that length costs besides.</summary>
    internal static double PlacementBits(long indexTokens, long textTokens) => PlacementBits(indexTokens, textTokens, LengthBits(textTokens));

    /// <summary>The same of a further stretch that is not close to another: that the text is short was taken off once.</summary>
    internal static double FurtherPlacementBits(long indexTokens, long textTokens) => PlacementBits(indexTokens, textTokens, Math.Max(0, LengthBits(textTokens)));

    static double PlacementBits(long indexTokens, long textTokens, double lengthBits) =>
        Math.Max(0, Math.Log2(Math.Max(2, indexTokens)) + 2 * Math.Log2(Math.Max(2, textTokens)) + lengthBits);

    /// <summary>What a text costs that is longer than a screen of code; a shorter one costs less.</summary>
    // In text of that length chance finds structure that goes on for some lines, and ever more of it the longer the text is; in a few lines hardly
    // any. What was copied is the other way round: five lines of it are all the evidence there is, and in eighty there is plenty.
    static double LengthBits(long textTokens)
    {
        const double BitsPerDoubling = 16;
        const long FewLines = 72, Screen = 176, ManyLines = 512;
        return BitsPerDoubling * Math.Log2((double)Math.Clamp(textTokens, FewLines, ManyLines) / Screen);
    }

    /// <summary>What a keyword, mark or number says.</summary>
    internal static double BitsOf(byte code) => TokenCoder.IsKeyword(code) ? KeywordBits : code == TokenCoder.Number ? NumberBits : MarkBits;
}
