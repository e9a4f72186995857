using System.Text;
using LeakScan.Indexing;

namespace LeakScan.Tests.Indexing;

public sealed class BoilerplateLinesTests
{
    [Theory]
    [InlineData("// Copyright 2026\n// All rights reserved.\n\nint x;\n", "0-2")]
    [InlineData("/*\n * Licensed under X\n */\nint x;\n", "0-3")]
    [InlineData("# SPDX-License-Identifier: X\n\nx = 1\n", "0-1")]
    [InlineData("#!/bin/sh\n# Copyright X\nrun\n", "0-2")]
    [InlineData("<!-- Copyright X -->\n<p>\n", "0-1")]
    [InlineData("\"\"\"Copyright X\nmore\n\"\"\"\nx = 1\n", "0-3")]
    [InlineData("// What this does\nint x;\n", "")]
    [InlineData("int x; // Copyright\n", "")]
    [InlineData("import os\nfrom a.b import c\nx = os\n", "0-2")]
    [InlineData("package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc f() {}\n", "0-1 2-6")]
    [InlineData("#include <a.h>\nint x;\n#include \"b.h\"\n", "0-1 2-3")]
    [InlineData("using System;\nusing X = A.B;\nusing (var f = Open())\nusing var f = Open();\n", "0-2")]
    [InlineData("use a::b;\npub use c::d;\nmod e;\nfn f() {}\n", "0-3")]
    [InlineData("const a = require('a');\nconst b = 1;\n", "0-1")]
    [InlineData("import { a } from 'b';\nexport { c } from 'd';\nexport * from 'e';\nexport const f = 1;\n", "0-3")]
    [InlineData("import {\n  telling,\n} from './own';\n", "")]
    [InlineData("important = 1\nuser = 2\npackages = 3\nfrom x\n", "")]
    [InlineData("", "")]
    public void FindsHeaderAndImports(string text, string ranges)
    {
        List<(int Start, int End)> found = [];
        BoilerplateLines.Find(Encoding.UTF8.GetBytes(text), found);
        Assert.Equal(ranges, string.Join(' ', found.Select(r => $"{r.Start}-{r.End}")));
    }
}
