using System.Globalization;

namespace LeakScan.Cli.Outgoing;

/// <summary>What was found in the texts of one call.</summary>
sealed class Judgement
{
    const int MaxDocuments = 8;

    readonly List<string> _documents = [];

    internal Verdict Verdict { get; private set; }

    /// <summary>Canonical characters that matched, over all texts.</summary>
    internal long Characters { get; private set; }

    /// <summary>Paths of the documents that matched, best first, as the index has them.</summary>
    internal IReadOnlyList<string> Documents => _documents;

    /// <summary>What was found, in a sentence for the person; empty if nothing was.</summary>
    internal string Finding { get; private set; } = "";

    /// <summary>Judges texts.</summary>
    /// <param name="texts">The texts, each judged by itself.</param>
    /// <param name="scanner">Has the policy and the destination.</param>
    /// <param name="policy">The policy, to name the rule.</param>
    /// <param name="policyName">What it is called.</param>
    /// <param name="destination">Where the texts go.</param>
    /// <param name="cancellationToken">Whoever waited for it is gone.</param>
    internal static Judgement Of(IReadOnlyList<OutgoingText> texts, Scanner scanner, Policy policy, string? policyName, string destination, CancellationToken cancellationToken = default)
    {
        Judgement judgement = new();
        List<Match> matches = [];
        foreach (OutgoingText text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ScanResult result = scanner.Scan(text.Utf8.Span, matches);
            if (result.Verdict == Verdict.Allow) continue;
            judgement.Characters += result.MatchedCharacters;
            foreach (Match match in matches)
            {
                string path = scanner.Index.GetDocument(match.DocumentId).Path;
                if (judgement._documents.Count < MaxDocuments && !judgement._documents.Contains(path)) judgement._documents.Add(path);
            }
            if (result.Verdict <= judgement.Verdict) continue;
            judgement.Verdict = result.Verdict;
            judgement.Finding = Describe(text.What, result, matches, scanner, policy, policyName, destination);
        }
        return judgement;
    }

    static string Describe(string what, ScanResult result, List<Match> matches, Scanner scanner, Policy policy, string? policyName, string destination)
    {
        Match first = matches.Find(m => scanner.Index.GetDocument(m.DocumentId).Label == result.Label);
        IndexedDocument document = scanner.Index.GetDocument(first.DocumentId);
        Match[] same = [.. matches.Where(m => m.DocumentId == first.DocumentId)];
        int characters = same.Sum(m => m.MatchedCharacters);
        int rule = policy.FindRule(document.Label, destination, first.Kind, characters, same.Sum(m => m.EvidenceBits));
        int others = matches.Select(m => m.DocumentId).Distinct().Count() - 1;
        string more = others == 1 ? " and one more document"
            : others > 1 ? string.Create(CultureInfo.InvariantCulture, $" and {others} more documents")
            : same.Length > 1 ? " and more of it" : "";
        string name = scanner.Index.PathStorage == PathStorage.Full ? document.Path : "a protected document";
        string ruleName = rule < 0 ? "the default rules" : string.Create(CultureInfo.InvariantCulture, $"rule {rule + 1} of {policyName ?? "the policy"}");
        return Output.Diagnostics.Printable(string.Create(CultureInfo.InvariantCulture,
            $"{what} has text of {name}, lines {first.SourceStartLine}-{first.SourceEndLine}{more}: {result.MatchedCharacters} characters, {document.Label}, under {ruleName}"));
    }
}
