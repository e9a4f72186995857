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
    [InlineData("// This is free and unencumbered software released into the public domain.\nint x;\n", "0-1")]
    [InlineData("\"\"\"Licence plate recogniser\nfinds plates\n\"\"\"\nx = 1\n", "")]
    [InlineData("/* Confidential.\n * The router has three stages.\n */\nint x;\n", "")]
    [InlineData("# license manager: who may use what\nx = 1\n", "")]
    [InlineData("#region License\n// Copyright X\n//\n// IN NO EVENT SHALL X BE LIABLE\n// TO ANY PARTY.\n//\n// X DISCLAIMS ANYTHING,\n// AND HAS NO OBLIGATIONS.\n#endregion\n\nint x;\n", "0-9")]
    [InlineData("#if NET45 || NET451\n#region License\n// Copyright X\n#endregion\n\nint x;\n", "0-4")]
    [InlineData("#if DEBUG\nint x; // Copyright X\n#endif\n", "")]
    [InlineData("// Copyright X\n//\n// The router in no way hurries.\nint x;\n", "0-1")]
    [InlineData("/* Copyright X\n *\n * Permission is granted.\n *\n * The above copyright notice\n * stays.\n *\n * The router has three stages.\n */\nint x;\n", "0-6")]
    [InlineData("// Use of this source code is governed by a BSD-style\n// license that can be found in the LICENSE file.\nint x;\n", "0-2")]
    [InlineData("/** @license React\n * all of it\n */\nint x;\n", "0-3")]
    [InlineData("# Proprietary and confidential, the property of X\nx = 1\n", "0-1")]
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
    [InlineData("/*! Copyright X */function secret() { return 1; }\nint y;\n", "")] // code on the comment's line
    [InlineData("/*\n * Copyright X\n */ int secret = 1;\nint y;\n", "0-2")]
    [InlineData("<!-- Copyright X --><p>secret</p>\n", "")]
    [InlineData("/* Copyright X */\nint y;\n", "0-1")]
    [InlineData("/* Copyright X */ // and more\nint y;\n", "0-1")]
    [InlineData("\"\"\"Copyright X\"\"\"\nx = 1\n", "0-1")]
    [InlineData("import (\n\t\"fmt\"\n\n\t// of ours\n\tx \"a/b\"\n\t_ `c` // why\n)\nx\n", "0-7")]
    [InlineData("import (\n\tsecret := compute()\n\tmore := secret\n", "0-1")] // no such list
    [InlineData("import (\n\t\"fmt\"\nfunc secret() {\n\tprint(\"x\")\n}\n", "0-2")]
    [InlineData("#define LICENSE_LIMIT 17\n#define SECRET 18\nint y;\n", "")]
    [InlineData("#ifndef LICENSE_H\n#define LICENSE_H\n", "")]
    [InlineData("#pragma once\n// Copyright X\n#define N 1\n", "0-2")]
    [InlineData("#ifndef A_H\n#define A_H\n/* Copyright X */\nint x;\n", "0-3")]
    [InlineData("\n\n# Copyright X\n", "0-3")]
    [InlineData("\ufeff// Copyright X\r\n\r\nint x;\r\n", "0-1")]
    [InlineData("failed:\n\tat org.x.web.Servlet.doGet(Servlet.java:7) ~[x.jar:1]\n\tat org.x.web.Servlet.doGet(Servlet.java:7)\n   at A.B.C(String s) in /src/b.cs:line 3\n    at async Job.run (node:internal/x:1:2)\n", "2-5")]
    [InlineData("Traceback:\n  File \"/x/site-packages/y.py\", line 3, in f\n    secret(x)\n", "1-2")]
    [InlineData("at the end (see 3)\nat 10.30 (CET)\nat heron.internal (the pool)\nat heron.pool(x) in the room\nat last.\nat secret(x)\nFile \"a\"\nFOO = 1\nalpha.beta(x)\n", "")]
    [InlineData("import qualified Data.Map as M\nimport a.b as c, d as e, f as g, h as i\nimport static a.b.*; // all of what it has\nimport type { A } from \"b\"\nfrom . import a as b\n", "0-5")]
    [InlineData("import type * as ExpressServeStatic from \"e\";\nimport qualified Data.Map.Strict as Map hiding (foldr)\nimport Data.Text (Text) -- what is\nimport safe qualified A.B as C -- what there is of it\nimport io = std.stdio : w = writeln;\n", "0-5")]
    [InlineData("/* Copyright X\n * All of it.\n * Permission is granted to all.\n * 1\n * 2\n * 3\n * 4\n * 5\n * 6\n * 7\n * 8\n * 9\n * 10\n * 11\n * 12\n * 13\n * 14\n * No warranty.\n * 15\n * 16\n * 17\n */\nint x;\n", "0-22")]
    [InlineData("import the plates before the router is closed\nfrom our plant we import steel\npackage delivery goes to the third door\n", "")]
    public void FindsHeaderAndImports(string text, string ranges)
    {
        List<(int Start, int End)> found = [];
        BoilerplateLines.Find(Encoding.UTF8.GetBytes(text), found);
        Assert.Equal(ranges, string.Join(' ', found.Select(r => $"{r.Start}-{r.End}")));
    }

    /// <summary>A program on one line is no import, whatever it begins with.</summary>
    [Theory]
    [InlineData("", 40, 1)] // of the rights' paragraph
    [InlineData(" *\n", 40, 1)]
    [InlineData("", 5, 8)]
    [InlineData(" *\n", 5, 10)] // what stands between two paragraphs of rights
    public void MuchThatSpeaksOfNoRightsIsNotOfTheHeader(string between, int lines, int expected)
    {
        string text = "/* Copyright X\n" + between + string.Concat(Enumerable.Range(0, lines).Select(i => FormattableString.Invariant($" * the router has stage {i}\n"))) + between + " * SPDX-License-Identifier: X\n */\nint x;\n";
        List<(int Start, int End)> found = [];
        BoilerplateLines.Find(Encoding.UTF8.GetBytes(text), found);
        Assert.Equal([(0, expected)], found);
    }

    [Theory]
    [InlineData("import a from 'b';")]
    [InlineData("const a = require('b');")]
    [InlineData("export * from 'b';")]
    [InlineData("from b import a;")]
    [InlineData("package b;")]
    public void ALongLineIsNoImport(string line)
    {
        List<(int Start, int End)> found = [];
        BoilerplateLines.Find(Encoding.UTF8.GetBytes(line + "\n"), found);
        Assert.Equal([(0, 1)], found);
        BoilerplateLines.Find(Encoding.UTF8.GetBytes(line + string.Concat(Enumerable.Repeat("function secret(){return 1}", 40)) + ";\n"), found);
        Assert.Empty(found);
    }
}
