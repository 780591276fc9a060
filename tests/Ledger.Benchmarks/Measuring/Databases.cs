using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Benchmarks.Measuring;

/// <summary>The databases that scenarios start from, copied from templates.</summary>
internal static class Databases
{
    public const string LongRun = "run:long";

    /// <summary>The schema, and no events.</summary>
    public static Task<TestDatabase> CreateEmptyAsync(TestPostgres server, CancellationToken cancellationToken) =>
        server.CreateDatabaseAsync("empty", MigrateAsync, cancellationToken);

    /// <summary>One run of a length, written on the server.</summary>
    public static Task<TestDatabase> CreateWithRunAsync(TestPostgres server, int events, CancellationToken cancellationToken) =>
        server.CreateDatabaseAsync(
            $"run of {events}",
            async (connectionString, cancelled) =>
            {
                await MigrateAsync(connectionString, cancelled);
                await FillAsync(connectionString, LongRun, events, cancelled);
            },
            cancellationToken);

    /// <summary>Writes a run whose events have the payload of <see cref="Payloads"/>.</summary>
    public static async Task FillAsync(string connectionString, string stream, int events, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = dataSource.CreateCommand(BenchmarkSql.Load("fill_stream"));
        command.CommandTimeout = 0;
        command.Parameters.AddWithValue(stream);
        command.Parameters.AddWithValue(events);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await new LedgerMigrator(dataSource).ApplyAsync(cancellationToken);
    }
}
