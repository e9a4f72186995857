using System.Globalization;
using System.IO.Hashing;
using System.Text;
using LeakScan.Cli.Outgoing;

namespace LeakScan.Cli;

/// <summary>Opens indexes that hold what was written into them: of one half of which is zeros, as an interrupted copy leaves it, nothing would be found.</summary>
// Opening looks at headers alone. The rest is read through, once for each state of the files: what was found whole is remembered in the user's
// folder for such things, so that a hook, which is a new process on every event, does not read hundreds of megabytes.
static class CheckedIndex
{
    const int DaysRemembered = 30;

    /// <summary>Opens indexes with their deltas.</summary>
    /// <exception cref="UserException">One is damaged.</exception>
    /// <inheritdoc cref="FingerprintIndex.Open(IReadOnlyList{string}, IndexKey)" path="/exception"/>
    internal static FingerprintIndex Open(IReadOnlyList<string> paths, IndexKey key)
    {
        string[] states = [.. paths.Select(StateOf)];
        FingerprintIndex index = FingerprintIndex.Open(paths, key);
        try
        {
            if (paths.Zip(states).All(i => TryRead(MemoryOf(i.First)) == i.Second)) return index;
            if (index.Verify() is [IndexProblem problem, ..])
            {
                throw new UserException(string.Create(CultureInfo.InvariantCulture,
                    $"{problem.File}: section {problem.Section} at offset {problem.Offset}: {problem.Message}: nothing is checked with a damaged index; copy it again or build it again"));
            }
            foreach ((string path, string state) in paths.Zip(states)) Remember(path, state);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>Notes that an index is what was written: it was read through, or has just been written.</summary>
    /// <param name="path">The index.</param>
    /// <param name="state">Its <see cref="StateOf"/> before it was opened: it counts if that is still so.</param>
    internal static void Remember(string path, string state)
    {
        if (MemoryOf(path) is string memory && state == StateOf(path)) TryWrite(memory, state);
    }

    /// <summary>What tells that an index was replaced or written to, or one of its deltas, which have its name and a number; of the files themselves where names are links.</summary>
    internal static string StateOf(string path)
    {
        List<string> states = [];
        for (int number = 0; StateOfFile(number == 0 ? path : FormattableString.Invariant($"{path}.{number}")) is string state; number++) states.Add(state);
        return string.Join('|', states);
    }

    static string? StateOfFile(string path)
    {
        try
        {
            FileInfo file = (FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
            return file.Exists ? FormattableString.Invariant($"{file.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}") : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it has just gone, or cannot be seen: opening it will say so
        }
    }

    static string? MemoryOf(string path)
    {
        string name = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(Path.GetFullPath(path))).ToString("x16", CultureInfo.InvariantCulture);
        return AuditLog.StateFolder() is { Length: > 0 } folder ? Path.Combine(folder, "leakscan", "verified", name) : null;
    }

    static string? TryRead(string? memory)
    {
        try
        {
            return File.Exists(memory) ? File.ReadAllText(memory) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it is read through again
        }
    }

    static void TryWrite(string memory, string state)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(memory)!);
            string whole = $"{memory}.{Environment.ProcessId}.tmp";
            File.WriteAllText(whole, state);
            File.Move(whole, memory, overwrite: true);
            DateTime old = DateTime.UtcNow.AddDays(-DaysRemembered);
            foreach (string other in Directory.EnumerateFiles(Path.GetDirectoryName(memory)!).Where(f => File.GetLastWriteTimeUtc(f) < old)) File.Delete(other);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is read through again next time.
        }
    }
}
