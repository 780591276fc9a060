using System.Text.Json;
using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Projections;
using Ledger.Postgres.Schema;
using Marten;
using Microsoft.Extensions.Logging;
using Shouldly;
using Weasel.Core;
using Xunit;

namespace Ledger.Marten.Tests.Worlds;

/// <summary>Stored worlds as documents of Marten.</summary>
public sealed class LedgerWorldTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    public static TheoryData<string> Casings => ["Default", "CamelCase", "SnakeCase"];

    [Theory]
    [MemberData(nameof(Casings))]
    public async Task Query_ByObjectsAndRelations_IsTranslated(string casing)
    {
        var documents = Inline(o => o.UseSystemTextJsonForSerialization(casing: Enum.Parse<Casing>(casing)));
        await using var store = new MartenEventStore(documents);
        var run = await FillAsync(store);
        var branch = await run.ForkAsync(new Position(2), new ForkOptions { Id = _id + "-b" });
        await branch.AppendAsync([new ObjectCreated("s", "source", []), new BudgetExhausted(["max"])]);
        var (own, other) = (run.StreamName.Value, branch.StreamName.Value);

        await using var session = documents.QuerySession();
        var worlds = session.Query<LedgerWorld>().Where(w => w.Id.Contains(_id));
        (await IdsAsync(worlds.Where(w => w.Objects.Any(o => o.Type == "claim")))).ShouldBe([other, own]);
        (await IdsAsync(worlds.Where(w => w.Objects.Any(o => o.Type == "source")))).ShouldBe([other]);
        (await IdsAsync(worlds.Where(w => w.Objects.Any(o => o.Type == "claim" && o.Id == "b")))).ShouldBe([other, own]);
        (await IdsAsync(worlds.Where(w => w.Objects.Any(o => o.Type == "source" && o.Id == "b")))).ShouldBeEmpty();
        (await IdsAsync(worlds.Where(w => w.Relations.Any(r => r.SourceId == "a" && r.TargetId == "b")))).ShouldBe([own]);
        (await IdsAsync(worlds.Where(w => w.BudgetExhausted))).ShouldBe([other]);
        (await IdsAsync(worlds.Where(w => w.Position > 4))).ShouldBe([other]);
        (await IdsAsync(worlds.Where(w => w.Faults.Any(f => f.Reason == "unknown_object")))).ShouldBe([own]);
        (await worlds.OrderBy(w => w.Position).Select(w => w.Position).ToListAsync()).ShouldBe([4, 5]);
        (await worlds.SelectMany(w => w.Objects).Where(o => o.Type == "source").Select(o => o.Id).ToListAsync()).ShouldBe(["s"]);
        (await worlds.CountAsync(w => w.Objects.Count == 3)).ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Casings))]
    public async Task Load_TheStoredWorld_IsTheWorld(string casing)
    {
        var documents = Inline(o => o.UseSystemTextJsonForSerialization(casing: Enum.Parse<Casing>(casing)));
        await using var store = new MartenEventStore(documents);
        var run = await FillAsync(store);

        await using var session = documents.QuerySession();
        var document = (await session.LoadAsync<LedgerWorld>(run.StreamName.Value)).ShouldNotBeNull();

        var world = await run.GetWorldAsync();
        document.ToWorld().ToString().ShouldBe(world.ToString());
        document.Objects[0].Data["n"].GetRawText().ShouldBe("12345678901234567890.125");
        document.LastEventId.ShouldBe((await run.ReadAllAsync())[^1].Id);
        document.Faults.Single().Position.ShouldBe(3);
        (await session.LoadAsync<LedgerWorld>("run:never")).ShouldBeNull();
    }

    [Fact]
    public async Task Load_OfTheFormerFormat_IsRefusedUntilTheWorldIsStoredAgain()
    {
        var documents = Inline();
        await using var store = new MartenEventStore(documents);
        var run = await FillAsync(store);
        var id = run.StreamName.Value;
        await database.ExecuteAsync($$"""
            update ledger.mt_doc_ledger_world as d
            set data = (d.data - '{objects,relations,budget_exhausted,faults}'::text[])
                || jsonb_build_object('format', 1, 'world', d.data - '{id,format,last_event_id,checksum}'::text[])
            where d.id = '{{id}}'
            """);

        await using var session = documents.QuerySession();
        var fault = await Should.ThrowAsync<Exception>(() => session.LoadAsync<LedgerWorld>(id));
        fault.GetBaseException().ShouldBeOfType<JsonException>().Message.ShouldContain("'objects'");

        await run.AppendAsync([new ObjectCreated("later", "claim", [])]);
        (await session.LoadAsync<LedgerWorld>(id)).ShouldNotBeNull().Objects.Select(o => o.Id).ShouldBe(["a", "b", "later"]);
    }

    [Fact]
    public async Task Include_OfTheWorldOfADocument_LoadsBoth()
    {
        var documents = Inline();
        await using var store = new MartenEventStore(documents);
        var run = await FillAsync(store);
        await using var session = documents.LightweightSession();
        session.Store(new Order(_id, run.StreamName.Value));
        await session.SaveChangesAsync();

        var worlds = new Dictionary<string, LedgerWorld>();
        var order = await session.Query<Order>().Include(worlds).On(o => o.State).Where(o => o.Id == _id).SingleAsync();

        worlds[order.State].Objects.Select(o => o.Id).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Load_InASessionWithAnIdentityMap_IsTheSameUntilTheSessionAppends()
    {
        var documents = Inline();
        await using var store = new MartenEventStore(documents);
        var run = await FillAsync(store);
        var id = run.StreamName.Value;

        await using var lightweight = documents.LightweightSession();
        (await lightweight.LoadAsync<LedgerWorld>(id)).ShouldNotBeSameAs(await lightweight.LoadAsync<LedgerWorld>(id));
        await using var session = documents.IdentitySession();
        var before = await session.LoadAsync<LedgerWorld>(id);
        (await session.Query<LedgerWorld>().SingleAsync(w => w.Id == id)).ShouldBeSameAs(before);
        await run.AppendAsync([new ObjectCreated("elsewhere", "claim", [])]);
        (await session.LoadAsync<LedgerWorld>(id)).ShouldBeSameAs(before);

        await session.Ledger().GetRun(_id).AppendAsync([new ObjectCreated("here", "claim", [])]);
        await session.SaveChangesAsync();

        (await session.LoadAsync<LedgerWorld>(id))!.Objects.Select(o => o.Id).ShouldBe(["a", "b", "elsewhere", "here"]);
    }

    [Fact]
    public async Task Save_OfADirtyTrackedSession_DoesNotWriteWhatItHasRead()
    {
        var documents = Inline();
        await using var store = new MartenEventStore(documents);
        var run = await FillAsync(store);
        await using var session = documents.DirtyTrackedSession();
        (await session.LoadAsync<LedgerWorld>(run.StreamName.Value)).ShouldNotBeNull();
        session.Store(new Order(_id, "saved"));

        await session.SaveChangesAsync();

        (await session.LoadAsync<Order>(_id)).ShouldNotBeNull();
        (await run.LoadSnapshotAsync()).ShouldNotBeNull().Position.ShouldBe(new Position(4));
    }

    [Fact]
    public async Task Save_OfASessionThatStoresAWorld_IsRefusedWithAll()
    {
        var documents = Inline();
        await using var store = new MartenEventStore(documents);
        var run = await FillAsync(store);
        await using var session = documents.LightweightSession();
        session.Store(new Order(_id, "refused"));
        session.Store(new LedgerWorld { Id = run.StreamName.Value, Position = 9, Objects = [], Relations = [], Faults = [] });

        (await Should.ThrowAsync<InvalidOperationException>(() => session.SaveChangesAsync())).Message.ShouldBe(
            $"The session stores the world of 'run:{_id}', which follows from the log. Nothing was saved; append events, and the stored world changes with them.");

        await using var reading = documents.QuerySession();
        (await reading.LoadAsync<Order>(_id)).ShouldBeNull();
        (await reading.LoadAsync<LedgerWorld>(run.StreamName.Value))!.Position.ShouldBe(4);
    }

    [Fact]
    public async Task Table_IsTheOneThatLedgerMakes_WhateverThePoliciesSay()
    {
        var own = await CreateOwnAsync();
        try
        {
            var documents = own.CreateDocumentStore(configure: o =>
            {
                o.Policies.AllDocumentsSoftDeleted();
                o.Policies.AllDocumentsAreMultiTenanted();
                o.Policies.AllDocumentsEnforceOptimisticConcurrency();
                o.Policies.ForAllDocuments(m =>
                {
                    m.Metadata.CausationId.Enabled = true;
                    m.Metadata.CorrelationId.Enabled = true;
                    m.Metadata.Headers.Enabled = true;
                    m.Metadata.CreatedAt.Enabled = true;
                    m.Metadata.LastModifiedBy.Enabled = true;
                });
                o.SnapshotWorlds(ProjectionLifecycle.Inline);
            });

            var migration = await documents.Storage.Database.CreateMigrationAsync();

            migration.Deltas.Where(d => d.SchemaObject.Identifier.Name == "mt_doc_ledger_world").Select(d => d.Difference)
                .ShouldBe([SchemaPatchDifference.None]);
            await using var store = new MartenEventStore(documents);
            var run = await FillAsync(store);
            await using var session = documents.QuerySession("some-tenant");
            (await session.LoadAsync<LedgerWorld>(run.StreamName.Value)).ShouldNotBeNull().Position.ShouldBe(4);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task Index_OfTheApplication_IsMadeAndNoDifference()
    {
        var own = await CreateOwnAsync();
        try
        {
            var documents = own.CreateDocumentStore(configure: o => o.Schema.For<LedgerWorld>().GinIndexJsonData());
            await documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();

            (await own.TextAsync("select indexdef from pg_indexes where tablename = 'mt_doc_ledger_world' and indexdef like '%gin%'")).ShouldContain("jsonb_path_ops");
            await documents.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
            (await new LedgerMigrator(own.DataSource).AssertAsync()).ShouldBeEmpty();
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task Append_WorldThatIsTooLarge_IsWrittenAndTheLastWorldStays()
    {
        var documents = Inline();
        var log = new WarningLogger();
        await using var store = new MartenEventStore(documents, logger: log);
        var run = new AgentLedger(store).GetRun(_id);
        var text = JsonElement.Parse($$"""{"text":"{{new string('x', 900_000)}}"}""");
        await run.AppendAsync([new ObjectCreated("small", "claim", [])]);

        await run.AppendAsync([.. Enumerable.Range(1, 38).Select(i => new ObjectCreated($"o{i}", "claim", text))]);

        (await run.GetLengthAsync()).ShouldBe(new Position(39));
        log.Warnings.ShouldBe([$"The world of {run.StreamName} is too large for a snapshot; its last one stays"]);
        await using var session = documents.QuerySession();
        (await session.LoadAsync<LedgerWorld>(run.StreamName.Value))!.Position.ShouldBe(1);
        (await run.GetWorldAsync()).Objects.Count.ShouldBe(39);
    }

    private DocumentStore Inline(Action<StoreOptions>? configure = null) => database.CreateDocumentStore(configure: o =>
    {
        o.SnapshotWorlds(ProjectionLifecycle.Inline);
        configure?.Invoke(o);
    });

    private static async Task<MartenDatabase> CreateOwnAsync()
    {
        var own = MartenDatabase.Empty();
        await own.InitializeAsync();
        await new LedgerMigrator(own.DataSource).ApplyAsync();
        return own;
    }

    private async Task<Run> FillAsync(IEventStore store)
    {
        var run = new AgentLedger(store).GetRun(_id);
        await run.AppendAsync(
        [
            new ObjectCreated("a", "claim", new JsonObject { ["n"] = JsonNode.Parse("12345678901234567890.125") }),
            new ObjectCreated("b", "claim", []),
            new RelationCreated("r", "supports", "a", "b"),
            new ObjectPatched("ghost", new JsonObject { ["n"] = 1 }),
        ]);
        return run;
    }

    private static async Task<IReadOnlyList<string>> IdsAsync(IQueryable<LedgerWorld> worlds) => await worlds.OrderBy(w => w.Id).Select(w => w.Id).ToListAsync();

    private sealed class WarningLogger : ILogger<MartenEventStore>
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                Warnings.Add(formatter(state, exception));
            }
        }
    }
}
