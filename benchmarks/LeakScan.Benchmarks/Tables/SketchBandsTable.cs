using System.Globalization;
using LeakScan.Simd;
using LeakScan.Sketches;

namespace LeakScan.Benchmarks.Tables;

/// <summary>What bands find, and from how many sketches on a table of them is faster than comparing with all.</summary>
static class SketchBandsTable
{
    const int Queries = 1024;
    const int Threshold = 48;

    internal static int Run(int[] counts, int runs)
    {
        int[] rows = [.. Enumerable.Range(1, Bands.MaxRows)];
        Console.WriteLine("The probability that two sketches are candidates, 1 - (1 - p^r)^(128/r) with p = J + (1 - J) / 256:");
        Console.WriteLine();
        Console.WriteLine($"| J | {string.Join(" | ", rows.Select(r => $"r = {r}, {Bands.Count(r)} bands"))} |");
        Console.WriteLine($"|---|{string.Concat(rows.Select(_ => "---|"))}");
        foreach (double resemblance in (double[])[0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8])
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {resemblance:F2} | {string.Join(" | ", rows.Select(r => Bands.ProbabilityOfCandidate(resemblance, r).ToString(resemblance == 0 ? "0.0E0" : "F3", CultureInfo.InvariantCulture)))} |"));
        }
        Console.WriteLine();
        Console.WriteLine($"{Measure.Machine()}, tier {Scanner.Describe()}; ns a query of {Queries} other ones, medians of {runs} runs; a scan compares four at once; bands end in a comparison with each candidate. Random sketches: none is like a query, and each {Queries / 64}th query is in the table.");
        Console.WriteLine();
        Console.WriteLine("| sketches | scan | bands, r = 2 | candidates | r = 3 | candidates | r = 4 | candidates |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (int count in counts)
        {
            Row row = Measured(count, runs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {count} | {row.Scan:F0} | {string.Join(" | ", row.Bands.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Nanoseconds:F0} | {b.Candidates:F1}")))} |"));
        }
        return 0;
    }

    /// <param name="Scan">Nanoseconds a query.</param>
    /// <param name="Bands">For 2, 3 and 4 rows, nanoseconds and candidates a query.</param>
    internal sealed record Row(double Scan, (double Nanoseconds, double Candidates)[] Bands);

    struct Counter : ISketchMatchSink
    {
        internal int Matches;

        public void Take(int sketch, int query, int equalLanes) => Matches++;
    }

    internal static Row Measured(int count, int runs)
    {
        SimdTier tier = SimdTiers.Current;
        byte[] sketches = new byte[count * SketchParameters.SketchBytes], queries = new byte[Queries * SketchParameters.SketchBytes];
        Random random = new(5);
        random.NextBytes(sketches);
        random.NextBytes(queries);
        const int InTable = 64;
        for (int i = 0; i < InTable; i++)
            Sketch.At(sketches, (int)((long)i * count / InTable)).CopyTo(queries.AsSpan(i * (Queries / InTable) * SketchParameters.SketchBytes));

        int wanted = -1;
        // A text's queries come four at a time, not a thousand; and a thousand with a million sketches would take a minute.
        int scanned = (int)Math.Clamp(100_000_000L / count & ~3, 4, Queries);
        double scan = Nanoseconds(runs, scanned, () =>
        {
            Counter counter = default;
            for (int query = 0; query < scanned; query += 4)
                SketchTable.Compare(queries.AsSpan(query * SketchParameters.SketchBytes, 4 * SketchParameters.SketchBytes), sketches, Threshold, ref counter, tier);
            wanted = counter.Matches;
        });

        List<(double, double)> bands = [];
        for (int rows = 2; rows <= Bands.MaxRows; rows++)
        {
            Table table = new(sketches, rows);
            long candidates = 0;
            double nanoseconds = Nanoseconds(runs, Queries, () =>
            {
                candidates = 0;
                int found = 0;
                for (int query = 0; query < Queries; query++)
                {
                    found += table.Find(Sketch.At(queries, query), tier, ref candidates);
                    if (query + 1 == scanned && found != wanted) throw new InvalidOperationException($"bands of {rows} rows found {found} sketches, the scan {wanted}");
                }
                if (found < InTable) throw new InvalidOperationException($"bands of {rows} rows found {found} sketches, {InTable} are there");
            });
            bands.Add((nanoseconds, (double)candidates / Queries));
        }
        return new(scan, [.. bands]);
    }

    /// <summary>The plainest table of bands: a key's slot, the sketches there with 32 more bits of their keys, all in one array.</summary>
    sealed class Table
    {
        readonly byte[] _sketches;
        readonly int _rows;
        readonly int[] _starts;
        readonly ulong[] _entries; // upper half of the mixed key, sketch
        readonly ulong[] _keys;
        readonly (int From, int To)[] _lists;
        readonly int[] _seen;
        int _query;

        internal Table(byte[] sketches, int rows)
        {
            (_sketches, _rows) = (sketches, rows);
            int count = sketches.Length / SketchParameters.SketchBytes;
            _keys = new ulong[Bands.Count(rows)];
            _lists = new (int, int)[_keys.Length];
            _seen = new int[count];
            _entries = new ulong[(long)count * _keys.Length];
            _starts = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_entries.Length) + 1];
            for (int pass = 0; pass < 2; pass++)
            {
                for (int sketch = 0; sketch < count; sketch++)
                {
                    MixedKeys(Sketch.At(sketches, sketch));
                    foreach (ulong key in _keys)
                    {
                        if (pass == 0) _starts[Slot(key)]++;
                        else _entries[--_starts[Slot(key)]] = key & Tag | (uint)sketch;
                    }
                }
                if (pass == 0)
                {
                    for (int slot = 1; slot < _starts.Length; slot++) _starts[slot] += _starts[slot - 1];
                }
            }
        }

        const ulong Tag = 0xFFFF_FFFF_0000_0000;

        int Slot(ulong key) => (int)((uint)key % (uint)(_starts.Length - 1));

        void MixedKeys(ReadOnlySpan<byte> sketch)
        {
            Bands.Keys(sketch, _rows, _keys);
            for (int i = 0; i < _keys.Length; i++) _keys[i] = ShingleHash.Mix(_keys[i], 0);
        }

        internal int Find(ReadOnlySpan<byte> query, SimdTier tier, ref long candidates)
        {
            int found = 0;
            _query++;
            MixedKeys(query);
            // First all slots, then all lists: their misses happen side by side.
            for (int i = 0; i < _keys.Length; i++)
            {
                int slot = Slot(_keys[i]);
                _lists[i] = (_starts[slot], _starts[slot + 1]);
            }
            for (int i = 0; i < _keys.Length; i++)
            {
                for (int j = _lists[i].From; j < _lists[i].To; j++)
                {
                    int sketch = (int)(uint)_entries[j];
                    if (((_entries[j] ^ _keys[i]) & Tag) != 0 || _seen[sketch] == _query) continue;
                    _seen[sketch] = _query;
                    candidates++;
                    if (SketchTable.EqualLanes(query, Sketch.At(_sketches, sketch), tier) >= Threshold) found++;
                }
            }
            return found;
        }
    }

    static double Nanoseconds(int runs, int count, Action action)
    {
        Measure.WarmUp(runs, action);
        double[] times = new double[runs];
        for (int i = 0; i < runs; i++) times[i] = Measure.Seconds(action) * 1e9 / count;
        return Measure.Median(times);
    }
}
