namespace LeakScan;

/// <summary>How outgoing text resembles the document.</summary>
public enum MatchKind
{
    /// <summary>The same canonical text.</summary>
    Verbatim,

    /// <summary>The same words, changed.</summary>
    Edited,

    /// <summary>The same structure under other names.</summary>
    Structural,
}

/// <summary>What a policy says of a text.</summary>
public enum Verdict
{
    /// <summary>May leave.</summary>
    Allow,

    /// <summary>May leave, should be looked at.</summary>
    Warn,

    /// <summary>Must not leave.</summary>
    Block,
}

/// <summary>One stretch of the scanned text that matches one document.</summary>
/// <remarks>Offsets are in units of the scanned span (bytes of UTF-8 or <see cref="char"/>s); lines are 1-based and inclusive.</remarks>
/// <param name="Kind">How it matches.</param>
/// <param name="DocumentId">The document, for <see cref="FingerprintIndex.GetDocument"/>.</param>
/// <param name="SourceStartLine">First matching line of the document, counted from its first line's number (<see cref="IndexedDocument.FirstLine"/>); <see cref="int.MaxValue"/> if it is larger.</param>
/// <param name="SourceEndLine">Last matching line of the document; the same.</param>
/// <param name="Start">Offset of the stretch in the scanned text.</param>
/// <param name="Length">Its length.</param>
/// <param name="StartLine">Its first line in the scanned text.</param>
/// <param name="EndLine">Its last line in the scanned text.</param>
/// <param name="MatchedCharacters">Canonical characters of the stretch that match.</param>
/// <param name="Similarity">1 for verbatim stretches, else the share of tokens that agree.</param>
/// <param name="EvidenceBits">What the match says beyond chance and common idiom, in bits.</param>
public readonly record struct Match(
    MatchKind Kind,
    int DocumentId,
    int SourceStartLine,
    int SourceEndLine,
    int Start,
    int Length,
    int StartLine,
    int EndLine,
    int MatchedCharacters,
    double Similarity,
    double EvidenceBits);

/// <summary>What one scan found, in total.</summary>
/// <param name="Verdict">What the policy says.</param>
/// <param name="Label">Label of the document behind the verdict, which is that of the first match; null when nothing matched.</param>
/// <param name="Score">In [0,1], rising with certainty; 0 when nothing matched.</param>
/// <param name="EvidenceBits">Bits of evidence for the document that the verdict is about.</param>
/// <param name="MatchedCharacters">Canonical characters of the scanned text that any reported document covers, each counted once, whether or not there was room for all its matches.</param>
/// <param name="CanonicalCharacters">Canonical characters of the scanned text.</param>
/// <param name="Matches">Number of matches reported: those of the gravest verdict first, and of equal ones the document with most evidence.</param>
public readonly record struct ScanResult(
    Verdict Verdict,
    string? Label,
    double Score,
    double EvidenceBits,
    int MatchedCharacters,
    int CanonicalCharacters,
    int Matches)
{
    /// <summary>The share of the scanned text's canonical characters that matched.</summary>
    public double Containment => CanonicalCharacters == 0 ? 0 : (double)MatchedCharacters / CanonicalCharacters;
}

/// <summary>Receives the matches of a scan.</summary>
public interface IMatchSink
{
    /// <summary>Called once a match, in the order in which a list has them.</summary>
    /// <param name="match">The match.</param>
    void OnMatch(in Match match);
}
