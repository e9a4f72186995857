using LeakScan.Cli;

return CommandLine.Run(args);
