using LeakScan.Primitives;

namespace LeakScan.Tests.Primitives;

[Trait("Category", "TierIndependent")]
public sealed class ExclusiveMoveTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("leakscan-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OneOfSeveralSucceeds()
    {
        const int Movers = 3;
        for (int round = 0; round < 1000; round++)
        {
            string destination = Path.Combine(_folder, "name");
            List<string> winners = [];
            using Barrier barrier = new(Movers);
            Thread[] threads = [.. Enumerable.Range(0, Movers).Select(i => new Thread(() =>
            {
                string source = $"{destination}.{i}";
                File.WriteAllText(source, source);
                barrier.SignalAndWait();
                try
                {
                    ExclusiveMove.Move(source, destination);
                    lock (winners) winners.Add(source);
                }
                catch (IOException)
                {
                    File.Delete(source);
                }
            }))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            Assert.Equal(Assert.Single(winners), File.ReadAllText(destination));
            Assert.Equal([destination], Directory.GetFiles(_folder));
            File.Delete(destination);
        }
    }

    [Fact]
    public void WhatCannotBeMovedIsAnError()
    {
        Assert.Throws<FileNotFoundException>(() => ExclusiveMove.Move(Path.Combine(_folder, "none"), Path.Combine(_folder, "name")));
        File.WriteAllText(Path.Combine(_folder, "one"), "");
        Assert.Throws<DirectoryNotFoundException>(() => ExclusiveMove.Move(Path.Combine(_folder, "one"), Path.Combine(_folder, "none", "name")));
        File.WriteAllText(Path.Combine(_folder, "täken"), "kept");
        Assert.Contains("täken", Assert.Throws<IOException>(() => ExclusiveMove.Move(Path.Combine(_folder, "one"), Path.Combine(_folder, "täken"))).Message, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(Path.Combine(_folder, "täken")));
    }
}
