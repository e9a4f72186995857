using System.Buffers;

namespace LeakScan.Matching;

/// <summary>What the characters of a stretch say next to those of code: a share of <see cref="Evidence.BitsPerCharacter"/>.</summary>
static class CharacterWeight
{
    /// <summary>Bytes before a stretch in which the address may begin that it begins in.</summary>
    const int MaxBefore = 256;

    /// <summary>A longer stretch is judged by its first so many bytes.</summary>
    const int MostBytes = 16 * 1024;

    const double AddressShare = 0.25;

    // Canonical characters are bytes of UTF-8, so a Greek or Cyrillic letter is two of them, a kana three; they say what a Latin letter says,
    // a syllable what one and a half or two do. What an ideograph says three bytes are right for.
    /// <summary>The share by the scripts that the letters are of.</summary>
    internal static double OfLetters(ReadOnlySpan<byte> canonical)
    {
        if (!canonical.ContainsAnyInRange((byte)0x80, (byte)0xFF)) return 1;
        double sum = 0, share = 0.5;
        for (int i = 0; i < canonical.Length; i++)
        {
            byte b = canonical[i];
            if (b < 0x80) share = 1;
            else if (b >= 0xC0) share = ShareOf(b, i + 1 < canonical.Length ? canonical[i + 1] : (byte)0xBF);
            sum += share;
        }
        return sum / canonical.Length;
    }

    static double ShareOf(byte lead, byte second) => lead switch
    {
        < 0xE0 => 1.0 / 2, // alphabets from Latin with accents to Arabic
        0xE3 when second is >= 0x81 and <= 0x83 => 1.5 / 3, // kana
        >= 0xE3 and <= 0xE9 => 1, // ideographs
        >= 0xEA and <= 0xED => 2.0 / 3, // Hangul
        < 0xE3 => 1.0 / 3, // scripts of India and South-East Asia
        _ => 1.0 / 2,
    };

    // An address is known to many who have nothing else in common, and is none of their secrets; of one that few know its length makes up.
    /// <summary>The share by how much of a stretch is web addresses.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the stretch begins in it.</param>
    /// <param name="end">Where it ends.</param>
    internal static double OfAddresses(ReadOnlySpan<byte> text, int start, int end)
    {
        end = Math.Min(end, start + MostBytes);
        int covered = 0;
        for (int at = Math.Max(0, start - MaxBefore); at < end;)
        {
            int scheme = text[at..end].IndexOf("://"u8);
            if (scheme < 0) break;
            scheme += at;
            int length = text[scheme..end].IndexOfAny(s_addressEnds);
            at = length < 0 ? end : scheme + length;
            covered += Math.Max(0, at - Math.Max(scheme, start));
        }
        return 1 - (1 - AddressShare) * covered / Math.Max(1, end - start);
    }

    static readonly SearchValues<byte> s_addressEnds = SearchValues.Create([.. Enumerable.Range(0, 0x21).Select(c => (byte)c), .. "\"'`<>()[]{}|\\^,;"u8]);
}
