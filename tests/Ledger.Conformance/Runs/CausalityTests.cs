using System.Text.Json;
using Ledger.Conformance.Worlds;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Why events happened, and what came of them.</summary>
public abstract class CausalityTests(ITestEngine engine) : EventStoreTests(engine)
{
    public static TheoryData<string> Lineages => [.. KandoVector.Names("lineage")];

    [Theory]
    [MemberData(nameof(Lineages))]
    public async Task Explain_EventOfVector_TheOrderOfKando(string name)
    {
        var vector = KandoVector.Load(name);
        var run = Runs.GetRun(NewId());
        await run.AppendAsync(vector.Events("events"));

        await ShouldExplainAsync(run, vector.Json.GetProperty("event_id").GetString()!, vector.Expected);
        if (vector.Expected.TryGetProperty("more", out var more))
        {
            foreach (var query in more.EnumerateArray())
            {
                await ShouldExplainAsync(run, query.GetProperty("event_id").GetString()!, query);
            }
        }
    }

    [Fact]
    public async Task Explain_ThroughForks_CausesOfThePrefixAndNoneBehindTheFork()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([Foreign("p1"), Foreign("p2", "p1"), Foreign("p3", "p2")]);
        var branch = await run.ForkAsync(new Position(2));
        await branch.AppendAsync([Foreign("b1", "p2"), Foreign("p1", "b1", "p1", "p3")]);
        var leaf = await branch.ForkAsync(new Position(5));
        await leaf.AppendAsync([Foreign("l1", "p1", "p2")]);

        var trace = await leaf.ExplainAsync("l1");

        // The branch has its own p1, which names itself; p3 came after the fork.
        Ids(trace).ShouldBe(["l1", "p1", "p2", "b1", "p3", "p1"]);
        trace.Entries.Select(e => e.Distance).ShouldBe([0, 1, 1, 2, 2, 2]);
        trace.Entries.Select(e => e.IsMissing).ShouldBe([false, false, false, false, true, false]);
        trace.Events.Select(e => e.Position!.Value.Value).ShouldBe([6, 4, 1, 3, 0]);
        Ids(await run.ExplainAsync("p3")).ShouldBe(["p3", "p2", "p1"]);
        Ids(await leaf.TraceEffectsAsync("p2")).ShouldBe(["p2", "b1", "l1", "p1"]);
    }

    [Fact]
    public async Task Explain_CausesById_FoundAcrossTheFork()
    {
        var run = Runs.GetRun(NewId());
        var first = new NewEvent(Labelled("first"));
        var second = new NewEvent(Labelled("second"), new EventMetadata { Causes = [first.Id] });
        await run.AppendAsync([first, second]);
        var branch = await run.ForkAsync(new Position(2));
        var third = new NewEvent(Labelled("third"), new EventMetadata { Causes = [second.Id, Guid.Empty], ForeignCauses = [$"{first.Id}"] });
        await branch.AppendAsync([third]);

        var trace = await branch.ExplainAsync(third.Id);

        Ids(trace).ShouldBe([$"{third.Id}", $"{second.Id}", $"{Guid.Empty}", $"{first.Id}"]);
        Ids(await branch.ExplainAsync($"{third.Id}")).ShouldBe(Ids(trace));
        Ids(await branch.TraceEffectsAsync(first.Id)).ShouldBe([$"{first.Id}", $"{second.Id}", $"{third.Id}"]);
        Ids(await run.ExplainAsync(third.Id)).ShouldBe([$"{third.Id}"]);
        (await run.ExplainAsync(third.Id)).Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task Explain_LongChainWithLaterCauses_EveryEventInFewReads()
    {
        const int count = 3_000;
        var run = Runs.GetRun(NewId());
        object[] chain = [.. Enumerable.Range(0, count).Select(n => n == 0 ? Foreign("0", $"{count - 1}") : Foreign($"{n}", $"{n - 1}"))];
        await run.AppendAsync(chain);
        var branch = await run.ForkAsync(new Position(count));
        await branch.AppendAsync([Foreign("leaf", "1500")]);

        Ids(await branch.ExplainAsync("leaf")).ShouldBe(
            ["leaf", .. Enumerable.Range(0, count).Select(n => $"{(1500 - n + count) % count}")]);
        Ids(await branch.TraceEffectsAsync("2999")).Count.ShouldBe(count + 1);
    }

    [Fact]
    public async Task FindEvents_SomeIds_ThoseOfTheLogInItsOrder()
    {
        var first = new NewEvent(Labelled("first"));
        var second = new NewEvent(Labelled("second"));
        var (left, right) = (NewStream(), NewStream());
        await Store.AppendAsync(left, ExpectedVersion.Any, [first]);
        await Store.AppendAsync(right, ExpectedVersion.Any, [second]);

        var found = await Store.FindEventsAsync([second.Id, Guid.NewGuid(), first.Id, second.Id]);

        Labels(found).ShouldBe(["first", "second"]);
        found.Select(e => e.Stream).ShouldBe([left, right]);
        found.ShouldAllBe(e => e.Position == null && e.Version == new StreamVersion(1));
        (await Store.FindEventsAsync([])).ShouldBeEmpty();
    }

    protected static NewEvent Foreign(string id, params string[] causes) =>
        new(Labelled(id), new EventMetadata { ForeignId = id, ForeignCauses = causes });

    protected static IReadOnlyList<string> Ids(CausalTrace trace) => [.. trace.Entries.Select(e => e.Id)];

    private static async Task ShouldExplainAsync(Run run, string id, JsonElement expected)
    {
        var trace = await run.ExplainAsync(id);
        Ids(trace).ShouldBe(KandoVector.Ids(expected.GetProperty("trace_ids")));
        KandoVector.IdsOf(trace.Events).ShouldBe(KandoVector.Ids(expected.GetProperty("explain_ids")));
    }
}
