namespace LeakScan.Cli.Reports;

/// <summary>A form that findings are given once all are known.</summary>
abstract class Report
{
    internal abstract void Add(ReportedFinding finding);

    /// <param name="output">Receives the report.</param>
    /// <param name="problems">Lines and files that could not be read: what they held is missing.</param>
    internal abstract void Write(Stream output, long problems);
}
