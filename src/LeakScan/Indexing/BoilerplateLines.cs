namespace LeakScan.Indexing;

/// <summary>Finds the lines of a document that say nothing of whose it is: its licence header and its imports.</summary>
// Every file of a project begins with the same header, and projects that use the same libraries have the same import blocks.
// Neither is a leak, however exactly it matches, so their k-grams are not indexed. What a line is, is told by how it begins;
// languages are not told apart, since no line of one is an import in another by accident that matters.
static class BoilerplateLines
{
    /// <summary>A header is looked for in this many bytes at the beginning of a document.</summary>
    const int HeaderBytes = 8 * 1024;

    static ReadOnlySpan<byte> Blank => " \t\r\n\f\v\uFEFF"u8;

    /// <summary>Finds each run of such lines: numbers from 0, the end exclusive.</summary>
    internal static void Find(ReadOnlySpan<byte> text, List<(int Start, int End)> ranges)
    {
        ranges.Clear();
        int at = HeaderEnd(text, out int number);
        if (at > 0) ranges.Add((0, number));
        bool inList = false;
        while (at < text.Length)
        {
            int length = text[at..].IndexOf((byte)'\n');
            int end = length < 0 ? text.Length : at + length + 1;
            ReadOnlySpan<byte> line = text[at..end].Trim(Blank);
            // A list of names that one takes from one's own modules can be telling, and stays; Go's list of packages does not.
            if (inList || IsImport(line)) Add(ranges, number);
            inList = inList ? !line.StartsWith(")"u8) : line.SequenceEqual("import ("u8);
            at = end;
            number++;
        }
    }

    static void Add(List<(int Start, int End)> ranges, int line)
    {
        if (ranges.Count > 0 && ranges[^1].End == line) ranges[^1] = (ranges[^1].Start, line + 1);
        else ranges.Add((line, line + 1));
    }

    static bool IsImport(ReadOnlySpan<byte> line)
    {
        if (line.EndsWith("{"u8) || line.EndsWith("("u8) && !line.SequenceEqual("import ("u8)) return false;
        if (line.StartsWith("import "u8)) return true;
        if (line.StartsWith("from "u8)) return line.IndexOf(" import"u8) > 0;
        if (line.StartsWith("#"u8)) return line[1..].TrimStart(Blank).StartsWith("include"u8);
        if (line.StartsWith("using "u8)) return line.EndsWith(";"u8) && !line.Contains((byte)'(') && (!line.Contains((byte)'=') || line.IndexOf(" = "u8) < 40);
        if (line.StartsWith("global using "u8)) return true;
        if (line.StartsWith("use "u8) || line.StartsWith("pub use "u8)) return line.IndexOf("::"u8) > 0 || line.EndsWith(";"u8);
        if (line.StartsWith("extern crate "u8) || line.StartsWith("package "u8)) return true;
        if (line.StartsWith("export * from "u8)) return true;
        if (line.StartsWith("mod "u8) || line.StartsWith("pub mod "u8)) return line.EndsWith(";"u8);
        if (line.StartsWith("const "u8) || line.StartsWith("let "u8) || line.StartsWith("var "u8)) return line.IndexOf("= require("u8) > 0;
        return line.StartsWith("export {"u8) && line.IndexOf("} from "u8) > 0;
    }

    /// <summary>Where the comment ends that a document begins with, if it speaks of rights; else 0.</summary>
    static int HeaderEnd(ReadOnlySpan<byte> text, out int lines)
    {
        lines = 0;
        int number = 0;
        int limit = Math.Min(text.Length, HeaderBytes);
        int at = 0, commentEnd = 0;
        bool inBlock = false, speaksOfRights = false;
        ReadOnlySpan<byte> blockEnd = default;
        while (at < limit)
        {
            int length = text[at..].IndexOf((byte)'\n');
            int end = length < 0 ? text.Length : at + length + 1;
            ReadOnlySpan<byte> line = text[at..end].Trim(Blank);
            if (!inBlock)
            {
                if (line.IsEmpty || line.StartsWith("#!"u8) || line.StartsWith("<?"u8))
                {
                    // A blank line ends a header that has been seen, and is skipped before one.
                    if (line.IsEmpty && speaksOfRights) break;
                    at = end;
                    number++;
                    continue;
                }
                if (line.StartsWith("/*"u8)) blockEnd = "*/"u8;
                else if (line.StartsWith("<!--"u8)) blockEnd = "-->"u8;
                else if (line.StartsWith("\"\"\""u8)) blockEnd = "\"\"\""u8;
                else if (line.StartsWith("//"u8) || line.StartsWith("#"u8) || line.StartsWith("--"u8) || line.StartsWith(";"u8) || line.StartsWith("%"u8)) blockEnd = default;
                else break;
                inBlock = !blockEnd.IsEmpty && line[Math.Min(2, line.Length)..].IndexOf(blockEnd) < 0;
                if (line.StartsWith("#"u8) && IsImport(line)) break;
            }
            else if (line.IndexOf(blockEnd) >= 0)
            {
                inBlock = false;
            }
            speaksOfRights |= SpeaksOfRights(line);
            commentEnd = at = end;
            lines = ++number;
        }
        if (!speaksOfRights) lines = 0;
        return speaksOfRights ? commentEnd : 0;
    }

    static bool SpeaksOfRights(ReadOnlySpan<byte> line)
    {
        Span<byte> lower = stackalloc byte[Math.Min(line.Length, 256)];
        for (int i = 0; i < lower.Length; i++) lower[i] = (byte)(line[i] | ((uint)(line[i] - 'A') < 26 ? 0x20 : 0));
        return lower.IndexOf("copyright"u8) >= 0 || lower.IndexOf("licen"u8) >= 0 || lower.IndexOf("spdx"u8) >= 0
            || lower.IndexOf("all rights reserved"u8) >= 0 || lower.IndexOf("confidential"u8) >= 0;
    }
}
