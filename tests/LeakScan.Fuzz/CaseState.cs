using System.IO.MemoryMappedFiles;

namespace LeakScan.Fuzz;

/// <summary>The number of the case that runs, in a file that outlives a crash and is gone after a run that ends by itself.</summary>
sealed class CaseState : IDisposable
{
    readonly string _path;
    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;

    internal CaseState(string path)
    {
        _path = path;
        File.WriteAllText(path, new string(' ', 20) + "\n");
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.ReadWrite);
        _view = _file.CreateViewAccessor();
    }

    internal long Case { get; private set; }

    internal void Begin(long number)
    {
        Case = number;
        for (int digit = 19; digit >= 0 && (number > 0 || digit == 19); digit--, number /= 10) _view.Write(digit, (byte)('0' + number % 10));
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }
}
