using System.Diagnostics;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Ledger.Events;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Projections;
using Marten;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests;

public sealed class StoreConfigurationTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    [Fact]
    public void UseLedger_RichMode_IsRefusedWithTheReason() =>
        Should.Throw<InvalidOperationException>(() => new StoreOptions { Events = { AppendMode = EventAppendMode.Rich } }.UseLedger())
            .Message.ShouldBe("The document store cannot share Ledger's event tables. Events.AppendMode is 'Rich', which draws sequence numbers "
                + "before its transaction begins, so that readers of the log would lose events; it must be 'QuickWithServerTimestamps'.");

    [Fact]
    public void UseLedger_AfterAggregatesNamedByGuid_IsRefusedWithTheWayOut() =>
        Should.Throw<InvalidOperationException>(() =>
        {
            var options = new StoreOptions { Events = { StreamIdentity = StreamIdentity.AsGuid } };
            options.Projections.Snapshot<GuidOrder>(SnapshotLifecycle.Inline);
            options.UseLedger();
        }).Message.ShouldBe("The document store cannot share Ledger's event tables. Its streams are named by Guid, as 'GuidOrder' needs, but Ledger "
            + "names streams by text. Leave this store as it is, and give Ledger a second store: 'AddMartenStore<T>(…).AddLedger()', or a "
            + "separate DocumentStore.");

    [Fact]
    public void Store_NamedByGuidAfterUseLedger_IsNotMade() =>
        Should.Throw<InvalidProjectionException>(() => database.CreateDocumentStore(configure: o => o.Events.StreamIdentity = StreamIdentity.AsGuid))
            .Message.ShouldContain("Events.StreamIdentity is 'AsGuid', but Ledger names streams by text. Leave this store as it is, and give Ledger "
                + "a second store: 'AddMartenStore<T>(…).AddLedger()', or a separate DocumentStore.");

    [Fact]
    public void Store_WithTenantsInOneDatabase_IsNotMade() =>
        Should.Throw<InvalidProjectionException>(() => database.CreateDocumentStore(configure: o => o.Events.TenancyStyle = JasperFx.MultiTenancy.TenancyStyle.Conjoined))
            .Message.ShouldContain("Events.TenancyStyle is 'Conjoined', but the store's log is one: it must be 'Single'. For tenants in one schema write "
                + "'options.UseLedger(new ConjoinedTenants(…))', or give each tenant its own database by 'MultiTenantedDatabases'.");

    [Fact]
    public void Store_WithExtendedProgressionTracking_IsMade() =>
        database.CreateDocumentStore(configure: o => o.Events.EnableExtendedProgressionTracking = true).ShouldNotBeNull();

    [Fact]
    public void UseLedger_Twice_IsRefused() =>
        Should.Throw<InvalidOperationException>(() => new StoreOptions().UseLedger().UseLedger())
            .Message.ShouldBe("The store's options were given to Ledger already. Call 'UseLedger' once.");

    [Fact]
    public void Store_WithoutUseLedger_IsRefused()
    {
        using var store = DocumentStore.For(options => options.Connection(database.DataSource));
        Should.Throw<InvalidOperationException>(() => new MartenEventStore(store)).Message.ShouldBe(
            "The document store is not configured for Ledger. Write 'options.UseLedger()' where its options are set.");
    }

    [Fact]
    public void Store_ChangedBehindUseLedger_IsNotMade() =>
        Should.Throw<InvalidProjectionException>(() => database.CreateDocumentStore(configure: options =>
        {
            options.Events.AppendMode = EventAppendMode.Rich;
            options.Events.MetadataConfig.HeadersEnabled = false;
        })).Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain("Events.AppendMode is 'Rich'"),
            message => message.ShouldContain("Events.MetadataConfig must have correlation, causation and headers on."));

    [Fact]
    public void Store_WithTagsInAColumn_IsNotMade() =>
        Should.Throw<InvalidProjectionException>(() => database.CreateDocumentStore(configure: o => o.Events.DcbStorageMode = global::Marten.Events.DcbStorageMode.HStore))
            .Message.ShouldContain("Events.DcbStorageMode is 'HStore', which adds a column to the events; it must be 'TagTables'.");

    [Fact]
    public void Serializer_SetBehindUseLedger_KeepsTheEventsJson()
    {
        var store = database.CreateDocumentStore(configure: o => o.UseSystemTextJsonForSerialization(casing: global::Weasel.Core.Casing.CamelCase));

        store.Options.Serializer().ToJson(new LlmResponse(CostUsd: 0.25m)).ShouldBe("""{"cost_usd":0.25}""");
        store.Options.Serializer().ToJson(new { Own = 1 }).ShouldBe("""{"own":1}""");
    }

    [Fact]
    public async Task Append_WithinAnActivity_KeepsItsOwnCorrelation()
    {
        await using var store = database.CreateStore();
        using var activity = new Activity("outer").Start();

        await store.AppendAsync(new StreamName("activity"), ExpectedVersion.NoStream, [new KitLoaded("k")]);

        var read = await store.ReadForwardAsync(new StreamName("activity")).SingleAsync();
        (read.CorrelationId, read.CausationId).ShouldBe((null, null));
        read.Metadata.TraceParent.ShouldBe(activity.Id);
    }

    [Fact]
    public async Task Append_OfAnUntypedEventInASession_HasItsName()
    {
        var documents = database.CreateDocumentStore();
        await using (var session = documents.LightweightSession())
        {
            session.Events.Append("by-hand", new UntypedEvent("some-name", System.Text.Json.JsonDocument.Parse("[1]").RootElement));
            await session.SaveChangesAsync();
        }

        await using var store = new MartenEventStore(documents);
        (await store.ReadForwardAsync(new StreamName("by-hand")).SingleAsync()).Type.ShouldBe("some-name");
        await using var reading = documents.QuerySession();
        var read = (await reading.Events.FetchStreamAsync("by-hand")).Single();
        read.Data.ShouldBeOfType<UntypedEvent>().Type.ShouldBe("some-name");
    }

    [Fact]
    public async Task Append_AwayFromTheServer_IsNpgsqlsException()
    {
        var store = DocumentStore.For(options =>
        {
            options.Connection("Host=/nowhere/at/all;Username=nobody");
            options.UseLedger(o => o with { RetryFor = TimeSpan.Zero });
            options.AutoCreateSchemaObjects = JasperFx.AutoCreate.None;
        });
        await using var events = new MartenEventStore(store);
        await Should.ThrowAsync<NpgsqlException>(() => events.AppendAsync(new StreamName("a"), ExpectedVersion.Any, [new KitLoaded("k")]));
    }
}
