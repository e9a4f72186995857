namespace LeakScan.Indexing;

/// <summary>Temporary files that vanish with the process, however it ends.</summary>
static class SpillFile
{
    internal static FileStream Create(string folder)
    {
        FileStream file = new(
            Path.Combine(folder, $"leakscan-spill-{Environment.ProcessId}-{Guid.NewGuid():N}.tmp"),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                Options = FileOptions.DeleteOnClose,
            });
        // On Unix that alone would leave the file behind when the process is killed; without a name it goes with the process.
        if (!OperatingSystem.IsWindows()) File.Delete(file.Name);
        return file;
    }
}
