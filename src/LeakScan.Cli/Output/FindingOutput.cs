using Microsoft.Win32.SafeHandles;

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

    /// <summary>Refuses a file that cannot be written, or that would replace what is read.</summary>
    internal static void Validate(string path, IEnumerable<string?> read)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new UserException($"{path}: is a folder; --output is a file");
        if (!Directory.Exists(Path.GetDirectoryName(full))) throw new UserException($"{path}: there is no folder {Path.GetDirectoryName(full)}");
        RefuseToReplace("--output", path, read);
    }

    /// <summary>Refuses a file that would replace one that is needed.</summary>
    internal static void RefuseToReplace(string option, string path, IEnumerable<string?> read)
    {
        string full = Path.GetFullPath(path);
        bool isThere = File.Exists(full) && !IsDevice(path);
        foreach (string? input in read)
        {
            if (string.IsNullOrEmpty(input) || input == "-") continue;
            if (Path.GetFullPath(input) == full) throw new UserException($"{option} {path} would replace what is read");
            if (isThere && IsWithin(full, input) && !IsOurs(full)) throw new UserException($"{option} {path} would replace a file in {input}, which is read: remove it first, or write elsewhere");
        }
    }

    /// <summary>Whether a file is below a folder.</summary>
    internal static bool IsWithin(string path, string folder) =>
        folder != "-" && Directory.Exists(folder) && !Path.GetRelativePath(folder, path).StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(Path.GetRelativePath(folder, path));

    /// <summary>Whether a file is what an earlier run wrote: an index, findings, or nothing.</summary>
    static bool IsOurs(string path)
    {
        if (new FileInfo(path).Length == 0) return true; // a pipe, too, which would not be read to its end
        Span<byte> head = stackalloc byte[512];
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        return head.StartsWith("LEAKSCAN"u8) || head.StartsWith("{\"schema\":\"leakscan."u8) || head.IndexOf("\"name\":\"leakscan\""u8) >= 0
            || head.StartsWith("block  "u8) || head.StartsWith("warn  "u8) || head.StartsWith("allow  "u8);
    }

    internal static FindingOutput ToStandardOutput() => new StandardOutput(OpenStandardOutput());

    internal static FindingOutput ToFile(string path) => IsDevice(path) && Path.GetFullPath(path) is "/dev/stdout" or "/dev/fd/1" ? ToStandardOutput() : IsDevice(path)
        ? new StandardOutput(new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        : new CompleteFile(path, $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp", keepOnDispose: false, length: 0);

    /// <summary>/dev/null, /dev/stdout, a shell's >(command): nothing to be replaced by a file. /dev/shm holds files.</summary>
    internal static bool IsDevice(string path) => !OperatingSystem.IsWindows()
        && Path.GetFullPath(path) is string full && full.StartsWith("/dev/", StringComparison.Ordinal) && !full.StartsWith("/dev/shm/", StringComparison.Ordinal);

    /// <summary>Whether writing failed because whoever read has gone. Anything else, a full disk say, is a failure.</summary>
    internal static bool IsBrokenPipe(IOException exception) => exception.HResult is BrokenPipeUnix or BrokenPipeWindows or PipeClosingWindows;

    const int BrokenPipeUnix = 32;
    const int BrokenPipeWindows = unchecked((int)0x8007006D);
    const int PipeClosingWindows = unchecked((int)0x800700E8);

    /// <summary>A file that stays as FILE.part when the work is interrupted, to be gone on with.</summary>
    internal static FindingOutput ToResumableFile(string path, long length) => new CompleteFile(path, path + ".part", keepOnDispose: true, length);

    // The console's own stream says nothing when the reader of a pipe has gone, and the scan would go on for nobody.
    static Stream OpenStandardOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected) return Console.OpenStandardOutput();
        FileStream direct = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        // Not for files: a FileStream counts its position itself, and would write over what others write to the same redirection.
        return direct.CanSeek ? Console.OpenStandardOutput() : direct;
    }

    sealed class StandardOutput(Stream output) : FindingOutput
    {
        internal override bool IsPipe => true;

        internal override Stream Stream { get; } = new BufferedStream(output, 64 * 1024);

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
            try
            {
                _file = new FileStream(temporary, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 64 * 1024);
            }
            catch (UnauthorizedAccessException)
            {
                throw new UserException($"{path}: no file may be made in its folder, where it is written until it is complete");
            }
            if (_file.Length < length)
            {
                _file.Dispose();
                throw new UserException($"{temporary}: is shorter than the file of --resume says: remove both to begin anew");
            }
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
            try
            {
                _file.Dispose(); // which writes what is left, and may find the disk full once more
            }
            finally
            {
                if (!_committed && !_keepOnDispose) File.Delete(_temporary);
            }
        }
    }
}
