using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Explorer.Tests.Api;

public sealed class MemoryApiTests : ApiTests
{
    protected override Task<IEventStore> CreateStoreAsync() => Task.FromResult<IEventStore>(new MemoryEventStore());
}

public sealed class PostgresApiTests : ApiTests
{
    private TestDatabase? _database;
    private NpgsqlDataSource? _dataSource;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _dataSource!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    protected override async Task<IEventStore> CreateStoreAsync()
    {
        _database = await ExplorerDatabase.CreateAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        return new PostgresEventStore(_dataSource);
    }
}

/// <summary>Databases with the schema.</summary>
internal static class ExplorerDatabase
{
    public static async Task<TestDatabase> CreateAsync() =>
        await (await TestPostgres.SharedAsync()).CreateDatabaseAsync("ledger", async (connectionString, cancellationToken) =>
        {
            await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
            await new LedgerMigrator(dataSource).ApplyAsync(cancellationToken);
        });
}
