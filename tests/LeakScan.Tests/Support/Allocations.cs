namespace LeakScan.Tests.Support;

static class Allocations
{
    /// <summary>Bytes that an action allocates on this thread: the least of some runs after a first.</summary>
    // A collection that another test's thread causes counts what was left of this thread's 8 KB as allocated.
    internal static long Least(Action action)
    {
        action();
        long least = long.MaxValue;
        for (int i = 0; i < 50 && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
