using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace LeakScan.Cli.Commands;

/// <summary><c>leakscan index info</c>.</summary>
static class IndexInfoCommand
{
    internal static Command Create()
    {
        Argument<string> index = new("INDEX") { Description = "The index." };
        Option<string?> keyFile = KeyFile.CreateOption();
        Option<string> format = new Option<string>("--format") { HelpName = "text|json", Description = "For people, or for programs.", DefaultValueFactory = _ => "text" }.AcceptOnlyFromAmong("text", "json");
        ExampleCommand command = new("info", "Tells what an index holds, what it costs and what it guarantees.",
            "leakscan index info corp.lsi", "leakscan index info corp.lsi --format json") { index, keyFile, format };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(index), parsed.GetValue(keyFile), parsed.GetValue(format) == "json"));
        return command;
    }

    static int Run(string path, string? keyFile, bool json)
    {
        if (!File.Exists(path)) throw new UserException($"{path}: no such index");
        using FingerprintIndex index = CheckedIndex.Open([path], KeyFile.Load(keyFile));
        IndexInfo info = index.Info;
        if (json) WriteJson(info);
        else WriteText(path, info);
        return ExitCode.Clean;
    }

    static void WriteText(string path, IndexInfo info)
    {
        void Line(string name, FormattableString value) => Console.Out.WriteLine($"{name,-24}{value.ToString(CultureInfo.InvariantCulture)}");
        Line("index", $"{path}");
        Line("format", $"{info.FormatVersion}");
        Line("key id", $"{info.KeyId}");
        Line("layers", $"{info.Layers}");
        Line("documents", $"{info.Documents}");
        foreach ((string label, long count) in info.DocumentsByLabel.OrderBy(l => l.Key, StringComparer.Ordinal)) Line($"  {label}", $"{count}");
        Line("text", $"{info.SourceBytes} bytes");
        Line("size", $"{info.FileBytes} bytes, {info.BytesPerSourceByte:F3} a byte of text, {info.BytesPerFingerprint:F2} a fingerprint");
        Line("fingerprints", $"{info.Fingerprints}, {info.Postings} postings");
        Line("public, left out", $"{info.PublicFingerprints} fingerprints");
        Line("idioms, left out", $"model {info.IdiomModelVersion}");
        Line("parameters", $"k {info.GramLength}, w {info.FineWindow} (fine) and {info.CoarseWindow} (coarse)");
        Line("guarantee", $"every verbatim run of {info.FineGuarantee} canonical characters (fine), {info.CoarseGuarantee} (coarse)");
    }

    static void WriteJson(IndexInfo info)
    {
        using (Stream output = Console.OpenStandardOutput())
        using (Utf8JsonWriter json = new(output))
        {
            json.WriteStartObject();
            json.WriteString("schema", "leakscan.index/1");
            json.WriteNumber("formatVersion", info.FormatVersion);
            json.WriteString("keyId", info.KeyId);
            json.WriteNumber("layers", info.Layers);
            json.WriteNumber("documents", info.Documents);
            json.WriteStartObject("documentsByLabel");
            foreach ((string label, long count) in info.DocumentsByLabel.OrderBy(l => l.Key, StringComparer.Ordinal)) json.WriteNumber(label, count);
            json.WriteEndObject();
            json.WriteNumber("sourceBytes", info.SourceBytes);
            json.WriteNumber("fileBytes", info.FileBytes);
            json.WriteNumber("fingerprints", info.Fingerprints);
            json.WriteNumber("postings", info.Postings);
            json.WriteNumber("publicFingerprints", info.PublicFingerprints);
            json.WriteNumber("idiomModelVersion", info.IdiomModelVersion);
            json.WriteNumber("bytesPerSourceByte", Math.Round(info.BytesPerSourceByte, 4));
            json.WriteNumber("bytesPerFingerprint", Math.Round(info.BytesPerFingerprint, 3));
            json.WriteStartObject("parameters");
            json.WriteNumber("k", info.GramLength);
            json.WriteNumber("fineWindow", info.FineWindow);
            json.WriteNumber("coarseWindow", info.CoarseWindow);
            json.WriteEndObject();
            json.WriteStartObject("guaranteeCharacters");
            json.WriteNumber("fine", info.FineGuarantee);
            json.WriteNumber("coarse", info.CoarseGuarantee);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        Console.Out.WriteLine();
    }
}
