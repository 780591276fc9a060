using System.Diagnostics;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Marten;
using Marten.Events.Archiving;
using Shouldly;
using Weasel.Core;
using Xunit;

namespace Ledger.Marten.Tests.Interoperation;

/// <summary>A database that <c>ledger demo</c> filled, opened by Marten.</summary>
public sealed class DemoTests : IAsyncLifetime
{
    private readonly MartenDatabase _database = MartenDatabase.Empty();

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        await new LedgerMigrator(_database.DataSource).ApplyAsync();
        await RunDemoAsync();
    }

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Marten_WithLedger_FindsNothingToChangeAndReadsEveryStream()
    {
        var store = _database.CreateDocumentStore();
        await ShouldOnlyAddAsync(store);
        await using var native = new PostgresEventStore(_database.DataSource);
        await using var marten = new MartenEventStore(store);
        await using var session = store.QuerySession();
        var log = await native.ReadLogAsync().ToListAsync();
        log.Count.ShouldBeGreaterThan(10);
        foreach (var stream in log.Select(e => e.Stream).Distinct())
        {
            (await session.Events.FetchStreamAsync(stream.Value)).Count.ShouldBe(log.Count(e => e.Stream == stream), stream.Value);
            (await Filling.TextAsync(marten, stream)).ShouldBe(await Filling.TextAsync(native, stream));
        }

        var read = await session.Events.QueryAllRawEvents().Where(e => e.MaybeArchived()).OrderBy(e => e.Sequence).ToListAsync();
        read.Select(e => (e.Id, e.StreamKey, e.Version, e.EventTypeName))
            .ShouldBe(log.Select(e => (e.Id, (string?)e.Stream.Value, e.Version.Value, e.Type)));
    }

    [Fact]
    public async Task Marten_Alone_FindsNothingToChange()
    {
        await using var store = _database.CreateStoreOfMartenAlone();

        await ShouldOnlyAddAsync(store);
    }

    // No table that is there is changed, and afterwards neither finds anything.
    private async Task ShouldOnlyAddAsync(DocumentStore store)
    {
        var migration = await store.Storage.Database.CreateMigrationAsync();
        migration.Deltas.ShouldAllBe(d => d.Difference == SchemaPatchDifference.None || d.Difference == SchemaPatchDifference.Create);
        migration.Deltas.Where(d => d.Difference == SchemaPatchDifference.Create).Select(d => d.SchemaObject.Identifier.Name)
            .ShouldNotContain(name => name == "mt_streams" || name == "mt_events" || name == "migration");
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await store.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
    }

    private async Task RunDemoAsync()
    {
        var command = Path.Combine(AppContext.BaseDirectory, "Ledger.Cli.dll");
        var start = new ProcessStartInfo("dotnet", [command, "demo", "--connection", _database.ConnectionString])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var demo = Process.Start(start)!;
        var error = demo.StandardError.ReadToEndAsync();
        var output = await demo.StandardOutput.ReadToEndAsync() + await error;
        await demo.WaitForExitAsync();
        demo.ExitCode.ShouldBe(0, output);
    }
}
