using System.Formats.Tar;
using System.IO.Compression;

namespace LeakScan.Sources.Files;

/// <summary>A file in an archive.</summary>
/// <param name="Path">Its path there, with <c>/</c>.</param>
/// <param name="Bytes">Its bytes, to be read before the next entry is asked for.</param>
readonly record struct ArchiveEntry(string Path, Stream Bytes);

/// <summary>The files in a .zip, or in a .tar, which may be compressed.</summary>
static class Archive
{
    static readonly string[] s_tars = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"];

    /// <summary>Whether a file is an archive: a .zip of whatever name by its first bytes, a .tar by its name.</summary>
    internal static bool Is(string path)
    {
        if (path == TextSource.StandardInput || !File.Exists(path)) return false;
        if (IsTar(path)) return true;
        try
        {
            Span<byte> head = stackalloc byte[4];
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return file.CanSeek && file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("PK\x3\x4"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // whoever opens it next says why
        }
    }

    static bool IsTar(string path) => Array.Exists(s_tars, end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    /// <summary>Opens the files of an archive one after the other: of a .zip in the ordinal order of their paths, of a .tar as they come. Links, folders and devices are passed over.</summary>
    /// <exception cref="IOException">It cannot be read on.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or no archive.</exception>
    internal static IEnumerable<ArchiveEntry> Entries(string path) => IsTar(path) ? EntriesOfTar(path) : EntriesOfZip(path);

    static IEnumerable<ArchiveEntry> EntriesOfZip(string path)
    {
        using FileStream file = Open(path);
        using ZipArchive zip = new(file, ZipArchiveMode.Read);
        foreach (ZipArchiveEntry entry in zip.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
        {
            if (entry.FullName.EndsWith('/') || entry.FullName.EndsWith('\\')) continue;
            using Stream bytes = entry.Open();
            yield return new(entry.FullName.Replace('\\', '/'), bytes);
        }
    }

    static IEnumerable<ArchiveEntry> EntriesOfTar(string path)
    {
        using FileStream file = Open(path);
        using Stream bytes = path.EndsWith("gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress)
            : path.EndsWith("zst", StringComparison.OrdinalIgnoreCase) ? TextSource.OpenZstd(file)
            : file;
        // Of what can be sought in, TarReader takes any end between two files for that of the archive, and nobody would miss the others.
        using ForwardStream forward = new(bytes);
        using TarReader tar = new(forward);
        while (tar.GetNextEntry() is TarEntry entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile && entry.DataStream is Stream data) yield return new(entry.Name, data);
        }
    }

    static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024, FileOptions.SequentialScan);

    sealed class ForwardStream(Stream inner) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer) => inner.Read(buffer);
    }
}
