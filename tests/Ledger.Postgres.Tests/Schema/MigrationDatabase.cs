using System.Diagnostics;
using Ledger.Postgres.Local;
using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Postgres.Tests.Schema;

/// <summary>A database of one test, empty or migrated, and what is asked of it.</summary>
internal sealed class MigrationDatabase : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private MigrationDatabase(TestDatabase database, PostgresOptions options)
    {
        _database = database;
        DataSource = NpgsqlDataSource.Create(database.ConnectionString);
        Options = options;
    }

    public static PostgresOptions TwoSchemas { get; } = new() { EventSchema = "log", LedgerSchema = "ledger" };

    public string ConnectionString => _database.ConnectionString;

    public NpgsqlDataSource DataSource { get; }

    public PostgresOptions Options { get; }

    public LedgerMigrator Migrator => new(DataSource, Options);

    /// <summary>A migrator of a program that knows other migrations.</summary>
    public LedgerMigrator MigratorOf(params Migration[] known) => new(DataSource, Options, null, known, SchemaFunction.All);

    /// <summary>A migrator of a program that knows other functions.</summary>
    public LedgerMigrator MigratorOf(IReadOnlyList<SchemaFunction> functions) => new(DataSource, Options, null, Migration.All, functions);

    public static async Task<MigrationDatabase> CreateEmptyAsync(PostgresOptions? options = null)
    {
        var postgres = await TestPostgres.SharedAsync();
        return new(await postgres.CreateDatabaseAsync(), options ?? new PostgresOptions());
    }

    /// <summary>Copies a migrated database, with the events in schema <c>log</c> and the rest in <c>ledger</c>.</summary>
    public static async Task<MigrationDatabase> CreateMigratedAsync()
    {
        var postgres = await TestPostgres.SharedAsync();
        var database = await postgres.CreateDatabaseAsync("migrations", async (connectionString, cancellationToken) =>
        {
            await using var dataSource = NpgsqlDataSource.Create(connectionString);
            await new LedgerMigrator(dataSource, TwoSchemas).ApplyAsync(cancellationToken);
            NpgsqlConnection.ClearAllPools();
        });
        return new(database, TwoSchemas);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<string[]> MessagesAsync() => [.. (await Migrator.AssertAsync()).Select(difference => difference.Message)];

    /// <summary>A data source of a new role that may connect and nothing else.</summary>
    public async Task<NpgsqlDataSource> CreateRoleAsync(string grants)
    {
        var role = $"reader_{_database.Name}";
        await ExecuteAsync($"create role {role} login password 'secret'");
        await ExecuteAsync(grants.Replace("{role}", role, StringComparison.Ordinal));
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Username = role,
            Password = "secret",
            Pooling = false,
        }.ConnectionString);
    }

    public async Task DropRoleAsync()
    {
        await ExecuteAsync($"drop owned by reader_{_database.Name}");
        await ExecuteAsync($"drop role reader_{_database.Name}");
    }

    public Task RunPsqlAsync(string script) => RunPsqlAsync(ConnectionString, script);

    /// <summary>Runs a script by <c>psql</c> as the role of a connection string.</summary>
    public static async Task RunPsqlAsync(string connectionString, string script)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(Psql(), ["--no-psqlrc", "--quiet", "--file=-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PGHOST"] = parts.Host;
        start.Environment["PGPORT"] = $"{parts.Port}";
        start.Environment["PGUSER"] = parts.Username;
        start.Environment["PGPASSWORD"] = parts.Password;
        start.Environment["PGDATABASE"] = parts.Database;
        using var psql = Process.Start(start)!;
        var errors = psql.StandardError.ReadToEndAsync();
        var output = psql.StandardOutput.ReadToEndAsync();
        try
        {
            await psql.StandardInput.WriteAsync(script);
            psql.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended at an error, which it tells below.
        }

        await psql.WaitForExitAsync();
        if (psql.ExitCode != 0 || (await errors).Length > 0 || (await output).Length > 0)
        {
            throw new InvalidOperationException($"psql ended with {psql.ExitCode}. {await errors}{await output}");
        }
    }

    // Beside the server programs where they are, because not every machine has it on PATH.
    private static string Psql() =>
        PostgresPrograms.TryFind(out var programs) && File.Exists(programs.PathOf("psql")) ? programs.PathOf("psql") : "psql";

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _database.DisposeAsync();
    }
}
