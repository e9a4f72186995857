namespace LeakScan.Sources.Records;

/// <summary>Sizes in bytes; tests make them small.</summary>
/// <param name="Piece">A longer text comes in pieces of up to this.</param>
/// <param name="Overlap">A piece begins with up to this much of the one before, so that a match across the cut is seen.</param>
/// <param name="Line">A line of JSONL this long or longer is not parsed.</param>
sealed record InputLimits(int Piece, int Overlap, int Line)
{
    internal static InputLimits Default { get; } = new(1024 * 1024, 4 * 1024, 64 * 1024 * 1024);
}
