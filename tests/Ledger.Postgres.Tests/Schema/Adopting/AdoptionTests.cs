using Ledger.Postgres.Schema;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema.Adopting;

/// <summary>Filled databases of the migrations before <c>0001_tables</c> move over to it.</summary>
public sealed class AdoptionTests
{
    [Theory]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(21)]
    public async Task Apply_FilledOldSchema_KeepsEveryRowAndRead(int last)
    {
        await using var database = await CreateAsync(last);
        var filled = new FilledSchema(database);
        await filled.FillAsync(last);
        var reads = await filled.ReadOldAsync();
        var tables = await filled.TablesAsync();
        var rows = await filled.RowsAsync(tables);
        rows.Values.Count(text => text.Length > 0).ShouldBeGreaterThan(18);

        var run = await database.Migrator.ApplyAsync();

        run.Adopted.ShouldBe(OldSchema.Names()[last]);
        run.Select(migration => migration.Name).ShouldBe(Migration.All.Skip(1).Select(migration => migration.Name));
        run.Functions.ShouldBe(SchemaFunction.All.Select(function => function.Name));
        run.Mended.ShouldBeEmpty();
        (await filled.RowsAsync(tables)).ShouldBe(rows);
        await ShouldBeAsNewAsync(database);
        (await filled.ReadAsync(WorldRows.Off)).Except(reads).ShouldBeEmpty();
        (await filled.ReadAsync(WorldRows.Inline)).Except(reads).ShouldBeEmpty();
        (await filled.VerifyAsync()).State.ShouldBe(ChainState.Valid);
        (await filled.AppendOnAsync()).ShouldBeEmpty();
        (await database.Migrator.ApplyAsync()).IsNothing.ShouldBeTrue();
    }

    [Theory]
    [InlineData(17)]
    [InlineData(21)]
    public async Task Apply_EmptyOldSchema_IsAsANewOne(int last)
    {
        await using var database = await CreateAsync(last);

        await database.Migrator.ApplyAsync();

        await ShouldBeAsNewAsync(database);
        (await EventTablesTests.ColumnsAsync(database, "mt_streams")).TakeLast(2).ShouldBe(["compacted_version", "is_archived"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task Apply_TooOldSchema_IsRefused(int last)
    {
        await using var database = await CreateAsync(last);
        var message = $"Schema 'ledger' ends with migration '{OldSchema.Names()[last]}', and this version of Ledger takes over schemas from "
            + "'0017_pages_by_index' on: run 'ledger migrate apply' of the previous version first.";

        var refusal = await Should.ThrowAsync<SchemaTooOldException>(() => database.Migrator.ApplyAsync());

        refusal.Message.ShouldBe(message);
        PostgresFaults.Describe(refusal).ShouldBe(message);
        (await database.AskAsync<long>("select count(*) from ledger.migration")).ShouldBe(last);
        (await database.AskAsync<bool>("select to_regclass('ledger.schema_function') is null")).ShouldBeTrue();
        (await Should.ThrowAsync<InvalidOperationException>(() => database.RunPsqlAsync(database.Migrator.Script()))).Message.ShouldContain(message);
        (await database.AskAsync<long>("select count(*) from ledger.migration")).ShouldBe(last);
    }

    [Fact]
    public async Task Apply_OldSchemaWithAnotherText_IsRefused()
    {
        await using var database = await CreateAsync(18);
        await database.ExecuteAsync("update ledger.migration set checksum = repeat('0', 64) where number = 2");

        (await Should.ThrowAsync<MigrationChecksumException>(() => database.Migrator.ApplyAsync())).Message.ShouldStartWith(
            "Schema 'ledger' has '0002_branches' with another text than this program.");
    }

    [Fact]
    public async Task Apply_OldSchemaWithAGap_IsRefused()
    {
        await using var database = await CreateAsync(18);
        await database.ExecuteAsync("delete from ledger.migration where number = 2");

        (await Should.ThrowAsync<MigrationOrderException>(() => database.Migrator.ApplyAsync())).Message.ShouldStartWith(
            "Schema 'ledger' lacks '0002_branches' but has '0018_marten_columns', which comes later.");
    }

    [Fact]
    public async Task Apply_SeveralAtOnce_OneMovesOver()
    {
        await using var database = await CreateAsync(19);

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => database.Migrator.ApplyAsync())));

        runs.Count(run => run.Adopted is not null).ShouldBe(1);
        runs.SelectMany(run => run.Functions).Order(StringComparer.Ordinal).ShouldBe(SchemaFunction.All.Select(function => function.Name));
        await ShouldBeAsNewAsync(database);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(20)]
    [InlineData(21)]
    public async Task Script_FilledOldSchema_EqualsApply(int last)
    {
        await using var database = await CreateAsync(last);
        var filled = new FilledSchema(database);
        await filled.FillAsync(last);
        var reads = await filled.ReadOldAsync();

        await database.RunPsqlAsync(database.Migrator.Script());

        await ShouldBeAsNewAsync(database);
        (await filled.ReadAsync(WorldRows.Inline)).Except(reads).ShouldBeEmpty();
        (await filled.VerifyAsync()).State.ShouldBe(ChainState.Valid);
        await database.RunPsqlAsync(database.Migrator.Script());
        (await database.Migrator.ApplyAsync()).IsNothing.ShouldBeTrue();
    }

    [Fact]
    public async Task List_OldSchema_HasTheTablesPending()
    {
        await using var database = await CreateAsync(21);

        var migration = (await database.Migrator.ListAsync())[0];

        (migration.FileName, migration.State).ShouldBe(("0001_tables", MigrationState.Pending));
        (await Should.ThrowAsync<SchemaNotMigratedException>(() => database.Migrator.EnsureMigratedAsync())).Message.ShouldBe(
            $"Schema 'ledger' is not up to date: it lacks {string.Join(", ", Migration.All.Select(m => $"'{m.Number:D4}_{m.Name}'"))}. "
            + "Run 'ledger migrate apply', or set AutoMigrate.AtStart to migrate when the application starts.");
    }

    private static async Task<MigrationDatabase> CreateAsync(int last)
    {
        var database = await MigrationDatabase.CreateEmptyAsync(MigrationDatabase.TwoSchemas);
        await OldSchema.CreateAsync(database.DataSource, database.Options, last);
        return database;
    }

    // Nothing that assert names, and not a word of the catalog that is different from a new database's.
    private static async Task ShouldBeAsNewAsync(MigrationDatabase database)
    {
        (await database.MessagesAsync()).ShouldBeEmpty();
        (await database.Migrator.ListAsync()).Select(migration => (migration.FileName, migration.State))
            .ShouldBe(Migration.All.Select(m => ($"{m.Number:D4}_{m.Name}", MigrationState.Applied)));
        (await database.Migrator.ListFunctionsAsync()).ShouldAllBe(function => function.State == FunctionState.Applied);
        await using var fresh = await MigrationDatabase.CreateMigratedAsync();
        (await CatalogAsync(database)).ShouldBe(await CatalogAsync(fresh));
    }

    private static async Task<IReadOnlyList<string>> CatalogAsync(MigrationDatabase database)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var catalog = await SchemaCatalog.ReadAsync(connection, database.Options.Schemas, [], CancellationToken.None);
        return [.. catalog.Actual.Select(entry => entry.Format())];
    }
}
