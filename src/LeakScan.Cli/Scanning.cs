using System.Collections.Concurrent;
using System.Diagnostics;
using LeakScan.Cli.Output;
using LeakScan.Sources;

namespace LeakScan.Cli;

/// <summary>Reads records, scans them on several threads, and puts the findings out in the order of the records.</summary>
// This thread reads and writes; batches of records are scanned by tasks, a bounded number of them at once. Batches are put
// out in the order in which they were read, whatever the order in which they were done.
sealed class Scanning(FingerprintIndex index, ScanOptions options, FindingWriter writer, FindingOutput output, ScanSummary summary, int threads, bool flushAlways)
{
    const int BatchRecords = 256;
    const int BatchBytes = 512 * 1024;
    const int MaxKeptBytes = 16 * 1024;

    sealed class Batch
    {
        internal readonly InputRecord[] Records = [.. Enumerable.Range(0, BatchRecords).Select(_ => new InputRecord())];
        internal readonly MemoryStream Findings = new();
        internal readonly List<Verdict> Verdicts = [];
        internal int Count;
        internal long TextBytes;
        internal long RawBytes;

        internal void Clear()
        {
            // Records keep their buffers; kept long ones would add up to the longest record in every place of every batch.
            for (int i = 0; i < Count; i++)
            {
                if (Records[i].RawBytes > MaxKeptBytes || Records[i].Text.Length > MaxKeptBytes) Records[i] = new InputRecord();
            }
            (Count, TextBytes, RawBytes) = (0, 0, 0);
            Findings.SetLength(0);
            if (Findings.Capacity > BatchBytes) Findings.Capacity = 0;
            Verdicts.Clear();
        }
    }

    readonly ConcurrentBag<(Scanner Scanner, List<Match> Matches)> _scanners = [];
    readonly ConcurrentBag<Batch> _free = [];
    readonly Queue<Task<Batch>> _running = new();

    /// <summary>Records put out so far, those of an interrupted run included.</summary>
    internal long Done { get; private set; }

    /// <param name="records">The records, in order.</param>
    /// <param name="skip">Records at the beginning that an earlier run has done.</param>
    /// <param name="progressed">Called now and then, after a batch has been put out.</param>
    /// <param name="cancellationToken">Stops the scan; what was begun is put out.</param>
    internal void Run(IEnumerable<InputRecord> records, long skip, Action progressed, CancellationToken cancellationToken)
    {
        Done = skip;
        Stopwatch sinceProgress = Stopwatch.StartNew();
        Batch batch = new();
        try
        {
            foreach (InputRecord record in records)
            {
                if (skip > 0)
                {
                    skip--;
                    continue;
                }
                record.CopyTo(batch.Records[batch.Count++]);
                batch.TextBytes += record.Text.Length;
                batch.RawBytes += record.RawBytes;
                if (batch.Count < BatchRecords && batch.TextBytes < BatchBytes) continue;
                Start(batch);
                batch = _free.TryTake(out Batch? free) ? free : new Batch();
                while (_running.Count > 2 * threads || (_running.Count > 0 && _running.Peek().IsCompleted)) PutOut();
                if (sinceProgress.Elapsed < TimeSpan.FromSeconds(2)) continue;
                progressed();
                sinceProgress.Restart();
            }
            cancellationToken.ThrowIfCancellationRequested();
            if (batch.Count > 0) Start(batch);
            while (_running.Count > 0) PutOut();
        }
        catch (OperationCanceledException)
        {
            // What has been scanned is put out, so that a resumed run begins behind it.
            while (_running.Count > 0) PutOut();
            throw;
        }
        finally
        {
            // Whatever has happened, no scan may outlive the index, which is unmapped next.
            foreach (Task<Batch> running in _running) ((IAsyncResult)running).AsyncWaitHandle.WaitOne();
        }
    }

    void Start(Batch batch)
    {
        while (_running.Count >= threads && !_running.Any(r => r.IsCompleted)) Task.WaitAny([.. _running]);
        _running.Enqueue(Task.Run(() => ScanBatch(batch)));
    }

    Batch ScanBatch(Batch batch)
    {
        if (!_scanners.TryTake(out (Scanner Scanner, List<Match> Matches) scanner)) scanner = (new Scanner(index, options), []);
        for (int i = 0; i < batch.Count; i++)
        {
            ScanResult result = scanner.Scanner.Scan(batch.Records[i].Text.Span, scanner.Matches);
            if (result.Matches == 0) continue;
            batch.Verdicts.Add(result.Verdict);
            if (result.Verdict != Verdict.Allow || writer.WantsAllowed) writer.Write(batch.Findings, new RecordFinding(index, batch.Records[i], result, scanner.Matches));
        }
        _scanners.Add(scanner);
        return batch;
    }

    void PutOut()
    {
        Batch batch = _running.Dequeue().GetAwaiter().GetResult();
        writer.Put(output.Stream, batch.Findings.GetBuffer().AsSpan(0, (int)batch.Findings.Length));
        if (flushAlways && batch.Findings.Length > 0) output.Flush();
        foreach (Verdict verdict in batch.Verdicts) summary.Add(verdict);
        summary.Records += batch.Count;
        summary.Bytes += batch.RawBytes;
        Done += batch.Count;
        batch.Clear();
        _free.Add(batch);
    }
}
