using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LeakScan.Cli.Output;
using LeakScan.Sources;

namespace LeakScan.Cli;

/// <summary>Reads records, scans them on several threads, and puts the findings out in the order of the records.</summary>
// Each thread takes its turn at reading a batch, scans it while it is still in the processor's cache, and puts out what is next
// in order: the order is that of reading, whatever the order in which batches were done. A thread that only reads would hand
// the others text that is in the wrong processor's cache, and have nothing to do where they are slower.
sealed class Scanning(FingerprintIndex index, ScanOptions options, FindingWriter writer, FindingOutput output, ScanSummary summary, int threads, bool flushAlways, bool isResumable, Action<SourceProblem> problemFound)
{
    const int BatchRecords = 512;
    const int BatchBytes = 1024 * 1024;

    sealed class Batch
    {
        internal readonly InputRecord[] Records = [.. Enumerable.Range(0, BatchRecords).Select(_ => new InputRecord())];
        internal readonly byte[] Lines = GC.AllocateUninitializedArray<byte>(BatchBytes);
        internal readonly int[] LineEnds = new int[BatchRecords]; // for each record where it ends in Lines, its line end included; where the one before ends if it is not there
        internal readonly ulong[] TextsUpTo = new ulong[BatchRecords]; // for each record the hash of all text up to it, its own included
        internal readonly MemoryStream Findings = new();
        internal readonly List<(WrittenFinding Finding, int Start)> Written = [];
        internal readonly List<SourceProblem> Problems = [];
        internal int Count;
        internal int LineBytes;
        internal long TextBytes;
        internal long RawBytes;
        internal ulong TextBefore;

        internal void Add(InputRecord record)
        {
            int used = record.CopyTo(Records[Count], Lines.AsMemory(LineBytes));
            LineBytes += used;
            if (used > 0 && LineBytes < Lines.Length) Lines[LineBytes++] = (byte)'\n';
            LineEnds[Count++] = LineBytes;
            TextBytes += record.Text.Length;
            RawBytes += record.RawBytes;
        }

        /// <summary>Where the raw lines end that begin with a record; at the record itself if it is none.</summary>
        internal int EndOfGroup(int first)
        {
            int end = first;
            while (end < Count && !Records[end].IsParsed && LineEnds[end] > StartOf(end)) end++;
            return end;
        }

        /// <summary>The text of such a group.</summary>
        internal ReadOnlySpan<byte> LinesOf(int first, int end) => Lines.AsSpan(StartOf(first)..LineEnds[end - 1]);

        int StartOf(int record) => record == 0 ? 0 : LineEnds[record - 1];

        internal void Clear()
        {
            (Count, LineBytes, TextBytes, RawBytes) = (0, 0, 0, 0);
            Findings.SetLength(0);
            if (Findings.Capacity > BatchBytes) Findings.Capacity = 0;
            Written.Clear();
            Problems.Clear();
        }
    }

    sealed record Worker(Scanner Scanner, List<Match> Matches, List<Match> Local, List<int> Lines);

    readonly long _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    // What follows is of whoever holds this lock.
    readonly object _turn = new();
    readonly Stack<Batch> _free = new();
    readonly Dictionary<long, Batch> _done = []; // by number, those that wait for an earlier one
    readonly HeldFindings _held = new(writer, output.Stream, summary);
    readonly Stopwatch _sinceProgress = new();
    IEnumerator<InputRecord>? _records; // null at their end
    long _skip;
    ulong _text; // the hash of that of all records so far
    long _read;
    long _putOut;
    ExceptionDispatchInfo? _failure;

    /// <summary>How far a scan has come that is to be resumed.</summary>
    internal ScanSummary Safe => _held.Safe;

    /// <param name="records">The records, in order.</param>
    /// <param name="skip">Records at the beginning that an earlier run has done.</param>
    /// <param name="progressed">Called now and then, after a batch has been put out.</param>
    /// <param name="cancellationToken">Stops the scan; what was begun is put out.</param>
    internal void Run(IEnumerable<InputRecord> records, long skip, Action progressed, CancellationToken cancellationToken)
    {
        using IEnumerator<InputRecord> enumerator = records.GetEnumerator();
        (_records, _skip) = (enumerator, skip);
        _sinceProgress.Start();
        // Whatever happens, no thread may outlive the index, which is unmapped next.
        Task.WaitAll([.. Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(() => Work(progressed), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))], CancellationToken.None);
        if (cancellationToken.IsCancellationRequested) _failure ??= ExceptionDispatchInfo.Capture(new OperationCanceledException(cancellationToken));
        // What has been scanned is put out, so that a resumed run begins behind it; such a run finds again what is held.
        if (_failure is null || (HasBeenCancelled && !isResumable)) _held.Release();
        _failure?.Throw();
    }

    bool HasBeenCancelled => _failure?.SourceException is OperationCanceledException;

    void Work(Action progressed)
    {
        try
        {
            Worker? worker = null; // made for a batch: of few there may be none for this thread
            while (Read(out long number) is Batch batch)
            {
                worker ??= new(new Scanner(index, options), [], [], []);
                Scan(batch, worker);
                Finish(batch, number, progressed);
            }
        }
        catch (Exception e)
        {
            // Whatever it is, Run throws it again when the others have ended; a full disk must not pass for an interruption.
            lock (_turn)
            {
                if (_failure is null || HasBeenCancelled) _failure = ExceptionDispatchInfo.Capture(e);
                Monitor.PulseAll(_turn);
            }
        }
    }

    const string Changed = "the inputs are not those of the scan that was interrupted: what it had scanned is not there any more, or has changed; remove the file of --resume to begin anew";

    /// <summary>Reads the next batch, when not too many are under way. Null if there is none, or the scan has failed.</summary>
    Batch? Read(out long number)
    {
        lock (_turn)
        {
            while (_read - _putOut > 2 * threads && _failure is null) Monitor.Wait(_turn);
            number = _read;
            if (_failure is not null || _records is null) return null;
            if (!_free.TryPop(out Batch? batch)) batch = new Batch();
            while (batch.Count < BatchRecords && batch.TextBytes < BatchBytes)
            {
                if (!_records.MoveNext())
                {
                    if (_skip > 0) throw new UserException(Changed);
                    _records = null;
                    break;
                }
                if (batch.Count == 0) batch.TextBefore = _text;
                if (isResumable) _text = XxHash3.HashToUInt64(_records.Current.Text.Span, (long)_text);
                if (_skip == 0)
                {
                    batch.TextsUpTo[batch.Count] = _text;
                    batch.Add(_records.Current);
                }
                else if (--_skip == 0 && _text != summary.Text) throw new UserException(Changed);
            }
            if (batch.Count == 0) return null;
            _read++;
            return batch;
        }
    }

    /// <summary>Puts out a batch and those that waited for it, if all before it have been put out.</summary>
    void Finish(Batch batch, long number, Action progressed)
    {
        lock (_turn)
        {
            _done.Add(number, batch);
            if (_failure is not null && !HasBeenCancelled) return;
            while (_done.Remove(_putOut, out Batch? next))
            {
                PutOut(next);
                _free.Push(next);
                _putOut++;
            }
            Monitor.PulseAll(_turn);
            if (_sinceProgress.Elapsed < TimeSpan.FromSeconds(2)) return;
            progressed();
            _sinceProgress.Restart();
        }
    }

    void Scan(Batch batch, Worker worker)
    {
        for (int i = 0; i < batch.Count;)
        {
            // Most lines of JSON hold no verbatim text: that is seen in the raw lines, many at once, and the others alone are parsed.
            int end = options.Structure ? i : batch.EndOfGroup(i);
            if (end > i)
            {
                worker.Scanner.MayMatch(batch.LinesOf(i, end), worker.Lines);
                foreach (int line in worker.Lines)
                {
                    Classify(batch, i + line, worker);
                    batch.Records[i + line].ReleaseText();
                }
                i = end;
                continue;
            }
            InputRecord record = batch.Records[i];
            if (record.IsParsed || options.Structure || worker.Scanner.MayMatch(record.Text.Span)) Classify(batch, i, worker);
            record.ReleaseText();
            i++;
        }
    }

    void Classify(Batch batch, int number, Worker worker)
    {
        InputRecord record = batch.Records[number];
        long written = batch.Findings.Length;
        try
        {
            Classify(batch, number, record, worker);
        }
        catch (Exception e) when (CommandLine.IsFault(e))
        {
            // One record that a fault of ours meets must not end the scan of all others.
            batch.Findings.SetLength(written);
            batch.Problems.Add(new SourceProblem(record.Input, record.Line, record.Offset, $"the record could not be scanned: {CommandLine.Explain(e)}"));
        }
    }

    void Classify(Batch batch, int number, InputRecord record, Worker worker)
    {
        if (record.Parse() is SourceProblem problem) batch.Problems.Add(problem);
        if (ScanRecord(record, worker, out bool? isSent) is not ScanResult result) return;
        // A piece of a long text begins with the end of the one before, which has told what is there.
        long again = record.Text.Length - record.RawBytes;
        if (again > 0 && worker.Matches.TrueForAll(m => m.Start + m.Length <= again)) return;
        RecordFinding finding = new(index, record, isSent, result, worker.Matches);
        int start = (int)batch.Findings.Length;
        bool isWanted = result.Verdict != Verdict.Allow || writer.WantsAllowed;
        int countAt = isWanted ? writer.Write(batch.Findings, finding) : 0;
        // Records and bytes before are made whole when the batch is put out.
        batch.Written.Add((new WrittenFinding(record.Input, number, 0, 0, result.Verdict, isWanted ? TextsOf(finding) : [], countAt), start));
    }

    /// <summary>Scans what was sent and what is only in the log apart: their evidence must not add up.</summary>
    /// <returns>The result of the part that decides, or null if nothing matches; the matches are in the scanner's list.</returns>
    static ScanResult? ScanRecord(InputRecord record, Worker worker, out bool? isSent)
    {
        (List<Match> matches, List<Match> local) = (worker.Matches, worker.Local);
        isSent = record.Format == RecordFormat.None ? null : true;
        ScanResult sentResult = worker.Scanner.Scan(record.Text.Span[..record.SentLength], matches);
        if (record.LocalStart == record.Text.Length) return sentResult.Matches > 0 ? sentResult : null;

        ScanResult localResult = worker.Scanner.Scan(record.Text.Span[record.LocalStart..], local);
        if (localResult.Matches == 0) return sentResult.Matches > 0 ? sentResult : null;
        // What is only in the log has not leaked.
        if (localResult.Verdict == Verdict.Block) localResult = localResult with { Verdict = Verdict.Warn };
        for (int i = 0; i < local.Count; i++) local[i] = local[i] with { Start = local[i].Start + record.LocalStart };
        isSent = sentResult.Matches > 0 && sentResult.Verdict >= localResult.Verdict;
        matches.InsertRange(isSent == true ? matches.Count : 0, local);
        return isSent == true ? sentResult : localResult;
    }

    /// <summary>Tells apart the texts of a session that matched.</summary>
    UInt128[] TextsOf(in RecordFinding finding)
    {
        HashSet<UInt128> texts = [];
        foreach (Match match in finding.Matches)
        {
            if (finding.OriginOf(match).Session is not string session) return [];
            long seed = (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(session.AsSpan()), _seed) ^ (finding.IsMatchSent(match) == true ? 1 : 0);
            texts.Add(XxHash128.HashToUInt128(finding.TextAround(match), seed));
        }
        return [.. texts];
    }

    void PutOut(Batch batch)
    {
        foreach (SourceProblem problem in batch.Problems) problemFound(problem);
        summary.RecordErrors += batch.Problems.Count;
        (long records, long bytes) = (summary.Records, summary.Bytes);
        long bytesBefore = bytes;
        int seen = 0;
        for (int i = 0; i < batch.Written.Count; i++)
        {
            (WrittenFinding finding, int start) = batch.Written[i];
            int index = (int)finding.RecordsBefore;
            while (seen < index) bytesBefore += batch.Records[seen++].RawBytes;
            int end = i + 1 < batch.Written.Count ? batch.Written[i + 1].Start : (int)batch.Findings.Length;
            try
            {
                _held.Add(finding with { RecordsBefore = records + index, BytesBefore = bytesBefore, TextBefore = index == 0 ? batch.TextBefore : batch.TextsUpTo[index - 1] }, batch.Findings.GetBuffer().AsSpan(start, end - start));
            }
            catch (IOException)
            {
                // The summary counts what was scanned, and told as far as it could be.
                (summary.Records, summary.Bytes) = (records + batch.Count, bytes + batch.RawBytes);
                throw;
            }
        }
        _held.Pass(batch.Records[batch.Count - 1].Input, records + batch.Count, bytes + batch.RawBytes, batch.TextsUpTo[batch.Count - 1]);
        if (flushAlways && batch.Findings.Length > 0) output.Flush();
        batch.Clear();
    }
}
