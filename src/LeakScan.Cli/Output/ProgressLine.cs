using System.Diagnostics;
using System.Globalization;

namespace LeakScan.Cli.Output;

/// <summary>One line on a terminal that tells how far the work is, from the second second on.</summary>
sealed class ProgressLine : IDisposable
{
    static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(250);
    static readonly Lock s_lock = new();
    static bool s_shown;

    readonly Stopwatch _watch = Stopwatch.StartNew();
    readonly CancellationTokenSource _ended = new();
    readonly Timer? _timer;
    bool _disposed;

    /// <param name="verb">What is being done.</param>
    /// <param name="unit">What is counted besides bytes.</param>
    /// <param name="read">Bytes and units done.</param>
    /// <param name="totalBytes">Finds out how many bytes there are in all, beside the work; 0 if that is not known.</param>
    internal ProgressLine(string verb, string unit, Func<(long Bytes, long Units)> read, Func<CancellationToken, long> totalBytes)
    {
        if (Console.IsErrorRedirected) return;
        Task<long> total = Task.Run(() => totalBytes(_ended.Token));
        _timer = new Timer(_ => Write(Describe(verb, unit, read(), total.IsCompletedSuccessfully ? total.Result : 0)), null, s_first, s_every);
    }

    /// <summary>Of work of which nobody knows how far it is: only how long it has taken.</summary>
    /// <param name="verb">What is being done.</param>
    internal ProgressLine(string verb)
    {
        if (Console.IsErrorRedirected) return;
        _timer = new Timer(_ => Write(string.Create(CultureInfo.InvariantCulture, $"{verb}: {_watch.Elapsed.TotalSeconds:F0} s")), null, s_first, s_every);
    }

    string Describe(string verb, string unit, (long Bytes, long Units) done, long totalBytes)
    {
        double seconds = _watch.Elapsed.TotalSeconds;
        double rate = done.Bytes / seconds;
        string left = totalBytes > done.Bytes && rate > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {100.0 * done.Bytes / totalBytes:F0} %, {TimeSpan.FromSeconds((totalBytes - done.Bytes) / rate):hh\\:mm\\:ss} left")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{verb}: {done.Bytes / 1e6:F0} MB, {done.Units} {unit}, {rate / 1e6:F0} MB/s{left}");
    }

    void Write(string line)
    {
        lock (s_lock)
        {
            if (_disposed) return; // a timer may fire once more after it has been disposed of
            Console.Error.Write("\r\u001b[K" + line);
            s_shown = true;
        }
    }

    internal static void Clear()
    {
        lock (s_lock)
        {
            if (!s_shown) return;
            s_shown = false;
            Console.Error.Write("\r\u001b[K");
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _ended.Cancel();
        _ended.Dispose();
        lock (s_lock) _disposed = true;
        Clear();
    }
}
