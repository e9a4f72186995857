using System.Diagnostics;
using System.Globalization;
using LeakScan.Fuzz;

// LeakScan.Fuzz TARGET [--count N] [--seed S]
Dictionary<string, Func<IFuzzTarget>> targets = new(StringComparer.Ordinal)
{
    ["index"] = () => new IndexTarget(),
    ["canonical"] = () => new CanonicalTarget(),
    ["policy"] = () => new PolicyTarget(),
};
if (args.Length == 0 || !targets.TryGetValue(args[0], out Func<IFuzzTarget>? create))
{
    Console.Error.WriteLine($"usage: LeakScan.Fuzz {string.Join('|', targets.Keys)} [--count N] [--seed S]");
    return 2;
}
long count = 100_000;
int seed = 1;
for (int i = 1; i + 1 < args.Length; i += 2)
{
    if (args[i] == "--count") count = long.Parse(args[i + 1], CultureInfo.InvariantCulture);
    else if (args[i] == "--seed") seed = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
}

IFuzzTarget target = create();
Dictionary<string, long> outcomes = new(StringComparer.Ordinal);
Stopwatch watch = Stopwatch.StartNew();
TimeSpan slowest = default;
for (long i = 0; i < count; i++)
{
    int caseSeed = unchecked(seed * 1_000_003 + (int)i);
    byte[] input = target.Make(new Random(caseSeed));
    TimeSpan start = watch.Elapsed;
    try
    {
        string outcome = target.Run(input);
        outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
    }
    catch (Exception e)
    {
        Console.WriteLine($"case {i} (seed {caseSeed}) of target {args[0]}: {e}");
        Console.WriteLine(Convert.ToHexString(input));
        return 1;
    }
    TimeSpan took = watch.Elapsed - start;
    if (took > slowest) slowest = took;
    if (took > TimeSpan.FromSeconds(10))
    {
        Console.WriteLine($"case {i} (seed {caseSeed}) of target {args[0]} took {took}");
        return 1;
    }
}
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{args[0]}: {count} cases from seed {seed} in {watch.Elapsed.TotalSeconds:F0} s ({count / watch.Elapsed.TotalSeconds:F0} a second), slowest {slowest.TotalMilliseconds:F0} ms: {string.Join(", ", outcomes.Select(o => $"{o.Value} {o.Key}"))}"));
return 0;

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
