using Ledger.Postgres;
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

    /// <summary>Writes a run that creates objects and then patches them in turn, and the rows of its world.</summary>
    public async Task FillWorldAsync(string stream, int events, int objects, CancellationToken cancellationToken)
    {
        await using var fill = DataSource.CreateCommand(BenchmarkSql.Load("fill_world"));
        fill.CommandTimeout = 0;
        fill.Parameters.AddWithValue(stream);
        fill.Parameters.AddWithValue(events);
        fill.Parameters.AddWithValue(objects);
        await fill.ExecuteNonQueryAsync(cancellationToken);
        await using var project = DataSource.CreateCommand(BenchmarkSql.Load("write_world"));
        project.CommandTimeout = 0;
        project.Parameters.AddWithValue(stream);
        while (!(bool)(await project.ExecuteScalarAsync(cancellationToken))!)
        {
            // A page a transaction, as appends write: dead rows of the page before are gone.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await PlainStore.DisposeAsync();
        await DataSource.DisposeAsync();
        await _database.DisposeAsync();
    }
}
