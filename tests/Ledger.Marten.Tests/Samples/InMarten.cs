using System.Text.Json.Nodes;
using JasperFx.Events;
using JasperFx.Events.Projections;
using JasperFx.Events.Tags;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Aggregates;
using Ledger.Marten.Tests.Projections;
using Ledger.Marten.Tests.Sessions;
using Ledger.Postgres;
using Ledger.Records;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Samples;

/// <summary>The samples of the README that need Marten.</summary>
public sealed class InMarten(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    [Fact]
    public async Task Append_ThroughMarten_RunsItsProjections()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        var connectionString = database.ConnectionString;

        // sample: Marten
        services.AddMarten(options =>
        {
            options.Connection(connectionString);
            options.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Inline);
        }).AddLedger();
        // end of sample
        await using var provider = services.BuildServiceProvider();

        // sample: an append that Marten projects
        var run = provider.GetRequiredService<AgentLedger>().GetRun("order-7");
        await run.AppendAsync([new ObjectCreated("order-7", "Order", new JsonObject { ["state"] = "placed" })]);

        await using var session = provider.GetRequiredService<IDocumentStore>().QuerySession();
        var counts = await session.LoadAsync<RunCounts>("run:order-7");    // up to date, because it is inline
        var events = await session.Events.FetchStreamAsync("run:order-7");
        // end of sample
        counts!.Created.ShouldBe(1);
        events.Single().Data.ShouldBeOfType<ObjectCreated>();
    }

    [Fact]
    public async Task Append_InASession_IsWrittenWithItsDocuments()
    {
        var store = database.CreateDocumentStore();
        await using var session = store.LightweightSession();

        // sample: a document and an event
        session.Store(new Order("order-8", "placed"));
        await session.Ledger().GetRun("order-8").AppendAsync([new ObjectCreated("order-8", "Order", [])]);
        await session.SaveChangesAsync();    // the document and the event, or neither
        // end of sample
        (await session.LoadAsync<Order>("order-8")).ShouldNotBeNull();
        (await session.Events.FetchStreamAsync("run:order-8")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Fork_InASession_IsOfItsUnsavedEvents()
    {
        var store = database.CreateDocumentStore();
        await using var session = store.LightweightSession();

        // sample: a fork of unsaved events
        var run = session.Ledger().GetRun("order-12");
        await run.AppendAsync([new ObjectCreated("order-12", "Order", new JsonObject { ["state"] = "placed" })]);
        var refused = await run.ForkAsync(new ForkOptions { Id = "order-12-refused" });
        await refused.AppendAsync([new ObjectPatched("order-12", new JsonObject { ["state"] = "refused" })]);
        var diff = WorldDiff.Between(await run.GetWorldAsync(), await refused.GetWorldAsync());
        await session.SaveChangesAsync();    // the run and its branch, or nothing
        // end of sample
        diff.Changes.Single().Path.ShouldBe("/data/state");
        await using var engine = new MartenEventStore(store);
        var saved = await new AgentLedger(engine).OpenAsync(StreamName.Branch("order-12-refused"));
        (await saved.FindObjectAsync("order-12"))!.Data["state"].GetString().ShouldBe("refused");
    }

    [Fact]
    public async Task Records_InASession_AreWrittenWithItsDocuments()
    {
        var store = database.CreateDocumentStore();
        await using var session = store.LightweightSession();

        // sample: a document and records
        session.Store(new Order("order-10", "doubted"));
        var records = session.Ledger().Records("kettle");
        var claim = await records.UpsertAsync(new ChronoRecord { Id = "F-10", Label = "Order 10 is late.", Confidence = 0.7 });
        await records.UpsertAsync(new ChronoRecord { Id = "R-10", Kind = "risk", Label = "It never comes.", Evidence = [$"seq {claim.Seq}"] });
        await session.SaveChangesAsync();    // the document and both links of the chain, or nothing
        // end of sample
        await using var engine = new MartenEventStore(store);
        await using var saved = new ChronoStore(engine, "kettle");
        (await saved.GetAsync("R-10"))!.Evidence.ShouldBe(["seq 1"]);
        (await saved.VerifyChainAsync()).ChainValid.ShouldBeTrue();
    }

    [Fact]
    public async Task Decision_OnATag_IsRefusedIfAnotherStreamGetsIt()
    {
        var store = database.CreateDocumentStore(configure: options =>
        {
            // sample: tags by rule
            options.Events.RegisterTagType<ObjectTag>("object");
            options.Events.TagWith<ObjectCreated>(created => new ObjectTag(created.Id));
            options.Events.TagWith<ObjectPatched>(patched => new ObjectTag(patched.Id));
            // end of sample
        });
        await using var engine = new MartenEventStore(store);
        await new AgentLedger(engine).GetRun("day-shift").AppendAsync([new ObjectCreated("order-11", "Order")]);

        await Task.WhenAll(DecideAsync(), DecideAsync());
        (await new AgentLedger(engine).GetRun("night-shift").GetLengthAsync()).ShouldBe(new Position(1));

        async Task DecideAsync()
        {
            await using var session = store.LightweightSession();
            try
            {
                // sample: a decision on all events of a tag
                var boundary = await session.Events.FetchForWritingByTags<Journal>(EventTagQuery.For(new ObjectTag("order-11")));
                if (!boundary.Aggregate!.Lines.Contains("patched order-11"))
                {
                    await session.Ledger().GetRun("night-shift").AppendAsync([new ObjectPatched("order-11")]);
                    await session.SaveChangesAsync();    // refused if any stream got an event with the tag meanwhile
                }
                // end of sample
            }
            catch (DcbConcurrencyException)
            {
                // The other was faster.
            }
        }
    }

    [Fact]
    public async Task Events_AreFoundByModelAndActor()
    {
        var store = database.CreateDocumentStore(configure: options =>
        {
            // sample: tags of actors, models, tools and tasks
            options.TagLedgerEvents();
            // end of sample
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using var native = new PostgresEventStore(database.DataSource);
        await new AgentLedger(native).GetRun("order-13").AppendAsync([new LlmRequest(Model: "small"), new LlmResponse("Placed.", "small")]);
        await using var session = store.LightweightSession();

        // sample: events of a model or an actor
        var found = await session.Events.QueryByTagsAsync(EventTagQuery.For(new ModelTag("small")).Or(new ActorTag("planner")));
        // end of sample
        found.Select(e => e.EventTypeName).ShouldBe(["llm.request", "llm.response"]);
    }

    [Fact]
    public async Task World_IsADocumentThatMartenQueries()
    {
        var documents = database.CreateDocumentStore(configure: o => o.SnapshotWorlds(ProjectionLifecycle.Inline));
        await using var store = new MartenEventStore(documents);
        await new AgentLedger(store).GetRun("claims").AppendAsync(
            [new ObjectCreated("a", "claim", []), new ObjectCreated("b", "claim", []), new RelationCreated("r", "disputes", "a", "b")]);
        await using var session = documents.QuerySession();

        // sample: worlds as documents
        var stored = await session.LoadAsync<LedgerWorld>("run:claims");
        var disputed = await session.Query<LedgerWorld>()
            .Where(w => w.Objects.Any(o => o.Type == "claim") && w.Relations.Any(r => r.Type == "disputes"))
            .Select(w => w.Id)
            .ToListAsync();
        // end of sample
        stored!.Objects.Count.ShouldBe(2);
        disputed.ShouldBe(["run:claims"]);
    }

    [Fact]
    public async Task Aggregate_OfABranch_BeginsWithItsParentsState()
    {
        var store = database.CreateDocumentStore(configure: options =>
        {
            // sample: a snapshot of histories
            options.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
            // end of sample

            // sample: a projection of histories
            options.Projections.AddProjectionOfHistory(new ChronicleProjection("created"), ProjectionLifecycle.Async);
            // end of sample
        });
        await using var engine = new MartenEventStore(store);
        var run = new AgentLedger(engine).GetRun("order-9");
        await run.AppendAsync([new ObjectCreated("a", "Order"), new ObjectCreated("b", "Order")]);
        await run.ForkAsync(new Position(1), new ForkOptions { Id = "what-if" });
        await using var session = store.LightweightSession();

        // sample: decide on a branch
        var stream = await session.Ledger().FetchForWritingAsync<Journal>(StreamName.Branch("what-if"));
        if (!stream.Aggregate!.Lines.Contains("created c"))
        {
            stream.AppendOne(new ObjectCreated("c", "Order"));
            await session.SaveChangesAsync();    // refused if another writer was faster
        }

        var first = await session.Ledger().AggregateHistoryAsync<Journal>(StreamName.Branch("what-if"), at: new Position(1));
        // end of sample
        first!.ToString().ShouldBe("created a");
        (await session.LoadAsync<Journal>("branch:what-if"))!.ToString().ShouldBe("created a, forked at 1, created c");
    }
}
