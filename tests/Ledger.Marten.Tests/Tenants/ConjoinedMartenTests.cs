using JasperFx.Events.Projections;
using JasperFx.MultiTenancy;
using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Postgres.Tests.Tenants;
using Ledger.Projections;
using Marten;
using Marten.Exceptions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Tenants;

/// <summary>Marten's conjoined tenants on a schema of many: the tables are shared with the native engine, and tenants never meet, by whichever of the two.</summary>
public sealed partial class ConjoinedMartenTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>, IAsyncLifetime
{
    private static readonly StreamName Run = StreamName.Run(EveryCall.Id);
    private readonly List<DocumentStore> _stores = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _stores.ForEach(store => store.Dispose());
        return Task.CompletedTask;
    }

    [Fact]
    public async Task EveryCall_OfATenantWithTheSameIds_AnswersAsAloneInADatabase_AndChangesNothingOfTheOther()
    {
        var single = new MartenDatabase();
        await single.InitializeAsync();
        var alone = await single.CreateProjectingStoreAsync(TenantStory.Options.Projections);
        await database.CreateProjectingStoreAsync(TenantStory.Options.Projections);
        var tenants = new MartenTenants(NewStore(ledger: o => o with { Projections = TenantStory.Options.Projections }));
        await database.Map.AddAsync("m-loud");
        await database.Map.AddAsync("m-quiet");
        var (loud, quiet) = (await tenants.ForTenantAsync("m-loud"), await tenants.ForTenantAsync("m-quiet"));
        await TenantStory.TellAsync(loud.Store, loud.Store.DataSource, Postgres.Tenancy.Conjoined, "loud");
        await EveryCall.PlayAsync(loud.Store);
        var before = await database.RowsOfAsync("m-loud");

        // Nothing yet, then in the middle of a story of its own.
        (await EveryCall.PlayAsync(quiet.Store)).ShouldBe(await EveryCall.PlayAsync(alone));
        (await TenantStory.TellAsync(quiet.Store, quiet.Store.DataSource, Postgres.Tenancy.Conjoined, "quiet"))
            .ShouldBe(await TenantStory.TellAsync(alone, single.DataSource, Postgres.Tenancy.Single, "quiet"));
        (await EveryCall.PlayAsync(quiet.Store)).ShouldBe(await EveryCall.PlayAsync(alone));

        (await database.RowsOfAsync("m-loud")).ShouldBe(before);
        before.ShouldContain("Run of loud");
        (await database.RowsOfAsync("m-quiet")).ShouldNotContain("of loud");
        await single.DisposeAsync();
    }

    [Fact]
    public async Task Schema_OfBoth_IsTheSame_AndNeitherChangesIt()
    {
        await using var owner = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        var store = NewStore();
        var migration = await store.Storage.CreateMigrationAsync();
        migration.Deltas.Where(delta => delta.Difference is Weasel.Core.SchemaPatchDifference.Update or Weasel.Core.SchemaPatchDifference.Invalid)
            .Select(delta => delta.SchemaObject.Identifier.QualifiedName).ShouldBeEmpty();
        migration.Deltas.Where(delta => delta.SchemaObject is Weasel.Postgresql.Tables.Table { Identifier: { Schema: "ledger" } }
                && delta.Difference != Weasel.Core.SchemaPatchDifference.None)
            .Select(delta => delta.SchemaObject.Identifier.QualifiedName).ShouldBeEmpty("the migrations make all tables of the log");

        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await store.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
        (await new LedgerMigrator(owner).AssertAsync()).ShouldBeEmpty();
        (await new LedgerMigrator(owner).ApplyAsync()).IsNothing.ShouldBeTrue();

        // A schema that an earlier version has divided becomes Marten's too.
        await database.ScalarAsync<int>("""
            alter table ledger.mt_events drop constraint fkey_mt_events_stream_id_tenant_id,
                add constraint fkey_mt_events_stream_id_tenant_id foreign key (tenant_id, stream_id) references ledger.mt_streams (tenant_id, id) on delete cascade;
            alter table ledger.mt_doc_ledger_world rename constraint pkey_mt_doc_ledger_world_tenant_id_id to pkey_mt_doc_ledger_world_id;
            drop policy marten_tenant_isolation on ledger.mt_doc_ledger_world;
            select 1
            """);
        (await new LedgerMigrator(owner).AssertAsync()).Count.ShouldBe(4, "a renamed key is one that is missing and one too many");
        await new LedgerMigrator(owner).ApplyAsync();
        (await new LedgerMigrator(owner).AssertAsync()).ShouldBeEmpty();
        await NewStore().Storage.Database.AssertDatabaseMatchesConfigurationAsync();
    }

    [Fact]
    public async Task Sessions_OfMarten_AndTheNativeEngine_ReadAndProjectEachOther_WithinATenant()
    {
        Projection[] projections = [ProjectionSamples.Tallies];
        await database.CreateProjectingStoreAsync(projections);
        var documents = NewStore(
            o =>
            {
                o.Projections.Snapshot<Kits>(SnapshotLifecycle.Inline);
                o.Schema.For<Kits>().UseRowLevelSecurity("ledger.tenant");
            },
            o => o with { Projections = projections });
        var tenants = new MartenTenants(documents);
        var native = database.NewLedgers(new PostgresOptions { Projections = projections });
        foreach (var tenant in new[] { "acme", "bolt" })
        {
            await database.Map.AddAsync(tenant);
            await using var session = documents.LightweightSession(tenant);
            session.Events.Append("order", new KitLoaded(tenant));
            session.Events.Append("order", new KitLoaded($"{tenant} again"));
            var run = session.Ledger().GetRun(EveryCall.Id);
            await run.AppendAsync([new ObjectCreated(tenant, "Claim")]);
            await (await run.ForkAsync(options: new ForkOptions { Id = "branch" })).AppendAsync([new ObjectCreated($"{tenant} in the branch", "Claim")]);
            await session.SaveChangesAsync();

            // The native engine goes on, and forks and merges what Marten wrote.
            var ledger = await native.ForTenantAsync(tenant);
            await ledger.Runs.GetRun(EveryCall.Id).AppendAsync([new ObjectCreated($"{tenant} natively", "Claim")]);
            await ledger.Runs.GetRun(EveryCall.Id).MergeAsync(await ledger.Runs.OpenAsync(StreamName.Branch("branch")));
            await (await tenants.ForTenantAsync(tenant)).Store.AppendAsync(new StreamName("order"), ExpectedVersion.Exactly(new StreamVersion(2)), [new KitLoaded($"{tenant} by Marten's engine")]);
            await ledger.Store.AppendAsync(new StreamName("order"), ExpectedVersion.Exactly(new StreamVersion(3)), [new KitLoaded($"{tenant} natively")]);
        }

        foreach (var tenant in new[] { "acme", "bolt" })
        {
            var ledger = await native.ForTenantAsync(tenant);
            var world = (await ledger.Runs.GetRun(EveryCall.Id).GetWorldAsync()).Objects.Select(o => o.Id).Order(StringComparer.Ordinal).ToList();
            world.ShouldBe([tenant, $"{tenant} in the branch", $"{tenant} natively"]);
            (await (await tenants.ForTenantAsync(tenant)).Runs.GetRun(EveryCall.Id).GetWorldAsync()).Objects.Select(o => o.Id).Order(StringComparer.Ordinal).ShouldBe(world);
            (await ledger.Store.Get<IDocumentReader>()!.LoadAsync(ProjectionSamples.Tallies, Run)).State.ShouldNotBeNull();
            (await ledger.Store.ReadLogAsync().CountAsync()).ShouldBe(10);

            await using var session = documents.LightweightSession(tenant);
            var order = await session.Events.FetchStreamAsync("order");
            order.Select(e => (e.TenantId, ((KitLoaded)e.Data).Kit)).ShouldBe(
                [(tenant, tenant), (tenant, $"{tenant} again"), (tenant, $"{tenant} by Marten's engine"), (tenant, $"{tenant} natively")]);
            (await session.Events.FetchStreamStateAsync("order"))!.Version.ShouldBe(4);
            (await session.Events.QueryAllRawEvents().CountAsync()).ShouldBe(10);

            // Marten's inline projection ran in Marten's appends, and catches up with those that it did not see.
            (await session.Events.AggregateStreamAsync<Kits>("order"))!.Count.ShouldBe(4);
            (await session.LoadAsync<Kits>("order"))!.Count.ShouldBe(3);

            // A statement without a filter, in a session of Marten.
            (await session.QueryAsync<long>("select count(*) from ledger.mt_events")).Single().ShouldBe(10);
            (await session.QueryAsync<long>("select count(*) from ledger.branch")).Single().ShouldBe(1);
            var kits = ((IReadOnlyStoreOptions)documents.Options).FindOrResolveDocumentType(typeof(Kits)).TableName.QualifiedName;
            (await session.QueryAsync<long>($"select count(*) from {kits}")).Single().ShouldBe(1, "a document of the application with a policy");
            Should.Throw<InvalidTenantForDatabaseException>(() => session.ForTenant("bolt" == tenant ? "acme" : "bolt"));
        }

        // Deleted by Marten, a stream is gone for its tenant alone; one that a branch was forked from stays.
        await using (var session = documents.LightweightSession("acme"))
        {
            session.Events.TombstoneStream("order");
            await session.SaveChangesAsync();
            (await session.Events.FetchStreamStateAsync("order")).ShouldBeNull();
            session.Events.TombstoneStream(Run.Value);
            await Should.ThrowAsync<HistoryNeededException>(() => session.SaveChangesAsync());
        }

        (await (await native.ForTenantAsync("acme")).Store.ReadLogAsync().CountAsync()).ShouldBe(6);
        (await (await native.ForTenantAsync("bolt")).Store.ReadForwardAsync(new StreamName("order")).CountAsync()).ShouldBe(4);
    }

    [Fact]
    public async Task Store_WhatCannotBe_IsRefusedWithASentence()
    {
        await database.Map.AddAsync("acme");
        await database.Map.AddAsync("off");
        await database.Map.DisableAsync("off");
        var documents = NewStore();
        var tenants = new MartenTenants(documents);
        foreach (var none in new[] { "nobody", "off" })
        {
            Should.Throw<UnknownTenantIdException>(() => documents.LightweightSession(none));
            (await Should.ThrowAsync<TenantNotFoundException>(() => tenants.ForTenantAsync(none))).Tenant.ShouldBe(none);
        }

        const string Sentence = "The document store has the logs of many tenants, and none was named. Nothing was written; open the session for a tenant, or ask MartenTenants.ForTenantAsync.";
        var store = new MartenEventStore(documents);
        (await Should.ThrowAsync<NotSupportedException>(() => store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("x")]))).Message.ShouldBe(Sentence);
        Should.Throw<DefaultTenantUsageDisabledException>(() => documents.LightweightSession());
        await using (var any = documents.LightweightSession(new global::Marten.Services.SessionOptions { AllowAnyTenant = true }))
        {
            Should.Throw<NotSupportedException>(() => any.Ledger()).Message.ShouldBe(Sentence);
        }

        // A connection of the caller that is another tenant's.
        await database.Map.AddAsync("bolt");
        await using var bolts = new NpgsqlConnection(TenantSetting.With(database.ConnectionString, "bolt") + ";Pooling=false");
        await bolts.OpenAsync();
        await using (var session = documents.LightweightSession(Of("acme", bolts)))
        {
            await Should.ThrowAsync<TenancyException>(() => session.Ledger().GetRun(EveryCall.Id).AppendAsync([new KitLoaded("x")]));
            session.Events.Append("order", new KitLoaded("x"));
            await Should.ThrowAsync<TenancyException>(() => session.SaveChangesAsync());
        }

        // Without a connection that sees all, the daemon would see nothing.
        (await Should.ThrowAsync<TenancyException>(async () => await documents.BuildProjectionDaemonAsync("acme"))).Message
            .ShouldStartWith("Marten's daemon, and what else works on the events of all tenants, needs the connection");

        Should.Throw<InvalidOperationException>(() => new StoreOptions().UseLedger(o => o with { Tenancy = Postgres.Tenancy.Conjoined })).Message.ShouldContain("UseLedger(new ConjoinedTenants(connectionString))");
        Should.Throw<Exception>(() => NewStore(o => o.Connection(database.ConnectionString))).Message.ShouldContain("The store's connections were set after 'UseLedger'");
        Should.Throw<Exception>(() => NewStore(o => o.TagLedgerEvents())).Message.ShouldContain("The store has tenants, where Marten gives each tag a tenant");

        // Marten makes no tables of one log.
        await using var empty = await ConjoinedDatabase.CreateEmptyAsync();
        await using var map = new ConjoinedTenants(empty.ConnectionString);
        using var early = DocumentStore.For(o => o.UseLedger(map));
        (await Should.ThrowAsync<TenancyException>(() => early.Storage.ApplyAllConfiguredChangesToDatabaseAsync())).Message.ShouldBe(
            "The schema 'ledger' is not one with the logs of many tenants. 'ledger migrate apply --tenancy conjoined' makes one.");
        (await empty.ScalarAsync<long>("select count(*) from pg_class where relname = 'mt_events'")).ShouldBe(0);

        static global::Marten.Services.SessionOptions Of(string tenant, NpgsqlConnection connection)
        {
            var options = global::Marten.Services.SessionOptions.ForConnection(connection);
            options.TenantId = tenant;
            return options;
        }
    }

    [Fact]
    public async Task Quota_RefusesWhatSessionsAndStoresAppend()
    {
        var tenant = await database.AddAsync("m-quota");
        await tenant.Quotas.SetAsync(new LogQuota { Events = 2 });
        var documents = NewStore();
        await using var session = documents.LightweightSession("m-quota");
        session.Events.Append("order", new KitLoaded("a"), new KitLoaded("b"), new KitLoaded("c"));
        (await Should.ThrowAsync<QuotaExceededException>(() => session.SaveChangesAsync())).Kind.ShouldBe("events");

        var store = (await new MartenTenants(documents).ForTenantAsync("m-quota")).Store;
        await store.AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("a"), new KitLoaded("b")]);
        await Should.ThrowAsync<QuotaExceededException>(() => store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("c")]));
        (await tenant.Quotas.ReadAsync()).Events.ShouldBe(2);
    }

    private DocumentStore NewStore(Action<StoreOptions>? configure = null, Func<PostgresOptions, PostgresOptions>? ledger = null, ConjoinedStoreOptions? connections = null)
    {
        var store = DocumentStore.For(options =>
        {
            options.DatabaseSchemaName = "docs";
            options.Policies.AllDocumentsAreMultiTenanted();
            options.UseLedger(database.Map, connections ?? new ConjoinedStoreOptions { ConnectionsPerTenant = 40 }, ledger);
            configure?.Invoke(options);
        });
        _stores.Add(store);
        return store;
    }

    /// <summary>A projection of Marten, whose documents are the tenant's too.</summary>
    public sealed class Kits
    {
        public string Id { get; set; } = "";

        public int Count { get; set; }

        public void Apply(KitLoaded loaded) => Count += loaded.Kit is null ? 0 : 1;
    }
}
