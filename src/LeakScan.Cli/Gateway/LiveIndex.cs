using System.Collections.Concurrent;
using LeakScan.Cli.Output;

namespace LeakScan.Cli.Gateway;

/// <summary>An index that is opened anew when its file changes, and scanners for it. Thread safe.</summary>
// Somebody who has just added a file to the index relies on it. A scan that has begun ends on the index that it began with, which is closed when
// its last scan is done.
sealed class LiveIndex : IDisposable
{
    static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(1);

    readonly Func<FingerprintIndex> _open;
    readonly Policy _policy;
    readonly IReadOnlyList<string> _paths;
    readonly Lock _gate = new();
    Generation _current;
    long _nextLook = Environment.TickCount64 + (long)s_lookEvery.TotalMilliseconds;

    /// <param name="paths">The files of the index.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="policy">What the scanners judge by.</param>
    internal LiveIndex(IReadOnlyList<string> paths, Func<FingerprintIndex> open, Policy policy)
    {
        (_paths, _open, _policy) = (paths, open, policy);
        string stamp = Stamp();
        _current = new Generation(open(), stamp);
    }

    internal IndexInfo Info => _current.Index.Info;

    /// <summary>Lends a scanner to a function.</summary>
    /// <param name="destination">Where the text goes that it scans, as the policy calls it.</param>
    /// <param name="use">The function.</param>
    internal T Use<T>(string destination, Func<Scanner, T> use)
    {
        Generation generation = Enter();
        try
        {
            ConcurrentBag<Scanner> idle = generation.Idle.GetOrAdd(destination, _ => []);
            if (!idle.TryTake(out Scanner? scanner)) scanner = new Scanner(generation.Index, new ScanOptions { Policy = _policy, Destination = destination });
            T result = use(scanner);
            idle.Add(scanner);
            return result;
        }
        finally
        {
            Leave(generation);
        }
    }

    Generation Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_current.IsRetired, this);
            if (Environment.TickCount64 >= _nextLook)
            {
                _nextLook = Environment.TickCount64 + (long)s_lookEvery.TotalMilliseconds;
                Look();
            }
            _current.Users++;
            return _current;
        }
    }

    void Look()
    {
        string stamp = Stamp();
        if (stamp == _current.Stamp) return;
        try
        {
            Generation last = _current;
            _current = new Generation(_open(), stamp);
            last.IsRetired = true;
            if (last.Users == 0) last.Index.Dispose();
            Diagnostics.Note("the index has changed and was opened anew");
        }
        catch (Exception e) when (e is IndexException or PolicyException or UserException or IOException or UnauthorizedAccessException)
        {
            // What is protected stays so by the index at hand; of each state of the file this is said once.
            _current.Stamp = stamp;
            Diagnostics.Error($"the index has changed and cannot be opened, the one before stays in use: {CommandLine.Explain(e)}");
        }
    }

    void Leave(Generation generation)
    {
        lock (_gate)
        {
            if (--generation.Users == 0 && generation.IsRetired) generation.Index.Dispose();
        }
    }

    // With the deltas, which stand beside it and have its name with a number.
    string Stamp() => string.Join('|', _paths.SelectMany(p => new DirectoryInfo(Path.GetDirectoryName(Path.GetFullPath(p))!).EnumerateFiles(Path.GetFileName(p) + "*"))
        .Select(f => FormattableString.Invariant($"{f.Name} {f.LastWriteTimeUtc.Ticks} {f.Length}")).Order(StringComparer.Ordinal));

    public void Dispose()
    {
        lock (_gate)
        {
            if (_current.IsRetired) return;
            _current.IsRetired = true;
            if (_current.Users == 0) _current.Index.Dispose();
        }
    }

    sealed class Generation(FingerprintIndex index, string stamp)
    {
        internal FingerprintIndex Index { get; } = index;

        internal ConcurrentDictionary<string, ConcurrentBag<Scanner>> Idle { get; } = [];

        internal string Stamp { get; set; } = stamp;

        internal int Users { get; set; }

        internal bool IsRetired { get; set; }
    }
}
