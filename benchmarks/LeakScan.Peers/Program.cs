using System.CommandLine;
using LeakScan.Benchmarks;
using LeakScan.Peers;

Option<string?> cli = new("--cli") { HelpName = "FILE", Description = "The leakscan to run. Default: that of this build." };
Option<int> megabytes = new("--megabytes") { HelpName = "N", Description = "Outgoing text; slow peers get an eighth of it.", DefaultValueFactory = _ => 64 };
Option<int> runs = new("--runs") { HelpName = "N", Description = "Of which the median is told.", DefaultValueFactory = _ => 3 };
Option<string> protect = new("--protect") { HelpName = "FOLDER", Description = "Files that must not leave.", DefaultValueFactory = _ => Repository.Path("corpora", "proprietary") };
Option<string> clean = new("--clean") { HelpName = "FOLDER", Description = "Text that has nothing to do with them.", DefaultValueFactory = _ => Repository.Path("src") };
Option<bool> smoke = new("--smoke") { Description = "Little text, and no table: checks what LeakScan and the peers of our own find." };
RootCommand root = new("Times LeakScan and what a user would pick instead of it on the same bytes, and tells how much of what is planted in them each finds.") { cli, megabytes, runs, protect, clean, smoke };
root.SetAction(parsed => parsed.GetValue(smoke)
    ? Comparison.Smoke()
    : Comparison.Run(parsed.GetValue(cli) ?? LeakScanCli.OfThisBuild, parsed.GetValue(megabytes), parsed.GetValue(runs), parsed.GetRequiredValue(protect), parsed.GetRequiredValue(clean)));
return root.Parse(args).Invoke();
