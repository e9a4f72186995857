using System.Globalization;
using System.Text.Json;

namespace LeakScan.Classification;

/// <summary>Reads leakscan.json. Whatever is not known is an error with its place: a rule that is misread is worse than none.</summary>
ref struct PolicyReader(ReadOnlySpan<byte> json, string name)
{
    const string Schema = "leakscan.policy/1";

    readonly ReadOnlySpan<byte> _json = json;
    Utf8JsonReader _reader = new(json);

    internal Policy Read()
    {
        try
        {
            Policy policy = ReadPolicy();
            if (_reader.Read()) throw Error("nothing may follow the policy");
            return policy;
        }
        catch (JsonException e)
        {
            throw new PolicyException($"{name}:{(e.LineNumber ?? 0) + 1}:{(e.BytePositionInLine ?? 0) + 1}: not JSON: {e.Message.Split(" LineNumber:")[0].Replace(" Change the reader options.", "", StringComparison.Ordinal)}");
        }
        catch (InvalidOperationException)
        {
            throw Error("not text: ill-formed UTF-8, or half of a surrogate pair");
        }
    }

    Policy ReadPolicy()
    {
        Advance();
        if (_reader.TokenType != JsonTokenType.StartObject) throw Error("a policy is an object: {\"$schema\":\"leakscan.policy/1\",\"rules\":[...]}");
        bool hasSchema = false;
        Policy policy = new();
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (NextKey(seen) is string key)
        {
            switch (key)
            {
                case "$schema":
                    string schema = String("$schema");
                    if (schema != Schema) throw Error($"\"$schema\" is \"{schema}\"; this version reads \"{Schema}\"");
                    hasSchema = true;
                    break;
                case "rules":
                    (List<PolicyRule> rules, List<string> places) = ReadRules();
                    policy = policy with { Rules = rules, LabelPlaces = places };
                    break;
                case "onError":
                    policy = policy with { OnError = ReadVerdict("onError") };
                    break;
                default:
                    throw Error($"unknown key \"{key}\"; a policy has $schema, rules, onError");
            }
        }
        return hasSchema ? policy : throw Error($"\"$schema\" is missing; write \"$schema\":\"{Schema}\"");
    }

    (List<PolicyRule> Rules, List<string> Places) ReadRules()
    {
        Advance();
        if (_reader.TokenType != JsonTokenType.StartArray) throw Error("\"rules\" is an array of objects");
        List<PolicyRule> rules = [];
        List<string> places = [];
        while (true)
        {
            Advance();
            if (_reader.TokenType == JsonTokenType.EndArray) return (rules, places);
            if (_reader.TokenType != JsonTokenType.StartObject) throw Error("a rule is an object: {\"label\":\"*\",\"verdict\":\"block\"}");
            string place = Place();
            Verdict? verdict = null;
            PolicyRule rule = new() { Verdict = Verdict.Allow };
            HashSet<string> seen = new(StringComparer.Ordinal);
            while (NextKey(seen) is string key)
            {
                switch (key)
                {
                    case "label":
                        rule = rule with { Label = String(key) };
                        place = Place();
                        break;
                    case "destination":
                        rule = rule with { Destination = String(key) };
                        break;
                    case "kind":
                        rule = rule with { Kind = ReadKind() };
                        break;
                    case "verdict":
                        verdict = ReadVerdict(key);
                        break;
                    case "minCharacters":
                        rule = rule with { MinCharacters = (int)Number(key, int.MaxValue) };
                        break;
                    case "minEvidenceBits":
                        rule = rule with { MinEvidenceBits = Number(key, 1e9) };
                        break;
                    default:
                        throw Error($"unknown key \"{key}\"; a rule has label, destination, kind, verdict, minCharacters, minEvidenceBits");
                }
            }
            rules.Add(rule with { Verdict = verdict ?? throw Error("the rule has no \"verdict\": allow, warn or block") });
            places.Add(place);
        }
    }

    Verdict ReadVerdict(string key)
    {
        string text = String(key);
        return text switch
        {
            "allow" => Verdict.Allow,
            "warn" => Verdict.Warn,
            "block" => Verdict.Block,
            _ => throw Error($"\"{key}\" is \"{text}\"; it may be allow, warn or block"),
        };
    }

    MatchKind? ReadKind()
    {
        string text = String("kind");
        return text switch
        {
            "*" => null,
            "verbatim" => MatchKind.Verbatim,
            "edited" => MatchKind.Edited,
            "structural" => MatchKind.Structural,
            _ => throw Error($"\"kind\" is \"{text}\"; it may be *, verbatim, edited or structural"),
        };
    }

    string String(string key)
    {
        Advance();
        return _reader.TokenType == JsonTokenType.String ? _reader.GetString()! : throw Error($"\"{key}\" is a string");
    }

    double Number(string key, double limit)
    {
        Advance();
        if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetDouble(out double value) || value < 0 || value > limit || (limit == int.MaxValue && value != Math.Floor(value)))
            throw Error(string.Create(CultureInfo.InvariantCulture, $"\"{key}\" is a {(limit == int.MaxValue ? "whole " : "")}number from 0 to {limit:0}"));
        return value;
    }

    string? NextKey(HashSet<string> seen)
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.EndObject) return null;
        string key = _reader.GetString()!;
        return seen.Add(key) ? key : throw Error($"\"{key}\" stands here twice");
    }

    void Advance()
    {
        if (!_reader.Read()) throw Error("the policy ends too early");
    }

    readonly PolicyException Error(string message) => new($"{Place()}: {message}");

    /// <summary>name:line:column of the current token.</summary>
    readonly string Place()
    {
        ReadOnlySpan<byte> before = _json[..(int)Math.Min(_reader.TokenStartIndex, _json.Length)];
        int line = before.Count((byte)'\n') + 1;
        int column = before.Length - (before.LastIndexOf((byte)'\n') + 1) + 1;
        return $"{name}:{line}:{column}";
    }
}
