using LeakScan.Quality;

return Verbs.Run(args);
