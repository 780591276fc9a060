using System.Security.Cryptography;
using Ledger.Cli.Demo;
using Ledger.Cli.Demo.Files;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Demo;

public sealed class CodebaseAgentTests
{
    [Fact]
    public async Task Observe_Folder_CreatesAnObjectForEachTextFile()
    {
        using var folder = SourceFolder.Shop();

        var world = await DemoFixture.ObserveAsync(folder);

        world.Objects.Where(o => o.Type == "File").Select(o => o.Id).ShouldBe(
        [
            "README.md", "Shop.sln", "docs/notes-copy.md", "docs/notes.md", "include/units.h", "native/scale.c", "native/scale.h",
            "src/Shop.csproj", "src/Till.cs", "src/common.props", "src/Goods/Apple.cs", "src/Goods/Pear.cs", "tools/report.py",
            "tools/tables.py", "tools/helpers/__init__.py", "tools/helpers/text.py", "web/app.ts", "web/lib/a.ts",
            "web/lib/b-copy-again.js", "web/lib/b-copy.js", "web/lib/b.js", "web/lib/index.ts",
        ]);
        world.FindObject(CodebaseAgent.FolderId)!.Data["name"].GetString().ShouldBe("shop");
    }

    [Fact]
    public async Task Observe_File_RecordsSizeLinesLanguageHashAndMarkers()
    {
        using var folder = SourceFolder.Shop();
        var bytes = await File.ReadAllBytesAsync(folder.PathOf("src/Till.cs"));

        var data = (await DemoFixture.ObserveAsync(folder)).FindObject("src/Till.cs")!.Data;

        data["language"].GetString().ShouldBe("C#");
        data["kind"].GetString().ShouldBe("code");
        data["size"].GetInt64().ShouldBe(bytes.Length);
        data["lines"].GetInt64().ShouldBe(8);
        data["sha256"].GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        data["marker_count"].GetInt32().ShouldBe(2);
        data["markers"].ToString().ShouldBe(
            """[{"line":6,"word":"TODO","text":"TODO count the change"},{"line":8,"word":"FIXME","text":"FIXME it is slow"}]""");
    }

    [Fact]
    public async Task Observe_Folder_RelatesFilesOfEveryLanguage()
    {
        using var folder = SourceFolder.Shop();

        var world = await DemoFixture.ObserveAsync(folder);

        world.Relations.Select(r => r.Id).Order(StringComparer.Ordinal).ShouldBe(
        [
            "README.md links-to docs/notes.md",
            "README.md links-to src/Till.cs",
            "Shop.sln references src/Shop.csproj",
            "docs/notes-copy.md links-to README.md",
            "docs/notes.md links-to README.md",
            "native/scale.c includes include/units.h",
            "native/scale.c includes native/scale.h",
            "src/Goods/Apple.cs declares namespace:Shop.Goods",
            "src/Goods/Pear.cs declares namespace:Shop.Goods",
            "src/Goods/Pear.cs uses namespace:Shop.Goods",
            "src/Shop.csproj references src/common.props",
            "src/Till.cs declares namespace:Shop",
            "src/Till.cs uses namespace:Shop.Goods",
            "tools/helpers/text.py imports tools/tables.py",
            "tools/report.py imports tools/helpers/__init__.py",
            "tools/report.py imports tools/helpers/text.py",
            "tools/report.py imports tools/tables.py",
            "web/app.ts imports web/lib/a.ts",
            "web/app.ts imports web/lib/b.js",
            "web/app.ts imports web/lib/index.ts",
            "web/lib/index.ts imports web/lib/a.ts",
        ]);
        foreach (var relation in world.Relations)
        {
            relation.Id.ShouldBe($"{relation.SourceId} {relation.Type} {relation.TargetId}");
            world.FindObject(relation.SourceId).ShouldNotBeNull();
            world.FindObject(relation.TargetId).ShouldNotBeNull();
        }
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("one", 1)]
    [InlineData("one\n", 1)]
    [InlineData("one\n\n", 2)]
    [InlineData("one\r\ntwo", 2)]
    public async Task Observe_Text_CountsItsLines(string text, int lines)
    {
        using var folder = new SourceFolder();
        folder.Write("a.txt", text);

        (await DemoFixture.ObserveAsync(folder)).FindObject("a.txt")!.Data["lines"].GetInt32().ShouldBe(lines);
    }

    [Fact]
    public async Task Observe_Limits_LeaveOutWhatIsTooMuch()
    {
        using var folder = new SourceFolder();
        folder.Write("a.txt", "12345678");
        folder.Write("b.txt", "123456789");
        folder.Write("c.txt", "12345");
        folder.Write("d.txt", "1");
        folder.Write("e.txt", "1");

        var world = await DemoFixture.ObserveAsync(folder, new ReadLimits { MaxFiles = 4, MaxFileBytes = 8, MaxTotalBytes = 10 });

        world.Objects.Select(o => o.Id).ShouldBe([".", "a.txt", "d.txt"]);
    }
}
