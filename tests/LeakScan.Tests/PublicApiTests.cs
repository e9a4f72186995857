using System.Reflection;
using LeakScan.Tests.Support;
using PublicApiGenerator;

namespace LeakScan.Tests;

/// <summary>The public API of the libraries, as text beside this file: a change of the contract is seen in the diff, or fails here.</summary>
[Trait("Category", "TierIndependent")]
public sealed class PublicApiTests
{
    internal const string UpdateVariable = "LEAKSCAN_UPDATE_SNAPSHOTS";

    [Theory]
    [InlineData("LeakScan")]
    [InlineData("LeakScan.Sources")]
    public void ThePublicApiIsTheApprovedOne(string library)
    {
        string approvedFile = Path.Combine(Repository.Root, "tests", "LeakScan.Tests", $"PublicApi.{library}.txt");
        string[] actual = [.. Assembly.Load(library).GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')];
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1") File.WriteAllText(approvedFile, string.Join('\n', actual) + "\n");
        string[] approved = File.Exists(approvedFile) ? File.ReadAllText(approvedFile).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n') : [];
        int same = approved.Zip(actual).TakeWhile(lines => lines.First == lines.Second).Count();
        string[] gone = [.. approved.Except(actual).Select(l => "- " + l)], come = [.. actual.Except(approved).Select(l => "+ " + l)];
        Assert.True(approved.SequenceEqual(actual), $"""
            The public API of {library} is not that of {Path.GetRelativePath(Repository.Root, approvedFile)}, from line {same + 1} on:
            {string.Join('\n', [.. gone, .. come])}
            If that is meant, say so in CHANGELOG.md and run: {UpdateVariable}=1 dotnet test tests/LeakScan.Tests --filter {nameof(PublicApiTests)}
            """);
    }
}
