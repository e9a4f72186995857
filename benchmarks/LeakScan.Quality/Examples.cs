using System.Globalization;
using System.Text;
using LeakScan.Quality.Data;
using LeakScan.Quality.Measures;

namespace LeakScan.Quality;

/// <summary>Texts that a scan takes for what they are not. They are the sets' own text: shown when asked for only.</summary>
static class Examples
{
    const int MaxCharacters = 600;

    internal static void Print(SetRun run, bool falsePositives, int count)
    {
        Outcome[] outcomes = run.ByKey[0];
        IEnumerable<int> wrong = run.Numbers(r => r.Label == (falsePositives ? RecordLabel.Negative : RecordLabel.Positive)).Where(i => outcomes[i].IsHit(Verdict.Warn) == falsePositives);
        foreach (int i in wrong.Take(count))
        {
            LabelledRecord record = run.Set.Records[i];
            string fields = string.Join(", ", record.Fields.Where(f => f.Key is not ("path" or "why")).Select(f => $"{f.Key} {f.Value}"));
            string text = Encoding.UTF8.GetString(record.Text);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"--- {(falsePositives ? "alarms" : "missed")}: {run.Set.Name} {record.Id}, {outcomes[i].EvidenceBits:0.0} bits, {outcomes[i].Verdict}, best match {outcomes[i].BestKind}, of {string.Join(' ', record.Sources)}; {fields}"));
            Console.WriteLine(text.Length <= MaxCharacters ? text : text[..MaxCharacters] + "…");
        }
    }
}
