using System.Diagnostics;
using System.Text;

namespace Ledger.Cli.Tests.Demo;

/// <summary>A folder of sources that a test makes up; it is gone with the test.</summary>
public sealed class SourceFolder : IDisposable
{
    public SourceFolder()
    {
        Parent = Directory.CreateTempSubdirectory("ledger-demo-").FullName;
        Root = Path.Combine(Parent, "shop");
        Directory.CreateDirectory(Root);
    }

    public string Root { get; }

    private string Parent { get; }

    /// <summary>A folder with a little of every language, the same for every test that reads its output.</summary>
    public static SourceFolder Shop()
    {
        var folder = new SourceFolder();
        folder.Write("README.md", "# Shop\n\nSee [the till](src/Till.cs) and [the notes](docs/notes.md#plan), or [the world](https://example.org).\nTODO: say more.\n"
            + string.Concat(Enumerable.Repeat("A long page for people, which is large in bytes and small in lines.\n", 12)));
        folder.Write("docs/notes.md", "Back to [the page](../README.md).\n");
        folder.Write("docs/notes-copy.md", "Back to [the page](../README.md).\n");
        folder.Write("Shop.sln", "Project(\"{FAE04EC0}\") = \"Shop\", \"src\\Shop.csproj\", \"{1}\"\nEndProject\n");
        folder.Write("src/Shop.csproj", "<Project>\n  <Import Project=\"$(MSBuildThisFileDirectory)common.props\" />\n</Project>\n");
        folder.Write("src/common.props", "<Project />\n");
        folder.Write("src/Till.cs", "using System;\nusing Shop.Goods;\n\nnamespace Shop;\n\n// TODO count the change\npublic class Till;\n// FIXME it is slow\n");
        folder.Write("src/Goods/Apple.cs", "namespace Shop.Goods;\n\npublic class Apple;\n");
        folder.Write("src/Goods/Pear.cs", "using static Shop.Goods.Apple;\n\nnamespace Shop.Goods\n{\n}\n");
        folder.Write("native/scale.c", "#include <stdio.h>\n#include \"scale.h\"\n#include <units.h>\nint main(void)\n{\n    return 0;\n}\n");
        folder.Write("native/scale.h", "#pragma once\n");
        folder.Write("include/units.h", "#pragma once\n// TODO metric\n");
        folder.Write("tools/report.py", "import os\nimport tables, helpers.text as text\nfrom . import tables\nfrom helpers import text\n\n\ndef main():\n    pass\n");
        folder.Write("tools/tables.py", "ROWS = []\n");
        folder.Write("tools/helpers/__init__.py", "");
        folder.Write("tools/helpers/text.py", "from ..tables import ROWS\n");
        folder.Write("web/app.ts", "import { a } from './lib/a.js';\nexport * from \"./lib\";\nconst b = require('./lib/b');\n// import './lib/c';\nimport x from 'react';\n");
        folder.Write("web/lib/a.ts", "export const a = 1;\n");
        folder.Write("web/lib/b.js", "module.exports = 1;\n");
        folder.Write("web/lib/index.ts", "import('./a');\n");
        folder.Write("web/lib/b-copy.js", "one();\ntwo();\nthree();\nfour();\nfive();\n");
        folder.Write("web/lib/b-copy-again.js", "one();\ntwo();\nthree();\nfour();\nfive();\n");
        folder.Write("bin/Shop.dll.txt", "left out\n");
        folder.Write(".git/config", "left out\n");
        folder.Write("node_modules/x/index.js", "left out\n");
        folder.WriteBytes("logo.png", [0x89, 0x50, 0x00, 0x01]);
        return folder;
    }

    public void Write(string path, string text) => WriteBytes(path, Encoding.UTF8.GetBytes(text));

    public void WriteBytes(string path, byte[] bytes)
    {
        var full = PathOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
    }

    public string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>Runs a line of the shell in the folder, for names and things that .NET cannot make.</summary>
    public void Shell(string line)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { WorkingDirectory = Root })!;
        shell.WaitForExit();
        if (shell.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{line}' ended with {shell.ExitCode}.");
        }
    }

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
        {
            // .NET cannot delete what is not named in UTF-8.
            Shell("rm -rf ./*");
        }

        Directory.Delete(Parent, recursive: true);
    }
}
