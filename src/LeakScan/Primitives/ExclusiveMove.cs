using System.Runtime.InteropServices;

namespace LeakScan.Primitives;

/// <summary>Gives a file its name unless another file has it: of several processes that try at once, one succeeds.</summary>
// File.Move without overwriting does not do that on Unix: it looks whether the name is taken, and then renames regardless.
static partial class ExclusiveMove
{
    const int AlreadyExists = 17; // EEXIST, on Linux as on macOS and the BSDs

    /// <summary>Moves a file within a folder.</summary>
    /// <exception cref="IOException">The name is taken, or the file cannot be moved.</exception>
    internal static void Move(string source, string destination)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(source, destination) == 0)
            {
                File.Delete(source);
                return;
            }
            if (Marshal.GetLastPInvokeError() == AlreadyExists) throw new IOException($"{destination}: there is such a file already");
            // Some file systems have no second names for a file: the next best is what follows, and its error is the one to tell.
        }
        File.Move(source, destination, overwrite: false);
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string source, string destination);
}
