namespace LeakScan.Tokens;

/// <summary>Shape of tokens and shingles: part of the index format.</summary>
static class TokenParameters
{
    /// <summary>Stored in every index; any change to tokens, codes or shingles is a new version.</summary>
    internal const int Version = 2;

    /// <summary>Tokens of a shingle.</summary>
    internal const int ShingleLength = 10;

    /// <summary>A name that was used so many tokens ago or more counts as new: no shingle holds both.</summary>
    internal const int NameMemory = ShingleLength;

    /// <summary>One shingle in so many that are no idioms is asked for, and kept for being asked for.</summary>
    internal const int SampleRate = 2;
}
