using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Worlds;

/// <summary>Which events made and changed an object.</summary>
public abstract class BlameTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Blame_Object_EveryEventThatTouchedIt()
    {
        var branch = await BranchAsync();

        var blame = await branch.BlameAsync("a");

        blame.Entries.Select(e => (e.Event.Position!.Value.Value, e.Kind)).ShouldBe(
            [(0, BlameKind.Created), (2, BlameKind.Patched), (4, BlameKind.Patched), (5, BlameKind.Replaced), (6, BlameKind.Removed)]);
        blame.Entries.Select(e => e.After?.Data.ToString()).ShouldBe(
            ["{\"x\":1}", "{\"x\":1,\"y\":2}", "{\"x\":1,\"y\":2}", "{\"y\":null}", null]);
        blame.Entries.Select(e => e.Before?.Data.Count).ShouldBe([null, 1, 2, 2, 1]);
        (await branch.BlameAsync("ghost")).Entries.ShouldBeEmpty();
        for (var most = 1; most <= 6; most++)
        {
            (await branch.BlameLastAsync("a", most)).Entries.Select(Text).ShouldBe(blame.Entries.TakeLast(most).Select(Text));
        }

        Positions(await branch.BlameLastAsync("a", 2, new Position(5))).ShouldBe([2, 4]);
        (await branch.BlameLastAsync("ghost", 1)).Entries.ShouldBeEmpty();

        static string Text(BlameEntry entry) => $"{entry.Event.Position} {entry.Kind} {entry.Before?.Data} {entry.After?.Data}";
    }

    [Fact]
    public async Task Blame_Property_EventsThatSetOrEndedIt()
    {
        var branch = await BranchAsync();

        Positions(await branch.BlameAsync("a", "x")).ShouldBe([0, 4, 5]);
        Positions(await branch.BlameAsync("a", "y")).ShouldBe([2, 5, 6]);
        Positions(await branch.BlameAsync("a", "z")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Blame_StrictBehindAFault_TheFault()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectPatched("ghost", new JsonObject())]);

        var strict = run.WithFaults(WorldFaults.Throw);
        (await Should.ThrowAsync<WorldFaultException>(() => strict.BlameAsync("a"))).Position.ShouldBe(Position.Start);
        (await Should.ThrowAsync<WorldFaultException>(() => strict.BlameRelationAsync("r"))).Position.ShouldBe(Position.Start);
    }

    [Fact]
    public async Task Blame_EventsThatCannotBeApplied_AreNotAmongThem()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([
            new ObjectPatched("a", new JsonObject { ["x"] = 0 }),
            new ObjectCreated("a", "T", new JsonObject { ["x"] = 1 }),
            new UntypedEvent("object.patched", JsonElement.Parse("""{"id":"a","patch":[]}""")),
            new UntypedEvent("object.created", JsonElement.Parse("""{"id":"a"}""")),
            new RelationCreated("r", "t", "a", "b"),
            new UntypedEvent("relation.created", JsonElement.Parse("""{"id":"r","type":"t"}""")),
            new ObjectPatched("a", new JsonObject { ["x"] = 2 })]);

        Positions(await run.BlameAsync("a")).ShouldBe([1, 6]);
        Positions(await run.BlameAsync("a", "x")).ShouldBe([1, 6]);
        (await run.BlameRelationAsync("r")).Entries.Select(e => e.Event.Position!.Value.Value).ShouldBe([4]);
    }

    private static IEnumerable<long> Positions(Blame blame) => blame.Entries.Select(e => e.Event.Position!.Value.Value);

    private async Task<Run> BranchAsync()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync(
        [
            new ObjectCreated("a", "T", new JsonObject { ["x"] = 1 }),
            new ObjectCreated("b", "T", new JsonObject { ["x"] = 1 }),
            new ObjectPatched("a", new JsonObject { ["y"] = 2 }),
            new ObjectRemoved("a"),
        ]);
        var branch = await run.ForkAsync(new Position(3));
        await branch.AppendAsync(
        [
            new ObjectPatched("a", new JsonObject { ["x"] = 1 }),
            new ObjectCreated("a", "T", new JsonObject { ["y"] = null }),
            new ObjectRemoved("a"),
            new ObjectRemoved("a"),
        ]);
        return branch;
    }
}
