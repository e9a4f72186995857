using System.Globalization;

namespace LeakScan.Cli.Output;

/// <summary>The totals of a scan; the last line on standard error.</summary>
sealed class ScanSummary
{
    internal long Records;
    internal long Bytes;
    internal long Findings;
    internal long Blocked;
    internal long Warned;
    internal long Errors;

    internal void Add(Verdict verdict)
    {
        Findings++;
        if (verdict == Verdict.Block) Blocked++;
        else if (verdict == Verdict.Warn) Warned++;
    }

    internal string ToJson(TimeSpan elapsed) => string.Create(CultureInfo.InvariantCulture,
        $"{{\"schema\":\"leakscan.summary/1\",\"records\":{Records},\"bytes\":{Bytes},\"findings\":{Findings},\"blocked\":{Blocked},\"warned\":{Warned},\"errors\":{Errors},\"seconds\":{elapsed.TotalSeconds:F3}}}");
}
