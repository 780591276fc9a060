using System.Text.Json.Nodes;
using Ledger.Benchmarks.Measuring;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Benchmarks.Scales;

/// <summary>A log of a size in a database of its own.</summary>
internal sealed class ScaleLog : IAsyncDisposable
{
    private const int EventsOfStatement = 450_000;
    private const int Forkers = 8;

    private readonly TestDatabase _database;

    private ScaleLog(TestDatabase database, ScalePlan plan)
    {
        (_database, Plan) = (database, plan);
        DataSource = NpgsqlDataSource.Create(database.ConnectionString);
        Options = new PostgresOptions { CommandTimeout = TimeSpan.FromDays(1) };
        Store = new PostgresEventStore(DataSource, Options);
        Ledger = new AgentLedger(Store);
        Projections = new ProjectionAdmin(DataSource, Options);
    }

    public ScalePlan Plan { get; }

    public NpgsqlDataSource DataSource { get; }

    public PostgresEventStore Store { get; }

    public AgentLedger Ledger { get; }

    public ProjectionAdmin Projections { get; }

    public string ConnectionString => _database.ConnectionString;

    private PostgresOptions Options { get; }

    /// <summary>Makes the events; the rows of worlds and the summaries are written by the rebuilds that are measured.</summary>
    public static async Task<ScaleLog> CreateAsync(TestPostgres server, ScalePlan plan, Action<string> show, CancellationToken cancellationToken)
    {
        var log = new ScaleLog(await server.CreateDatabaseAsync(cancellationToken), plan);
        await new LedgerMigrator(log.DataSource).ApplyAsync(cancellationToken);
        var runs = EventsOfStatement / ScalePlan.EventsOfRun;
        for (var first = 1; first <= plan.Runs; first += runs)
        {
            show($"{plan.Events:N0} events: run {first:N0} of {plan.Runs:N0}");
            await log.ExecuteAsync("fill_scale_runs", cancellationToken, first, Math.Min(runs, plan.Runs - first + 1), ScalePlan.EventsOfRun);
        }

        for (var version = 0; version < plan.LongRun; version += EventsOfStatement)
        {
            show($"{plan.Events:N0} events: the long run, {version:N0}");
            await log.ExecuteAsync("fill_scale_run", cancellationToken, ScalePlan.Long.Value, version, Math.Min(EventsOfStatement, plan.LongRun - version));
        }

        await log.ExecuteTextAsync("vacuum analyze", cancellationToken);
        return log;
    }

    /// <summary>Forks the last quarter of the runs, round and round. Their worlds have to be there.</summary>
    public async Task ForkAsync(Action<string> show, CancellationToken cancellationToken)
    {
        var quarter = Math.Max(1, Plan.Runs / 4);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Forkers, CancellationToken = cancellationToken };
        var done = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, Plan.Branches), parallel, async (n, token) =>
        {
            var parent = StreamName.Run($"{Plan.Runs - (n % quarter)}");
            var branch = await Ledger.ForkAsync(parent, new Position(ScalePlan.EventsOfRun - (n % 1_000)), new() { Id = $"b{n}" }, token);
            await branch.AppendAsync([new ObjectPatched("obj-1", new JsonObject { ["branch"] = n })], token);
            if (Interlocked.Increment(ref done) % 500 == 0)
            {
                show($"{Plan.Events:N0} events: branch {done:N0} of {Plan.Branches:N0}");
            }
        });
        await ExecuteTextAsync("vacuum analyze", cancellationToken);
    }

    /// <summary>Writes to disk what was made before, so that it is no part of what is measured next.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => ExecuteTextAsync("checkpoint", cancellationToken);

    /// <summary>Asks which events set the properties of an object last, in SQL.</summary>
    public Task BlameAsync(StreamName stream, string objectId, CancellationToken cancellationToken) =>
        ExecuteAsync("blame_object", cancellationToken, stream.Value, objectId);

    public async Task<(long Database, long Events)> SizeAsync(CancellationToken cancellationToken)
    {
        await using var command = DataSource.CreateCommand(BenchmarkSql.Load("scale_size"));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await DataSource.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = DataSource.CreateCommand(BenchmarkSql.Load(sql));
        command.CommandTimeout = 0;
        foreach (var parameter in parameters)
        {
            command.Parameters.AddWithValue(parameter);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task ExecuteTextAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = DataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
