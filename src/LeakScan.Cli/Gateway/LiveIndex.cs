using System.Collections.Concurrent;
using LeakScan.Cli.Output;

namespace LeakScan.Cli.Gateway;

/// <summary>An index that is opened anew when its file changes, and scanners for it. Thread safe.</summary>
// Somebody who has just added a file to the index relies on it. A scan that has begun ends on the index that it began with, which is closed when
// its last scan is done.
sealed class LiveIndex : IDisposable
{
    readonly Func<FingerprintIndex> _open;
    readonly Policy _policy;
    readonly IReadOnlyList<string> _paths;
    readonly Lock _gate = new();
    Generation _current;
    string _stamp; // of what is open
    string? _complainedOf;
    int _looking;
    readonly TimeSpan _lookEvery;
    long _nextLook;

    /// <param name="paths">The files of the index.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="policy">What the scanners judge by.</param>
    /// <param name="lookEvery">How often it is looked at whether the files have changed, at most.</param>
    internal LiveIndex(IReadOnlyList<string> paths, Func<FingerprintIndex> open, Policy policy, TimeSpan lookEvery)
    {
        (_paths, _open, _policy, _lookEvery) = (paths, open, policy, lookEvery);
        _stamp = Stamp();
        _current = new Generation(open());
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
        // One looks, the others go on with what there is.
        if (Environment.TickCount64 >= Volatile.Read(ref _nextLook) && Interlocked.Exchange(ref _looking, 1) == 0)
        {
            try
            {
                Look();
            }
            finally
            {
                Volatile.Write(ref _nextLook, Environment.TickCount64 + (long)_lookEvery.TotalMilliseconds);
                Volatile.Write(ref _looking, 0);
            }
        }
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_current.IsRetired, this);
            _current.Users++;
            return _current;
        }
    }

    void Look()
    {
        string stamp = Stamp();
        if (stamp == _stamp) return;
        try
        {
            Generation next = new(_open());
            lock (_gate)
            {
                Retire(_current);
                _current = next;
            }
            _stamp = stamp;
            Diagnostics.Note("the index has changed and was opened anew");
        }
        catch (Exception e) when (e is IndexException or PolicyException or UserException or IOException or UnauthorizedAccessException)
        {
            // What is protected stays so by the index at hand. It is tried again, but of each state of the file this is said once.
            if (stamp != _complainedOf) Diagnostics.Error($"the index has changed and cannot be opened, the one before stays in use: {CommandLine.Explain(e)}");
            _complainedOf = stamp;
        }
    }

    static void Retire(Generation generation)
    {
        if (generation.IsRetired) return;
        generation.IsRetired = true;
        if (generation.Users == 0) generation.Index.Dispose();
    }

    void Leave(Generation generation)
    {
        lock (_gate)
        {
            if (--generation.Users == 0 && generation.IsRetired) generation.Index.Dispose();
        }
    }

    string Stamp() => string.Join("||", _paths.Select(CheckedIndex.StateOf));

    public void Dispose()
    {
        lock (_gate)
        {
            Retire(_current);
        }
    }

    sealed class Generation(FingerprintIndex index)
    {
        internal FingerprintIndex Index { get; } = index;

        internal ConcurrentDictionary<string, ConcurrentBag<Scanner>> Idle { get; } = [];

        internal int Users { get; set; }

        internal bool IsRetired { get; set; }
    }
}
