using LeakScan.Cli;
using LeakScan.Cli.Commands;

return HookCommand.TryRun(args) ?? CommandLine.Run(args);
