using System.Globalization;
using System.IO.Hashing;

namespace LeakScan.Benchmarks;

/// <summary>Makes much text of little: the same files again and again, each round with a quarter of the words changed.</summary>
static class TextMaker
{
    internal static int Run(string from, long bytes, string to)
    {
        string[] files = [.. Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new ArgumentException($"{from}: no files");
        long written = 0;
        byte[] buffer = new byte[1 << 20];
        for (int round = 0; written < bytes; round++)
        {
            foreach (string file in files)
            {
                string target = Path.Combine(to, round.ToString("d4", CultureInfo.InvariantCulture), Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                int length = Change(File.ReadAllBytes(file), round, ref buffer);
                using (FileStream output = File.Create(target)) output.Write(buffer, 0, length);
                written += length;
                if (written >= bytes) break;
            }
        }
        Console.WriteLine($"{to}: {written} bytes");
        return 0;
    }

    /// <summary>Gives one word in four, the same ones throughout the round, another ending.</summary>
    internal static int Change(ReadOnlySpan<byte> text, int round, ref byte[] result)
    {
        if (result.Length < 3 * text.Length + 16) result = new byte[3 * text.Length + 16];
        int written = 0;
        for (int i = 0; i < text.Length;)
        {
            int end = i;
            while (end < text.Length && (char.IsAsciiLetterOrDigit((char)text[end]) || text[end] == '_')) end++;
            if (end == i)
            {
                result[written++] = text[i++];
                continue;
            }
            text[i..end].CopyTo(result.AsSpan(written));
            written += end - i;
            if (round > 0 && end - i > 2 && !char.IsAsciiDigit((char)text[i]) && XxHash3.HashToUInt64(text[i..end], round) % 4 == 0)
            {
                for (int r = round; r > 0; r /= 26) result[written++] = (byte)('a' + r % 26);
            }
            i = end;
        }
        return written;
    }
}
