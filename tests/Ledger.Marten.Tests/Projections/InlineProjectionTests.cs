using JasperFx.Events.Projections;
using Ledger.Events;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Postgres.Projections.Inline;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Projections;

/// <summary>Marten's own inline projections, and Ledger's beside them, in the transaction of an append.</summary>
public sealed class InlineProjectionTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    [Fact]
    public async Task Append_RunsMartensInlineProjections()
    {
        var documents = database.CreateDocumentStore(configure: o => o.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Inline));
        await using var store = new MartenEventStore(documents);
        var run = new AgentLedger(store).GetRun("inline");

        await run.AppendAsync([new ObjectCreated("a", "Claim", []), new KitLoaded("k")]);
        await run.AppendAsync([new ObjectPatched("a", [])]);
        await store.AppendAsync(run.StreamName, ExpectedVersion.Any, [new UntypedEvent("kit.loaded", System.Text.Json.JsonDocument.Parse("{}").RootElement)]);
        var branch = await run.ForkAsync(new Position(1));

        await using var session = documents.LightweightSession();
        var counts = (await session.LoadAsync<RunCounts>(run.StreamName.Value))!;
        (counts.Created, counts.Patched, counts.Kits).ShouldBe((1, 1, 2));
        (await session.LoadAsync<RunCounts>(branch.StreamName.Value))!.Forks.ShouldBe(1);
        (await session.Events.FetchForWriting<RunCounts>(run.StreamName.Value)).CurrentVersion.ShouldBe(4);
    }

    [Fact]
    public async Task Append_MartensProjectionThrows_WritesNothing()
    {
        var documents = database.CreateDocumentStore(configure: o => o.Projections.Add(new Refusing(), ProjectionLifecycle.Inline));
        await using var store = new MartenEventStore(documents);
        var stream = new StreamName("refused");

        await Should.ThrowAsync<NotSupportedException>(() => store.AppendAsync(stream, ExpectedVersion.NoStream, [new KitLoaded("k")]));

        (await store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_LedgersRowsFail_WritesNothingAndLeavesNoTombstone()
    {
        await using var store = database.CreateStore(o => o with { Projections = [new RowProjection("broken", "select 1 / (count(*) - count(*)) from {pending}")] });
        var stream = new StreamName("broken");

        await Should.ThrowAsync<Npgsql.PostgresException>(() => store.AppendAsync(stream, ExpectedVersion.NoStream, [new KitLoaded("k")]));

        (await store.GetStreamAsync(stream)).ShouldBeNull();
        (await store.ReadLogAsync().AnyAsync(e => e.Type == "tombstone")).ShouldBeFalse();
    }

    private sealed class Refusing : global::Marten.Events.Projections.IProjection
    {
        public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<JasperFx.Events.IEvent> events, CancellationToken cancellation) =>
            throw new NotSupportedException("This one does not like anything.");
    }
}
