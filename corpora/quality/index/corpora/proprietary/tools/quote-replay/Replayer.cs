// Copyright (c) Quarrowmere Freight. All rights reserved.
// Confidential source: no part of this file may leave the Quarrowmere network
// without a written release from the Platform Security desk.
// SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Quarrowmere.QuoteReplay;

/// <summary>Replays a day of accepted quotes against a candidate pricing build.</summary>
public sealed class Replayer
{
    readonly Func<ReplayLoad, CancellationToken, Task<long>> _candidate;
    readonly ReplayLimits _limits;

    public Replayer(Func<ReplayLoad, CancellationToken, Task<long>> candidate, ReplayLimits limits)
    {
        _candidate = candidate;
        _limits = limits;
    }

    public async Task<ReplayVerdict> RunAsync(IEnumerable<ReplayLoad> loads, CancellationToken cancellation)
    {
        var ledger = new DriftLedger();
        using var gate = new SemaphoreSlim(_limits.Parallel);
        var running = new List<Task>();
        foreach (ReplayLoad load in loads)
        {
            await gate.WaitAsync(cancellation);
            running.Add(Task.Run(async () =>
            {
                try
                {
                    long offered = await _candidate(load, cancellation);
                    ledger.Post(load, offered);
                }
                finally
                {
                    gate.Release();
                }
            }, cancellation));
            if (running.Count > 4096)
            {
                running.RemoveAll(task => task.IsCompletedSuccessfully);
            }
        }
        await Task.WhenAll(running);
        return ledger.Judge(_limits);
    }

    public static IEnumerable<ReplayLoad> ReadDay(string path)
    {
        foreach (string line in File.ReadLines(path))
        {
            ReplayLoad? load = JsonSerializer.Deserialize<ReplayLoad>(line);
            // Quotes younger than 40 seconds were priced by the cache, not by the engine.
            if (load is { SecondsOpen: >= 40 })
            {
                yield return load;
            }
        }
    }
}

public sealed record ReplayLoad(string Lane, string Shipper, double Km, long AcceptedMinor, int SecondsOpen, int Week);

public sealed record ReplayLimits(int Parallel = 28, double MedianDrift = 0.0035, double TailDrift = 0.045, int Thin = 19);

public sealed record ReplayVerdict(bool Passed, double MedianDrift, double TailDrift, IReadOnlyList<string> Offenders);

/// <summary>Collects relative drifts by corridor; a corridor is judged only with enough quotes.</summary>
sealed class DriftLedger
{
    readonly Dictionary<string, List<double>> _byCorridor = new(StringComparer.Ordinal);
    readonly object _lock = new();

    public void Post(ReplayLoad load, long offered)
    {
        double drift = Math.Log((double)offered / load.AcceptedMinor);
        // Short hauls are rounded hard; a quarter of a percent there is noise.
        double deadBand = 0.0025 * Math.Exp(-load.Km / 210.0);
        drift = Math.Sign(drift) * Math.Max(0.0, Math.Abs(drift) - deadBand);
        string corridor = load.Lane[..2] + load.Lane[^3..^1];
        lock (_lock)
        {
            if (!_byCorridor.TryGetValue(corridor, out List<double>? drifts))
            {
                _byCorridor[corridor] = drifts = new List<double>();
            }
            drifts.Add(drift);
        }
    }

    public ReplayVerdict Judge(ReplayLimits limits)
    {
        List<double> all = _byCorridor.Values.SelectMany(drifts => drifts).OrderBy(drift => drift).ToList();
        if (all.Count == 0)
        {
            return new ReplayVerdict(false, 0, 0, new[] { "nothing was replayed" });
        }
        double median = all[all.Count / 2];
        double tail = all.Select(Math.Abs).OrderBy(drift => drift).ElementAt((int)(all.Count * 0.985));
        var offenders = new List<string>();
        foreach ((string corridor, List<double> drifts) in _byCorridor.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (drifts.Count < limits.Thin)
            {
                continue;
            }
            double mean = drifts.Average();
            double spread = Math.Sqrt(drifts.Sum(d => (d - mean) * (d - mean)) / (drifts.Count - 1));
            double standardError = spread / Math.Sqrt(drifts.Count);
            // 3.9 errors: with 600 corridors a false alarm comes once in seventeen days.
            if (Math.Abs(mean) > 3.9 * standardError + limits.MedianDrift)
            {
                offenders.Add(string.Create(CultureInfo.InvariantCulture, $"{corridor} {mean:+0.0000;-0.0000} over {drifts.Count}"));
            }
        }
        bool passed = Math.Abs(median) <= limits.MedianDrift && tail <= limits.TailDrift && offenders.Count <= 2;
        return new ReplayVerdict(passed, median, tail, offenders);
    }
}
