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
        string state = StateOf(paths);
        FingerprintIndex index = FingerprintIndex.Open(paths, key);
        try
        {
            string? memory = MemoryOf(paths);
            if (memory is not null && File.Exists(memory) && TryRead(memory) == state) return index;
            if (index.Verify() is [IndexProblem problem, ..])
            {
                throw new UserException(string.Create(CultureInfo.InvariantCulture,
                    $"{problem.File}: section {problem.Section} at offset {problem.Offset}: {problem.Message}: nothing is checked with a damaged index; copy it again or build it again"));
            }
            if (memory is not null && state == StateOf(paths)) TryWrite(memory, state);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>What tells that a file was replaced or written to: of each index and of its deltas, which have its name and a number; of the file itself where the name is a link.</summary>
    internal static string StateOf(IReadOnlyList<string> paths)
    {
        List<string> states = [];
        foreach (string path in paths)
        {
            for (int number = 0; StateOf(number == 0 ? path : FormattableString.Invariant($"{path}.{number}")) is string state; number++) states.Add(state);
            states.Add("");
        }
        return string.Join('|', states);
    }

    static string? StateOf(string path)
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

    static string? MemoryOf(IReadOnlyList<string> paths)
    {
        string name = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Join('|', paths.Select(Path.GetFullPath)))).ToString("x16", CultureInfo.InvariantCulture);
        return AuditLog.StateFolder() is { Length: > 0 } folder ? Path.Combine(folder, "leakscan", "verified", name) : null;
    }

    static string? TryRead(string memory)
    {
        try
        {
            return File.ReadAllText(memory);
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
