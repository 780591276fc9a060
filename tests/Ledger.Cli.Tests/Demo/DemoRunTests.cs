using System.Text;
using System.Text.Json;
using Ledger.Cli.Demo;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Demo;

public sealed class DemoRunTests
{
    [Fact]
    public async Task Run_Causes_ExistAndPrecede()
    {
        using var folder = SourceFolder.Shop();
        var result = await DemoFixture.RunAsync(folder);

        foreach (var run in new[] { result.Run, result.Branch })
        {
            var known = new HashSet<Guid>();
            await foreach (var recorded in run.ReadAsync())
            {
                recorded.Metadata.Actor.ShouldBe("codebase-agent");
                recorded.Metadata.Source.ShouldNotBeNull().ShouldStartWith("demo/");
                recorded.Metadata.Causes.ShouldAllBe(cause => known.Contains(cause));
                (recorded.Metadata.Causes.Count > 0 || known.Count == 0).ShouldBeTrue("only the first event follows from nothing");
                known.Add(recorded.Id).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public async Task Run_ToolCalls_AreAnswered()
    {
        using var folder = SourceFolder.Shop();
        var events = await (await DemoFixture.RunAsync(folder)).Run.ReadAllAsync();

        var calls = events.Where(e => e.Data is ToolCalled).Select(e => e.Id.ToString()).ToList();
        calls.ShouldBe(events.Select(e => e.Data).OfType<ToolReturned>().Select(r => r.CallId!));
        events.Select(e => e.Data).OfType<ToolCalled>().Select(c => c.Tool).Distinct().ShouldBe(["list_folder", "read_files", "find_references"]);
    }

    [Fact]
    public async Task Run_Fork_IsJustBeforeTheFindings()
    {
        using var folder = SourceFolder.Shop();
        var result = await DemoFixture.RunAsync(folder);
        var events = await result.Run.ReadAllAsync();
        var at = (int)result.ForkPosition.Value;

        events[at].Data.ShouldBeOfType<ResponderFired>();
        events.Take(at).ShouldAllBe(e => e.Metadata.Source != DemoPhase.Judge);
        (await result.Run.GetWorldAsync(result.ForkPosition)).Objects.ShouldNotContain(o => o.Type == "Finding");
        result.Branch.History.PrefixLength.ShouldBe(result.ForkPosition);
        result.Branches.Single().Branch.Stream.ShouldBe(result.Branch.StreamName);
    }

    [Fact]
    public async Task Run_Findings_DependOnTheRule()
    {
        using var folder = SourceFolder.Shop();
        var result = await DemoFixture.RunAsync(folder);

        FindingsOf(result.RunWorld).ShouldBe(
        [
            "largest README.md", "largest native/scale.c", "largest src/Till.cs", "largest web/app.ts", "largest tools/report.py",
            "todo src/Till.cs", "todo README.md", "todo include/units.h",
            "duplicate web/lib/b-copy-again.js+web/lib/b-copy.js", "duplicate docs/notes-copy.md+docs/notes.md",
            "most-referenced README.md", "most-referenced namespace:Shop.Goods", "most-referenced tools/tables.py",
        ], ignoreOrder: true);
        FindingsOf(result.BranchWorld).ShouldBe(
        [
            "largest src/Till.cs", "largest tools/report.py", "largest native/scale.c", "largest src/Goods/Pear.cs", "largest web/app.ts",
            "todo src/Till.cs", "todo include/units.h",
            "duplicate web/lib/b-copy-again.js+web/lib/b-copy.js",
            "most-referenced namespace:Shop.Goods", "most-referenced tools/tables.py", "most-referenced web/lib/a.ts",
        ], ignoreOrder: true);

        static IEnumerable<string> FindingsOf(World world) => world.Objects
            .Where(o => o.Type == "Finding")
            .Select(f => $"{f.Data["kind"]} {string.Join('+', world.RelationsOf(f.Id, "about").Select(r => r.TargetId))}");
    }

    [Fact]
    public async Task Run_Diff_ShowsWhatTheRuleChanged()
    {
        using var folder = SourceFolder.Shop();
        var diff = (await DemoFixture.RunAsync(folder)).Diff;

        diff.AddedObjects.ShouldBe(["finding:largest:src/Goods/Pear.cs", "finding:most-referenced:web/lib/a.ts"]);
        diff.RemovedObjects.ShouldContain("finding:largest:README.md");
        diff.PatchedObjects.ShouldContain(CodebaseAgent.FolderId);
        diff.Changes.ShouldContain(c => c.Id == "." && c.Path == "/data/rule" && c.New.GetString() == "code-only");
    }

    [Fact]
    public async Task Run_SameFolder_SameEvents()
    {
        using var folder = SourceFolder.Shop();
        var first = await DemoFixture.RunAsync(folder);
        var second = await DemoFixture.RunAsync(folder);

        DemoFixture.Describe(await second.Run.ReadAllAsync()).ShouldBe(DemoFixture.Describe(await first.Run.ReadAllAsync()));
        DemoFixture.Describe(await second.Branch.ReadAllAsync()).ShouldBe(DemoFixture.Describe(await first.Branch.ReadAllAsync()));
    }

    [Fact]
    public async Task Run_IdInUse_IsRefused()
    {
        using var folder = SourceFolder.Shop();
        var ledger = new AgentLedger(new MemoryEventStore());
        await DemoFixture.RunAsync(folder, ledger: ledger);

        await Should.ThrowAsync<WrongExpectedVersionException>(() => DemoFixture.RunAsync(folder, ledger: ledger));
    }

    [Fact]
    public async Task Write_Json_IsOneDocument()
    {
        using var folder = SourceFolder.Shop();
        var result = await DemoFixture.RunAsync(folder);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            DemoJson.Write(writer, result, result.Next("ledger", " --schema s"));
        }

        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        var root = document.RootElement;
        root.EnumerateObject().Select(m => m.Name).ShouldBe(
        [
            "folder", "run_id", "branch_id", "fork_position", "run_length", "branch_length", "run_phases", "branch_phases", "counts", "diff", "next",
        ]);
        root.GetProperty("run_id").GetString().ShouldBe("demo-1");
        root.GetProperty("branch_id").GetString().ShouldBe("demo-1-code-only");
        root.GetProperty("diff").GetProperty("has_changes").GetBoolean().ShouldBeTrue();
    }
}
