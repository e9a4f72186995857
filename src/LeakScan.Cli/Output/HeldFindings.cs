namespace LeakScan.Cli.Output;

/// <summary>One finding as it was written, before it is put out.</summary>
/// <param name="Input">The file of its record.</param>
/// <param name="RecordsBefore">Records of the scan before its record.</param>
/// <param name="BytesBefore">Their bytes.</param>
/// <param name="TextBefore">The hash of their text.</param>
/// <param name="Verdict">Of the finding.</param>
/// <param name="Texts">What was matched, each as a hash of session and text; empty where no session is known.</param>
/// <param name="CountAt">Where a count goes.</param>
readonly record struct WrittenFinding(string Input, long RecordsBefore, long BytesBefore, ulong TextBefore, Verdict Verdict, UInt128[] Texts, int CountAt);

/// <summary>Puts findings out in order, and those of a text that a session sends again and again only once, with a count.</summary>
// Clients send the whole conversation with each turn, so a log of requests holds a leaked file as often as there are turns after
// it. A finding is told again only if it has a text that is new in its session, or if texts that were told of one by one are graver together. The count is known when no more copies can come:
// so findings are held from the first that may come again to the end of the file, or for 65,536 records, or 16 MiB of them,
// whichever is first; then memory of what was seen begins anew. That depends on the records alone, so an interrupted scan that is
// resumed where nothing was held puts out what an uninterrupted one does. A text is a 128-bit hash under a seed of this process;
// what goes through has no session, and is never held but behind something that is.
sealed class HeldFindings(FindingWriter writer, Stream output, ScanSummary summary)
{
    internal const int MaxRecords = 65_536;
    internal const int MaxBytes = 16 * 1024 * 1024;

    sealed class Held(byte[] bytes, int countAt, Verdict verdict)
    {
        internal Verdict Verdict { get; } = verdict;
        internal byte[] Bytes { get; } = bytes;
        internal int CountAt { get; } = countAt;
        internal int Count { get; set; } = 1;
    }

    readonly List<Held> _held = [];
    readonly Dictionary<UInt128, Held> _seen = [];
    readonly HashSet<Held> _again = [];
    string _input = "";
    long _firstRecord;
    long _bytes;

    /// <summary>Where a scan that is resumed goes on: all before it has been put out. Its totals are those up to there.</summary>
    internal ScanSummary Safe { get; private set; } = summary.Copy();

    internal void Add(in WrittenFinding finding, ReadOnlySpan<byte> bytes)
    {
        if (_held.Count > 0 && (finding.Input != _input || finding.RecordsBefore - _firstRecord >= MaxRecords || _bytes >= MaxBytes)) Release();
        if (finding.Texts.Length > 0 && !IsNew(finding))
        {
            summary.Repeats++;
            return;
        }
        if (finding.Texts.Length == 0 && _held.Count == 0)
        {
            writer.Put(output, bytes);
            summary.Add(finding.Verdict);
            return;
        }
        if (_held.Count == 0)
        {
            Safe = summary.Copy(finding.RecordsBefore, finding.BytesBefore, finding.TextBefore);
            (_input, _firstRecord) = (finding.Input, finding.RecordsBefore);
        }
        Held held = new(bytes.ToArray(), finding.CountAt, finding.Verdict);
        _held.Add(held);
        _bytes += bytes.Length;
        foreach (UInt128 text in finding.Texts)
        {
            if (!_seen.TryGetValue(text, out Held? before) || before.Verdict < held.Verdict) _seen[text] = held;
        }
        summary.Add(finding.Verdict);
    }

    /// <summary>Counts known texts for the findings that told them.</summary>
    bool IsNew(in WrittenFinding finding)
    {
        bool isNew = false;
        Verdict told = Verdict.Allow;
        _again.Clear();
        foreach (UInt128 text in finding.Texts)
        {
            if (_seen.TryGetValue(text, out Held? held)) _again.Add(held);
            else isNew = true;
            if (held?.Verdict > told) told = held.Verdict;
        }
        if (finding.Verdict > told) return true;
        foreach (Held held in _again) held.Count++;
        return isNew;
    }

    /// <summary>Called when all findings up to here have been added.</summary>
    /// <param name="input">The file of the last record.</param>
    /// <param name="records">Records so far.</param>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="text">The hash of their text.</param>
    internal void Pass(string input, long records, long bytes, ulong text)
    {
        (summary.Records, summary.Bytes, summary.Text) = (records, bytes, text);
        if (_held.Count > 0 && (input != _input || records - _firstRecord >= MaxRecords)) Release();
        if (_held.Count == 0) Safe = summary.Copy();
    }

    /// <summary>Puts out what is held.</summary>
    internal void Release()
    {
        foreach (Held held in _held)
        {
            if (held.Count == 1)
            {
                writer.Put(output, held.Bytes);
                continue;
            }
            byte[] count = System.Text.Encoding.UTF8.GetBytes(writer.FormatCount(held.Count));
            writer.Put(output, [.. held.Bytes.AsSpan(0, held.CountAt), .. count, .. held.Bytes.AsSpan(held.CountAt)]);
        }
        _held.Clear();
        _seen.Clear();
        _bytes = 0;
    }
}
