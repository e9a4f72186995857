using LeakScan.Classification;
using LeakScan.Matching;

namespace LeakScan;

/// <summary>Turns matches into verdicts: the first rule that fits decides, and where none fits, the default rules.</summary>
/// <remarks>
/// The default rules let nobody down who has no policy: what is certain is blocked, what is likely is a warning, a match of
/// structure alone has to say half as much again to be certain, and fragments of less than 48 canonical characters, however many, count for a bit
/// less than that. A rule of one's own says what else is allowed or forbidden; it applies to
/// matches with enough evidence for a warning, unless it sets another limit. Immutable and thread-safe.
/// </remarks>
/// <example><code>
/// Policy policy = Policy.Load("leakscan.json");
/// Scanner scanner = new(index, new ScanOptions { Policy = policy, Destination = "internal" });
/// </code></example>
public sealed record Policy
{
    /// <summary>No rules of one's own.</summary>
    public static Policy Default { get; } = new();

    static readonly PolicyRule[] s_defaultRules =
    [
        new() { Kind = MatchKind.Structural, Verdict = Verdict.Block, MinEvidenceBits = Evidence.BlockStructureBits },
        new() { Kind = MatchKind.Structural, Verdict = Verdict.Warn },
        new() { Verdict = Verdict.Block, MinEvidenceBits = Evidence.BlockBits },
        new() { Verdict = Verdict.Warn },
    ];

    /// <summary>The rules, in the order in which they are tried. Copied: what becomes of the list that is given changes nothing.</summary>
    public IReadOnlyList<PolicyRule> Rules
    {
        get;
        init => (field, LabelPlaces) = (value is null ? null! : [.. value], []); // those of other rules
    } = [];

    /// <summary>What becomes of text that could not be scanned. Default: <see cref="Verdict.Block"/>.</summary>
    public Verdict OnError { get; init; } = Verdict.Block;

    /// <summary>Reads a policy file (<c>leakscan.json</c>).</summary>
    /// <param name="path">The file: JSON in UTF-8.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="PolicyException">Not a policy, or a folder; the message names file, line and column.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is not for this user.</exception>
    public static Policy Load(string path) => Directory.Exists(path) ? throw new PolicyException($"{path}: is a folder; a policy is a file") : Parse(File.ReadAllBytes(path), path);

    /// <summary>Reads a policy.</summary>
    /// <param name="utf8Json">Its JSON.</param>
    /// <param name="name">What errors call it.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="PolicyException">Not a policy.</exception>
    public static Policy Parse(ReadOnlySpan<byte> utf8Json, string name) => new PolicyReader(utf8Json.StartsWith(ByteOrderMark) ? utf8Json[ByteOrderMark.Length..] : utf8Json, name).Read();

    static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    /// <summary>Finds the rule that decides on the matches of one document.</summary>
    /// <param name="label">The document's label; compared letter for letter.</param>
    /// <param name="destination">Where the text goes; null fits only rules for any.</param>
    /// <param name="kind">How it matches.</param>
    /// <param name="matchedCharacters">Canonical characters of the text that match the document.</param>
    /// <param name="evidenceBits">Evidence for the document in bits; a scanner asks from 8 on.</param>
    /// <returns>Its number in <see cref="Rules"/>, from 0; -1 if none fits, so that the default rules decide.</returns>
    public int FindRule(string label, string? destination, MatchKind kind, int matchedCharacters, double evidenceBits)
    {
        for (int i = 0; i < Rules.Count; i++)
        {
            if (Rules[i].Fits(label, destination, kind, matchedCharacters, evidenceBits)) return i;
        }
        return -1;
    }

    /// <summary>The verdict on the matches of one document.</summary>
    /// <param name="label">The document's label; compared letter for letter.</param>
    /// <param name="destination">Where the text goes; null fits only rules for any.</param>
    /// <param name="kind">How it matches.</param>
    /// <param name="matchedCharacters">Canonical characters of the text that match the document.</param>
    /// <param name="evidenceBits">Evidence for the document in bits; a scanner asks from 8 on.</param>
    /// <returns>What the first rule that fits says; if none does, the default rules: a warning from 28 bits, a block from 56, of structure alone from 84; below that <see cref="Verdict.Allow"/>.</returns>
    public Verdict Decide(string label, string? destination, MatchKind kind, int matchedCharacters, double evidenceBits)
    {
        int number = FindRule(label, destination, kind, matchedCharacters, evidenceBits);
        if (number >= 0) return Rules[number].Verdict;
        foreach (PolicyRule rule in s_defaultRules)
        {
            if (rule.Fits(label, destination, kind, matchedCharacters, evidenceBits)) return rule.Verdict;
        }
        return Verdict.Allow;
    }

    /// <exception cref="ArgumentException">A rule is missing, or has a property that no text could fit or that is none.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Rules, nameof(Rules));
        for (int i = 0; i < Rules.Count; i++)
        {
            if (Rules[i] is null) throw new ArgumentException($"Rule {i + 1} is null.", nameof(Rules));
            PolicyRule rule = Rules[i];
            if (!Enum.IsDefined(rule.Verdict)) throw new ArgumentOutOfRangeException(nameof(Rules), rule.Verdict, $"Rule {i + 1}: no such verdict.");
            if (rule.Kind is MatchKind kind && !Enum.IsDefined(kind)) throw new ArgumentOutOfRangeException(nameof(Rules), kind, $"Rule {i + 1}: no such kind.");
            if (rule.Label is null || rule.Destination is null) throw new ArgumentException($"Rule {i + 1}: a label or a destination is null; any is \"*\".", nameof(Rules));
            if (rule.MinCharacters < 0) throw new ArgumentOutOfRangeException(nameof(Rules), rule.MinCharacters, $"Rule {i + 1}: characters are 0 or more.");
            if (!(rule.MinEvidenceBits >= 0)) throw new ArgumentOutOfRangeException(nameof(Rules), rule.MinEvidenceBits, $"Rule {i + 1}: evidence is 0 bits or more.");
        }
        if (!Enum.IsDefined(OnError)) throw new ArgumentOutOfRangeException(nameof(OnError), OnError, "No such verdict.");
    }

    /// <summary>Checks the rules' labels against those of an index: a rule for a label that no document has is most likely a misspelling.</summary>
    /// <param name="known">The labels there are.</param>
    /// <exception cref="PolicyException">A rule has another label.</exception>
    public void CheckLabels(IReadOnlyCollection<string> known)
    {
        foreach ((string label, string place) in UnknownLabels(known))
            throw new PolicyException($"{place}: no document has the label \"{label}\"; there are: {string.Join(", ", known.Order(StringComparer.Ordinal))}");
    }

    /// <summary>The labels of rules that are not among those of an index, in the order of the rules, each with its place.</summary>
    /// <param name="known">The labels there are.</param>
    /// <returns>Label, and <c>name:line:column</c> (or <c>rule N</c> for a policy that was not read from JSON).</returns>
    public IReadOnlyList<(string Label, string Place)> UnknownLabels(IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        HashSet<string> labels = [.. known];
        List<(string, string)> unknown = [];
        for (int i = 0; i < Rules.Count; i++)
        {
            if (Rules[i].Label == "*" || labels.Contains(Rules[i].Label)) continue;
            unknown.Add((Rules[i].Label, i < LabelPlaces.Count ? LabelPlaces[i] : $"rule {i + 1}"));
        }
        return unknown;
    }

    /// <summary>For each rule where its label stands, as <c>name:line:column</c>.</summary>
    internal IReadOnlyList<string> LabelPlaces { get; init; } = [];
}
