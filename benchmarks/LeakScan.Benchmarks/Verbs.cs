using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LeakScan.Benchmarks.Data;
using LeakScan.Benchmarks.Tables;

namespace LeakScan.Benchmarks;

/// <summary>The command line. Each verb but the make- ones prints one Markdown table.</summary>
static class Verbs
{
    internal static int Run(string[] args)
    {
        RootCommand root = new("Measures LeakScan. Besides the verbs: bdn ARGS runs BenchmarkDotNet (bdn --filter '*' --job short), --smoke checks the answers and allocations of all of it and no times.")
        {
            MakeText(), MakeLog(), Scan(), ScanRows(), Tiers(), Latency(), HookLatencies(), Files(), Headline(), SketchAccuracy(), SketchBands(), SketchCompare(), SketchCompareRows(),
        };
        return root.Parse(args).Invoke();
    }

    static Command MakeText()
    {
        Argument<string> from = new("FROM") { Description = "A folder." };
        Argument<long> bytes = new("BYTES");
        Argument<string> to = new("TO") { Description = "The folder to make." };
        Command command = new("make-text", "Writes a folder with BYTES of text: the files of FROM again and again, each time with other names in it.") { from, bytes, to };
        command.SetAction(parsed => TextMaker.WriteFolder(parsed.GetRequiredValue(from), parsed.GetRequiredValue(bytes), parsed.GetRequiredValue(to)));
        return command;
    }

    static Option<string> From() => new("--from") { HelpName = "FOLDER", Description = "Real sessions to draw text from.", DefaultValueFactory = _ => Repository.Path("corpora", "public") };

    static Option<string[]> Protect() => new("--protect") { HelpName = "SOURCE", Description = "What must not leave; may be given more than once.", DefaultValueFactory = _ => [Repository.Path("corpora", "proprietary")] };

    static Option<string[]> Publics() => new("--public") { HelpName = "SOURCE", Description = "Text that may leave; may be given more than once.", DefaultValueFactory = _ => [Repository.Path("corpora", "public")] };

    static Option<int> Seed() => new("--seed") { HelpName = "N", Description = "Another seed, another log.", DefaultValueFactory = _ => 1 };

    static Option<int> LeakingEvery() => new("--leaking-every") { HelpName = "N", Description = "One record in N holds a passage of --protect, and an id that begins with p; 0: none.", DefaultValueFactory = _ => 1000 };

    static Option<long> MaxBytes() => new("--max-bytes") { HelpName = "N", Description = "Refuses to write more.", DefaultValueFactory = _ => 16L << 30 };

    static Option<double> Millions() => new("--millions") { HelpName = "N", Description = "Millions of fingerprints in the index.", DefaultValueFactory = _ => 16 };

    static Option<string?> Cli() => new("--cli") { HelpName = "FILE", Description = "The leakscan to run. Default: that of this build." };

    static Command HookLatencies()
    {
        Argument<string> program = new("LEAKSCAN") { Description = "The program, published as native code." };
        Argument<string> key = new("KEY") { Description = "The key file of the indexes." };
        Argument<string> text = new("TEXT") { Description = "A file of text of which nothing is in the indexes." };
        Argument<string[]> indexes = new("INDEX") { Arity = ArgumentArity.OneOrMore };
        Command command = new("hook-latency", "A hook as a whole process, from start to exit, medians of 50 runs (hook-latency.sh makes what it needs).") { program, key, text, indexes };
        command.SetAction(parsed => HookLatency.Run(parsed.GetRequiredValue(program), parsed.GetRequiredValue(key), parsed.GetRequiredValue(text), parsed.GetRequiredValue(indexes)));
        return command;
    }

    static Command MakeLog()
    {
        Option<int> seed = Seed();
        Option<long> exchanges = new("--exchanges") { HelpName = "N", Required = true, Description = "Records to write." };
        Option<long> first = new("--first") { HelpName = "N", Description = "Number of the first: a log made in parts is the log made at once." };
        Option<string> from = From();
        Option<string[]> protect = Protect();
        Option<int> leaking = LeakingEvery();
        Option<long> max = MaxBytes();
        Option<string> output = new("-o") { HelpName = "FILE", Required = true, Description = "The JSONL file to write." };
        Command command = new("make-log", "Writes a log of exchanges with coding tools, 100 bytes to 20 KB each, drawn from real sessions.") { seed, exchanges, first, from, protect, leaking, max, output };
        command.SetAction(parsed =>
        {
            LogMaker maker = new(parsed.GetValue(seed), parsed.GetRequiredValue(from), parsed.GetRequiredValue(protect), parsed.GetValue(leaking));
            long written = maker.Write(parsed.GetRequiredValue(output), parsed.GetValue(first), parsed.GetRequiredValue(exchanges), parsed.GetValue(max));
            Console.WriteLine($"{parsed.GetRequiredValue(output)}: {parsed.GetRequiredValue(exchanges)} exchanges, {written} bytes");
        });
        return command;
    }

    sealed record ScanOptionsSet(
        Option<double[]> Millions, Option<string[]> Texts, Option<HitRate[]> Hits, Option<int[]> RecordBytes, Option<ScanDepth[]> Depths, Option<int[]> Threads,
        Option<double> Gigabytes, Option<int> Runs)
    {
        internal static ScanOptionsSet Create() => new(
            List("--millions", "Millions of fingerprints in the index.", [1.0, 16], s => double.Parse(s, CultureInfo.InvariantCulture)),
            List("--texts", $"Kinds of text: sources (this repository's), {string.Join(", ", Enum.GetNames<TextKind>()).ToLowerInvariant()}, or a file or folder.", [ScanTable.Sources], s => s),
            List("--hits", "How many records leak: none, rare (1 in 100), dense (all).", [HitRate.None], s => Enum.Parse<HitRate>(s, ignoreCase: true)),
            List("--record-bytes", "Bytes of one call of Scan.", [1 << 20], s => int.Parse(s, CultureInfo.InvariantCulture)),
            List("--depths", "auto, coarse, fine.", [ScanDepth.Coarse], s => Enum.Parse<ScanDepth>(s, ignoreCase: true)),
            List("--threads", "Threads that scan.", [1], s => int.Parse(s, CultureInfo.InvariantCulture)),
            new("--gigabytes") { HelpName = "N", Description = "Text in memory; more than the caches hold, or the rates are those of the caches.", DefaultValueFactory = _ => 1 },
            new("--runs") { HelpName = "N", Description = "Of which the median is told.", DefaultValueFactory = _ => 5 });

        internal void AddTo(Command command)
        {
            foreach (Option option in (Option[])[Millions, Texts, Hits, RecordBytes, Depths, Threads, Gigabytes, Runs]) command.Add(option);
        }

        internal ScanTable.Choice Parse(ParseResult parsed) => new(
            parsed.GetRequiredValue(Millions), parsed.GetRequiredValue(Texts), parsed.GetRequiredValue(Hits), parsed.GetRequiredValue(RecordBytes),
            parsed.GetRequiredValue(Depths), parsed.GetRequiredValue(Threads), parsed.GetValue(Gigabytes), parsed.GetValue(Runs));
    }

    static Command Scan()
    {
        ScanOptionsSet options = ScanOptionsSet.Create();
        Option<string[]> tiers = TierList();
        Command command = new("scan-table", "Whole scan through the public API against a plain read of the same memory; each tier in a process of its own, by the runtime's switches. Lists multiply.") { tiers };
        options.AddTo(command);
        command.SetAction(parsed => ScanTable.Run(options.Parse(parsed), parsed.GetRequiredValue(tiers)));
        return command;
    }

    static Command ScanRows()
    {
        ScanOptionsSet options = ScanOptionsSet.Create();
        Argument<string> folder = new("FOLDER");
        Argument<string> tier = new("TIER");
        Command command = new(ScanTable.RowsVerb) { folder, tier };
        command.Hidden = true;
        options.AddTo(command);
        command.SetAction(parsed => ScanTable.Rows(options.Parse(parsed), parsed.GetRequiredValue(folder), parsed.GetRequiredValue(tier)));
        return command;
    }

    static Command Tiers()
    {
        Option<int> megabytes = new("--megabytes") { HelpName = "N", Description = "Made-up code in the index.", DefaultValueFactory = _ => 256 };
        Option<int[]> recordBytes = List("--record-bytes", "Bytes of one call of Scan.", [4 << 10, 64 << 10, 1 << 20], s => int.Parse(s, CultureInfo.InvariantCulture));
        Option<double> gigabytes = new("--gigabytes") { HelpName = "N", Description = "Text in memory.", DefaultValueFactory = _ => 0.25 };
        Option<int> runs = Runs();
        Command command = new("tiers-table", "The rate of looking for verbatim text alone and for changed code too, against a plain read of the same memory: of text of which nothing is indexed, and of text of which all is.") { megabytes, recordBytes, gigabytes, runs };
        command.SetAction(parsed => TiersTable.Run(new(parsed.GetValue(megabytes), parsed.GetRequiredValue(recordBytes), parsed.GetValue(gigabytes), parsed.GetValue(runs))));
        return command;
    }

    static Option<int> Megabytes() => new("--megabytes") { HelpName = "N", Description = "The table in memory; more than the caches hold.", DefaultValueFactory = _ => 1024 };

    static Option<int> Runs() => new("--runs") { HelpName = "N", Description = "Of which the median is told.", DefaultValueFactory = _ => 5 };

    static Option<string[]> TierList() =>
        List("--tiers", $"Of {string.Join(", ", ScanTable.s_tiers.Keys)}.", [Scanner.Describe()], s => ScanTable.s_tiers.ContainsKey(s) ? s : throw new ArgumentException($"{s} is not a tier"));

    static Command SketchAccuracy()
    {
        Option<int> trials = new("--trials") { HelpName = "N", Description = "Pairs of sets a figure.", DefaultValueFactory = _ => 2000 };
        Command command = new("sketch-accuracy", "Errors of estimated resemblance against the theory's, for every length of shingles and for small sets. Fails above 1.1.") { trials };
        command.SetAction(parsed => SketchAccuracyTable.Run(parsed.GetValue(trials)));
        return command;
    }

    static Command SketchBands()
    {
        Option<int[]> sketches = List("--sketches", "Sketches in the table.", [1000, 10_000, 100_000, 1_000_000], s => int.Parse(s, CultureInfo.InvariantCulture));
        Option<int> runs = Runs();
        Command command = new("sketch-bands", "The S-curve of bands, and what a question to a table of bands takes beside a straight scan, by number of sketches.") { sketches, runs };
        command.SetAction(parsed => SketchBandsTable.Run(parsed.GetRequiredValue(sketches), parsed.GetValue(runs)));
        return command;
    }

    static Command SketchCompare()
    {
        Option<int> megabytes = Megabytes();
        Option<int> runs = Runs();
        Option<string[]> tiers = TierList();
        Command command = new("sketch-compare", "Comparison of stored sketches from cache and from memory, against a plain read; and what making sketches costs. Each tier in a process of its own.") { megabytes, runs, tiers };
        command.SetAction(parsed => SketchCompareTable.Run(new(parsed.GetValue(megabytes), parsed.GetValue(runs)), parsed.GetRequiredValue(tiers)));
        return command;
    }

    static Command SketchCompareRows()
    {
        Option<int> megabytes = Megabytes();
        Option<int> runs = Runs();
        Argument<string> what = new("WHAT");
        Argument<string> tier = new("TIER");
        Command command = new(SketchCompareTable.RowsVerb) { what, tier, megabytes, runs };
        command.Hidden = true;
        command.SetAction(parsed => SketchCompareTable.Rows(new(parsed.GetValue(megabytes), parsed.GetValue(runs)), parsed.GetRequiredValue(what), parsed.GetRequiredValue(tier)));
        return command;
    }

    static Command Latency()
    {
        Option<double> millions = Millions();
        Option<int[]> sizes = List("--sizes", "Bytes of a call.", [1 << 10, 16 << 10, 256 << 10, 1 << 20], s => int.Parse(s, CultureInfo.InvariantCulture));
        Option<int> milliseconds = new("--milliseconds") { HelpName = "N", Description = "How long each size is called.", DefaultValueFactory = _ => 4000 };
        Command command = new("latency", "How long one call of Scan takes, index warm, as a table of p50 and p99.") { millions, sizes, milliseconds };
        command.SetAction(parsed => LatencyTable.Run(parsed.GetValue(millions), parsed.GetRequiredValue(sizes), parsed.GetValue(milliseconds)));
        return command;
    }

    static Command Files()
    {
        Option<string[]> protect = Protect();
        Option<string[]> publics = Publics();
        Option<double> millions = Millions();
        Option<string?> cli = Cli();
        Argument<string[]> inputs = new("INPUT") { Arity = ArgumentArity.OneOrMore };
        Command command = new("files", "leakscan scan of files, against a plain read of them, their decompression alone, and the engine alone on their bytes.") { protect, publics, millions, cli, inputs };
        command.SetAction(parsed => FilesTable.Run(parsed.GetRequiredValue(protect), parsed.GetRequiredValue(publics), parsed.GetValue(millions), parsed.GetValue(cli), parsed.GetRequiredValue(inputs)));
        return command;
    }

    static Command Headline()
    {
        Option<int> seed = Seed();
        Option<long> exchanges = new("--exchanges") { HelpName = "N", Description = "The whole log.", DefaultValueFactory = _ => 28_800_000 };
        Option<int[]> percents = List("--percents", "Shares of the log that are made and scanned.", [1, 3, 10], s => int.Parse(s, CultureInfo.InvariantCulture));
        Option<string> from = From();
        Option<string[]> protect = Protect();
        Option<string[]> publics = Publics();
        Option<int> leaking = LeakingEvery();
        Option<double> millions = Millions();
        Option<int> threads = new("--threads") { HelpName = "N", Description = "Threads that scan.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<string?> cli = Cli();
        Option<string> work = new("--work") { HelpName = "FOLDER", Description = "Where log and index are made, and deleted again.", DefaultValueFactory = _ => Path.GetTempPath() };
        Option<long> max = MaxBytes();
        Command command = new("headline", "Scans shares of a log of 28.8 million exchanges with leakscan scan: rate, linearity, time for the whole, false alarms, leaks found.")
        {
            seed, exchanges, percents, from, protect, publics, leaking, millions, threads, cli, work, max,
        };
        command.SetAction(parsed => HeadlineTable.Run(new(
            parsed.GetValue(seed), parsed.GetValue(exchanges), parsed.GetRequiredValue(percents), parsed.GetRequiredValue(from), parsed.GetRequiredValue(protect), parsed.GetRequiredValue(publics),
            parsed.GetValue(leaking), parsed.GetValue(millions), parsed.GetValue(threads), parsed.GetValue(cli), parsed.GetRequiredValue(work), parsed.GetValue(max))));
        return command;
    }

    static Option<T[]> List<T>(string name, string description, T[] value, Func<string, T> parse) => new(name)
    {
        HelpName = "A,B,...",
        Description = description,
        DefaultValueFactory = _ => value,
        CustomParser = (ArgumentResult result) =>
        {
            try
            {
                return [.. result.Tokens.SelectMany(t => t.Value.Split(',')).Select(parse)];
            }
            catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
            {
                result.AddError($"{name}: {e.Message}");
                return value;
            }
        },
    };
}
