using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;
using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>A database for one test class, with the schema.</summary>
public sealed class CliDatabase : IAsyncLifetime
{
    private TestDatabase? _database;
    private NpgsqlDataSource? _dataSource;
    private string? _roles;

    public string ConnectionString => _database!.ConnectionString;

    /// <summary>The same with another host before it, on which no server runs.</summary>
    public string SeveralHosts
    {
        get
        {
            var several = new NpgsqlConnectionStringBuilder(ConnectionString);
            several.Host = $"/nowhere,{several.Host}";
            return $"{several.ConnectionString};Target Session Attributes=primary";
        }
    }

    internal Cli Cli => new() { ConnectionString = ConnectionString, DataSource = _dataSource };

    /// <summary>A database without the schema.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync() => await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();

    public async Task InitializeAsync()
    {
        _database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync("ledger", MigrateAsync);
        _dataSource = PostgresDataSources.Create(Cli.AddressOf(ConnectionString));
    }

    /// <summary>Makes the roles of the log under names of their own, because roles are the server's.</summary>
    internal async Task CreateRolesAsync()
    {
        var prefix = _roles = $"d{Guid.NewGuid():N}"[..10];
        (await Cli.RunAsync(
            "roles", "create", "--reader", $"{prefix}_reader", "--auditor", $"{prefix}_auditor", "--writer", $"{prefix}_writer", "--marten-writer", $"{prefix}_marten",
            "--operator", $"{prefix}_operator", "--owner", $"{prefix}_owner")).ShouldSucceed();
    }

    public async Task DisposeAsync()
    {
        if (_roles is not null)
        {
            await using var command = _dataSource!.CreateCommand($$"""
                do $$
                declare
                    name text;
                begin
                    for name in select rolname from pg_roles where rolname like '{{_roles}}%' loop
                        execute format('reassign owned by %I to current_user; drop owned by %I cascade; drop role %I', name, name, name);
                    end loop;
                end $$
                """);
            await command.ExecuteNonQueryAsync();
        }

        await _dataSource!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    /// <summary>A run with the given number of objects, named c1, c2 and so on.</summary>
    internal async Task StartAsync(string id, int objects)
    {
        (await Cli.RunAsync("run", "start", "--id", id)).ShouldSucceed();
        if (objects > 0)
        {
            var lines = Enumerable.Range(1, objects).Select(i =>
                $$$"""{"id":"e{{{i}}}","type":"object.created","timestamp":"2026-01-01T00:00:0{{{i % 10}}}Z","data":{"id":"c{{{i}}}","type":"Claim","data":{"n": {{{i}}} } } }""");
            (await (Cli with { Input = string.Join('\n', lines) }).RunAsync("append", $"run:{id}", "--file", "-")).ShouldSucceed();
        }
    }

    /// <summary>A run with many patches of some objects, written by the server itself.</summary>
    internal async Task FillAsync(string id, int events)
    {
        await using var dataSource = NpgsqlDataSource.Create(ConnectionString);
        await using var command = dataSource.CreateCommand($$"""
            with stream as (insert into ledger.mt_streams (id, version, tenant_id) values ('run:{{id}}', {{events}}, '*DEFAULT*') returning id)
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
            select nextval('ledger.mt_events_sequence'), gen_random_uuid(), id, n,
                   jsonb_build_object('id', 'object-' || n % 1000, 'patch', jsonb_build_object('n', n, 'text', 'as long as a usual sentence of an agent')),
                   'object.patched', now(), '*DEFAULT*', 'Ledger.ObjectPatched, Ledger', false
            from stream, generate_series(1, {{events}}) n
            """);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await new LedgerMigrator(dataSource).ApplyAsync(cancellationToken);
    }
}
