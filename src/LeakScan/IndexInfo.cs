namespace LeakScan;

/// <summary>What an index says of itself.</summary>
/// <param name="FormatVersion">Version of the file format.</param>
/// <param name="KeyId"><see cref="IndexKey.Id"/> of the key it was made with.</param>
/// <param name="Documents">Documents that can be found (removed ones not counted).</param>
/// <param name="DocumentsByLabel">The same by label.</param>
/// <param name="SourceBytes">Bytes of text that were indexed, as all layers tell: that of documents which deltas have dropped or replaced is counted too.</param>
/// <param name="Fingerprints">Distinct fingerprints of each layer, added up.</param>
/// <param name="Postings">(document, position) entries of all layers.</param>
/// <param name="PublicFingerprints">Distinct fingerprints of each layer left out because public text has them, added up.</param>
/// <param name="IdiomModelVersion">Version of the idiom models whose k-grams were left out: what many public projects say as well, and what frameworks begin projects with; 0 for none.</param>
/// <param name="FileBytes">Bytes of the index file and its deltas.</param>
/// <param name="Layers">The base and its deltas, counted.</param>
/// <param name="GramLength">k: canonical characters a fingerprint covers.</param>
/// <param name="FineWindow">w of the fine scan and of the index.</param>
/// <param name="CoarseWindow">w of the fastest scan.</param>
public sealed record IndexInfo(
    int FormatVersion,
    string KeyId,
    long Documents,
    IReadOnlyDictionary<string, long> DocumentsByLabel,
    long SourceBytes,
    long Fingerprints,
    long Postings,
    long PublicFingerprints,
    int IdiomModelVersion,
    long FileBytes,
    int Layers,
    int GramLength,
    int FineWindow,
    int CoarseWindow)
{
    /// <summary>Every verbatim run of this many canonical characters of a document is hit by the fine scan. A hit is told if it says more than it costs to point at it: a short one in a long text may not be.</summary>
    /// <remarks>
    /// Not guaranteed is what is left out of the index: what <see cref="FingerprintIndexBuilder.AddPublic"/> was given or the models know as public or as a template's (idioms, formats, templates),
    /// and licence headers, imports and frames of stack traces of the documents (<see cref="FingerprintIndexBuilder.AddDocument"/>). Nor is a run that goes over the cut between two parts of a file.
    /// </remarks>
    public int FineGuarantee => GramLength + FineWindow - 1;

    /// <summary>Every verbatim run of this many canonical characters of a document is hit by the fastest scan, with the exceptions of <see cref="FineGuarantee"/>.</summary>
    public int CoarseGuarantee => GramLength + CoarseWindow - 1;

    /// <summary>Index bytes a fingerprint.</summary>
    public double BytesPerFingerprint => Fingerprints == 0 ? 0 : (double)FileBytes / Fingerprints;

    /// <summary>Index bytes a byte of indexed text.</summary>
    public double BytesPerSourceByte => SourceBytes == 0 ? 0 : (double)FileBytes / SourceBytes;
}

/// <summary>One document of an index.</summary>
/// <param name="Path">Its path, or the keyed hash of it (see <see cref="PathStorage"/>).</param>
/// <param name="Label">Its label.</param>
/// <param name="FirstLine">Number of its first line: above 1 for the later parts of a file that was cut.</param>
/// <param name="Lines">Its number of lines.</param>
/// <param name="ContentId"><see cref="IndexKey.ContentId"/> of its bytes.</param>
public sealed record IndexedDocument(string Path, string Label, int FirstLine, int Lines, UInt128 ContentId);

/// <summary>A place where an index file is damaged.</summary>
/// <param name="File">The file.</param>
/// <param name="Section">The section of the format, or "header".</param>
/// <param name="Offset">Byte offset in the file where the section starts.</param>
/// <param name="Message">What is wrong.</param>
public sealed record IndexProblem(string File, string Section, long Offset, string Message);
