using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace LeakScan.Benchmarks.Data;

/// <summary>Numbers of tokens as a lexer would give them: a few are everywhere, most are rare (Zipf), and the text repeats itself.</summary>
sealed class TokenStream
{
    const int Vocabulary = 50_000;
    const double Repeating = 0.1;

    /// <summary>Rolling hashes of the first different shingles of a stream, in the order in which they first appear.</summary>
    /// <param name="seed">Another seed, another stream.</param>
    /// <param name="shingleLength">Tokens of a shingle.</param>
    /// <param name="count">Shingles wanted.</param>
    /// <param name="multiplier">Of the rolling hash: odd.</param>
    internal static ulong[] Shingles(int seed, int shingleLength, int count, ulong multiplier)
    {
        SplitMix random = new(seed, 0);
        List<int> tokens = [];
        HashSet<ulong> seen = [];
        ulong[] shingles = new ulong[count];
        ulong oldest = 1;
        for (int i = 0; i < shingleLength; i++) oldest *= multiplier;
        ulong rolling = 0;
        int repeated = 0, repeatedFrom = 0;
        for (int found = 0; found < count;)
        {
            if (repeated == 0 && tokens.Count > 100 && random.NextDouble() < Repeating / 20) (repeated, repeatedFrom) = (20, random.Next(tokens.Count - 20));
            // The number of a token is its rank, as in a vocabulary sorted by frequency; a probability of 1/rank is a rank whose logarithm is uniform.
            tokens.Add(repeated > 0 ? tokens[repeatedFrom++] : (int)Math.Pow(Vocabulary, random.NextDouble()));
            if (repeated > 0) repeated--;
            rolling = rolling * multiplier + (uint)tokens[^1];
            if (tokens.Count > shingleLength) rolling -= oldest * (uint)tokens[^(shingleLength + 1)];
            if (tokens.Count < shingleLength) continue;
            // Which shingles are the same is decided by their tokens, not by the hash that is on trial.
            ReadOnlySpan<int> shingle = CollectionsMarshal.AsSpan(tokens)[^shingleLength..];
            if (seen.Add(XxHash64.HashToUInt64(MemoryMarshal.AsBytes(shingle)))) shingles[found++] = rolling;
        }
        return shingles;
    }
}
