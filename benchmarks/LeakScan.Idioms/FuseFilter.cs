using LeakScan.Indexing;

namespace LeakScan.Idioms;

/// <summary>Makes the prints of an <see cref="IdiomModel"/>.</summary>
// Each key is an edge between its three cells. A cell of one edge only can be set last to whatever its key needs, so that edge is
// taken away (peeling), which leaves other cells with one edge, and so on; in reverse order every key finds a cell that is its own.
// With a seed for which some edges cannot be taken away, another seed is tried.
static class FuseFilter
{
    /// <summary>The file of a model of these distinct hashes.</summary>
    internal static byte[] Build(ulong[] hashes, IdiomParameters parameters, int version, int owners)
    {
        // Sizes as the paper recommends them for three places.
        double keys = Math.Max(2, hashes.Length);
        uint segment = 1u << Math.Min(18, (int)Math.Floor(Math.Log(keys) / Math.Log(3.33) + 2.25));
        double spare = Math.Max(1.125, 0.875 + 0.25 * Math.Log(1e6) / Math.Log(keys));
        long cells = Math.Max(3, ((long)(keys * spare) + segment - 1) / segment) * segment;
        for (ulong seed = 1; ; seed++)
        {
            if (Solve(hashes, seed, cells, segment) is not { } solved) continue;
            byte[] header = new byte[IdiomModel.HeaderBytes];
            IdiomModel.WriteHeader(header, parameters, version, owners, hashes.Length, seed, segment);
            return [.. header, .. solved];
        }
    }

    static byte[]? Solve(ulong[] hashes, ulong seed, long cells, uint segment)
    {
        ulong starts = (ulong)cells - 2 * segment;
        int[] edges = new int[cells];
        ulong[] keys = new ulong[cells]; // exclusive or of the keys of a cell's edges: the key itself where there is one
        foreach (ulong hash in hashes)
        {
            ulong mixed = IdiomModel.Mix(hash, seed);
            (uint a, uint b, uint c) = IdiomModel.Places(mixed, starts, segment);
            (edges[a], edges[b], edges[c]) = (edges[a] + 1, edges[b] + 1, edges[c] + 1);
            (keys[a], keys[b], keys[c]) = (keys[a] ^ mixed, keys[b] ^ mixed, keys[c] ^ mixed);
        }

        Stack<uint> lone = new();
        for (uint i = 0; i < cells; i++)
        {
            if (edges[i] == 1) lone.Push(i);
        }
        List<(ulong Mixed, uint Cell)> order = new(hashes.Length);
        while (lone.TryPop(out uint cell))
        {
            if (edges[cell] != 1) continue;
            ulong mixed = keys[cell];
            order.Add((mixed, cell));
            (uint a, uint b, uint c) = IdiomModel.Places(mixed, starts, segment);
            Remove(a, mixed);
            Remove(b, mixed);
            Remove(c, mixed);
        }
        if (order.Count != hashes.Length) return null;

        byte[] solved = new byte[cells];
        for (int i = order.Count - 1; i >= 0; i--)
        {
            (ulong mixed, uint cell) = order[i];
            (uint a, uint b, uint c) = IdiomModel.Places(mixed, starts, segment);
            solved[cell] = (byte)(IdiomModel.Print(mixed) ^ solved[a] ^ solved[b] ^ solved[c]); // solved[cell] is still zero
        }
        return solved;

        void Remove(uint at, ulong mixed)
        {
            keys[at] ^= mixed;
            if (--edges[at] == 1) lone.Push(at);
        }
    }
}
