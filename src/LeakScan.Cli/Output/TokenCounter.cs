using System.Text;
using Microsoft.ML.Tokenizers;

namespace LeakScan.Cli.Output;

/// <summary>Counts o200k_base tokens of the stretches that matched. The vocabulary is loaded with the first finding. Thread-safe.</summary>
sealed class TokenCounter
{
    readonly Lazy<TiktokenTokenizer> _tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    internal int Count(ReadOnlySpan<byte> text, IReadOnlyList<Match> matches)
    {
        int tokens = 0;
        int counted = 0;
        foreach (Match match in matches.OrderBy(m => m.Start).ThenBy(m => m.Length))
        {
            int start = Math.Max(match.Start, counted);
            int end = match.Start + match.Length;
            if (end <= start) continue;
            tokens += _tokenizer.Value.CountTokens(Encoding.UTF8.GetString(text[start..end]));
            counted = end;
        }
        return tokens;
    }
}
