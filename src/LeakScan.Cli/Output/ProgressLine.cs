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
    readonly Timer? _timer;
    bool _disposed;

    /// <param name="verb">What is being done.</param>
    /// <param name="unit">What is counted besides bytes.</param>
    /// <param name="read">Bytes and units done.</param>
    /// <param name="totalBytes">Bytes in all; 0 if not known.</param>
    internal ProgressLine(string verb, string unit, Func<(long Bytes, long Units)> read, long totalBytes)
    {
        if (Console.IsErrorRedirected) return;
        _timer = new Timer(_ => Show(verb, unit, read(), totalBytes), null, s_first, s_every);
    }

    void Show(string verb, string unit, (long Bytes, long Units) done, long totalBytes)
    {
        double seconds = _watch.Elapsed.TotalSeconds;
        double rate = done.Bytes / seconds;
        string left = totalBytes > done.Bytes && rate > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {100.0 * done.Bytes / totalBytes:F0} %, {TimeSpan.FromSeconds((totalBytes - done.Bytes) / rate):hh\\:mm\\:ss} left")
            : "";
        lock (s_lock)
        {
            if (_disposed) return; // a timer may fire once more after it has been disposed of
            Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[K{verb}: {done.Bytes / 1e6:F0} MB, {done.Units} {unit}, {rate / 1e6:F0} MB/s{left}"));
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
        lock (s_lock) _disposed = true;
        Clear();
    }
}
