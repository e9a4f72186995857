namespace LeakScan.Tests;

public sealed class IndexKeyTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("leakscan-").FullName;

    [Fact]
    public void ManyWhoFindNoKeyMakeOne()
    {
        for (int round = 0; round < 60; round++)
        {
            string path = Path.Combine(_folder, "sub", "key");
            string[] ids = new string[8];
            using Barrier barrier = new(ids.Length);
            Thread[] threads = [.. Enumerable.Range(0, ids.Length).Select(i => new Thread(() =>
            {
                barrier.SignalAndWait();
                ids[i] = IndexKey.LoadOrCreate(path).Id;
            }))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            Assert.Equal(IndexKey.Load(path).Id, Assert.Single(ids.Distinct()));
            Assert.Equal([path], Directory.GetFiles(Path.Combine(_folder, "sub")));
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            File.Delete(path);
        }
    }

    [Fact]
    public void AnotherLengthIsAnErrorThatNamesTheFile()
    {
        string path = Path.Combine(_folder, "short");
        File.WriteAllBytes(path, new byte[31]);
        Assert.Equal($"{path}: a key file has 32 bytes, this one has 31", Assert.Throws<IndexException>(() => IndexKey.Load(path)).Message);
        Assert.Throws<ArgumentException>(() => IndexKey.FromBytes(new byte[33]));
    }

    [Fact]
    public void TheIdIsFrozenAndTellsKeysApart()
    {
        Assert.Equal("5766f0a8398e9a2bf122477bf879e755", IndexKey.FromBytes(new byte[32]).Id);
        Assert.NotEqual(IndexKey.Generate().Id, IndexKey.Generate().Id);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
