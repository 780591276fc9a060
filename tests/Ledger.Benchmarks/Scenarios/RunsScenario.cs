using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;
using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Something is derived from a log of many runs that is there already.</summary>
internal abstract class RunsScenario : Scenario
{
    private const int EventsOfRun = 200;

    public override Task<TestDatabase> CreateDatabaseAsync(TestPostgres server, Workload workload, CancellationToken cancellationToken)
    {
        var runs = Math.Max(workload.LongEvents / EventsOfRun, 10);
        return server.CreateDatabaseAsync(
            $"{runs} runs",
            async (connectionString, cancelled) =>
            {
                await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
                await new LedgerMigrator(dataSource).ApplyAsync(cancelled);
                await using var fill = dataSource.CreateCommand(BenchmarkSql.Load("fill_runs"));
                fill.CommandTimeout = 0;
                fill.Parameters.AddWithValue(runs);
                fill.Parameters.AddWithValue(EventsOfRun);
                await fill.ExecuteNonQueryAsync(cancelled);
                await using var seen = dataSource.CreateCommand(BenchmarkSql.Load("create_seen"));
                await seen.ExecuteNonQueryAsync(cancelled);
            },
            cancellationToken);
    }

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) => DaemonLoad.PrepareAsync(bench, cancellationToken);
}
