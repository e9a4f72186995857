using System.Text;
using LeakScan.Indexing;
using LeakScan.Tests.Support;

namespace LeakScan.Fuzz;

/// <summary>Mutated index files between pages that cannot be read: an error, or an answer.</summary>
/// <remarks>Half of the cases are authenticated again after the mutation, so that they get past the header's check.</remarks>
sealed class IndexTarget : IFuzzTarget
{
    static readonly IndexKey s_key = IndexKey.FromBytes(Encoding.ASCII.GetBytes("fuzz key, which has 32 bytes ..."));

    readonly byte[] _text;
    readonly byte[] _sound;
    readonly byte[] _macKey = s_key.Derive("leakscan index header");

    internal IndexTarget()
    {
        StringBuilder text = new();
        for (int i = 0; i < 60; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"let value_{i * 7919 % 1000} = compute_{i}(alpha_{i * i % 97}, beta) + {i};\n");
        _text = Encoding.UTF8.GetBytes(text.ToString());
        string path = Path.Combine(Path.GetTempPath(), $"leakscan-fuzz-{Environment.ProcessId}.lsi");
        using (FingerprintIndexBuilder builder = new(s_key))
        {
            builder.AddDocument("first/document.rs", "proprietary-code", _text);
            builder.AddDocument("second/document.rs", "training-data", _text.AsSpan(0, 600));
            builder.Write(path);
        }
        _sound = File.ReadAllBytes(path);
        File.Delete(path);
    }

    public byte[] Make(Random random)
    {
        byte[] bytes = [.. _sound];
        int mutations = 1 + random.Next(8);
        for (int i = 0; i < mutations; i++)
        {
            int at = random.Next(3) == 0 ? random.Next(IndexHeader.SizeBytes) : random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    random.NextBytes(bytes.AsSpan(at, Math.Min(8, bytes.Length - at)));
                    break;
                case 3:
                    bytes.AsSpan(at, Math.Min(random.Next(64), bytes.Length - at)).Fill((byte)(random.Next(2) * 255));
                    break;
                case 4:
                    // A number that is plausible where numbers stand: a little off, or at a limit.
                    long[] limits = [0, 1, -1, bytes.Length, bytes.Length - 1, int.MaxValue, uint.MaxValue, long.MaxValue, long.MinValue];
                    at = Math.Min(at & ~3, bytes.Length - 8);
                    BitConverter.TryWriteBytes(bytes.AsSpan(at), random.Next(2) == 0 ? limits[random.Next(limits.Length)] : BitConverter.ToInt64(bytes, at) + random.Next(-2, 3));
                    break;
            }
        }
        if (random.Next(8) == 0) bytes = bytes[..random.Next(bytes.Length)];
        if (random.Next(2) == 0 && bytes.Length >= IndexHeader.SizeBytes)
            System.Security.Cryptography.HMACSHA256.HashData(_macKey, bytes.AsSpan(0, IndexHeader.SizeBytes - 32), bytes.AsSpan(IndexHeader.SizeBytes - 32));
        return bytes;
    }

    public unsafe string Run(byte[] input)
    {
        using GuardedMemory memory = new(input, Guard.After);
        try
        {
            fixed (byte* start = memory.Span)
            {
                IndexHeader header = IndexHeader.Read("fuzz", memory.Span[..Math.Min(memory.Span.Length, IndexHeader.SizeBytes)], input.Length, s_key);
                MappedIndex layer = MappedIndex.FromBorrowedMemory("fuzz", start, input.Length, header);
                using FingerprintIndex index = new([layer], s_key);
                List<Match> matches = [];
                ScanResult result = new Scanner(index).Scan(_text, matches);
                foreach (Match match in matches) index.GetDocument(match.DocumentId);
                for (int i = 0; i < Math.Min(layer.Documents, 4); i++)
                {
                    DocumentRecord document = layer.GetDocument(i);
                    layer.GetLine(document, 100);
                    layer.GetPath(document);
                }
                layer.FindDocument(500);
                int problems = layer.Verify().Count();
                return problems > 0 ? "damage named" : result.Verdict == Verdict.Block ? "answered right" : "answered";
            }
        }
        catch (IndexException)
        {
            return "refused";
        }
    }
}
