using System.Runtime.CompilerServices;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tests.Tenants;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

public sealed class ExpectedSchemaTests
{
    [Fact]
    public async Task ExpectedSchema_IsWhatTheMigrationsMake()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await CompareAsync(connection, database.Options.Schemas, "ExpectedSchema.txt");
    }

    [Fact]
    public async Task ExpectedConjoined_IsWhatTheMigrationsMakeOfManyTenants()
    {
        await using var database = await ConjoinedDatabase.CreateEmptyAsync();
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        var options = MigrationDatabase.TwoSchemas with { Tenancy = Tenancy.Conjoined };
        await new LedgerMigrator(dataSource, options).ApplyAsync();
        await using var connection = await dataSource.OpenConnectionAsync();
        await CompareAsync(connection, options.Schemas, "ExpectedConjoined.txt");
    }

    private static async Task CompareAsync(NpgsqlConnection connection, SchemaNames schemas, string file)
    {
        var catalog = await SchemaCatalog.ReadAsync(connection, schemas, [], CancellationToken.None);

        var made = string.Concat(catalog.Actual.Select(entry => $"{WithTokens(entry, schemas).Format()}\n"));

        var expected = Path.Combine(Folder(), file);
        var received = Path.ChangeExtension(expected, ".received.txt");
        if (made == await File.ReadAllTextAsync(expected))
        {
            File.Delete(received);
            return;
        }

        await File.WriteAllTextAsync(received, made);
        made.ShouldBe(
            await File.ReadAllTextAsync(expected),
            $"The migrations make another schema. If it is as wanted, move '{received}' over '{expected}' and build again.");
    }

    // No index helps with these, and where scans of tables are off that is so dear that the server compiles the statement: tens of milliseconds, each time.
    [Fact]
    public void Functions_ThatScanASmallTable_AreNotCompiled() => SchemaFunction.All
        .Where(function => function.Text.Contains("set enable_seqscan = off", StringComparison.Ordinal)
            && !function.Text.Contains("set jit = off", StringComparison.Ordinal)
            && new[] { "{ledger}.seal_head", "{ledger}.quota", "{ledger}.quota_used", "{ledger}.retention_hold", "mt_events_sequence" }.Any(
                table => function.Text.Contains($"{table} as ", StringComparison.Ordinal)))
        .Select(function => function.Name)
        .ShouldBeEmpty();

    [Fact]
    public void Migrations_AreNumberedFromOneWithoutGaps() =>
        Migration.All.Select(migration => migration.Number).ShouldBe(Enumerable.Range(1, Migration.All.Count));

    private static CatalogEntry WithTokens(CatalogEntry entry, SchemaNames schemas) => entry with
    {
        Object = WithTokens(entry.Object, schemas),
        Definition = WithTokens(
            FunctionBody.All.Aggregate(
                entry.Definition,
                (text, body) => text.Replace(body.HashIn(schemas), body.Token, StringComparison.Ordinal)),
            schemas),
    };

    private static string WithTokens(string text, SchemaNames schemas) =>
        text == schemas.Events ? "{events}"
        : text == schemas.Ledger ? "{ledger}"
        : text.Replace($"{schemas.Events}.", "{events}.", StringComparison.Ordinal)
            .Replace($"{schemas.Ledger}.", "{ledger}.", StringComparison.Ordinal)
            .Replace("'{ledger}.tenant'", "'ledger.tenant'", StringComparison.Ordinal);

    private static string Folder([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../../src/Ledger.Postgres/Schema"));
}
