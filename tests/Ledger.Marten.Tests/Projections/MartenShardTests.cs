using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Aggregates;
using Ledger.Postgres.Projections.Daemon;
using Marten;
using Npgsql;
using Shouldly;
using Xunit;
using ShardState = Ledger.Postgres.Projections.Daemon.ShardState;

namespace Ledger.Marten.Tests.Projections;

/// <summary>The projections of a Marten application, as programs see them that administer the log.</summary>
public sealed class MartenShardTests : IAsyncLifetime
{
    private readonly MartenDatabase _database = MartenDatabase.Empty();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Projections_OfAnApplication_AreListedAsWhatTheyAre()
    {
        var documents = CreateDocumentStore();
        await documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using var store = new MartenEventStore(documents);
        var run = new AgentLedger(store).GetRun("listed");
        await run.AppendAsync([new ObjectCreated("a", "Thing"), new KitLoaded("k")]);
        var admin = new ProjectionAdmin(_database.DataSource);

        (await admin.ListAsync()).Select(s => (s.Projection, s.Kind, s.Lag, s.Owner))
            .ShouldBe([("Journal", "marten inline", 0, null), ("RunCounts", "marten", 2, null)]);

        using var daemon = await documents.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(TimeSpan.FromMinutes(2));
        var counts = await WaitAsync(admin, "RunCounts", s => s.Owner is not null);
        (counts.Lag, counts.IsMartens).ShouldBe((0, true));
        counts.Owner.ShouldBe("a daemon of Marten");
        await daemon.StopAllAsync();

        // A rebuild leaves progress of an inline one, which is not a lag afterwards.
        await daemon.RebuildProjectionAsync("Journal", CancellationToken.None);
        await run.AppendAsync([new KitLoaded("later")]);
        (await admin.ListAsync()).Select(s => (s.Projection, s.Kind, s.Lag))
            .ShouldBe([("Journal", "marten inline", 0), ("RunCounts", "marten", 1)]);
    }

    [Fact]
    public async Task Projections_OfAnApplication_AreActedOnByItAlone()
    {
        var documents = CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        await new AgentLedger(store).GetRun("acted").AppendAsync([new ObjectCreated("a", "Thing")]);
        var admin = new ProjectionAdmin(_database.DataSource);

        foreach (var act in (Func<string, Task>[])[n => admin.PauseAsync(n), n => admin.ResumeAsync(n), n => admin.RebuildAsync(n), n => admin.RebuildAsync(n, StreamName.Run("acted"))])
        {
            foreach (var name in new[] { "Journal", "RunCounts" })
            {
                (await Should.ThrowAsync<RequestFailedException>(() => act(name))).Message.ShouldBe(
                    $"'{name}' is a projection of Marten, on which only its application acts. Nothing was changed. Rebuild it there: "
                    + $"'dotnet run -- projections rebuild --projection {name}'; 'dotnet run -- projections' lists what else can be done.");
            }
        }
    }

    [Fact]
    public async Task Append_APausedProjectionThatHasBecomeInline_RunsAgain()
    {
        await using var store = new MartenEventStore(CreateDocumentStore());
        await new AgentLedger(store).GetRun("former").AppendAsync([new ObjectCreated("a", "Thing")]);
        await _database.ExecuteAsync("update ledger.projection_shard set state = 'paused' where name = 'RunCounts:All'");
        await using var later = new MartenEventStore(_database.CreateDocumentStore(configure: o =>
        {
            o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
            o.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Inline);
        }));

        await new AgentLedger(later).GetRun("former").AppendAsync([new ObjectCreated("b", "Thing")]);

        var counts = (await new ProjectionAdmin(_database.DataSource).ListAsync()).Single(s => s.Projection == "RunCounts");
        (counts.Kind, counts.State).ShouldBe(("marten inline", ShardState.Running));
    }

    [Fact]
    public async Task Read_WithoutAWritableServer_IsNotKeptByTheProjectionsToDeclare()
    {
        var documents = CreateDocumentStore();
        await documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using var reading = NpgsqlDataSource.Create(_database.ConnectionString + ";Options=-c default_transaction_read_only=on");
        using var replica = DocumentStore.For(o =>
        {
            o.Connection(reading);
            o.DatabaseSchemaName = "ledger";
            o.UseLedger(l => l with { RetryFor = TimeSpan.FromMilliseconds(100) });
            o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
        });
        await using var store = new MartenEventStore(replica);

        (await store.GetStreamAsync(StreamName.Run("none"))).ShouldBeNull();
        (await new ProjectionAdmin(_database.DataSource).ListAsync()).ShouldBeEmpty();
        (await Should.ThrowAsync<PostgresException>(() => store.AppendAsync(StreamName.Run("none"), ExpectedVersion.Any, [new NewEvent(new KitLoaded("k"))])))
            .SqlState.ShouldBe(PostgresErrorCodes.ReadOnlySqlTransaction);
    }

    private DocumentStore CreateDocumentStore() => _database.CreateDocumentStore(configure: o =>
    {
        o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
        o.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Async);
    });

    // Marten's daemon writes its state a moment after it has changed.
    private static async Task<ShardStatus> WaitAsync(ProjectionAdmin admin, string projection, Func<ShardStatus, bool> isWanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var status = (await admin.ListAsync(limit.Token)).Single(s => s.Projection == projection);
            if (isWanted(status))
            {
                return status;
            }

            await pace.WaitForNextTickAsync(limit.Token);
        }
    }
}
