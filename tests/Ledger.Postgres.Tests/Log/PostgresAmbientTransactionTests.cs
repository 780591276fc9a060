using Ledger.Conformance.Appending;
using Ledger.Log;
using Npgsql;
using Xunit;

namespace Ledger.Postgres.Tests.Log;

public sealed class PostgresAmbientTransactionTests(LedgerDatabase database) : AmbientTransactionTests(database), IClassFixture<LedgerDatabase>
{
    private NpgsqlDataSource? _pool;

    // Few connections, so that none is kept for a lane, and each is opened by the first caller.
    private NpgsqlDataSource Pool => LazyInitializer.EnsureInitialized(
        ref _pool, () => NpgsqlDataSource.Create(database.ConnectionString + ";Application Name=scopes;Maximum Pool Size=7"));

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Pool.DisposeAsync();
    }

    protected override Task<IEventStore> CreateStoreAsync() =>
        Task.FromResult<IEventStore>(new PostgresEventStore(database.DataSource, Options));

    protected override Task<IEventStore> CreateOutsideStoreAsync() => Task.FromResult<IEventStore>(
        new PostgresEventStore(Pool, Options with { AmbientTransactions = AmbientTransactions.Outside }));

    protected override Task DisturbAsync() => database.DisturbAsync();

    protected override async Task AppendInScopeAsync(StreamName stream, NewEvent newEvent)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await database.Store.On(connection).AppendAsync(stream, ExpectedVersion.Any, [newEvent]);
    }

    private static PostgresOptions Options => new() { RetryFor = TimeSpan.FromMinutes(2) };
}
