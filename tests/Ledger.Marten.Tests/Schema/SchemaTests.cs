using System.Transactions;
using JasperFx.Events;
using Ledger.Log;
using Ledger.Marten.Tests.Interoperation;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tests.Schema.Adopting;
using Marten;
using Marten.Exceptions;
using Npgsql;
using Shouldly;
using Weasel.Core;
using Weasel.Core.Migrations;
using Xunit;

namespace Ledger.Marten.Tests.Schema;

public sealed class SchemaTests : IAsyncLifetime
{
    private static readonly string[] Shared =
    [
        "mt_streams", "mt_events", "mt_event_progression", "mt_event_projection_floors", "mt_high_water_skips", "mt_events_sequence",
        "mt_doc_deadletterevent",
    ];

    private readonly MartenDatabase _database = MartenDatabase.Empty();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Migration_OfADatabaseThatLedgerMade_TouchesNothingThatIsThere()
    {
        await new LedgerMigrator(_database.DataSource).ApplyAsync();
        var store = _database.CreateDocumentStore();

        var migration = await store.Storage.Database.CreateMigrationAsync();

        var deltas = migration.Deltas.ToLookup(d => d.SchemaObject.Identifier.Name, d => d.Difference);
        Shared.Concat(["migration", "mt_doc_ledger_world"]).ShouldAllBe(name => deltas[name].Any() && deltas[name].All(d => d == SchemaPatchDifference.None));
        migration.Deltas.ShouldAllBe(d => d.Difference == SchemaPatchDifference.None || d.Difference == SchemaPatchDifference.Create);

        // What Marten adds are functions and tables of its own, all of them known.
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        var report = await new LedgerMigrator(_database.DataSource).CompareAsync();
        report.Differences.ShouldBeEmpty();
        report.Notes.ShouldBeEmpty();
        await store.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
    }

    [Fact]
    public async Task Migration_ByMartenAlone_TouchesNothingThatIsThere()
    {
        await new LedgerMigrator(_database.DataSource).ApplyAsync();
        await using var store = _database.CreateStoreOfMartenAlone();

        var migration = await store.Storage.Database.CreateMigrationAsync();

        var deltas = migration.Deltas.ToLookup(d => d.SchemaObject.Identifier.Name, d => d.Difference);
        Shared.ShouldAllBe(name => deltas[name].Any() && deltas[name].All(d => d == SchemaPatchDifference.None));
        migration.Deltas.ShouldAllBe(d => d.Difference == SchemaPatchDifference.None || d.Difference == SchemaPatchDifference.Create);
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        var report = await new LedgerMigrator(_database.DataSource).CompareAsync();
        report.Differences.ShouldBeEmpty();
        report.Notes.ShouldBeEmpty();
        await store.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
    }

    [Fact]
    public async Task Tables_MadeByACallInAScopeThatRollsBack_Stay()
    {
        await using var store = _database.CreateStore();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            (await store.GetStreamAsync(StreamName.Run("a"))).ShouldBeNull();
        }

        await store.AppendAsync(StreamName.Run("a"), ExpectedVersion.NoStream, [new KitLoaded("a")]);
    }

    [Fact]
    public async Task Migration_OfAnEmptyDatabase_MakesBothSchemas()
    {
        var store = _database.CreateDocumentStore();
        await Should.ThrowAsync<DatabaseValidationException>(() => store.Storage.Database.AssertDatabaseMatchesConfigurationAsync());

        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();

        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
        await new LedgerMigrator(_database.DataSource).EnsureMigratedAsync();
        await store.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
        (await store.Storage.Database.CreateMigrationAsync()).Difference.ShouldBe(SchemaPatchDifference.None);
    }

    [Fact]
    public async Task FirstUse_OfAnEmptyDatabase_MakesBothSchemas()
    {
        await using var store = _database.CreateStore();

        await store.AppendAsync(StreamName.Run("first"), ExpectedVersion.NoStream, [new KitLoaded("a")]);

        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Script_OfTheWholeStore_MakesBothSchemas()
    {
        var store = _database.CreateDocumentStore();

        await _database.ExecuteAsync(store.Storage.Database.ToDatabaseScript());

        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(17)]
    [InlineData(20)]
    [InlineData(21)]
    public async Task Migration_OfAnOlderDatabase_AppliesWhatIsMissing(int last)
    {
        await OldSchema.CreateAsync(_database.DataSource, new PostgresOptions(), last);
        await using (var old = new PostgresEventStore(_database.DataSource, new PostgresOptions { WorldRows = WorldRows.Off }))
        {
            await OldSchema.FillAsync(_database.DataSource, new PostgresOptions(), () => Filling.FillAsync(old, "old"));
        }

        var store = _database.CreateDocumentStore();

        var before = await store.Storage.Database.CreateMigrationAsync();
        before.Deltas.Single(d => d.SchemaObject.Identifier.Name == "migration").Difference.ShouldBe(SchemaPatchDifference.Update);
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();

        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
        (await store.Storage.Database.CreateMigrationAsync()).Difference.ShouldBe(SchemaPatchDifference.None);
        await using var native = new PostgresEventStore(_database.DataSource);
        (await new AgentLedger(native).GetRun("old-run").GetWorldAsync()).Objects.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Migration_OfATooOldDatabase_Throws()
    {
        await OldSchema.CreateAsync(_database.DataSource, new PostgresOptions(), 16);
        var store = _database.CreateDocumentStore();

        await Should.ThrowAsync<SchemaTooOldException>(() => store.Storage.Database.CreateMigrationAsync());
    }

    [Fact]
    public async Task Migration_OfADatabaseWithOtherFunctions_AppliesTheTextsOfTheProgram()
    {
        await new LedgerMigrator(_database.DataSource).ApplyAsync();
        await _database.ExecuteAsync(
            """
            drop function ledger.history(text, bigint, bigint);
            create function ledger.history(p_stream text) returns integer language sql as 'select 1';
            update ledger.schema_function set checksum = repeat('0', 64), signature = repeat('0', 64), arguments = 'p_stream text' where name = 'history';
            create function ledger.gone_v1() returns integer language sql as 'select 1';
            insert into ledger.schema_function select 'gone_v1', checksum, signature, '', applied_at, applied_by from ledger.schema_function where name = 'faults';
            """);
        var store = _database.CreateDocumentStore();

        var before = await store.Storage.Database.CreateMigrationAsync();
        before.Deltas.Single(d => d.SchemaObject.Identifier.Name == "migration").Difference.ShouldBe(SchemaPatchDifference.Update);
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();

        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
        (await store.Storage.Database.CreateMigrationAsync()).Difference.ShouldBe(SchemaPatchDifference.None);
    }

    [Fact]
    public async Task Migration_OfADatabaseWithAnotherText_Throws()
    {
        await new LedgerMigrator(_database.DataSource).ApplyAsync();
        await _database.ExecuteAsync($"update ledger.migration set checksum = '{new string('0', 64)}' where number = 1");
        var store = _database.CreateDocumentStore();

        await Should.ThrowAsync<MigrationChecksumException>(() => store.Storage.Database.CreateMigrationAsync());
    }

    [Fact]
    public async Task CompletelyRemoveAll_AssertNamesWhatIsGone_AndApplyMendsIt()
    {
        await new LedgerMigrator(_database.DataSource).ApplyAsync();
        await using (var native = new PostgresEventStore(_database.DataSource))
        {
            await Filling.FillAsync(native, "again");
        }

        var store = _database.CreateDocumentStore();
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();

        await store.Advanced.Clean.CompletelyRemoveAllAsync();

        var migrator = new LedgerMigrator(_database.DataSource);
        var gone = (await migrator.AssertAsync()).Select(difference => difference.Message).ToList();
        gone.ShouldContain("The table 'ledger.mt_events' is missing.");
        gone.ShouldContain("The view 'ledger.event' is missing.");
        gone.ShouldContain("The view 'ledger.stream_guard' is missing.");
        gone.ShouldContain("The function 'ledger.pending_v2(text, text, text[])' is missing.");
        (await Should.ThrowAsync<DatabaseValidationException>(() => store.Storage.Database.AssertDatabaseMatchesConfigurationAsync()))
            .Message.ShouldContain("fk_event_id_guard_event_id");
        var run = await migrator.ApplyAsync();
        run.ShouldBeEmpty();
        run.Mended.Count.ShouldBe(gone.Count);
        await ShouldBeWholeAndEmptyAsync(store);
    }

    [Fact]
    public async Task CompletelyRemoveAll_MartenMendsIt()
    {
        var store = _database.CreateDocumentStore();
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using (var marten = _database.CreateStore())
        {
            await Filling.FillAsync(marten, "again");
        }

        await store.Advanced.Clean.CompletelyRemoveAllAsync();
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();

        await ShouldBeWholeAndEmptyAsync(store);
    }

    [Fact]
    public async Task CompletelyRemoveAll_TheNextAppendMendsIt()
    {
        var store = _database.CreateDocumentStore();
        await using var marten = new Marten.Streams.MartenEventStore(store);
        await Filling.FillAsync(marten, "again");

        await store.Advanced.Clean.CompletelyRemoveAllAsync();

        await Filling.FillAsync(marten, "again");
        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(StreamIdentity.AsGuid, PostgresErrorCodes.DatatypeMismatch)]
    [InlineData(StreamIdentity.AsString, PostgresErrorCodes.DependentObjectsStillExist)]
    public async Task Start_OfAStoreWithMartensDefaults_FailsAndLosesNothing(StreamIdentity identity, string state)
    {
        await new LedgerMigrator(_database.DataSource).ApplyAsync();
        await using var native = new PostgresEventStore(_database.DataSource);
        var run = StreamName.Run("whole");
        var appended = new NewEvent(
            new KitLoaded("a"),
            new EventMetadata { Actor = "someone", Causes = [Guid.NewGuid()] }) { CorrelationId = "why" };
        await native.AppendAsync(run, ExpectedVersion.NoStream, [appended]);
        using var store = DocumentStore.For(options =>
        {
            options.Connection(_database.DataSource);
            options.DatabaseSchemaName = "ledger";
            options.Events.StreamIdentity = identity;
            options.Events.AddEventType<KitLoaded>();
        });

        var fault = await Should.ThrowAsync<MartenSchemaException>(() => store.Storage.ApplyAllConfiguredChangesToDatabaseAsync());

        fault.InnerException.ShouldBeOfType<PostgresException>().SqlState.ShouldBe(state);
        var read = await native.ReadForwardAsync(run).SingleAsync();
        read.Id.ShouldBe(appended.Id);
        read.CorrelationId.ShouldBe("why");
        read.CausationId.ShouldBe(appended.Metadata.Causes[0].ToString());
        read.Metadata.Actor.ShouldBe("someone");
        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Schemas_OfTheirOwn_AreMade()
    {
        var store = _database.CreateDocumentStore(o => o with { EventSchema = "app_events", LedgerSchema = "App \"Ledger\"" });

        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();

        var options = new PostgresOptions { EventSchema = "app_events", LedgerSchema = "App \"Ledger\"" };
        (await new LedgerMigrator(_database.DataSource, options).AssertAsync()).ShouldBeEmpty();
    }

    // Nothing of the removed log is left, so that the same names can be used again, by both engines.
    private async Task ShouldBeWholeAndEmptyAsync(DocumentStore store)
    {
        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await store.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
        await using var native = new PostgresEventStore(_database.DataSource);
        await using var marten = new Marten.Streams.MartenEventStore(store);
        (await native.ReadLogAsync().CountAsync()).ShouldBe(0);
        foreach (var stream in await Filling.FillAsync(native, "again"))
        {
            (await Filling.TextAsync(marten, stream)).ShouldBe(await Filling.TextAsync(native, stream));
        }

        (await new AgentLedger(native).GetRun("again-run").GetWorldAsync()).Objects.Count.ShouldBe(2);
        (await new LedgerMigrator(_database.DataSource).AssertAsync()).ShouldBeEmpty();
    }
}
