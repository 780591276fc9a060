using System.Text.Json.Nodes;
using System.Text.Json;
using JasperFx.Events.Projections;
using Ledger.Events;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Projections;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Marten;
using Marten.Events.Archiving;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Interoperation;

/// <summary>The native engine and Marten on one log, one after the other.</summary>
public sealed class InteroperationTests : IAsyncLifetime
{
    private readonly MartenDatabase _database = MartenDatabase.Empty();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Marten_OnALogOfTheNativeEngine_ReadsProjectsAndGoesOn()
    {
        await new LedgerMigrator(_database.DataSource).ApplyAsync();
        await using var native = new PostgresEventStore(_database.DataSource);
        var streams = await Filling.FillAsync(native, "native");
        var store = CreateStore();

        await ShouldReadAsync(store, native, streams);
        await ShouldProjectAsync(store, native, "native");

        // Marten appends, in a session of its own and through Ledger; the native engine reads that and goes on.
        var run = new StreamName("run:native-run");
        await using (var session = store.LightweightSession())
        {
            session.Events.Append(run.Value, new ObjectCreated("by-marten", "Claim", new JsonObject { ["n"] = 1 }));
            await session.SaveChangesAsync();
        }

        await using var throughMarten = new MartenEventStore(store);
        await throughMarten.AppendAsync(run, ExpectedVersion.Exactly(new StreamVersion(4)), [new KitLoaded("through marten")]);
        await native.AppendAsync(run, ExpectedVersion.Exactly(new StreamVersion(5)), [new KitLoaded("native again")]);
        var types = await native.ReadForwardAsync(run).Select(e => e.Type).ToListAsync();
        types.ShouldBe(["object.created", "object.created", "object.patched", "object.created", "kit.loaded", "kit.loaded"]);
        (await Filling.TextAsync(throughMarten, run)).ShouldBe(await Filling.TextAsync(native, run));
        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Native_OnALogOfMarten_ReadsAndGoesOn()
    {
        var store = CreateStore();
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using var marten = new MartenEventStore(store);
        var streams = await Filling.FillAsync(marten, "marten");
        await using var native = new PostgresEventStore(_database.DataSource);

        await ShouldReadAsync(store, native, streams);
        await ShouldProjectAsync(store, native, "marten");
        var branch = (await native.GetHistoryAsync(StreamName.Branch("marten-twig")))!;
        await native.AppendAsync(branch.Stream, ExpectedVersion.Exactly(new StreamVersion(2)), [new KitLoaded("native")]);
        await marten.AppendAsync(branch.Stream, ExpectedVersion.Exactly(new StreamVersion(3)), [new KitLoaded("marten again")]);

        (await native.ReadHistoryAsync(branch).Select(e => e.Type).ToListAsync()).ShouldBe(
            ["object.created", "object.created", "branch.created", "branch.created", "kit.loaded", "kit.loaded", "kit.loaded"]);
    }

    [Fact]
    public async Task BothEngines_WriteTheSameRows()
    {
        await new LedgerMigrator(_database.DataSource).ApplyAsync();
        await using var native = new PostgresEventStore(_database.DataSource);
        await using var marten = new MartenEventStore(CreateStore());

        await Filling.FillAsync(native, "one");
        await Filling.FillAsync(marten, "two");

        // All that does not depend on ids, times and names.
        const string Rows =
            """
            select string_agg(concat_ws(' ', replace(e.stream_id, $1, ''), e.version, e.type, e.mt_dotnet_type, e.tenant_id, e.is_archived,
                replace(e.correlation_id, $1, ''), e.bdata, case when e.type <> 'branch.created' then e.data end,
                nullif(e.headers, 'null') - 'causes'), e'\n' order by replace(e.stream_id, $1, '') collate "C", e.version)
            from ledger.mt_events as e
            where e.stream_id like '%' || $1 || '-%'
            """;
        (await _database.TextAsync(Rows, "two")).ShouldBe(await _database.TextAsync(Rows, "one"));
    }

    private DocumentStore CreateStore() => _database.CreateDocumentStore(configure: options =>
    {
        options.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Async);
        options.Projections.Add(new SeenEventProjection(), ProjectionLifecycle.Async);
    });

    private static async Task ShouldReadAsync(DocumentStore store, PostgresEventStore native, IReadOnlyList<StreamName> streams)
    {
        await using var session = store.QuerySession();
        foreach (var stream in streams)
        {
            // Marten leaves archived events out unless it is asked for them.
            var read = await session.Events.QueryAllRawEvents()
                .Where(e => e.StreamKey == stream.Value && e.MaybeArchived()).OrderBy(e => e.Version).ToListAsync();
            var expected = await native.ReadForwardAsync(stream).ToListAsync();
            read.Select(e => (e.Id, e.Version, e.Sequence, e.Timestamp, Data: Text(e.Data))).ShouldBe(
                expected.Select(e => (e.Id, e.Version.Value, e.Sequence.Value, e.Timestamp, Data: Text(e.Data))));
        }

        var all = await session.Events.QueryAllRawEvents().Where(e => e.MaybeArchived()).ToListAsync();
        all.Count.ShouldBe(await native.ReadLogAsync().CountAsync());
    }

    private static async Task ShouldProjectAsync(DocumentStore store, PostgresEventStore native, string prefix)
    {
        using var daemon = await store.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromMinutes(2));
        await daemon.StopAllAsync();
        await using var session = store.QuerySession();
        var run = (await session.LoadAsync<RunCounts>($"run:{prefix}-run"))!;
        (run.Created, run.Patched).ShouldBe((2, 1));
        var twig = (await session.LoadAsync<RunCounts>($"branch:{prefix}-twig"))!;
        (twig.Forks, twig.Kits).ShouldBe((1, 1));

        // All but the archived ones, which Marten's daemon passes over.
        var seen = await session.Query<SeenEvent>().ToListAsync();
        seen.Select(e => (e.Id, e.Name)).Order().ShouldBe(
            (await native.ReadLogAsync().Where(e => e.Stream.Value != $"{prefix}-archived").Select(e => (e.Id, e.Type)).ToListAsync()).Order());
    }

    private static string Text(object data) => data is UntypedEvent untyped
        ? $"{untyped.Type} {JsonSerializer.Serialize(untyped.Data)}"
        : JsonSerializer.Serialize(data);
}
