using System.Buffers;
using System.Diagnostics;
using System.IO.Enumeration;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace LeakScan.Cli.Outgoing;

/// <summary>Gathers what would leave with one event: strings of the message, and files that the tool would read or print.</summary>
sealed class OutgoingTexts
{
    const int MaxFileBytes = 64 << 20;
    const int MaxFolderBytes = 256 << 20;
    const int MaxFiles = 256;
    const int MaxDecodedBytes = 8 << 20;
    const int MaxSearchedBytes = 16 << 20;
    const int LongKey = 32;

    readonly List<OutgoingText> _texts = [];
    readonly List<OutgoingText> _named = [];
    int _files;
    int _roomToDecode = MaxDecodedBytes;

    internal IReadOnlyList<OutgoingText> All => _texts;

    /// <summary>Files that an undecidable command names: it may print them or not.</summary>
    internal IReadOnlyList<OutgoingText> Named => _named;

    /// <summary>So long it is looked through folders that a command may print: the answer must not come too late for that.</summary>
    internal TimeSpan SearchTime { get; set; } = TimeSpan.FromSeconds(0.3);

    /// <summary>Why it cannot be told what a command or a tool prints; null if it can.</summary>
    internal string? Undecidable { get; private set; }

    internal void Add(string what, string text) => _texts.Add(new(what, Encoding.UTF8.GetBytes(text)));

    internal void Add(string what, ReadOnlyMemory<byte> utf8) => _texts.Add(new(what, utf8));

    /// <summary>Adds all strings of a value as one text: a document that is cut into fields is still one document.</summary>
    /// <returns>The text.</returns>
    internal ReadOnlyMemory<byte> AddStrings(string what, JsonElement value, params ReadOnlySpan<string> except)
    {
        ArrayBufferWriter<byte> text = new();
        Append(text, value, except);
        if (text.WrittenCount > 0) AddDecoded(what, text.WrittenMemory);
        return text.WrittenMemory;
    }

    /// <summary>Adds a text, and as another one what stands in it in base64.</summary>
    internal void AddDecoded(string what, ReadOnlyMemory<byte> utf8)
    {
        _texts.Add(new(what, utf8));
        foreach (byte[] decoded in EncodedText.AllIn(utf8)) _texts.Add(new(what, decoded));
    }

    /// <summary>Adds the text of a file, and as another one what stands in it in base64, as far as there is time for that.</summary>
    internal void AddFileText(string what, ReadOnlyMemory<byte> utf8)
    {
        _texts.Add(new(what, utf8));
        foreach (byte[] decoded in EncodedText.AllIn(utf8[..Math.Min(utf8.Length, _roomToDecode)]))
        {
            _texts.Add(new(what, decoded));
            _roomToDecode = Math.Max(0, _roomToDecode - decoded.Length);
        }
    }

    /// <summary>Adds the name of a value, if it may be text itself.</summary>
    internal void AddName(string what, string name)
    {
        if (name.Length >= LongKey) Add(what, name);
    }

    static void Append(ArrayBufferWriter<byte> text, JsonElement value, ReadOnlySpan<string> except)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                Append(text, TextOf(value));
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray()) Append(text, item, except);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    if (except.Contains(NameOf(property))) continue;
                    if (NameOf(property).Length >= LongKey) Append(text, NameOf(property));
                    Append(text, property.Value, except);
                }
                break;
        }
    }

    static void Append(ArrayBufferWriter<byte> text, string value)
    {
        Encoding.UTF8.GetBytes(value, text);
        text.Write("\n"u8);
    }

    /// <summary>The text of a JSON string. One with half of a surrogate pair stays escaped, which a scan sees through.</summary>
    internal static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));
        }
    }

    internal static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(property));
        }
    }

    /// <summary>Adds a prompt and the files that it mentions as @path, which the tool would put in.</summary>
    internal void AddPrompt(string prompt, string folder)
    {
        AddDecoded("the prompt", Encoding.UTF8.GetBytes(prompt));
        foreach ((string path, LineRange lines) in Mentions.Of(prompt, p => File.Exists(FullPath(p, folder)), p => Directory.Exists(FullPath(p, folder)))) AddFile(path, folder, lines, ", which the prompt mentions");
    }

    /// <summary>Adds a file; nothing if there is none of that name.</summary>
    /// <exception cref="UnreadableException">It is there and cannot be read.</exception>
    internal void AddFile(string path, string folder, LineRange lines, string role = "")
    {
        if (ReadFile(path, folder, out bool isCut) is not ReadOnlyMemory<byte> text) return;
        if (isCut && !lines.EndsWithin(text)) throw TooLong(path, folder);
        AddFileText($"the file {Short(path, folder)}{role}", lines.Of(text));
    }

    /// <summary>Adds a file that may or may not be read; nothing if there is none of that name, or there is no text in it.</summary>
    internal void AddTextFile(string path, string folder, string role)
    {
        string full = FullPath(path, folder);
        if (File.Exists(full) && LengthOfText(full) is not null) AddFile(path, folder, LineRange.All, role);
    }

    /// <summary>It cannot be told what is printed.</summary>
    internal void CannotTell(string why) => Undecidable ??= why;

    /// <summary>Adds a file, or all files below a folder.</summary>
    internal void AddFileOrFolder(string path, string folder, string role = "")
    {
        string full = FullPath(path, folder);
        if (!Directory.Exists(full))
        {
            AddFile(path, folder, LineRange.All, role);
            return;
        }
        long bytes = 0;
        foreach (string file in FilesBelow(full))
        {
            if (LengthOfText(file) is not long length) continue;
            bytes += length;
            if (bytes > MaxFolderBytes) throw new UnreadableException(FormattableString.Invariant($"{Short(path, folder)}: a folder of more than the {MaxFolderBytes} bytes that are looked through in time"));
            _files = 0;
            AddFile(file, folder, LineRange.All, role);
        }
    }

    /// <summary>All files below a folder but git's own.</summary>
    // Links to files are read as what they lead to; those to folders are not followed, which could lead around.
    static FileSystemEnumerable<string> FilesBelow(string folder) => new(folder, (ref entry) => entry.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
    {
        ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
        ShouldRecursePredicate = (ref entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0 && !(entry.FileName is ".git" && entry.Directory.Length == entry.RootDirectory.Length),
    };

    /// <summary>What a link leads to in the end; null if it leads around.</summary>
    static FileSystemInfo? Target(FileInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The length of a file, or null if it is none, or one of the programs and data of which a folder may be full: zeros in each part of it, and not as in UTF-16.</summary>
    static long? LengthOfText(string path)
    {
        try
        {
            FileInfo info = new(path);
            if (info.LinkTarget is not null)
            {
                // What leads nowhere, around, to a folder, or to a pipe or a device, which might never end.
                if (Target(info) is not FileInfo { Exists: true, Length: > 0 } target) return null;
                info = target;
            }
            if (!info.Exists) throw new UnreadableException("a folder has a file whose name is not UTF-8, and which cannot be read");
            if (info.Length == 0) return 0; // a pipe, too
            using FileStream file = new(info.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Span<byte> part = stackalloc byte[4096];
            foreach (int eighth in (ReadOnlySpan<int>)[0, 3, 6])
            {
                file.Position = file.Length / 8 * eighth & ~1L;
                ReadOnlySpan<byte> read = part[..file.ReadAtLeast(part, part.Length, throwOnEndOfStream: false)];
                int even = 0;
                for (int i = 0; i < read.Length; i += 2) even += read[i] == 0 ? 1 : 0;
                int zeros = read.Count((byte)0);
                if (zeros <= read.Length / 64 || even <= zeros / 8 || even >= zeros - zeros / 8) return file.Length;
            }
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // whoever reads it says why it cannot be
        }
    }

    /// <summary>Adds what a command would print of files, as far as that can be told.</summary>
    /// <param name="command">The command, for a shell.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="withNamed">Whether to look at the files that an undecidable command names.</param>
    internal void AddCommand(string command, string folder, bool withNamed)
    {
        ShellCommand shell = new(this, folder, withNamed);
        shell.Run(command);
        Undecidable = shell.Undecidable;
        if (Undecidable is null || !withNamed) return;
        HashSet<string> seen = [];
        long room = MaxFileBytes;
        foreach (string name in shell.Names)
        {
            foreach (string at in shell.Folders)
            {
                if (_files >= MaxFiles) break;
                string full = FullPath(name, at);
                if (!seen.Add(full)) continue;
                // Only what can be read at once: these files are looked at to say more, not to decide.
                if (!File.Exists(full) || new FileInfo(full).Length is var length && (length == 0 || length > room)) continue;
                room -= length;
                if (ReadFile(name, at) is ReadOnlyMemory<byte> text) _named.Add(new($"the file {Short(name, at)}", text));
            }
        }
        room = Math.Min(room, MaxSearchedBytes);
        Stopwatch watch = Stopwatch.StartNew();
        HashSet<(string, SearchedLines?)> searched = [];
        foreach (FolderSearch search in shell.Searches)
        {
            foreach (string file in File.Exists(search.Place) ? [search.Place] : FilesBelow(search.Place).AsEnumerable())
            {
                if (room <= 0 || watch.Elapsed > SearchTime) return;
                if (search.Name is string name && !FilePatterns.Matches(name, Path.GetFileName(file)) || seen.Contains(file) || !searched.Add((file, search.Lines))) continue;
                if (TextBelow(file, ref room) is not ReadOnlyMemory<byte> text || (search.Lines?.Of(text) ?? text) is not { Length: > 0 } printed) continue;
                _named.Add(new($"the file {Short(file, folder)}", printed));
            }
        }
    }

    /// <summary>The text of a file in a folder that a command may print; null if there is none, no room for it, or it cannot be read.</summary>
    ReadOnlyMemory<byte>? TextBelow(string file, ref long room)
    {
        try
        {
            if (LengthOfText(file) is not (long length and > 0) || length > room) return null;
            room -= length;
            _files = 0;
            return ReadFile(file, "");
        }
        catch (UnreadableException)
        {
            return null; // nor can the command
        }
    }

    /// <summary>The text of a file in UTF-8; null if there is none of that name.</summary>
    internal ReadOnlyMemory<byte>? ReadFile(string path, string folder)
    {
        ReadOnlyMemory<byte>? text = ReadFile(path, folder, out bool isCut);
        return isCut ? throw TooLong(path, folder) : text;
    }

    static UnreadableException TooLong(string path, string folder) => new(FormattableString.Invariant($"{Short(path, folder)}: more than the {MaxFileBytes} bytes that are looked through in time"));

    /// <summary>The same.</summary>
    /// <param name="path">The file.</param>
    /// <param name="folder">Where it is looked for.</param>
    /// <param name="isCut">Whether there is more of it than is looked through in time.</param>
    internal ReadOnlyMemory<byte>? ReadFile(string path, string folder, out bool isCut)
    {
        isCut = false;
        string full = FullPath(path, folder);
        if (full.Length == 0 || !File.Exists(full)) return null;
        FileInfo info = new(full);
        if ((info.LinkTarget is null ? info : Target(info) as FileInfo) is null or { Length: 0 }) return ReadOnlyMemory<byte>.Empty; // a pipe or a terminal, too, which might never end
        if (++_files > MaxFiles) throw new UnreadableException(FormattableString.Invariant($"more than {MaxFiles} files at once"));
        try
        {
            using FileStream file = new(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            byte[] bytes = new byte[Math.Min(file.CanSeek ? file.Length : 0, MaxFileBytes) + 1];
            int length = 0;
            for (int read; !isCut && (read = file.Read(bytes.AsSpan(length))) > 0;)
            {
                length += read;
                isCut = length > MaxFileBytes;
                if (isCut) length = MaxFileBytes;
                else if (length == bytes.Length) Array.Resize(ref bytes, Math.Max(4096, Math.Min(2 * length, MaxFileBytes + 1)));
            }
            return bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
                ? Encoding.Convert(bytes[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode, Encoding.UTF8, bytes, 0, length)
                : bytes.AsMemory(0, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableException($"{Short(path, folder)}: cannot be read ({e.GetType().Name})");
        }
    }

    /// <summary>Empty if the path is none.</summary>
    internal static string FullPath(string path, string folder)
    {
        try
        {
            if (path.Length == 0 || path.Contains('\0')) return "";
            if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
                path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify) + path[1..];
            else if (path.StartsWith("file:///", StringComparison.Ordinal) || path.StartsWith("file://localhost/", StringComparison.Ordinal))
                path = Uri.UnescapeDataString(path[path.IndexOf('/', "file://".Length)..]);
            else if (path.StartsWith("file:/", StringComparison.Ordinal) && !path.StartsWith("file://", StringComparison.Ordinal)) path = Uri.UnescapeDataString(path["file:".Length..]);
            return Path.GetFullPath(path, folder.Length > 0 && Path.IsPathFullyQualified(folder) && !folder.Contains('\0') ? folder : Environment.CurrentDirectory);
        }
        catch (Exception e) when (e is ArgumentException or IOException or NotSupportedException)
        {
            return "";
        }
    }

    static string Short(string path, string folder)
    {
        const int MaxShown = 200;
        string shown = folder.Length > 1 && path.StartsWith(folder + "/", StringComparison.Ordinal) ? path[(folder.Length + 1)..] : path;
        return Output.Diagnostics.Printable(shown.Length <= MaxShown ? shown : "..." + shown[^MaxShown..]);
    }
}
