using System.Buffers;

namespace LeakScan.Indexing;

/// <summary>Finds the lines of a document that say nothing of whose it is: its licence header, its imports, and frames of stack traces.</summary>
// Every file of a project begins with the same header, and projects that use the same libraries have the same import blocks.
// Programs that fail in the same library print the same frames. None is a leak, however exactly it matches, so their k-grams are not indexed. What a line is, is told by how it begins;
// languages are not told apart, since no line of one is an import in another by accident that matters.
static class BoilerplateLines
{
    /// <summary>A header is looked for in this many bytes at the beginning of a document.</summary>
    const int HeaderBytes = 8 * 1024;

    /// <summary>A line beyond this is a program that has been put on one line, or prose: no import.</summary>
    const int MaxImportBytes = 256;

    /// <summary>Of a line of a header so much is looked at.</summary>
    const int MaxComparedBytes = 256;

    /// <summary>Words of one name that is imported, in whatever language; more are prose.</summary>
    const int MaxImportWords = 4;

    /// <summary>Lines of a licence that follow each other and none of which speaks of rights; more are text of the author's.</summary>
    const int MaxLinesOfRights = 20;

    static readonly SearchValues<byte> s_blanks = SearchValues.Create(" \t\r\n\f\v\uFEFF"u8);

    /// <summary>What names that are imported end at.</summary>
    static readonly SearchValues<byte> s_nameEnds = SearchValues.Create("\"'`({[</#;"u8);

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
            if (!inList && !MayBeImport(text[at..end]))
            {
                at = end;
                number++;
                continue;
            }
            ReadOnlySpan<byte> line = text[at..end].Trim(Blank);
            inList = inList && IsListed(line);
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

    /// <summary>Whether a line may stand within Go's <c>import (...)</c>: a path, perhaps named, or a comment. Other code ends the list, closed or not.</summary>
    static bool IsListed(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] == ')' || line.StartsWith("//"u8) || line.StartsWith("/*"u8) || line[0] == '*') return line.Length <= MaxImportBytes;
        int name = 0;
        while (name < line.Length && (char.IsAsciiLetterOrDigit((char)line[name]) || line[name] is (byte)'_' or (byte)'.' or >= 0x80)) name++;
        line = line[name..].TrimStart(Blank);
        return line.Length <= MaxImportBytes && !line.IsEmpty && line[0] is (byte)'"' or (byte)'`';
    }

    /// <summary>Whether the first visible byte of a line is one that an import begins with: false for most lines, at once.</summary>
    static bool MayBeImport(ReadOnlySpan<byte> line)
    {
        const uint Starts = 1 << 'a' - 'a' | 1 << 'c' - 'a' | 1 << 'e' - 'a' | 1 << 'f' - 'a' | 1 << 'g' - 'a' | 1 << 'i' - 'a' | 1 << 'l' - 'a' | 1 << 'm' - 'a' | 1 << 'p' - 'a' | 1 << 'u' - 'a' | 1 << 'v' - 'a';
        foreach (byte value in line)
        {
            if (value <= ' ') continue;
            uint letter = (uint)value - 'a';
            return letter < 26 ? (Starts >> (int)letter & 1) != 0 : value is (byte)'#' or (byte)'F' or >= 0x80;
        }
        return false;
    }

    /// <summary>Whether a line without the blanks around it is an import; what it may begin with, <see cref="MayBeImport"/> knows.</summary>
    static bool IsImport(ReadOnlySpan<byte> line)
    {
        if (line.Length > MaxImportBytes) return false;
        if (line.EndsWith("{"u8) || line.EndsWith("("u8) && !line.SequenceEqual("import ("u8)) return false;
        if (line.StartsWith("import "u8)) return AreNames(line["import "u8.Length..]);
        if (line.StartsWith("from "u8)) return line["from "u8.Length..].TrimStart(Blank) is { } module && module.IndexOfAny(s_blanks) is > 0 and int name && module[name..].TrimStart(Blank).StartsWith("import"u8);
        if (line.StartsWith("#"u8)) return line[1..].TrimStart(Blank).StartsWith("include"u8);
        if (line.StartsWith("using "u8)) return line.EndsWith(";"u8) && !line.Contains((byte)'(') && (!line.Contains((byte)'=') || line.IndexOf(" = "u8) < 40);
        if (line.StartsWith("global using "u8)) return true;
        if (line.StartsWith("use "u8) || line.StartsWith("pub use "u8)) return line.IndexOf("::"u8) > 0 || line.EndsWith(";"u8);
        if (line.StartsWith("extern crate "u8) || line.StartsWith("package "u8)) return AreNames(line[line.IndexOf((byte)' ')..]);
        if (line.StartsWith("export * from "u8)) return true;
        if (line.StartsWith("mod "u8) || line.StartsWith("pub mod "u8)) return line.EndsWith(";"u8);
        if (line.StartsWith("const "u8) || line.StartsWith("let "u8) || line.StartsWith("var "u8)) return line.IndexOf("= require("u8) > 0;
        if (line.StartsWith("export {"u8)) return line.IndexOf("} from "u8) > 0;
        return IsFrame(line);
    }

    /// <summary>Whether no more words follow each other than names have, as far as there is neither a quote nor a bracket nor a comment: <c>qualified Data.Map as Map</c>.</summary>
    static bool AreNames(ReadOnlySpan<byte> line)
    {
        int end = line.IndexOfAny(s_nameEnds);
        foreach (Range name in line[..(end < 0 ? line.Length : end)].Split((byte)','))
        {
            int words = 0;
            ReadOnlySpan<byte> rest = line[name].Trim(Blank);
            while (!rest.IsEmpty && words <= MaxImportWords)
            {
                int blank = rest.IndexOfAny(s_blanks);
                ReadOnlySpan<byte> word = blank < 0 ? rest : rest[..blank];
                if (word.StartsWith("--"u8)) break;
                words += IsOfImports(word) ? 0 : 1;
                rest = rest[word.Length..].TrimStart(Blank);
            }
            if (words > MaxImportWords) return false;
        }
        return true;
    }

    static bool IsOfImports(ReadOnlySpan<byte> word)
    {
        foreach (byte[] other in s_importWords)
        {
            if (word.SequenceEqual(other)) return true;
        }
        return false;
    }

    static readonly byte[][] s_importWords = [.. new[] { "type", "typeof", "defer", "qualified", "safe", "static", "public", "as", "from", "hiding", "exposing", "*", "=", ":" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>Whether a line is a frame of a stack trace of Java, .NET or JavaScript (<c>at name(...)</c>) or Python (<c>File "...", line ...</c>).</summary>
    static bool IsFrame(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("File \""u8)) return line.IndexOf("\", line "u8) > 0;
        if (!line.StartsWith("at "u8)) return false;
        ReadOnlySpan<byte> name = line[3..];
        if (name.StartsWith("async "u8)) name = name[6..];
        if (name.StartsWith("new "u8)) name = name[4..];
        int arguments = name.IndexOf((byte)'(');
        if (arguments < 0) return false;
        bool isApart = arguments > 0 && name[arguments - 1] == ' '; // JavaScript's: what follows ends in line and column
        name = name[..arguments].TrimEnd(Blank);
        if (name.IsEmpty || !(char.IsAsciiLetter((char)name[0]) || name[0] is (byte)'_' or (byte)'$' or (byte)'<') || !name.Contains((byte)'.') || name.Contains((byte)' ')) return false;
        if (isApart) return line.EndsWith(")"u8) && line.Length > 2 && char.IsAsciiDigit((char)line[^2]) && line[arguments..].Contains((byte)':');
        return line.EndsWith(")"u8) || line.IndexOf(") in "u8) is > 0 and int place && line[place..].IndexOf(":line "u8) > 0;
    }

    /// <summary>Where the comment ends that a document begins with, if it speaks of rights; else 0.</summary>
    static int HeaderEnd(ReadOnlySpan<byte> text, out int lines)
    {
        lines = 0;
        int number = 0;
        int limit = Math.Min(text.Length, HeaderBytes);
        int at = 0, commentEnd = 0, blockStart = 0, spoken = 0, spokenEnd = 0;
        bool inBlock = false, speaksOfRights = false, isParagraphOfRights = false;
        ReadOnlySpan<byte> blockEnd = default;
        while (at < limit)
        {
            int length = text[at..].IndexOf((byte)'\n');
            int end = length < 0 ? text.Length : at + length + 1;
            ReadOnlySpan<byte> line = text[at..end].Trim(Blank);
            if (!inBlock)
            {
                blockStart = at;
                bool isGuard = IsIncludeGuard(line);
                if (line.IsEmpty || isGuard || line.StartsWith("#!"u8) || line.StartsWith("<?"u8))
                {
                    // A blank line ends a header that has been seen, and is skipped before one.
                    if ((line.IsEmpty || isGuard) && speaksOfRights) break;
                    at = end;
                    number++;
                    continue;
                }
                if (line.StartsWith("/*"u8)) blockEnd = "*/"u8;
                else if (line.StartsWith("<!--"u8)) blockEnd = "-->"u8;
                else if (line.StartsWith("\"\"\""u8)) blockEnd = "\"\"\""u8;
                else if (line.StartsWith("//"u8) || line.StartsWith("#"u8) || line.StartsWith("--"u8) || line.StartsWith(";"u8) || line.StartsWith("%"u8)) blockEnd = default;
                else break;
                if (line.StartsWith("#"u8) && (IsImport(line) || IsDirective(line))) break;
                inBlock = !blockEnd.IsEmpty;
            }
            bool closes = false;
            if (inBlock)
            {
                int from = at == blockStart ? Math.Min(2, line.Length) : 0;
                int close = line[from..].IndexOf(blockEnd);
                inBlock = close < 0;
                closes = !inBlock;
                // Code goes on behind the comment, all of it perhaps: that line is no header.
                if (close >= 0 && line[(from + close + blockEnd.Length)..].TrimStart(Blank) is { IsEmpty: false } rest && !rest.StartsWith("//"u8)) break;
            }
            // A header has several paragraphs of rights, and others between them; what follows the last may be anything.
            bool speaks = SpeaksOfRights(line) || (isParagraphOfRights && SpeaksOfTerms(line)) || (speaksOfRights && Disclaims(line));
            if (speaksOfRights && !speaks && number - spoken >= MaxLinesOfRights)
            {
                // So much of something else, in a paragraph that began with rights or behind it: none of it is.
                if (isParagraphOfRights) (commentEnd, lines) = (spokenEnd, spoken + 1);
                break;
            }
            if (speaks) (spoken, spokenEnd) = (number, end);
            isParagraphOfRights = speaks || (isParagraphOfRights && (closes || line.IndexOfAnyExcept(s_commentMarks) >= 0));
            speaksOfRights |= isParagraphOfRights;
            at = end;
            number++;
            if (isParagraphOfRights) (commentEnd, lines) = (end, number);
        }
        if (!speaksOfRights) lines = 0;
        return speaksOfRights ? commentEnd : 0;
    }

    /// <summary>What may stand before a header in C and C#: <c>#pragma</c>, <c>#if</c>, <c>#ifndef NAME</c>, <c>#define NAME</c>.</summary>
    static bool IsIncludeGuard(ReadOnlySpan<byte> line) => line.StartsWith("#pragma "u8) || line.StartsWith("#if "u8) || line.StartsWith("#ifdef "u8) || line.StartsWith("#ifndef "u8)
        || (line.StartsWith("#define "u8) && line["#define "u8.Length..].IndexOfAny((byte)' ', (byte)'\t') < 0);

    /// <summary>A line of C's preprocessor is no comment, though a name in it may speak of a licence.</summary>
    static bool IsDirective(ReadOnlySpan<byte> line) => line.StartsWith("#define "u8) || line.StartsWith("#undef "u8)
        || line.StartsWith("#if("u8) || line.StartsWith("#else"u8) || line.StartsWith("#elif "u8) || line.StartsWith("#endif"u8);

    static bool SpeaksOfRights(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> lower = Lower(line, stackalloc byte[MaxComparedBytes]);
        if (lower.IndexOf("copyright"u8) >= 0 || lower.IndexOf("spdx-"u8) >= 0 || lower.IndexOf("all rights reserved"u8) >= 0
            || lower.IndexOf("public domain"u8) >= 0) return true;
        if (lower.IndexOf("confidential"u8) >= 0) return ContainsAny(lower, s_withConfidential);
        int licence = lower.IndexOf("licen"u8);
        return licence >= 0 && (ContainsAny(lower, s_withLicence) || (licence > 0 && lower[licence - 1] == '@'));
    }

    /// <summary>The beginning of a line in small letters.</summary>
    static ReadOnlySpan<byte> Lower(ReadOnlySpan<byte> line, Span<byte> buffer)
    {
        buffer = buffer[..Math.Min(line.Length, buffer.Length)];
        for (int i = 0; i < buffer.Length; i++) buffer[i] = (byte)(line[i] | ((uint)(line[i] - 'A') < 26 ? 0x20 : 0));
        return buffer;
    }

    /// <summary>Whether a line among others that speak of rights says what a licence says.</summary>
    static bool SpeaksOfTerms(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> lower = Lower(line, stackalloc byte[MaxComparedBytes]);
        return ContainsAny(lower, s_terms);
    }

    /// <summary>Whether a line of a header that has spoken of rights begins a paragraph of a licence that says nothing of them itself.</summary>
    static bool Disclaims(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> lower = Lower(line, stackalloc byte[MaxComparedBytes]);
        return ContainsAny(lower, s_disclaimers);
    }

    static readonly byte[][] s_disclaimers = [.. new[] { "in no event", "disclaims", "hereby granted", "as is\"", "merchantability" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    static readonly byte[][] s_terms = [.. new[] { "warrant", "liab", "damages", "redistribut", "permission", "contributors", "endorse", "without restriction" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    static readonly SearchValues<byte> s_commentMarks = SearchValues.Create(" \t\r*/#-;%"u8);

    // A licence may be that of a car, and what is confidential an architecture.
    static readonly byte[][] s_withLicence = [.. new[] { "licensed", "licenced", "public licen", "mit licen", "bsd licen", "bsd-style", "apache licen", "isc licen", "license, version", "license file", "license agreement", "license terms", "the license", "this license", "license:", "unlicense" }.Select(System.Text.Encoding.ASCII.GetBytes)];
    static readonly byte[][] s_withConfidential = [.. new[] { "propriet", "property", "trade secret", "disclos", "distribut", "unpublished" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    static bool ContainsAny(ReadOnlySpan<byte> line, byte[][] words)
    {
        foreach (byte[] word in words)
        {
            if (line.IndexOf(word) >= 0) return true;
        }
        return false;
    }
}
