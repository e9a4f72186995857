namespace LeakScan.Indexing;

/// <summary>Tells files whose structure is their format's: what describes, builds or draws a project, not what somebody thought of.</summary>
// Any two of one kind are alike once names count for nothing, so they are looked for word for word alone. Data, pages and programs that configure are
// not among them. The steps by which a schema changed are, since tools write them: Entity Framework, Django, Rails, Laravel and others call them by a number
// or a date in a folder for nothing else (`Migrations/20180820002531_AddEntityValidation.cs`, `migrations/0001_initial.py`).
static class FormatNames
{
    static readonly HashSet<string> s_extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".ac", ".am", ".asmdef", ".asset", ".axaml", ".cmake", ".config", ".csproj", ".desktop", ".dtd", ".editorconfig", ".entitlements", ".filters", ".fsproj", ".glade", ".gradle", ".m4", ".manifest",
        ".mat", ".meta", ".nuspec", ".pbxproj", ".plist", ".po", ".podspec", ".pot", ".prefab", ".props", ".qrc", ".rc", ".resx", ".ruleset", ".sln", ".slnx", ".storyboard", ".strings", ".stringsdict",
        ".svg", ".targets", ".ui", ".unity", ".vbproj", ".vcproj", ".vcxproj", ".wsdl", ".xaml", ".xcscheme", ".xcworkspacedata", ".xib", ".xml", ".xsd", ".xsl", ".xslt",
    };

    static readonly HashSet<string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        "CMakeLists.txt", "configure.in", "Gemfile", "GNUmakefile", "Makefile", "Makefile.in", "meson.build", "meson_options.txt", "package.json", "Podfile",
    };

    internal static bool Contains(string path)
    {
        ReadOnlySpan<char> name = path.AsSpan(path.AsSpan().LastIndexOfAny('/', '\\') + 1);
        return s_extensions.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Path.GetExtension(name)) || s_names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name)
            || (name.StartsWith("tsconfig", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            || IsMigration(path.AsSpan(0, path.Length - name.Length), name);
    }

    static bool IsMigration(ReadOnlySpan<char> folder, ReadOnlySpan<char> name)
    {
        int digits = name.IndexOfAnyExceptInRange('0', '9');
        if (digits < 4 || name[digits] is not ('_' or '-')) return false;
        foreach (Range part in folder.SplitAny('/', '\\'))
        {
            if (folder[part].Equals("migrations", StringComparison.OrdinalIgnoreCase) || folder[part].Equals("migrate", StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}
