using System.Globalization;
using System.IO.Hashing;

namespace LeakScan.Benchmarks.Data;

/// <summary>Makes much text of little: the same text again and again, each round with a quarter of the words changed.</summary>
static class TextMaker
{
    internal static void WriteFolder(string from, long bytes, string to)
    {
        string[] files = Files(from);
        long written = 0;
        byte[] buffer = [];
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
    }

    /// <summary>Fills memory with the text of a file or folder.</summary>
    /// <param name="path">Up to 64 MiB of it are used.</param>
    /// <param name="memory">Filled to its end.</param>
    internal static void Fill(string path, Span<byte> memory)
    {
        const long MaxSampleBytes = 64 << 20;
        using MemoryStream sample = new();
        foreach (string file in Files(path))
        {
            if (sample.Length < MaxSampleBytes) sample.Write(File.ReadAllBytes(file));
        }
        byte[] changed = [];
        for (int round = 1; memory.Length > 0; round++)
        {
            int length = Math.Min(Change(sample.GetBuffer().AsSpan(0, (int)sample.Length), round, ref changed), memory.Length);
            changed.AsSpan(0, length).CopyTo(memory);
            memory = memory[length..];
        }
    }

    /// <summary>The text files of a folder in the order of their names, or the file itself.</summary>
    internal static string[] Files(string path)
    {
        if (File.Exists(path)) return [path];
        string[] files = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsText).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new ArgumentException($"{path}: no files");
    }

    static bool IsText(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return bytes.Length > 0 && !bytes.AsSpan().Contains((byte)0);
    }

    /// <summary>Gives one word in four, the same ones throughout the round, another ending.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="round">Decides which words and what endings; 0 changes nothing.</param>
    /// <param name="result">Receives the text; grows as needed.</param>
    /// <returns>The length of the result.</returns>
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
