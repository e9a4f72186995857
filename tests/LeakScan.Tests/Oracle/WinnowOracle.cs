using LeakScan.Fingerprints;

namespace LeakScan.Tests.Oracle;

/// <summary>Winnowing by the book: of every w consecutive k-grams, all that have the least order value.</summary>
static class WinnowOracle
{
    internal static int[] SelectEnds(SelectionOrder order, ReadOnlySpan<byte> text, int window)
    {
        int grams = text.Length - GramParameters.GramLength + 1;
        bool[] selected = new bool[Math.Max(0, grams)];
        byte[] values = new byte[selected.Length];
        for (int i = 0; i < grams; i++) values[i] = Value(order, text.Slice(i, GramParameters.GramLength));
        for (int i = 0; i + window <= grams; i++)
        {
            byte least = values[i..(i + window)].Min();
            for (int j = i; j < i + window; j++) selected[j] |= values[j] == least;
        }
        return [.. Enumerable.Range(0, selected.Length).Where(i => selected[i]).Select(i => i + GramParameters.GramLength - 1)];
    }

    /// <summary>h24 of the 24 bytes, by its recurrence.</summary>
    static byte Value(SelectionOrder order, ReadOnlySpan<byte> gram) =>
        (byte)(order.Table(5)[H16(order, gram[..16])] + H8(order, gram[16..]));

    static byte H16(SelectionOrder order, ReadOnlySpan<byte> x) => (byte)(order.Table(4)[H8(order, x[..8])] + H8(order, x[8..]));

    static byte H8(SelectionOrder order, ReadOnlySpan<byte> x) => (byte)(order.Table(3)[H4(order, x[..4])] + H4(order, x[4..]));

    static byte H4(SelectionOrder order, ReadOnlySpan<byte> x) => (byte)(order.Table(2)[H2(order, x[..2])] + H2(order, x[2..]));

    static byte H2(SelectionOrder order, ReadOnlySpan<byte> x) => (byte)(order.Table(1)[order.Table(0)[x[0]]] + order.Table(0)[x[1]]);
}
