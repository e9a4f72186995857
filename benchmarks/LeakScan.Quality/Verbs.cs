using System.CommandLine;
using LeakScan.Benchmarks;
using LeakScan.Quality.Baselines;
using LeakScan.Quality.Data;
using LeakScan.Quality.Making;
using LeakScan.Quality.Measures;
using LeakScan.Quality.Peers;
using LeakScan.Quality.Tables;
using LeakScan.Sources;

namespace LeakScan.Quality;

/// <summary>The command line.</summary>
static class Verbs
{
    /// <summary>Set and baseline that the repository has.</summary>
    static string SmallSet => Repository.Path("corpora", "quality");

    static string BaselineFile => Path.Combine(SmallSet, "baseline.tsv");

    internal static int Run(string[] args)
    {
        Argument<string[]> sets = Sets(ArgumentArity.ZeroOrMore);
        Option<int> keys = KeyCount();
        Option<string?> keyFile = new("--key-file") { HelpName = "FILE", Description = "This key instead: what the command line finds with it can be compared record by record." };
        Option<int> threads = Threads();
        Option<bool> slices = new("--slices") { Description = "Also a table a set: by kind, transform, wrap, length, ... of the text, and by kind of the best match." };
        Option<string[]> show = new("--show") { HelpName = "fp|fn> <N", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true, Description = "Prints the text of N false positives or false negatives of each set, with the first key." };
        Option<string?> curves = new("--curves") { HelpName = "FOLDER", Description = "Writes precision-recall and ROC curves, as CSV and PNG." };
        RootCommand root = new("Measures how well leaks are found on labelled sets: folders with index/ and outgoing.jsonl.")
        {
            sets, keys, keyFile, threads, slices, show, curves, Check(), MakeBaseline(), MakeSet(), Peers(),
        };
        root.SetAction(parsed =>
        {
            if (parsed.GetRequiredValue(sets).Length == 0) throw new FormatException("name a set, or a verb: --help tells more");
            return Measure(
                parsed.GetRequiredValue(sets),
                parsed.GetValue(keyFile) is string file ? [IndexKey.Load(file)] : Keys.Fixed(parsed.GetValue(keys)),
                parsed.GetValue(threads), parsed.GetValue(slices), ParseShow(parsed.GetValue(show) ?? []), parsed.GetValue(curves));
        });
        try
        {
            return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexException or FormatException)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
    }

    static Argument<string[]> Sets(ArgumentArity arity) => new("SET") { Arity = arity, Description = "A folder with index/ and outgoing.jsonl." };

    static Option<int> KeyCount() => new("--keys") { HelpName = "N", Description = "Keys to index with, always the same; figures are means, with the range where keys differ.", DefaultValueFactory = _ => 5 };

    static Option<int> Threads() => new("--threads") { HelpName = "N", Description = "Threads that scan.", DefaultValueFactory = _ => Environment.ProcessorCount };

    static (bool FalsePositives, int Count) ParseShow(string[] show) => show switch
    {
        [] => default,
        ["fp" or "fn", string count] when int.TryParse(count, out int number) => (show[0] == "fp", number),
        _ => throw new FormatException("--show is followed by fp or fn, and by a number"),
    };

    static int Measure(string[] folders, IReadOnlyList<IndexKey> keys, int threads, bool withSlices, (bool FalsePositives, int Count) show, string? curves)
    {
        List<SetRun> runs = [];
        List<PairRun> pairs = [];
        bool isComplete = true;
        foreach (string folder in folders)
        {
            LabelledSet set = Load(folder, ref isComplete);
            SetRun run = SetRun.Run(set, keys, threads);
            runs.Add(run);
            if (set.IsPairs) pairs.Add(PairRun.Run(run, keys, threads));
            Console.Error.WriteLine($"{set.Name}: {set.Records.Count} records, {keys.Count} keys, {run.Seconds:0.0} s a key");
        }
        SummaryTable.Print(runs);
        PairTable.Print(pairs);
        foreach (SetRun run in runs)
        {
            if (withSlices) SliceTable.Print(run);
            if (show.Count > 0) Examples.Print(run, show.FalsePositives, show.Count);
        }
        if (curves is not null)
        {
            Curves.Write(curves, [
                .. runs.Where(r => !r.Set.IsPairs).Select(r => (r.Set.Name, (IReadOnlyList<Ranking>)[.. r.Rankings(o => o.EvidenceBits)])),
                .. pairs.Select(p => (p.Set.Name, (IReadOnlyList<Ranking>)[.. p.Rankings(c => c.EvidenceBits)]))]);
        }
        return isComplete ? 0 : 2;
    }

    static LabelledSet Load(string folder, ref bool isComplete)
    {
        LabelledSet set = LabelledSet.Load(folder);
        foreach (SourceProblem problem in set.Problems) Console.Error.WriteLine(problem);
        isComplete &= set.Problems.Count == 0;
        return set;
    }

    static Command Check()
    {
        Option<int> threads = Threads();
        Command command = new("check", "Compares the repository's small set with its baseline; ends with 1 if it has become worse beyond noise.") { threads };
        command.SetAction(parsed =>
        {
            Baseline before = ReadBaseline();
            bool isComplete = true;
            SetRun run = SetRun.Run(Load(SmallSet, ref isComplete), Keys.Fixed(before.Keys), parsed.GetValue(threads));
            if (!isComplete) return 2;
            IReadOnlyList<Comparison.Row> rows = Comparison.Compare(run.Set, before, Baseline.Of(run));
            SummaryTable.Print([run]);
            CheckTable.Print(rows);
            if (!rows.Any(r => r.IsDrop)) return 0;
            Console.Error.WriteLine("worse than the baseline beyond noise; where that is meant, make a new one: dotnet run --project benchmarks/LeakScan.Quality -c Release -- baseline");
            return 1;
        });
        return command;
    }

    static Baseline ReadBaseline()
    {
        using StreamReader reader = new(BaselineFile);
        try
        {
            return Baseline.Read(reader);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{BaselineFile}: {e.Message}");
        }
    }

    static Command MakeBaseline()
    {
        Option<int> keys = KeyCount();
        Option<int> threads = Threads();
        Command command = new("baseline", "Writes the baseline of the repository's small set as it is now.") { keys, threads };
        command.SetAction(parsed =>
        {
            bool isComplete = true;
            SetRun run = SetRun.Run(Load(SmallSet, ref isComplete), Keys.Fixed(parsed.GetValue(keys)), parsed.GetValue(threads));
            if (!isComplete) return 2;
            using StreamWriter writer = new(BaselineFile);
            Baseline.Of(run).Write(writer);
            SummaryTable.Print([run]);
            return 0;
        });
        return command;
    }

    static Command MakeSet()
    {
        Command command = new("make-set", "Writes the repository's small set anew, from its sample corpora and sources as they are now; then make a baseline.");
        command.SetAction(_ => Console.WriteLine($"{SmallSet}: {SetMaker.Write(SmallSet)} records"));
        return command;
    }

    static Command Peers()
    {
        Argument<string[]> sets = Sets(ArgumentArity.OneOrMore);
        Option<int> keys = KeyCount();
        Option<int> threads = Threads();
        Option<string?> dolos = new("--dolos") { HelpName = "FOLDER", Description = "Has node_modules/@dodona/dolos-lib." };
        Command command = new("peers", "LeakScan beside jscpd, sim and Dolos on the same sets (peers.sh --quality fetches them); what cannot be had is skipped with its reason.") { sets, keys, threads, dolos };
        command.SetAction(parsed =>
        {
            bool isComplete = true;
            LabelledSet[] loaded = [.. parsed.GetRequiredValue(sets).Select(s => Load(s, ref isComplete))];
            int code = PeerTable.Run(loaded, Data.Keys.Fixed(parsed.GetValue(keys)), parsed.GetValue(threads), parsed.GetValue(dolos));
            return isComplete ? code : 2;
        });
        return command;
    }
}
