namespace LeakScan.Cli.Output;

/// <summary>Where findings go: standard output, or a file that appears under its name when it is complete.</summary>
abstract class FindingOutput : IDisposable
{
    internal abstract Stream Stream { get; }

    internal virtual bool IsPipe => false;

    /// <summary>Bytes that are safely there.</summary>
    internal abstract long Flush();

    /// <summary>Everything was written.</summary>
    internal abstract void Commit();

    public abstract void Dispose();

    internal static FindingOutput ToStandardOutput() => new StandardOutput();

    internal static FindingOutput ToFile(string path) => new CompleteFile(path, $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp", keepOnDispose: false, length: 0);

    /// <summary>A file that stays as FILE.part when the work is interrupted, to be gone on with.</summary>
    internal static FindingOutput ToResumableFile(string path, long length) => new CompleteFile(path, path + ".part", keepOnDispose: true, length);

    sealed class StandardOutput : FindingOutput
    {
        internal override bool IsPipe => true;

        internal override Stream Stream { get; } = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);

        internal override long Flush()
        {
            Stream.Flush();
            return 0;
        }

        internal override void Commit() => Stream.Flush();

        public override void Dispose()
        {
        }
    }

    sealed class CompleteFile : FindingOutput
    {
        readonly string _path;
        readonly string _temporary;
        readonly bool _keepOnDispose;
        readonly FileStream _file;
        bool _committed;

        internal CompleteFile(string path, string temporary, bool keepOnDispose, long length)
        {
            (_path, _temporary, _keepOnDispose) = (path, temporary, keepOnDispose);
            _file = new FileStream(temporary, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 64 * 1024);
            _file.SetLength(length);
            _file.Position = length;
        }

        internal override Stream Stream => _file;

        internal override long Flush()
        {
            _file.Flush(flushToDisk: true);
            return _file.Position;
        }

        internal override void Commit()
        {
            _file.Flush(flushToDisk: true);
            _file.Dispose();
            File.Move(_temporary, _path, overwrite: true);
            _committed = true;
        }

        public override void Dispose()
        {
            _file.Dispose();
            if (!_committed && !_keepOnDispose) File.Delete(_temporary);
        }
    }
}

/// <summary>Whoever read standard output has gone: nothing to report, nothing more to do.</summary>
sealed class BrokenPipeException : Exception;
