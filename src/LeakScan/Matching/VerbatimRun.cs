namespace LeakScan.Matching;

/// <summary>Text that a document has word for word, for the alignment of structure.</summary>
/// <param name="Layer">Layer of the index.</param>
/// <param name="Document">Document within the layer.</param>
/// <param name="Start">Offset of its first byte in the text.</param>
/// <param name="End">Offset behind its last.</param>
/// <param name="Token">The document's first token on the line on which it begins there.</param>
/// <param name="BitsPerCharacter">What each of its characters says.</param>
readonly record struct VerbatimRun(int Layer, int Document, int Start, int End, long Token, double BitsPerCharacter);
