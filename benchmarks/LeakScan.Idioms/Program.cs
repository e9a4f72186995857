using System.Globalization;
using LeakScan.Idioms;
using LeakScan.Indexing;

if (args is not ["grams" or "shingles" or "formats", string text, string output, string ownersText, string keysText]
    || !int.TryParse(ownersText, CultureInfo.InvariantCulture, out int least) || !int.TryParse(keysText, CultureInfo.InvariantCulture, out int maxKeys))
{
    Console.Error.WriteLine("""
        usage: LeakScan.Idioms grams|shingles|formats TEXT MODEL OWNERS COUNT
        Makes an idiom model: the k-grams, or the shingles of structure, of TEXT/OWNER/PACKAGE/... that most owners have in
        common, at least OWNERS, up to COUNT of them. With formats k-grams too, of drawings as well.
        Two owners may have copied from each other; what three have is said by everybody. With 1 they are templates, which are copied by
        everybody: all of their text counts, drawings, headers and imports too, and COUNT must be enough for it.
        TEXT is what fetch.py leaves; the same text gives the same model.
        """);
    return 2;
}

IdiomParameters parameters = args[0] == "shingles" ? IdiomParameters.Shingles : IdiomParameters.Grams;
OwnerCounter counter = args[0] == "shingles" ? new ShingleCounter() : new GramCounter();
foreach (string owner in Directory.GetDirectories(text).Order(StringComparer.Ordinal)) counter.AddOwner(Directory.GetDirectories(owner).Order(StringComparer.Ordinal), whole: least == 1, drawings: args[0] == "formats");
Console.Error.WriteLine($"{counter.Owners} owners, {counter.Bytes} bytes of text");

List<(ulong Hash, int Owners)> counted = [.. counter.Count(least)];
int owners = least;
while (counted.Count(c => c.Owners >= owners) > maxKeys) owners++;
for (int n = least; n <= 8; n++) Console.Error.WriteLine($"{counted.Count(c => c.Owners >= n)} {args[0]} of {n} owners or more");
if (least == 1 && owners > 1) throw new InvalidOperationException($"there are more than {maxKeys} {args[0]}: a model of templates must have all");
ulong[] hashes = [.. counted.Where(c => c.Owners >= owners).Select(c => c.Hash)];

// The version is one more than that of the newest model that was shipped, of whichever kind.
byte[] bytes = FuseFilter.Build(hashes, parameters, version: 7, owners);
IdiomModel model = new(bytes, parameters);
if (hashes.FirstOrDefault(h => !model.Contains(h)) is not 0 and var lost) throw new InvalidOperationException($"the model lacks {lost:x16}");
Random random = new(1);
int wrong = Enumerable.Range(0, 1 << 22).Count(_ => model.Contains((ulong)random.NextInt64()));
File.WriteAllBytes(output, bytes);
Console.Error.WriteLine($"{output}: {hashes.Length} {args[0]} of {owners} owners or more, {bytes.Length} bytes, {wrong} of {1 << 22} others seem to be in it");
return 0;
