using System.Text;

namespace LeakScan.Benchmarks.Data;

/// <summary>Code without sense, whose structure hardly repeats: what fills the structural part of an index most, and matches nothing.</summary>
static class RandomCode
{
    const int Words = 4096;
    const int TokensALine = 9;

    static readonly string[] s_marks = ["(", ")", "{", "}", "[", "]", ";", ",", ".", "=", "+", "-", "*", "/", "<", ">", "!", "&", "|", ":", "?"];
    static readonly string[] s_keywords = ["if", "else", "for", "while", "return", "new", "in", "try", "catch", "switch", "case", "break", "null", "true", "false", "int", "string", "void", "static", "const"];

    /// <summary>A document; another seed, another one.</summary>
    internal static byte[] Make(int bytes, int seed)
    {
        SplitMix random = new(seed, 0);
        StringBuilder text = new(bytes + 32);
        for (int token = 1; text.Length < bytes; token++)
        {
            switch (random.Next(8))
            {
                case < 4:
                    text.Append(s_marks[random.Next(s_marks.Length)]);
                    break;
                case < 7:
                    text.Append(' ').Append('n').Append((char)('a' + random.Next(26))).Append(random.Next(Words));
                    break;
                default:
                    text.Append(' ').Append(s_keywords[random.Next(s_keywords.Length)]).Append(' ');
                    break;
            }
            if (token % TokensALine == 0) text.Append('\n');
        }
        return Encoding.ASCII.GetBytes(text.ToString(0, bytes));
    }
}
