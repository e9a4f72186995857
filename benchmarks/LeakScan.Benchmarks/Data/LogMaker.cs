using System.Buffers.Text;
using System.Globalization;
using System.Text;
using LeakScan.Sources;

namespace LeakScan.Benchmarks.Data;

/// <summary>Makes logs of exchanges with coding tools: JSONL, one prompt and answer a line, drawn from real sessions by a seed.</summary>
// Record n depends on seed and n alone, so parts can be made apart and in parallel. Lengths are log-uniform between 100 bytes and
// 20 KB, 3.7 KB on average. The same lines come again and again, from other starts and in other company: a log of many times the
// sessions' size is for rates, and its false alarms are those of the sessions.
sealed class LogMaker
{
    const int MinBytes = 100;
    const int MaxBytes = 20_000;

    /// <summary>Log-uniform: (max - min) / ln (max / min).</summary>
    internal const double MeanBytes = (MaxBytes - MinBytes) / 5.298;

    const int MaxPassageBytes = 4096;
    const int BlockRecords = 2048;

    readonly int _seed;
    readonly int _leakingEvery;
    readonly EscapedLines _lines;
    readonly List<string[]> _documents = [];

    /// <param name="seed">Another seed, another log.</param>
    /// <param name="from">The folder of sessions.</param>
    /// <param name="protect">Sources whose passages leak.</param>
    /// <param name="leakingEvery">One record in so many leaks; 0 for none.</param>
    internal LogMaker(int seed, string from, IReadOnlyList<string> protect, int leakingEvery)
    {
        (_seed, _leakingEvery) = (seed, leakingEvery);
        _lines = new EscapedLines(from, MaxBytes);
        if (leakingEvery == 0) return;
        foreach (string source in protect)
        {
            foreach (SourceDocument document in new SourceReader().Read(SourceSpec.Parse(source, "proprietary-code")))
            {
                string[] lines = Encoding.UTF8.GetString(document.Text.Span).Split('\n');
                if (lines.Length > PassageLines) _documents.Add(lines);
            }
        }
        if (_documents.Count == 0) throw new ArgumentException($"{string.Join(", ", protect)}: no document of more than {PassageLines} lines to take passages of");
    }

    const int PassageLines = 12;

    /// <summary>Bytes of text there are to draw from.</summary>
    internal long TextBytes => _lines.TextBytes;

    /// <summary>Leaking ones among the first so many records.</summary>
    internal long LeakingIn(long records) => _leakingEvery == 0 ? 0 : records / _leakingEvery;

    /// <summary>Writes records to a file that appears when it is complete; returns its bytes.</summary>
    /// <exception cref="IOException">More than <paramref name="maxBytes"/>, or than the disk has, are to be expected.</exception>
    internal long Write(string path, long first, long count, long maxBytes)
    {
        double expected = count * MeanBytes;
        long free = new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path))!).AvailableFreeSpace;
        if (expected > maxBytes || expected > free)
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{path}: {count} exchanges are about {expected / 1e9:F1} GB: {(expected > maxBytes ? $"more than --max-bytes {maxBytes}" : $"the disk has {free / 1e9:F1} GB free")}"));
        string temporary = path + ".tmp";
        using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            MemoryStream[] blocks = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new MemoryStream())];
            for (long from = first; from < first + count; from += (long)blocks.Length * BlockRecords)
            {
                Parallel.For(0, blocks.Length, b =>
                {
                    blocks[b].SetLength(0);
                    long end = Math.Min(first + count, from + (b + 1) * BlockRecords);
                    for (long n = from + b * BlockRecords; n < end; n++) AddRecord(n, blocks[b]);
                });
                foreach (MemoryStream block in blocks) file.Write(block.GetBuffer(), 0, (int)block.Length);
            }
            file.Flush(flushToDisk: true); // or writing it back would go on while the scan is timed
        }
        File.Move(temporary, path, overwrite: true);
        return new FileInfo(path).Length;
    }

    internal void AddRecord(long number, MemoryStream log)
    {
        long start = log.Length;
        SplitMix random = new(_seed, number);
        bool leaks = _leakingEvery > 0 && number % _leakingEvery == _leakingEvery - 1;
        int length = (int)(MinBytes * Math.Exp(random.NextDouble() * Math.Log((double)MaxBytes / MinBytes)));
        int text = Math.Max(0, length - FrameBytes);
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out int written);

        log.Write(leaks ? "{\"id\":\"p"u8 : "{\"id\":\"c"u8);
        log.Write(digits[..written]);
        log.Write("\",\"messages\":[{\"role\":\"user\",\"content\":\""u8);
        if (leaks)
        {
            ReadOnlySpan<byte> passage = Passage(ref random);
            text = Math.Max(0, text - passage.Length);
            ReadOnlySpan<byte> before = _lines.Piece(ref random, text / 3);
            text -= before.Length;
            log.Write(before);
            log.Write("\\n"u8);
            log.Write(passage);
        }
        int prompt = random.Next(text + 1);
        log.Write(_lines.Piece(ref random, prompt));
        log.Write("\"},{\"role\":\"assistant\",\"content\":\""u8);
        log.Write(_lines.Piece(ref random, text - prompt));
        // Pieces are a little shorter than asked for where they would be cut in an escape.
        while (log.Length - start < MinBytes - End.Length) log.WriteByte((byte)'.');
        log.Write(End);
    }

    static ReadOnlySpan<byte> End => "\"}]}\n"u8;

    /// <summary>About what a record has beside its text.</summary>
    const int FrameBytes = 100;

    /// <summary>A dozen lines of some document, wrapped as tools wrap them, in JSON.</summary>
    ReadOnlySpan<byte> Passage(ref SplitMix random)
    {
        string[] lines = _documents[random.Next(_documents.Count)];
        int start = random.Next(lines.Length - PassageLines);
        int wrap = random.Next(4);
        StringBuilder passage = new();
        for (int i = start; i < start + PassageLines && passage.Length + lines[i].Length < MaxPassageBytes; i++)
        {
            passage.Append(wrap switch
            {
                0 => "",
                1 => "> ",
                2 => "        ",
                _ => string.Create(CultureInfo.InvariantCulture, $"{i + 1,6}\t"),
            });
            passage.Append(lines[i]).Append('\n');
        }
        return EscapedLines.Escape(passage.ToString());
    }
}
