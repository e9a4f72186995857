namespace LeakScan.Benchmarks;

/// <summary>Threads that do one thing together, again and again, without an allocation a time.</summary>
sealed class Workers : IDisposable
{
    readonly Barrier _start;
    readonly Barrier _end;
    readonly Thread[] _threads;
    Action<int>? _work;

    internal Workers(int count)
    {
        _start = new Barrier(count);
        _end = new Barrier(count);
        _threads = new Thread[count - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int number = i + 1;
            _threads[i] = new Thread(() => Loop(number)) { IsBackground = true };
            _threads[i].Start();
        }
    }

    internal int Count => _threads.Length + 1;

    /// <summary>Calls <paramref name="work"/> with 0 on this thread and 1 to <see cref="Count"/> - 1 on the others.</summary>
    internal void Run(Action<int> work)
    {
        _work = work;
        _start.SignalAndWait();
        work(0);
        _end.SignalAndWait();
    }

    void Loop(int number)
    {
        while (true)
        {
            _start.SignalAndWait();
            if (_work is null) return;
            _work(number);
            _end.SignalAndWait();
        }
    }

    public void Dispose()
    {
        _work = null;
        _start.SignalAndWait();
        foreach (Thread thread in _threads) thread.Join();
        _start.Dispose();
        _end.Dispose();
    }
}
