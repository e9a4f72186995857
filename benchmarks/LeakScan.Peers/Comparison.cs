using System.Globalization;
using LeakScan.Benchmarks;
using LeakScan.Peers.Peers;

namespace LeakScan.Peers;

/// <summary>All peers on one material.</summary>
static class Comparison
{
    static readonly Wrapping[] s_wrappings = [Wrapping.Verbatim, Wrapping.Reindented, Wrapping.JsonEscaped, Wrapping.Numbered];

    /// <param name="Bytes">Scanned.</param>
    /// <param name="Seconds">Median.</param>
    /// <param name="Found">Of the records of each wrapping, how many were taken for leaking; of the clean ones too.</param>
    /// <param name="Planted">Of each wrapping, how many there are.</param>
    internal sealed record Row(long Bytes, double Seconds, Dictionary<Wrapping, int> Found, Dictionary<Wrapping, int> Planted)
    {
        internal int Alarms => Found[Wrapping.Clean];

        internal int Clean => Planted[Wrapping.Clean];
    }

    static Peer[] Peers(string? cli) =>
    [
        new LibraryPeer(), new LibraryPeer(ScanDepth.Coarse), new CommandLinePeer(cli), new WinnowingPeer(), new GrepPeer("grep"), new GrepPeer("rg", "--no-config", "--no-filename", "--no-line-number"),
        new SearchValuesPeer(), new RegexPeer(), new SimTextPeer(), new JscpdPeer(), new MinHashPeer(),
    ];

    internal static int Run(string? cli, int megabytes, int runs, string protect, string clean) => InFolder(folder =>
    {
        Material material = new(folder, protect, clean, megabytes * 1_000_000);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Measure.Machine()}; {material.Documents.Count} protected files, {material.Documents.Sum(d => d.Length) / 1e6:F1} MB; {material.Truth.Count} records, one in 50 with 4 to 20 lines of them; {material.Lines.Length} distinctive lines; medians of {runs} runs, files in the page cache; LeakScan's from a warning up"));
        Console.WriteLine();
        Console.WriteLine("| | version | MB | MB/s | verbatim | re-indented | JSON string | numbered | false alarms in 1000 | remarks |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (Peer peer in Peers(cli))
        {
            try
            {
                Row row = Measured(peer, material, runs);
                string found = string.Join(" | ", s_wrappings.Select(w => row.Planted[w] == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{(double)row.Found[w] / row.Planted[w]:F2}")));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {peer.Name} | {peer.Version} | {row.Bytes / 1e6:F0} | {row.Bytes / 1e6 / row.Seconds:F1} | {found} | {1000.0 * row.Alarms / row.Clean:F2} | {peer.Remark} |"));
            }
            catch (PeerMissingException e)
            {
                Console.WriteLine($"| {peer.Name} | skipped: {e.Message.Replace('|', '/')} | | | | | | | | |");
            }
            finally
            {
                (peer as IDisposable)?.Dispose();
            }
        }
        return 0;
    });

    internal static Row Measured(Peer peer, Material material, int runs)
    {
        peer.Prepare(material);
        HashSet<int> suspects = [];
        double[] seconds = new double[runs];
        Measure.WarmUp(runs, () => peer.Run(material, suspects));
        for (int i = 0; i < runs; i++)
        {
            suspects.Clear();
            seconds[i] = peer.Run(material, suspects);
        }
        long bytes = 0;
        Dictionary<Wrapping, int> found = Enum.GetValues<Wrapping>().ToDictionary(w => w, _ => 0), planted = new(found);
        foreach (int i in material.Numbers(all: !peer.IsSlow))
        {
            bytes += material.Record(i).Length;
            planted[material.Truth[i]]++;
            if (suspects.Contains(i)) found[material.Truth[i]]++;
        }
        return new(bytes, Measure.Median(seconds), found, planted);
    }

    /// <summary>What must hold of the material and of the peers that are there on every machine.</summary>
    internal static int Smoke() => InFolder(folder =>
    {
        Material material = new(folder, Repository.Path("corpora", "proprietary"), Repository.Path("src"), 4_000_000);
        int failures = 0;
        foreach ((Peer peer, Wrapping[] finds) in ((Peer, Wrapping[])[])
            [(new LibraryPeer(), s_wrappings), (new LibraryPeer(ScanDepth.Coarse), s_wrappings), (new CommandLinePeer(LeakScanCli.OfThisBuild), s_wrappings), (new WinnowingPeer(), [Wrapping.Verbatim, Wrapping.Reindented]), (new SearchValuesPeer(), [Wrapping.Verbatim])])
        {
            try
            {
                Row row = Measured(peer, material, 1);
                foreach (Wrapping wrapping in finds)
                {
                    bool holds = row.Found[wrapping] >= 0.9 * row.Planted[wrapping] && row.Planted[wrapping] > 0;
                    if (!holds) failures++;
                    Console.WriteLine($"{(holds ? "ok  " : "FAIL")} {peer.Name} finds {row.Found[wrapping]} of {row.Planted[wrapping]}, {wrapping}");
                }
                bool isQuiet = row.Alarms <= row.Clean / 20;
                if (!isQuiet) failures++;
                Console.WriteLine($"{(isQuiet ? "ok  " : "FAIL")} {peer.Name} alarms for {row.Alarms} of {row.Clean} clean records");
            }
            catch (PeerMissingException e)
            {
                Console.WriteLine($"skipped: {peer.Name}: {e.Message}");
            }
            finally
            {
                (peer as IDisposable)?.Dispose();
            }
        }
        Console.WriteLine(failures == 0 ? "smoke: ok" : $"smoke: {failures} failed");
        return failures == 0 ? 0 : 1;
    });

    static int InFolder(Func<string, int> action)
    {
        string folder = Directory.CreateTempSubdirectory("leakscan-peers-").FullName;
        try
        {
            return action(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
