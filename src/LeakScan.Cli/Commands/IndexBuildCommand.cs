using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using LeakScan.Cli.Output;
using LeakScan.Sources;

namespace LeakScan.Cli.Commands;

/// <summary><c>leakscan index build</c>.</summary>
static class IndexBuildCommand
{
    sealed record Arguments(string Output, IReadOnlyList<SourceSpec> Sources, IReadOnlyList<SourceSpec> Publics, string[] Excludes, string? KeyFile, PathStorage PathStorage);

    internal static Command Create(CancellationToken cancellationToken)
    {
        Argument<string[]> sources = Indexing.CreateSources();
        Option<string> output = new("--output", "-o") { HelpName = "FILE", Description = "The index to write: whole, or not at all.", Required = true };
        Option<string[]> labels = Indexing.CreateLabels();
        Option<string[]> publics = Indexing.CreatePublics();
        Option<string[]> excludes = Indexing.CreateExcludes();
        Option<string?> keyFile = KeyFile.CreateOption();
        Option<string> paths = new Option<string>("--store-paths") { HelpName = "full|hash", Description = "Paths as given, or keyed hashes of them.", DefaultValueFactory = _ => "full" }.AcceptOnlyFromAmong("full", "hash");
        ExampleCommand command = new("build", "Fingerprints documents into a new index.",
            "leakscan index build -o corp.lsi --label proprietary-code ~/src/trainer ~/src/serving",
            "leakscan index build -o corp.lsi src training-data=/data/books --public vendor-docs",
            "mkdir /tmp/head && git archive HEAD | tar -x -C /tmp/head && leakscan index build -o corp.lsi /tmp/head")
        {
            sources, output, labels, publics, excludes, keyFile, paths,
        };
        command.SetAction(parsed => Run(new Arguments(
            parsed.GetRequiredValue(output),
            Indexing.Parse(parsed.GetValue(sources), parsed.GetValue(labels)),
            Indexing.Parse(parsed.GetValue(publics), null),
            parsed.GetValue(excludes) ?? [],
            parsed.GetValue(keyFile),
            parsed.GetValue(paths) == "hash" ? PathStorage.Hash : PathStorage.Full), cancellationToken));
        return command;
    }

    static int Run(Arguments arguments, CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? folder = Path.GetDirectoryName(Path.GetFullPath(arguments.Output));
        // The index is moved to its name: for root that would put a file where /dev/null was, for every program on the machine.
        if (FindingOutput.IsDevice(arguments.Output)) throw new UserException($"{arguments.Output}: is a device; an index is a file");
        if (!Directory.Exists(folder)) throw new UserException($"{arguments.Output}: there is no folder {folder}");
        FindingOutput.RefuseToReplace("--output", arguments.Output, arguments.Sources.Concat(arguments.Publics).Select(s => s.Path).Append(KeyFile.PathFrom(arguments.KeyFile)));
        IndexKey key = KeyFile.LoadOrCreate(arguments.KeyFile);
        using FingerprintIndexBuilder builder = new(key, new IndexBuildOptions { PathStorage = arguments.PathStorage, TemporaryFolder = folder });
        Indexing.Outcome documents = Indexing.Read(arguments.Sources, arguments.Excludes, "indexing",
            (d, _) => builder.AddDocument(d.Path, d.Label, d.Text.Span, d.FirstLine), cancellationToken);
        if (documents.Documents == 0) throw new UserException("nothing to index: no source has a text file that is not left out; no index was written");
        Indexing.Outcome publics = Indexing.Read(arguments.Publics, arguments.Excludes, "reading public text", (d, _) => builder.AddPublic(d.Text.Span), cancellationToken);
        IndexInfo info;
        using (new ProgressLine($"writing {arguments.Output}")) info = builder.Write(arguments.Output, cancellationToken);
        CheckedIndex.Remember(arguments.Output, CheckedIndex.StateOf(arguments.Output));
        Diagnostics.Note(string.Create(CultureInfo.InvariantCulture,
            $"{arguments.Output}: {Indexing.Describe(info)}; {documents.Bytes / 1e6:F1} MB of text in {watch.Elapsed.TotalSeconds:F1} s, {documents.Bytes / 1e6 / watch.Elapsed.TotalSeconds:0.##} MB/s"));
        if (info.Fingerprints == 0) Diagnostics.Note(FormattableString.Invariant($"{arguments.Output}: protects nothing: what there is has fewer than {info.GramLength} letters and digits a document, or is public or everybody's"));
        return documents.Failed || publics.Failed ? ExitCode.Failed : ExitCode.Clean;
    }
}
