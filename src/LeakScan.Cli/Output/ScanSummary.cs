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
    internal long Repeats;
    internal long Errors;

    /// <summary>Errors of records as they were parsed, of a scan that can be resumed: records that are passed over are not parsed again.</summary>
    internal long RecordErrors;

    /// <summary>The hash of the text of all records so far, of a scan that can be resumed.</summary>
    internal ulong Text;

    internal void Add(Verdict verdict)
    {
        Findings++;
        if (verdict == Verdict.Block) Blocked++;
        else if (verdict == Verdict.Warn) Warned++;
    }

    internal ScanSummary Copy() => (ScanSummary)MemberwiseClone();

    /// <summary>The totals with those of the records as they were before.</summary>
    internal ScanSummary Copy(long records, long bytes, ulong text)
    {
        ScanSummary copy = Copy();
        (copy.Records, copy.Bytes, copy.Text) = (records, bytes, text);
        return copy;
    }

    internal string ToJson(TimeSpan elapsed) => string.Create(CultureInfo.InvariantCulture,
        $"{{\"schema\":\"leakscan.summary/1\",\"records\":{Records},\"bytes\":{Bytes},\"findings\":{Findings},\"blocked\":{Blocked},\"warned\":{Warned},\"errors\":{Errors},\"seconds\":{elapsed.TotalSeconds:F3},\"repeats\":{Repeats}}}");
}
