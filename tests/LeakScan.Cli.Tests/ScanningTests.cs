using System.Text;
using LeakScan.Cli.Output;
using LeakScan.Sources;

namespace LeakScan.Cli.Tests;

public sealed class ScanningTests : IDisposable
{
    static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    readonly string _file = Path.GetTempFileName();
    readonly ManualResetEventSlim _interrupted = new();

    sealed class FullDisk : FindingOutput
    {
        sealed class FullStream : MemoryStream
        {
            public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");
        }

        internal override Stream Stream { get; } = new FullStream();

        internal override long Flush() => 0;

        internal override void Commit()
        {
        }

        public override void Dispose() => Stream.Dispose();
    }

    sealed class WriterThatWaits(ManualResetEventSlim signal) : FindingWriter
    {
        internal override int Write(Stream output, in RecordFinding finding)
        {
            Assert.True(signal.Wait(s_limit));
            output.WriteByte((byte)'.');
            return 0;
        }

        internal override string FormatCount(int count) => "";
    }

    IEnumerable<InputRecord> FirstThenInterrupt(IEnumerable<InputRecord> records)
    {
        foreach (InputRecord record in records) yield return record;
        _interrupted.Set();
        throw new OperationCanceledException();
    }

    // One thread has a finding to write when the other learns of the interruption.
    [Fact]
    public void AFailureWhileAnInterruptionEndsTheScanIsTold()
    {
        string secret = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"value{i * 7919 % 1009}"));
        using FingerprintIndexBuilder builder = new(IndexKey.Generate());
        builder.AddDocument("secret.txt", "secret", Encoding.UTF8.GetBytes(secret));
        using FingerprintIndex index = builder.Build();
        // A whole batch, so that the other thread reads on while the first waits to write.
        File.WriteAllLines(_file, Enumerable.Repeat($"{{\"text\":\"{secret}\"}}", 512));
        InputReader reader = new();
        using FullDisk output = new();
        Scanning scanning = new(index, new ScanOptions(), new WriterThatWaits(_interrupted), output, new ScanSummary(), threads: 2, flushAlways: false, isResumable: false, _ => { });
        IOException failure = Assert.Throws<IOException>(() => scanning.Run(FirstThenInterrupt(reader.Read(_file)), 0, () => { }, CancellationToken.None));
        Assert.Equal("No space left on device", failure.Message);
        Assert.True(_interrupted.IsSet);
    }

    public void Dispose()
    {
        _interrupted.Dispose();
        File.Delete(_file);
    }
}
