using System.Text.Json;
using JasperFx.Events.Projections;
using Ledger.Marten.Streams;
using Ledger.Projections;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Aggregates;

/// <summary>Aggregates of the application, followed event by event as Marten folds them.</summary>
public sealed class AggregateStepTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    [Fact]
    public async Task Aggregates_OfTheStore_AreFollowed_OverBranchesAsTheirDocumentsAre()
    {
        var documents = database.CreateDocumentStore(configure: o =>
        {
            o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
            o.Projections.LiveStreamAggregation<Picky>();
        });
        await documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using var store = new MartenEventStore(documents);
        var ledger = new AgentLedger(store);
        var run = ledger.GetRun("stepped");
        await run.AppendAsync([new ObjectCreated("a", "Thing"), new ObjectPatched("a")]);
        var branch = await run.ForkAsync(new Position(2));
        await branch.AppendAsync([new ObjectCreated("c", "Thing")]);
        await run.AppendAsync([new ObjectRemoved("a"), new ObjectCreated("b", "Thing")]);

        run.SteppableProjections.ShouldBe(["ledger:runs", "ledger:world", "Journal", "Picky"]);
        Lines(await run.StepAsync("Journal").ToListAsync()).ShouldBe(
            ["- > created a", "created a > created a, patched a", "created a, patched a > -", "- > created b"]);
        Lines(await run.StepAsync("Journal", new Position(3)).ToListAsync()).ShouldBe(["- > created b"]);
        Lines(await branch.StepAsync("Journal", new Position(1)).ToListAsync()).ShouldBe(
        [
            "created a > created a, patched a",
            "created a, patched a > created a, patched a, forked at 2",
            "created a, patched a, forked at 2 > created a, patched a, forked at 2, created c",
        ]);
        (await branch.StepAsync("Picky").ToListAsync()).Select(step => Things(step.After)).ShouldBe(["-", "-", "-", "c"]);
    }

    [Fact]
    public async Task Event_ThatAnAggregateRefuses_ChangesNothing()
    {
        var documents = database.CreateDocumentStore(configure: o => o.Projections.LiveStreamAggregation<Picky>());
        await using var store = new MartenEventStore(documents);
        var run = new AgentLedger(store).GetRun("refusing");
        await run.AppendAsync([.. new[] { "a", "bad-1", "c" }.Select(id => new ObjectCreated(id, "Thing"))]);

        var steps = await run.StepAsync("Picky").ToListAsync();

        steps.Select(step => $"{Things(step.Before)} > {Things(step.After)} {step.Fault}").ShouldBe(["- > a ", "a > a 'bad-1' cannot be applied.", "a > a, c "]);
    }

    private static IEnumerable<string> Lines(IEnumerable<ProjectionStep> steps) => steps.Select(step => $"{Of(step.Before, "Lines")} > {Of(step.After, "Lines")}");

    private static string Things(JsonElement state) => Of(state, "Things");

    private static string Of(JsonElement state, string list) => state.ValueKind == JsonValueKind.Undefined
        ? "-"
        : string.Join(", ", state.GetProperty(list).EnumerateArray().Select(item => item.GetString()));
}
