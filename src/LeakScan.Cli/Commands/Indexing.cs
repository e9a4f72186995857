using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using LeakScan.Cli.Output;
using LeakScan.Sources;

namespace LeakScan.Cli.Commands;

/// <summary>What the commands share that read SOURCEs into a builder.</summary>
static class Indexing
{
    /// <summary>Bytes of documents that may wait between the reader and the workers.</summary>
    const long WaitingBytes = 64 << 20;

    internal static Argument<string[]> CreateSources() => new Argument<string[]>("SOURCE")
    {
        Description = "A folder, a file, or - for standard input; label=SOURCE gives it a label of its own.",
        Arity = ArgumentArity.OneOrMore,
    }.RefuseOptions();

    internal const string DefaultLabel = "proprietary-code";

    internal static Option<string[]> CreateLabels(string byDefault = DefaultLabel) => new("--label")
    {
        HelpName = "LABEL",
        Description = $"What the sources are, for policies. Default: {byDefault}.",
    };

    internal static Option<string[]> CreateExcludes() => new("--exclude")
    {
        HelpName = "GLOB",
        Description = "Leaves files out, in .gitignore syntax; may be given more than once. .gitignore itself is honoured; binary, generated, minified, vendored and licence files are left out and counted.",
    };

    internal static Option<string[]> CreatePublics() => new("--public")
    {
        HelpName = "SOURCE",
        Description = "Text that may leave: what it shares with the index does not count. May be given more than once.",
    };

    internal static IReadOnlyList<SourceSpec> Parse(string[]? sources, string[]? labels, string defaultLabel = DefaultLabel)
    {
        if (labels is { Length: > 1 }) throw new UserException("--label is given more than once: give each source its own, as in training-data=/data/books");
        string label = labels is [var only] ? only : defaultLabel;
        if (labels is [""]) throw new UserException("--label is empty");
        return [.. (sources ?? []).Select(s => File.Exists(s) || Directory.Exists(s) ? new SourceSpec(s, label) : SourceSpec.Parse(s, label))];
    }

    /// <summary>Totals of reading sources.</summary>
    internal sealed class Outcome
    {
        internal long Documents;
        internal long Bytes;
        internal long Problems;

        internal bool Failed => Problems > 0;
    }

    /// <summary>Reads documents on this thread and hands them to workers on all cores.</summary>
    internal static Outcome Read(IReadOnlyList<SourceSpec> sources, string[]? excludes, string verb, Action<SourceDocument, bool> take, CancellationToken cancellationToken)
    {
        Outcome outcome = new();
        SourceReader reader = new(new SourceOptions { Exclude = excludes ?? [] });
        using BlockingCollection<(SourceDocument Document, bool IsDamaged)> queue = [];
        using SemaphoreSlim room = new(0);
        HashSet<(string Path, string Label)> seen = [];
        long waiting = 0;
        long repeated = 0;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] workers = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() =>
        {
            try
            {
                foreach ((SourceDocument document, bool isDamaged) in queue.GetConsumingEnumerable(stop.Token))
                {
                    take(document, isDamaged);
                    Interlocked.Add(ref waiting, -document.Text.Length);
                    document.Dispose();
                    room.Release();
                }
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }))];
        using (new ProgressLine(verb, "documents", () => (reader.BytesRead, Interlocked.Read(ref outcome.Documents)), end => sources.Select(s => reader.Measure(s, end)).ToArray() is var sizes && sizes.All(s => s > 0) ? sizes.Sum()!.Value : 0))
        {
            try
            {
                foreach (SourceSpec source in sources)
                {
                    (string Path, string Label) file = default;
                    bool isRepeat = false;
                    foreach (SourceDocument document in reader.Read(source, stop.Token))
                    {
                        // Twice the same document would look like text that two have, which counts for less. The parts of one come in a row.
                        if ((document.Path, document.Label) != file)
                        {
                            file = (document.Path, document.Label);
                            isRepeat = !seen.Add(file);
                        }
                        if (isRepeat)
                        {
                            repeated++;
                            document.Dispose();
                            continue;
                        }
                        while (Interlocked.Read(ref waiting) > WaitingBytes) room.Wait(stop.Token);
                        Interlocked.Add(ref waiting, document.Text.Length);
                        queue.Add((document, reader.Problems is [.., var last] && last.File == document.Path), stop.Token);
                        Interlocked.Increment(ref outcome.Documents);
                        outcome.Bytes += document.Text.Length;
                    }
                }
                queue.CompleteAdding();
                Task.WaitAll(workers, CancellationToken.None);
            }
            catch
            {
                // Whatever it was, the workers must have ended before anything that they use is disposed of.
                stop.Cancel();
                Exception[] faults = [.. workers.Select(WaitFor).OfType<Exception>().Where(f => f is not OperationCanceledException)];
                if (faults.Length > 0) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(faults[0]);
                cancellationToken.ThrowIfCancellationRequested(); // what was caught may be the workers' cancellations as one AggregateException
                throw;
            }
        }
        if (repeated > 0) Diagnostics.Note(string.Create(CultureInfo.InvariantCulture, $"{repeated} documents are in more than one source; each was read once"));
        foreach (SourceProblem problem in reader.Problems)
        {
            Diagnostics.Problem(problem);
            outcome.Problems++;
        }
        if (reader.Skipped.Values.Sum() is > 0 and long skipped)
        {
            string reasons = string.Join(", ", reader.Skipped.Where(s => s.Value > 0).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Value} {s.Key}")));
            Diagnostics.Note(string.Create(CultureInfo.InvariantCulture, $"left out {skipped} files: {reasons}"));
        }
        return outcome;
    }

    static Exception? WaitFor(Task task)
    {
        try
        {
            task.Wait();
            return null;
        }
        catch (AggregateException e)
        {
            return e.InnerException;
        }
    }

    internal static string Describe(IndexInfo info) => string.Create(CultureInfo.InvariantCulture,
        $"{info.Documents} documents, {info.Fingerprints} fingerprints, {info.FileBytes} bytes ({info.BytesPerSourceByte:F2} a byte of text, {info.BytesPerFingerprint:F1} a fingerprint)");
}
