using System.Text.Unicode;
using BenchmarkDotNet.Attributes;
using LeakScan.Benchmarks.Data;
using LeakScan.Sources.Files;

namespace LeakScan.Benchmarks.Micro;

/// <summary>The check that text is UTF-8, against the runtime's, in pieces that the first cache holds.</summary>
[Config(typeof(BenchmarkConfig))]
public class Utf8Validation
{
    const int PieceBytes = 4096;

    byte[] _piece = null!;

    /// <summary>Code and Cjk as everywhere; Log is JSON with a symbol outside of ASCII every 300 bytes, as tools draw them.</summary>
    [Params("Code", "Log", "Cjk")]
    public string Text { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        bool isLog = Text == "Log";
        _piece = MadeUpText.Make(isLog ? TextKind.Json : Enum.Parse<TextKind>(Text), PieceBytes);
        for (int at = 0; isLog && at + 300 <= PieceBytes; at += 300) "→"u8.CopyTo(_piece.AsSpan(at));
        if (Validate() != Runtime()) throw new InvalidOperationException("the two do not agree");
    }

    [Benchmark(Baseline = true)]
    public bool Runtime()
    {
        bool isValid = true;
        for (int i = 0; i < Workload.Bytes; i += PieceBytes) isValid &= Utf8.IsValid(_piece);
        return isValid;
    }

    [Benchmark]
    public bool Validate()
    {
        bool isValid = true;
        for (int i = 0; i < Workload.Bytes; i += PieceBytes) isValid &= Utf8Text.IsValid(_piece);
        return isValid;
    }
}
