using System.Diagnostics;
using Ledger.Cli.Demo.Files;
using Ledger.Events;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Demo;

public sealed class OddFilesTests
{
    [Fact]
    public async Task Run_OddNames_KeepsThemApart()
    {
        using var folder = new SourceFolder();
        folder.Write("plain.txt", "TODO\n");
        folder.Write("[bold]name[/].txt", "TODO\n");
        folder.Write("tab\there\e[31m.txt", "TODO\n");
        folder.Write("line\nbreak.md", "TODO\n");
        folder.Write("\U0001F600.cs", "namespace A;\n");
        folder.Write("\uFF5E.cs", "using A;\n");
        folder.Write("finding:todo:plain.txt", "an id that the agent would make up\n");
        folder.Write("namespace:A", "and another\n");

        var result = await DemoFixture.RunAsync(folder);
        var world = result.RunWorld;

        world.Objects.Count(o => o.Type == "File").ShouldBe(8);
        world.FindObject("finding:todo:plain.txt")!.Type.ShouldBe("File");
        world.FindObject("finding:todo:plain.txt (2)")!.Type.ShouldBe("Finding");
        world.FindObject("namespace:A (2)")!.Type.ShouldBe("Namespace");
        world.FindRelation("\uFF5E.cs uses namespace:A (2)").ShouldNotBeNull();
        var files = world.Objects.Where(o => o.Type == "File").Select(o => o.Id).ToList();
        files.IndexOf("\uFF5E.cs").ShouldBeLessThan(files.IndexOf("\U0001F600.cs"), "the order is that of the code points");
        DemoFixture.Print(result).ShouldNotContain(c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public async Task Run_NamesThatAreNotUtf8_AreLeftOutByName()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var folder = new SourceFolder();
        folder.Write("good.txt", "good\n");
        folder.Shell("""echo text > "$(printf 'bad\377.txt')"; touch "$(printf 'bad\376.txt')"; mkdir "$(printf 'folder\377')" """);

        var result = await DemoFixture.RunAsync(folder);

        result.RunWorld.Objects.Where(o => o.Type == "File").Select(o => o.Id).ShouldBe(["good.txt"]);
        result.RunPhases[0].Text.ShouldBe("found 1 file in 1 folder; left out 3 (unreadable)");
        result.RunPhases[1].Text.ShouldBe("read 1 file, 1 line");
        var skipped = await result.Run.ReadAsync().Select(e => e.Data).OfType<ToolReturned>()
            .SelectMany(r => r.Result.TryGetProperty("skipped_files", out var files) ? files.EnumerateArray().Select(f => f.GetProperty("path").GetString()) : [])
            .ToListAsync();
        skipped.ShouldBe(["bad\uFFFD.txt", "bad\uFFFD.txt", "folder\uFFFD"]);
    }

    [Fact]
    public async Task Run_LinksPipesAndLoops_AreNotFollowed()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var folder = new SourceFolder();
        folder.Write("a/one.txt", "one\n");
        folder.Shell("ln -s .. a/up; ln -s /etc/passwd a/out; ln -s nowhere a/broken; ln -s loop a/loop; mkfifo a/pipe");

        var result = await DemoFixture.RunAsync(folder);

        result.RunWorld.Objects.Where(o => o.Type == "File").Select(o => o.Id).ShouldBe(["a/one.txt", "a/pipe"]);
        result.RunPhases[0].Text.ShouldBe("found 2 files in 2 folders; left out 4 (link)");
    }

    [Fact]
    public async Task Run_TextThatIsNotUtf8OrHasNul_IsStored()
    {
        using var folder = new SourceFolder();
        folder.WriteBytes("a.txt", [.. "TODO caf"u8, 0xE9, .. "\n"u8]);
        folder.WriteBytes("b.txt", [.. Enumerable.Repeat((byte)'x', 8_000), .. "\nTODO nul "u8, 0, .. " behind\n"u8]);
        folder.Write("c.txt", "TODO " + string.Concat(Enumerable.Repeat("\U0001F600", 100)) + "\n");

        var world = (await DemoFixture.RunAsync(folder)).RunWorld;

        MarkerOf("a.txt").ShouldBe("TODO caf\uFFFD");
        MarkerOf("b.txt").ShouldBe("TODO nul \uFFFD behind");
        MarkerOf("c.txt").ShouldEndWith("\U0001F600…");

        string MarkerOf(string id) => world.FindObject(id)!.Data["markers"][0].GetProperty("text").GetString()!;
    }

    [Fact]
    public async Task Run_TwoThousandFiles_TakesSeconds()
    {
        using var folder = new SourceFolder();
        for (var i = 0; i < 2_000; i++)
        {
            folder.Write($"src/Part{i / 50}/Class{i}.cs", $"using Part{i / 70};\n\nnamespace Part{i / 50};\n\n// TODO {i}\n" + new string('/', 2_000) + "\n");
        }

        var watch = Stopwatch.StartNew();
        var result = await DemoFixture.RunAsync(folder);

        // The limit is that of a busy machine.
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        result.RunWorld.Objects.Count(o => o.Type == "File").ShouldBe(2_000);
        result.BranchPhases.Sum(p => p.Events).ShouldBeGreaterThan(4_000);
        DemoFixture.Print(result).Split('\n').Length.ShouldBeLessThan(100);
    }

    [Fact]
    public void List_FolderWithoutFiles_IsRefused()
    {
        using var folder = new SourceFolder();
        folder.Write("bin/a.dll", "x");

        Should.Throw<RefusalException>(() => FolderListing.List(folder.Root, new ReadLimits(), default)).Message.ShouldBe(
            $"The folder '{folder.Root}' has no files to look at; links and build output do not count. Name another one.");
    }

    [Fact]
    public void List_File_IsRefused()
    {
        using var folder = new SourceFolder();
        folder.Write("a.txt", "x");

        Should.Throw<RefusalException>(() => FolderListing.List(folder.PathOf("a.txt"), new ReadLimits(), default)).Message.ShouldBe(
            $"'{folder.PathOf("a.txt")}' is a file. Name the folder that the demo is to look at.");
    }

    [Fact]
    public void List_MissingFolder_IsRefused() =>
        Should.Throw<RefusalException>(() => FolderListing.List("no/such/folder", new ReadLimits(), default)).Message.ShouldBe(
            "There is no folder 'no/such/folder'. Name one that exists, or none for the current one.");
}
