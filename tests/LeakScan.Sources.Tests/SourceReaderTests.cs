using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using LeakScan.Sources.Tests.Support;

namespace LeakScan.Sources.Tests;

public sealed class SourceReaderTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_will_be_read_is_known_before()
    {
        foreach (string name in (string[])["b.cs", "a/z.cs", "node_modules/x.js", ".git/config", "gen/c.cs", "out/d.cs", "p.png"]) _folder.Write(name, $"the text of {name}\n");
        _folder.Write(".gitignore", "out/\n");
        SourceReader reader = new(new SourceOptions { Exclude = ["gen/"] });
        SourceSpec folder = new(_folder.Path, "code");
        Assert.Equal(reader.Read(folder).Sum(d => d.Text.Length), reader.Measure(folder));
        Assert.Equal("the text of b.cs\n".Length, reader.Measure(new SourceSpec(Path.Combine(_folder.Path, "b.cs"), "code")));
        Assert.Null(reader.Measure(new SourceSpec("-", "code")));
    }

    [Fact]
    public void Folder_in_ordinal_order_of_paths()
    {
        foreach (string name in (string[])["b.cs", "a/z.cs", "a-b/x.cs", "a.cs", "B.cs", "a/b/c.cs"]) _folder.Write(name, name);
        Assert.Equal(["B.cs", "a-b/x.cs", "a.cs", "a/b/c.cs", "a/z.cs", "b.cs"], Names(Read(new SourceReader())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public void Path_is_the_source_as_given_and_the_path_below_it(string end)
    {
        _folder.Write("x/a.cs", "int x;\n");
        SourceDocument document = Assert.Single(new SourceReader().Read(new SourceSpec(_folder.Path + end, "l")));
        Assert.Equal(_folder.Path + "/x/a.cs", document.Path);
        Assert.Equal("l", document.Label);
        Assert.Equal(1, document.FirstLine);
        Assert.Equal("int x;\n", Text(document));
    }

    [Fact]
    public void Gitignore_files_hold_below_their_folder()
    {
        _folder.Write(".gitignore", "*.log\nout/\n/root.txt\n");
        _folder.Write("a.log", "x");
        _folder.Write("root.txt", "x");
        _folder.Write("out/a.cs", "x");
        _folder.Write("sub/.gitignore", "!keep.log\nlocal.txt\n");
        _folder.Write("sub/keep.log", "x");
        _folder.Write("sub/drop.log", "x");
        _folder.Write("sub/local.txt", "x");
        _folder.Write("sub/root.txt", "x");
        _folder.Write("local.txt", "x");
        _folder.Write(".git/config", "x");
        SourceReader reader = new();
        Assert.Equal([".gitignore", "local.txt", "sub/.gitignore", "sub/keep.log", "sub/root.txt"], Names(Read(reader)));
        Assert.Equal([("ignored", 5L)], Counts(reader));
    }

    [Fact]
    public void Gitignore_files_that_are_links_say_nothing()
    {
        if (OperatingSystem.IsWindows()) return;
        _folder.Write("a.cs", "x");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, ".gitignore"), "/dev/zero");
        SourceReader reader = new();
        Assert.Equal(["a.cs"], Names(Read(reader)));
        Assert.Equal([("link", 1L)], Counts(reader));
    }

    [Theory]
    [InlineData("a.zip")]
    [InlineData("zip.of-another-name")]
    [InlineData("a.tar")]
    [InlineData("a.tar.gz")]
    [InlineData("a.tgz")]
    [InlineData("a.tar.zst")]
    public void Archives_are_read_as_folders_are(string name)
    {
        string path = Path.Combine(_folder.Path, name);
        (string Name, string Text)[] files = [("src/a.cs", "int a;\n"), ("b.cs", "int b;\n"), ("node_modules/x.js", "x"), (".git/config", "x"), ("gen/c.cs", "x"), ("p.bin", "\0\0\0\0")];
        if (name.Contains("zip", StringComparison.Ordinal))
        {
            using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
            foreach ((string file, string text) in files)
            {
                using StreamWriter writer = new(zip.CreateEntry(file).Open());
                writer.Write(text);
            }
        }
        else
        {
            using FileStream file = File.Create(path);
            using Stream packed = name.EndsWith("gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Optimal) : name.EndsWith("zst", StringComparison.Ordinal) ? new ZstdSharp.CompressionStream(file) : file;
            using TarWriter tar = new(packed);
            foreach ((string entry, string text) in files) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }
        SourceReader reader = new(new SourceOptions { Exclude = ["gen/"] });
        Assert.Equal([(path + "/b.cs", "int b;\n"), (path + "/src/a.cs", "int a;\n")], reader.Read(new SourceSpec(path, "l")).Select(d => (d.Path, Text(d))).Order());
        Assert.Equal([("binary", 1L), ("excluded", 1L), ("vendored", 1L)], Counts(reader));
        Assert.Empty(reader.Problems);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        reader = new();
        List<SourceDocument> left = [.. reader.Read(new SourceSpec(path, "l"))];
        Assert.InRange(left.Count, 0, 3);
        Assert.Contains(path, Assert.Single(reader.Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tar_that_is_cut_between_two_files_is_told()
    {
        string path = Path.Combine(_folder.Path, "a.tar");
        using (FileStream file = File.Create(path))
        {
            using TarWriter tar = new(file, TarEntryFormat.Ustar);
            foreach (string name in (string[])["a.cs", "b.cs"]) tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("int x;\n"u8.ToArray()) });
        }
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..1024]); // a header and a file's block
        SourceReader reader = new();
        Assert.Single(reader.Read(new SourceSpec(path, "l")).ToList());
        Assert.EndsWith("beyond the end of the stream.", Assert.Single(reader.Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Excluded_has_the_syntax_of_gitignore()
    {
        foreach (string name in (string[])["a.sql", "x/b.sql", "gen/a.cs", "x/gen/a.cs", "keep.sql"]) _folder.Write(name, "x");
        SourceReader reader = new(new SourceOptions { Exclude = ["*.sql", "!keep.sql", "/gen/"] });
        Assert.Equal(["keep.sql", "x/gen/a.cs"], Names(Read(reader)));
        Assert.Equal([("excluded", 3L)], Counts(reader));
    }

    [Theory]
    [InlineData("a.bin", "text\0", "binary")]
    [InlineData("a.bin", "\u0001\u0002\u0003abc", "binary")]
    [InlineData("a.txt", "colour \u001b[31m and \u0001 one control", null)]
    [InlineData("a.go", "// Code generated by protoc. DO NOT EDIT.\npackage a\n", "generated")]
    [InlineData("a.go", "package a\nvar s = \"Code generated by x. DO NOT EDIT.\"\n", null)]
    [InlineData("a.php", "<?php\n/**\n * @generated by x\n */\n", "generated")]
    [InlineData("a.py", "x = '@generated'\n", null)]
    [InlineData("a.cs", "//------\n// <auto-generated>\n//   tool\n", "generated")]
    [InlineData("a.cs", "\uFEFF// <auto-generated/>\n", "generated")]
    [InlineData("package-lock.json", "{}", "generated")]
    [InlineData("sub/Cargo.lock", "x", "generated")]
    [InlineData("Form.Designer.cs", "x", "generated")]
    [InlineData("AssemblyInfo.cs", "x", "generated")]
    [InlineData("a.g.cs", "x", "generated")]
    [InlineData("a.pb.go", "x", "generated")]
    [InlineData("gradlew", "x", "generated")]
    [InlineData("model/special_tokens_map.json", "{}", "generated")]
    [InlineData("crd.yaml", "---\nkind: CustomResourceDefinition\nmetadata:\n  annotations:\n    controller-gen.kubebuilder.io/version: v0.1\n", "generated")]
    [InlineData("a_pb2.py", "x", "generated")]
    [InlineData("a.min.js", "x", "minified")]
    [InlineData("a.min.css", "x", "minified")]
    [InlineData("a.js", "LONG", "minified")]
    [InlineData("a.css", "LONG", "minified")]
    [InlineData("a.txt", "LONG", null)]
    [InlineData("LICENSE", "x", "licence")]
    [InlineData("LICENSE-MIT", "x", "licence")]
    [InlineData("license.md", "x", "licence")]
    [InlineData("LICENCE.txt", "x", "licence")]
    [InlineData("COPYING.LESSER", "x", "licence")]
    [InlineData("NOTICE", "x", "licence")]
    [InlineData("CODE_OF_CONDUCT.md", "x", "licence")]
    [InlineData("LicenseManager.cs", "x", null)]
    [InlineData("NOTICEBOARD.md", "x", null)]
    [InlineData("node_modules/a/index.js", "x", "vendored")]
    [InlineData("sub/vendor/a.go", "x", "vendored")]
    [InlineData("third_party/a.c", "x", "vendored")]
    [InlineData(".venv/a.py", "x", "vendored")]
    [InlineData("lib/site-packages/a.py", "x", "vendored")]
    [InlineData("bower_components/a.js", "x", "vendored")]
    [InlineData("a.cs", "", "empty")]
    [InlineData("a.cs", "\uFEFF", "empty")]
    public void Leaves_out(string name, string text, string? reason)
    {
        if (text == "LONG") text = new string('x', 1500) + "\n" + new string('y', 100);
        string path = _folder.Write(name, text);
        SourceReader reader = new();
        int count = Read(reader).Count;
        Assert.Empty(reader.Problems);
        Assert.Equal(reason is null ? 1 : 0, count);
        if (reason is not null) Assert.Equal([(reason, 1L)], Counts(reader));

        bool readWhenNamed = reason is not ("binary" or "empty");
        Assert.Equal(readWhenNamed, new SourceReader().Read(new SourceSpec(path, "l")).Any());
    }

    [Fact]
    public void Utf16_with_a_mark_is_text()
    {
        _folder.Write("little.txt", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("grüße\n😀")]);
        _folder.Write("big.txt", [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes("grüße\n😀")]);
        Assert.All(Read(new SourceReader()), document => Assert.Equal("grüße\n😀", Text(document)));
    }

    [Fact]
    public void Compressed_files_are_opened_and_judged_by_the_name_within()
    {
        _folder.Write("a.cs.gz", Compressed.Gzip("one\n"u8.ToArray()));
        _folder.Write("b.cs.zst", Compressed.Zstd("two\n"u8.ToArray()));
        _folder.Write("c.min.js.gz", Compressed.Gzip("three\n"u8.ToArray()));
        SourceReader reader = new();
        List<SourceDocument> documents = Read(reader);
        Assert.Equal(["one\n", "two\n"], documents.Select(Text));
        Assert.Equal([("minified", 1L)], Counts(reader));
        Assert.True(reader.BytesRead > 0);
    }

    [Fact]
    public void Damage_is_told_and_the_rest_is_read()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i * 7919 % 50_000}\n")));
        byte[] gzip = Compressed.Gzip(text);
        byte[] zstd = Compressed.Zstd(text);
        _folder.Write("a.txt.gz", gzip[..(gzip.Length / 2)]);
        _folder.Write("b.txt.zst", zstd[..(zstd.Length / 2)]);
        _folder.Write("c.txt.gz", "this is not gzip"u8.ToArray());
        _folder.Write("d.txt", "fine\n");
        SourceReader reader = new();
        List<SourceDocument> documents = Read(reader);
        Assert.Equal(["a.txt.gz", "b.txt.zst", "c.txt.gz"], reader.Problems.Select(problem => Path.GetFileName(problem.File)));
        Assert.All(documents.Take(2), document => Assert.True(text.AsSpan().StartsWith(document.Text.Span)));
        Assert.Equal(documents[0].Text.Length, reader.Problems[0].Offset);
        Assert.InRange(documents[0].Text.Length, text.Length / 4, text.Length - 1);
        Assert.Equal("fine\n", Text(documents[^1]));
        Assert.Empty(Counts(reader));
    }

    [Fact]
    public void Missing_source_is_a_problem()
    {
        SourceReader reader = new();
        Assert.Empty(reader.Read(new SourceSpec(_folder.Path + "/none", "l")));
        Assert.Equal(_folder.Path + "/none", Assert.Single(reader.Problems).File);
    }

    [Fact]
    public void File_that_vanishes_after_the_listing_is_a_problem()
    {
        _folder.Write("a.cs", "x");
        string vanishing = _folder.Write("b.cs", "x");
        _folder.Write("c.cs", "x");
        SourceReader reader = new();
        List<string> seen = [];
        foreach (SourceDocument document in reader.Read(new SourceSpec(_folder.Path, "l")))
        {
            seen.Add(Path.GetFileName(document.Path));
            File.Delete(vanishing);
        }
        Assert.Equal(["a.cs", "c.cs"], seen);
        Assert.Equal("b.cs", Path.GetFileName(Assert.Single(reader.Problems).File));
    }

    [Fact]
    public void File_that_changes_is_a_problem()
    {
        string path = _folder.Write("a.cs", "x\n");
        SourceReader reader = new();
        foreach (SourceDocument _ in reader.Read(new SourceSpec(_folder.Path, "l"))) File.AppendAllText(path, "y\n");
        Assert.Contains("changed", Assert.Single(reader.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_are_not_followed()
    {
        using TemporaryFolder outside = new();
        string target = outside.Write("secret.cs", "x");
        _folder.Write("a.cs", "x");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "b.cs"), target);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "loop"), _folder.Path);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "out"), outside.Path);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "dangling"), "nowhere");
        SourceReader reader = new();
        Assert.Equal(["a.cs"], Names(Read(reader)));
        Assert.Equal([("link", 4L)], Counts(reader));
        Assert.Empty(reader.Problems);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(100_000)]
    public void Parts_join_to_the_file_and_know_their_lines(int partBytes)
    {
        string text = string.Concat(Enumerable.Range(1, 200).Select(i => $"{new string('ä', i % 11)}{i}\n"));
        _folder.Write("a.txt", text);
        List<SourceDocument> parts = Read(new SourceReader(null, partBytes));
        Assert.Equal(text, Encoding.UTF8.GetString([.. parts.SelectMany(part => part.Text.ToArray())]));
        int line = 1;
        foreach (SourceDocument part in parts)
        {
            Assert.InRange(part.Text.Length, 1, partBytes);
            Assert.Equal(line, part.FirstLine);
            line += part.Text.Span.Count((byte)'\n');
        }
        if (partBytes >= 64) Assert.All(parts, part => Assert.Equal((byte)'\n', part.Text.Span[^1]));
    }

    [Fact]
    public void Long_file_comes_in_parts_of_8_MiB()
    {
        _folder.Write("a.txt", string.Concat(Enumerable.Repeat("0123456789abcde\n", 1_100_000)));
        List<SourceDocument> parts = Read(new SourceReader());
        Assert.Equal([1, 524_289, 1_048_577], parts.Select(part => part.FirstLine));
        Assert.Equal(8 * 1024 * 1024, parts[0].Text.Length);
    }

    [Fact]
    public void Allowed_lines_are_empty()
    {
        _folder.Write("a.cs", "one\ntwo // leakscan:allow\nthree\n");
        Assert.Equal("one\n\nthree\n", Text(Assert.Single(Read(new SourceReader()))));
    }

    [Fact]
    public void Cancelled()
    {
        _folder.Write("a.cs", "x");
        Assert.Throws<OperationCanceledException>(() => new SourceReader().Read(new SourceSpec(_folder.Path, "l"), new CancellationToken(true)).Count());
    }

    List<SourceDocument> Read(SourceReader reader) => [.. reader.Read(new SourceSpec(_folder.Path, "l"))];

    IEnumerable<string> Names(IEnumerable<SourceDocument> documents) => documents.Select(document => document.Path[(_folder.Path.Length + 1)..]);

    static IEnumerable<(string, long)> Counts(SourceReader reader) => reader.Skipped.Select(pair => (pair.Key, pair.Value)).Order();

    static string Text(SourceDocument document) => Encoding.UTF8.GetString(document.Text.Span);

    [Fact]
    public void Resource_file_begins_with_its_first_resource()
    {
        const string Head = "<root>\n  <!-- Microsoft ResX Schema -->\n  <resheader name=\"resmimetype\"><value>text/microsoft-resx</value></resheader>\n  <resheader name=\"version\">\n    <value>2.0</value>\n  </resheader>";
        const string Data = "\n  <data name=\"Greeting\"><value>Good day</value></data>\n</root>\n";
        Assert.Equal("\n\n\n\n\n" + Data, Read("Texts.resx", Head + Data));
        Assert.Equal(Head + Data, Read("Texts.xml", Head + Data));
        Assert.Equal(Data, Read("Texts.resx", Data));
        const string Explanation = "<!-- <data name=\"a\"/> <resheader/></resheader> -->\n<xsd:schema></xsd:schema>";
        Assert.Equal("\n" + Data + "<resheader></resheader>", Read("Texts.resx", Explanation + Data + "<resheader></resheader>"));

        static string Read(string name, string text)
        {
            using TemporaryFolder folder = new();
            using SourceDocument document = Assert.Single(new SourceReader().Read(new SourceSpec(folder.Write(name, text), "l")));
            return Text(document);
        }
    }

    [Fact]
    public void Notebook_is_what_its_author_wrote_and_what_that_printed()
    {
        const string Notebook = """
            {"cells": [
              {"cell_type": "markdown", "metadata": {"tags": ["x"]}, "source": "# One\nstring"},
              {"cell_type": "code", "execution_count": 3, "outputs": [
                {"name": "stderr", "output_type": "stream", "text": ["a warning\n"]},
                {"name": "stdout", "output_type": "stream", "text": ["printed \"so\"\n"]},
                {"data": {"image/png": "iVBORw0KGgo", "text/plain": ["<Figure size 9x9>", "value"]}, "metadata": {}}
               ],
               "source": [
                "import secrets\n",
                "rank(x)"
               ]}
             ],
             "metadata": {"name": "python3"}, "nbformat": 4}
            """;
        string[] kept = ["", "# One\\nstring", "", "", "printed \\\"so\\\"\\n", "value", "", "", "import secrets\\n", "rank(x)", "", "", ""];
        Assert.Equal(kept, Read("a.ipynb", Notebook).Split('\n').Select(line => line.Trim(' ')));
        Assert.Equal("x y z", Read("a.ipynb", """{"cells":[{"source":["x","y"]},{"source":"z"}]}""").Trim());
        Assert.Equal("w", Read("a.ipynb", """{"worksheets":[{"cells":[{"input":"w"}]}]}""").Trim());
        foreach (string other in (string[])["{\"source\": \"no notebook\"}", "{\"cells\": [cut", "plain text"]) Assert.Equal(other, Read("a.ipynb", other));
        Assert.Equal(Notebook, Read("a.json", Notebook));

        static string Read(string name, string text)
        {
            using TemporaryFolder folder = new();
            using SourceDocument document = Assert.Single(new SourceReader().Read(new SourceSpec(folder.Write(name, text), "l")));
            Assert.Equal(1, document.FirstLine);
            return Encoding.UTF8.GetString(document.Text.Span);
        }
    }
}
