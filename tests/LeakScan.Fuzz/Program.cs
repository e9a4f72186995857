using System.Diagnostics;
using System.Globalization;
using LeakScan.Fuzz;

// LeakScan.Fuzz TARGET [--count N] [--seed S] [--first N]
Dictionary<string, Func<IFuzzTarget>> targets = new(StringComparer.Ordinal)
{
    ["index"] = () => new IndexTarget(),
    ["canonical"] = () => new CanonicalTarget(),
    ["policy"] = () => new PolicyTarget(),
};
TimeSpan caseLimit = TimeSpan.FromSeconds(1);
const int HangSeconds = 10;
Dictionary<string, long> options = new(StringComparer.Ordinal) { ["--count"] = 100_000, ["--seed"] = 1, ["--first"] = 0 };
bool understood = args.Length % 2 == 1 && targets.ContainsKey(args[0]);
for (int i = 1; understood && i < args.Length; i += 2)
{
    understood = options.ContainsKey(args[i]) && long.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value <= int.MaxValue;
    if (understood) options[args[i]] = long.Parse(args[i + 1], CultureInfo.InvariantCulture);
}
if (!understood)
{
    Console.Error.WriteLine($"usage: LeakScan.Fuzz {string.Join('|', targets.Keys)} [--count N] [--seed S] [--first N]");
    return 2;
}
(long count, int seed, long first) = (options["--count"], (int)options["--seed"], options["--first"]);

// A crash ends the process without a word of ours: the file then holds the number of the case that did it.
string statePath = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"leakscan-fuzz-{Environment.ProcessId}.case"));
Console.WriteLine($"{args[0]}: {count} cases from seed {seed}; if this crashes, {statePath} names the case for --seed {seed} --first");
using CaseState state = new(statePath);

IFuzzTarget target = targets[args[0]]();
Dictionary<string, long> outcomes = new(StringComparer.Ordinal);
Stopwatch watch = Stopwatch.StartNew();
TimeSpan slowest = default;
int slow = 0;
byte[] input = [];
(long Case, int Seconds) watched = (-1, 0);
using Timer watchdog = new(_ =>
{
    // Seconds are counted one by one: by the clock, a process that was stopped for a while hangs.
    watched = watched.Case == state.Case ? (watched.Case, watched.Seconds + 1) : (state.Case, 0);
    if (watched.Seconds < HangSeconds) return;
    Report(watched.Case, $"hangs: {watched.Seconds} s");
    Environment.Exit(1);
}, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
for (long i = first; i < first + count; i++)
{
    state.Begin(i);
    input = target.Make(new Random(unchecked(seed * 1_000_003 + (int)i)));
    TimeSpan took = default;
    try
    {
        // A machine that does something else for a while is no fault: what is too slow must be so again.
        for (int attempt = 0; attempt < 3; attempt++)
        {
            TimeSpan start = watch.Elapsed;
            string outcome = target.Run(input);
            took = watch.Elapsed - start;
            if (attempt == 0) outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if (took < caseLimit) break;
            slow++;
        }
    }
    catch (Exception e)
    {
        Report(i, e.ToString());
        return 1;
    }
    if (took > slowest) slowest = took;
    if (took < caseLimit) continue;
    Report(i, $"took {took}, three times in a row more than {caseLimit}");
    return 1;
}
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{args[0]}: {count} cases in {watch.Elapsed.TotalSeconds:F0} s ({count / watch.Elapsed.TotalSeconds:F0} a second), slowest {slowest.TotalMilliseconds:F0} ms, {slow} tried again for slowness: {string.Join(", ", outcomes.OrderByDescending(o => o.Value).Select(o => $"{o.Value} {o.Key}"))}"));
return 0;

void Report(long number, string what)
{
    Console.WriteLine($"FAULT: target {args[0]}, --seed {seed} --first {number} --count 1: {what}");
    for (int at = 0; at < input.Length; at += 32) Console.WriteLine($"{at:x6}  {Convert.ToHexStringLower(input.AsSpan(at, Math.Min(32, input.Length - at)))}");
}

namespace LeakScan.Fuzz
{
    /// <summary>Something that must survive any input.</summary>
    interface IFuzzTarget
    {
        byte[] Make(Random random);

        /// <summary>Names what came of the input; throws if that is a fault.</summary>
        string Run(byte[] input);
    }
}
