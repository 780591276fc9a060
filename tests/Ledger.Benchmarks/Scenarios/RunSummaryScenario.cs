using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Questions to the summaries of runs of agents, which were brought up to date before.</summary>
internal abstract class RunSummaryScenario : Scenario
{
    private const int Questions = 30;

    public override DatabaseLife Life => DatabaseLife.Scenario;

    /// <summary>How many runs there are, and how many events each has.</summary>
    protected abstract (int Runs, int Events) SizeIn(Workload workload);

    /// <summary>The statement that writes them.</summary>
    protected virtual string Fill => "fill_calls";

    public override Task<TestDatabase> CreateDatabaseAsync(TestPostgres server, Workload workload, CancellationToken cancellationToken)
    {
        var (runs, events) = SizeIn(workload);
        return server.CreateDatabaseAsync(
            $"{runs} runs of {events} events by {Fill}",
            async (connectionString, cancelled) =>
            {
                await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
                await new LedgerMigrator(dataSource).ApplyAsync(cancelled);
                await using var fill = dataSource.CreateCommand(BenchmarkSql.Load(Fill));
                fill.CommandTimeout = 0;
                fill.Parameters.AddWithValue(runs);
                fill.Parameters.AddWithValue(events);
                await fill.ExecuteNonQueryAsync(cancelled);
            },
            cancellationToken);
    }

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) =>
        bench.Ledger.Summaries.CatchUpAsync(null, cancellationToken);

    protected static Contender Asking(string name, Func<Workbench, int, CancellationToken, Task> ask) => new(name, async (bench, cancellationToken) =>
    {
        var latencies = new Latencies();
        for (var i = 0; i < Questions; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await ask(bench, i, cancellationToken);
            latencies.Add(Stopwatch.GetTimestamp() - started);
        }

        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50), [Figure.Tail] = latencies.Milliseconds(0.99) };
    });
}
