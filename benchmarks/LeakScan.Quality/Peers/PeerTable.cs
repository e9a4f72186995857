using System.Globalization;
using LeakScan.Peers;
using LeakScan.Quality.Data;
using LeakScan.Quality.Measures;
using LeakScan.Quality.Tables;

namespace LeakScan.Quality.Peers;

/// <summary>LeakScan beside other tools on the same sets: how well each puts the positives before the negatives.</summary>
static class PeerTable
{
    const double FewFalseAlarms = 0.004;

    internal static int Run(IEnumerable<LabelledSet> sets, IReadOnlyList<IndexKey> keys, int threads, string? dolos)
    {
        SimilarityPeer[] peers =
        [
            new DolosPeer(dolos), new SimPeer("sim_java", ".java", 10), new SimPeer("sim_java", ".java", 24), new SimPeer("sim_text", null, 10), new SimPeer("sim_text", null, 24),
            new JscpdPeer(), new JscpdPeer(s_sensitive), new JscpdPeer([.. s_sensitive, "--ignore-identifiers", "--ignore-literals"]),
        ];
        List<string[]> rows = [];
        HashSet<string> remarks = [];
        foreach (LabelledSet set in sets)
        {
            rows.Add(OwnRow(set, keys, threads));
            string folder = Directory.CreateTempSubdirectory("leakscan-peers-").FullName;
            try
            {
                Material material = new(set, folder);
                foreach (SimilarityPeer peer in peers)
                {
                    rows.Add(PeerRow(peer, material, remarks));
                    Console.Error.WriteLine(string.Join(", ", rows[^1].Where(c => c.Length > 0)));
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        Markdown.Print(["set", "", "version", "AUC", "best F1", "recall at 4 false alarms in 1000", "AUC by level"], rows);
        foreach (string remark in remarks) Console.WriteLine($"- {remark}");
        return 0;
    }

    static readonly string[] s_sensitive = ["--min-tokens", "20", "--min-lines", "1", "--mode", "weak"];

    static string[] OwnRow(LabelledSet set, IReadOnlyList<IndexKey> keys, int threads)
    {
        SetRun run = SetRun.Run(set, keys, threads);
        if (!set.IsPairs) return Row(set.Name, "LeakScan", "", [.. run.Rankings(o => o.EvidenceBits)], []);
        PairRun pairs = PairRun.Run(run, keys, threads);
        return Row(set.Name, "LeakScan", "", [.. pairs.Rankings(c => c.EvidenceBits)], [.. pairs.Levels.Select(l => (l, Spread.Of(pairs.Rankings(c => c.EvidenceBits, l).Select(r => r.Auc)).Mean))]);
    }

    static string[] PeerRow(SimilarityPeer peer, Material material, HashSet<string> remarks)
    {
        try
        {
            double[][] scores = peer.Compare(material);
            remarks.Add($"{peer.Name.Split(' ')[0]}: {peer.Remark}");
            List<(bool IsPositive, string? Level, double Value)> all = [.. Values(material, scores)];
            Ranking Of(string? level) => new(all.Where(v => v.IsPositive && (level is null || v.Level == level)).Select(v => v.Value), all.Where(v => !v.IsPositive).Select(v => v.Value));
            string[] levels = material.WantsPairs ? [.. all.Where(v => v.IsPositive).Select(v => v.Level).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : [];
            return Row(material.SetName, peer.Name, peer.Version, [Of(null)], [.. levels.Select(l => (l, Of(l).Auc))]);
        }
        catch (PeerMissingException e)
        {
            return [material.SetName, peer.Name, "", $"skipped: {e.Message}", "", "", ""];
        }
    }

    /// <summary>As <see cref="PairRun"/> does it: records where there are negatives among them, else records with each original.</summary>
    static IEnumerable<(bool IsPositive, string? Level, double Value)> Values(Material material, double[][] scores)
    {
        bool hasNegatives = material.Records.Any(r => r.IsCountedNegative);
        foreach ((int i, LabelledRecord record) in material.Records.Index())
        {
            if (hasNegatives) yield return (record.Label == RecordLabel.Positive, record.Kind, scores[i].Max());
            else
            {
                for (int o = 0; o < material.Originals.Count; o++) yield return (record.Sources.Contains(material.Originals[o].Name), record.Kind, scores[i][o]);
            }
        }
    }

    static string[] Row(string set, string name, string version, IReadOnlyList<Ranking> rankings, IReadOnlyList<(string Level, double Auc)> levels) =>
    [
        set, name, version,
        Spread.Of(rankings.Select(r => r.Auc)).Share(),
        Spread.Of(rankings.Select(r => r.BestF1)).Share(),
        Spread.Of(rankings.Select(r => r.RecallAt(FewFalseAlarms))).Share(),
        string.Join(", ", levels.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Level} {l.Auc:0.000}"))),
    ];
}
