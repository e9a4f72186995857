using System.Text.RegularExpressions;
using LeakScan.Tests.Support;

namespace LeakScan.Tests;

/// <summary>Arrows between folders point one way, and what is not a kernel has no unchecked access.</summary>
public sealed partial class ArchitectureTests
{
    static readonly string[] s_folders = ["Primitives", "Simd", "Text", "Fingerprints", "Tokens", "Sketches", "Indexing", "Matching", "Classification"];

    static string Sources => Path.Combine(Repository.Root, "src", "LeakScan");

    [Fact]
    public void AFolderUsesOnlyFoldersBeforeIt()
    {
        Assert.Equal(s_folders.Order(StringComparer.Ordinal), Directory.GetDirectories(Sources).Select(d => Path.GetFileName(d)!).Where(d => d is not ("obj" or "bin")).Order(StringComparer.Ordinal));
        foreach (string folder in s_folders)
        {
            foreach (string file in Directory.GetFiles(Path.Combine(Sources, folder), "*.cs"))
            {
                string text = File.ReadAllText(file);
                Assert.Contains($"namespace LeakScan.{folder};", text, StringComparison.Ordinal);
                foreach (System.Text.RegularExpressions.Match used in UsedFolder().Matches(text))
                    Assert.True(Array.IndexOf(s_folders, used.Groups[1].Value) <= Array.IndexOf(s_folders, folder), $"{file} uses {used.Groups[1].Value}");
            }
        }
    }

    [Fact]
    public void UncheckedAccessStandsOnlyInKernels()
    {
        foreach (string file in Directory.GetFiles(Sources, "*.cs", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(Sources, file).Replace('\\', '/');
            if (name.StartsWith("Simd/", StringComparison.Ordinal) || name.StartsWith("Primitives/", StringComparison.Ordinal) || name.StartsWith("obj/", StringComparison.Ordinal)) continue;
            if (name is "Text/Canonicalizer.cs" or "Text/Canonicalizer.Scalar.cs" or "Text/Canonicalizer.Vector.cs" or "Text/Canonicalizer.Blocks.cs" or "Text/Canonicalizer.Strips.cs" or "Fingerprints/FingerprintHash.cs" or "Fingerprints/Selector.cs" or "Tokens/Lexer.Vector.cs" or "Tokens/Shingler.Vector.cs" or "Tokens/ShingleSampler.cs"
                or "Sketches/BlockSketch.cs" or "Sketches/Sketch.cs" or "Sketches/SketchTable.cs"
                or "Indexing/MappedIndex.cs" or "Indexing/BlockedBloomFilter.cs" or "Indexing/ShingleTable.cs" or "Indexing/IndexOutput.cs") continue;
            Assert.False(Unchecked().IsMatch(File.ReadAllText(file)), $"{name} has unchecked access");
        }
    }

    [GeneratedRegex(@"^using LeakScan\.(\w+);", RegexOptions.Multiline)]
    private static partial Regex UsedFolder();

    [GeneratedRegex(@"\bUnsafe\.(Add|As|Read|Write)|MemoryMarshal\.GetReference|\bfixed \(")]
    private static partial Regex Unchecked();
}
