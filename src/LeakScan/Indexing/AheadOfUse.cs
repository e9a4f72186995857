namespace LeakScan.Indexing;

/// <summary>Makes things on all cores while those before them are used in order.</summary>
static class AheadOfUse
{
    /// <summary>Makes things 0 to <paramref name="count"/> - 1, one more than there are cores at once, and uses them on this thread.</summary>
    /// <exception cref="OperationCanceledException">Cancelled. Nothing is being made any more then, nor after any other exception.</exception>
    internal static void Run<T>(int count, Func<int, T> make, Action<T> use, CancellationToken cancellationToken)
    {
        Queue<Task<T>> ahead = new();
        try
        {
            for (int used = 0, begun = 0; used < count; used++)
            {
                for (; begun < count && ahead.Count <= Environment.ProcessorCount; begun++)
                {
                    int number = begun;
                    ahead.Enqueue(Task.Run(() => make(number), cancellationToken));
                }
                T made = ahead.Peek().GetAwaiter().GetResult();
                ahead.Dequeue();
                use(made);
            }
        }
        finally
        {
            ((IAsyncResult)Task.WhenAll(ahead)).AsyncWaitHandle.WaitOne();
        }
    }
}
