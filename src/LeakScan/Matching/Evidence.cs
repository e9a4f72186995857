namespace LeakScan.Matching;

/// <summary>What a match is worth, in bits, and what amount of evidence means.</summary>
// A match is evidence as far as it is unlikely to have come about without the document. So it is weighed as a message would
// be in minimum description length: what the matching text says, less what it costs to say where it matches.
//
//   bits(stretch)  = sum over its canonical characters of BitsPerCharacter x rarity(character)
//   bits(document) = sum over its stretches of bits(stretch) - cost of pointing at it, where that is more than StretchBits
//
// A canonical character of source code carries about two bits (white space, case and punctuation, which carry little, are
// gone). Rarity is that of the k-grams over the character: 1 if one document of many has it, falling with a power of the logarithm
// of the document frequency to a tenth for what stands everywhere; k-grams of public text and of idioms are not in the index at all.
// A character of what the text repeats (Novelty) counts half, and what letters outside ASCII and addresses say is less (CharacterWeight),
// as is what names say that code uses and does not declare (OtherNames).
// Pointing costs the logarithm of the number of places: all of the index and, twice,
// the text for a document's first stretch, less for one that continues close by. That is what keeps a thousand chance hits of one idiom each, which long
// texts do have, from adding up to an alarm, while fragments of one document that are scattered over a text do add up.
static class Evidence
{
    internal const double BitsPerCharacter = 2.0;

    /// <summary>Cost of pointing at a stretch that follows another of the same document.</summary>
    internal const double ContinuationBits = 30;

    /// <summary>A stretch continues another if it is at most so many canonical characters away, in the text and in the document.</summary>
    internal const int ContinuationCharacters = 1024;

    /// <summary>A stretch that says less is chance: it neither counts nor is shown.</summary>
    internal const double StretchBits = 4;

    /// <summary>Documents with less are not reported at all.</summary>
    internal const double ReportBits = 8;

    /// <summary>From here on the default policy warns.</summary>
    internal const double WarnBits = 28;

    /// <summary>From here on the default policy blocks.</summary>
    internal const double BlockBits = 2 * WarnBits;

    /// <summary>And from here on for structure alone, in which nothing is the same but the order of things.</summary>
    internal const double BlockStructureBits = 3 * WarnBits;

    /// <summary>What is blocked has one stretch of so many characters, twice a k-gram; shorter ones, however many, are worth a warning.</summary>
    internal const int BlockCharacters = 48;

    /// <summary>What shorter stretches add up to at most.</summary>
    internal const double MostFragmentBits = BlockBits - 1;

    /// <summary>What a repeated character says of what it would say: it follows from the text, but for that it comes again.</summary>
    internal const double RepeatedShare = 0.5;

    /// <summary>The rarity of a fingerprint that so many of so many documents have, in [<see cref="LeastRarity"/>,1].</summary>
    internal static double Rarity(long documentFrequency, long documents) =>
        documentFrequency <= 1 ? 1 : Math.Max(LeastRarity, 1 - Math.Pow(Math.Log2(documentFrequency) / Math.Log2(Math.Max(FewDocuments, documents)), RarityExponent));

    /// <summary>What all documents have is still theirs: a line of it says nothing, a page of it does.</summary>
    const double LeastRarity = 0.1;

    /// <summary>Of fewer documents what all of them have need not be common: they may be versions of one.</summary>
    const int FewDocuments = 16;

    /// <summary>Well above 1: what some documents share, as a house style does, is nearly as telling as what one has. What everybody shares the idiom model knows.</summary>
    const double RarityExponent = 3;

    const double QuotedShare = 0.8;

    /// <summary>What a character of verbatim text says next to structure, by what it says alone (<see cref="BitsPerCharacter"/> times its rarity).</summary>
    // Where the idioms of a house stand both agree, text and structure, with every document that has them, and by both a line is enough to
    // be told. So here what a few documents share counts for much less: the share of the logarithm itself, squared; and what one has, four fifths.
    internal static double QuotedBits(double bitsPerCharacter)
    {
        double rarity = Math.Clamp(bitsPerCharacter / BitsPerCharacter, 0, 1);
        double own = 1 - Math.Pow(1 - rarity, 1 / RarityExponent);
        return QuotedShare * BitsPerCharacter * own * own;
    }

    /// <summary>Cost of pointing at a document's first stretch: where in the index, and, twice, where in the text.</summary>
    // Twice, since chance is not even: idioms come in crowds, and a long text has more kinds of them. Measured on three code
    // sets and three keys: at the same recall it takes a third of the false alarms away.
    internal static double PlacementBits(long indexCharacters, long textCharacters) =>
        Math.Log2(Math.Max(2, indexCharacters)) + 2 * Math.Log2(Math.Max(2, textCharacters));

    /// <summary>A score in [0,1): one half at <see cref="WarnBits"/>.</summary>
    internal static double Score(double bits) => 1 - Math.Pow(2, -Math.Max(0, bits) / WarnBits);
}
