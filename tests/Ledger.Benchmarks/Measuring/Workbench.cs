using Ledger.Postgres;
using Ledger.Postgres.Streams;
using Ledger.Runs;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Benchmarks.Measuring;

/// <summary>What a contender works on: a database, and Ledger on it as an application has it.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    private readonly TestDatabase _database;

    public Workbench(TestDatabase database, Workload workload)
    {
        _database = database;
        Workload = workload;
        DataSource = NpgsqlDataSource.Create(database.ConnectionString);
        Store = new PostgresEventStore(DataSource);
        Ledger = new AgentLedger(Store);
        PlainStore = new PostgresEventStore(DataSource, new PostgresOptions { WorldRows = WorldRows.Off });
    }

    public Workload Workload { get; }

    public NpgsqlDataSource DataSource { get; }

    public PostgresEventStore Store { get; }

    public AgentLedger Ledger { get; }

    /// <summary>Without rows of worlds, which have figures of their own: for what is compared with plain inserts.</summary>
    public PostgresEventStore PlainStore { get; }

    public string ConnectionString => _database.ConnectionString;

    public async Task<long> CountEventsAsync(CancellationToken cancellationToken)
    {
        await using var command = DataSource.CreateCommand(BenchmarkSql.Load("count_events"));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await PlainStore.DisposeAsync();
        await DataSource.DisposeAsync();
        await _database.DisposeAsync();
    }
}
