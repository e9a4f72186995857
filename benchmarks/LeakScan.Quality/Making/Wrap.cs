using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeakScan.Benchmarks.Data;

namespace LeakScan.Quality.Making;

/// <summary>How lines look on their way out.</summary>
static class Wrap
{
    internal delegate string Apply(IReadOnlyList<string> lines, string path, int start, ref SplitMix random);

    internal static readonly IReadOnlyList<(string Name, Apply Apply)> s_all =
    [
        ("raw", (lines, _, _, ref _) => string.Join('\n', lines)),
        ("cat_n", (lines, _, start, ref _) => Numbered(lines, start, '\t')),
        ("cat_arrow", (lines, _, start, ref _) => Numbered(lines, start, '→')),
        ("diff", Diff),
        ("grep", (lines, path, start, ref _) => string.Join('\n', lines.Select((l, i) => string.Create(CultureInfo.InvariantCulture, $"{path}:{start + i}:{l}")))),
        ("json", (lines, path, _, ref _) => Json(new { path, content = string.Join('\n', lines) })),
        ("json_double", (lines, path, _, ref _) => Json(new { type = "tool_result", content = Json(new { path, content = string.Join('\n', lines) }) })),
        ("quote", (lines, _, _, ref _) => "> " + string.Join("\n> ", lines)),
        ("fence", (lines, path, _, ref _) => $"What does this part of {Path.GetFileName(path)} do?\n\n```\n{string.Join('\n', lines)}\n```\n"),
    ];

    static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static string Json(object value) => JsonSerializer.Serialize(value, s_relaxed);

    static string Numbered(IReadOnlyList<string> lines, int start, char gutter) =>
        string.Join('\n', lines.Select((l, i) => string.Create(CultureInfo.InvariantCulture, $"{start + i,6}{gutter}{l}")));

    static string Diff(IReadOnlyList<string> lines, string path, int start, ref SplitMix random)
    {
        List<string> result = [$"--- a/{path}", $"+++ b/{path}", string.Create(CultureInfo.InvariantCulture, $"@@ -{start},{lines.Count} +{start},{lines.Count} @@")];
        foreach (string line in lines) result.Add("+- "[random.Next(3)] + line);
        return string.Join('\n', result);
    }
}
