using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Testing;
using Npgsql;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>A schema with the logs of many tenants, owned by a role that is held to row-level security.</summary>
public sealed partial class ConjoinedDatabase : IAsyncLifetime, IAsyncDisposable
{
    private readonly List<TenantLedgers> _ledgers = [];
    private TestDatabase _database = null!;
    private TestPostgres? _ownServer;
    private string _role = null!;

    /// <summary>The connection of the role that owns the tables, without a tenant.</summary>
    public string ConnectionString { get; private set; } = null!;

    /// <summary>The superuser's.</summary>
    public string SuperuserString => _database.ConnectionString;

    public string Role => _role;

    public ConjoinedTenants Map { get; private set; } = null!;

    public TenantLedgers Ledgers { get; private set; } = null!;

    /// <summary>A database without tables, and a role that may make them.</summary>
    public static async Task<ConjoinedDatabase> CreateEmptyAsync()
    {
        var made = new ConjoinedDatabase();
        await made.MakeAsync();
        return made;
    }

    /// <summary>The same on a server of its own, whose commits survive when it is killed.</summary>
    public static async Task<(TestPostgres Server, ConjoinedDatabase Database)> OnDurableServerAsync()
    {
        var server = await TestPostgres.StartAsync(new TestPostgresOptions { Server = TestServer.Own, Durability = TestDurability.Full });
        var made = new ConjoinedDatabase { _ownServer = server };
        await made.InitializeAsync();
        return (server, made);
    }

    public async Task InitializeAsync()
    {
        await MakeAsync();
        await using (var dataSource = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false"))
        {
            await new LedgerMigrator(dataSource, new PostgresOptions { Tenancy = Tenancy.Conjoined }).ApplyAsync();
        }

        Map = new ConjoinedTenants(ConnectionString);
        Ledgers = NewLedgers(new PostgresOptions());
        await AddAsync("suite");
    }

    public TenantLedgers NewLedgers(PostgresOptions options)
    {
        var ledgers = new TenantLedgers(Map, new TenantOptions { Ledger = options, ConnectionsPerTenant = 40, MaxConnections = 80 });
        _ledgers.Add(ledgers);
        return ledgers;
    }

    /// <summary>Adds a tenant.</summary>
    public async Task<TenantLedger> AddAsync(string tenant)
    {
        await Map.AddAsync(tenant);
        return await Ledgers.ForTenantAsync(tenant);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(SuperuserString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The rows of all divided tables that a tenant has, as one text, as only a superuser sees them.</summary>
    public async Task<string> RowsOfAsync(string tenant)
    {
        var tables = await ScalarAsync<string[]>("select array_agg(c.relname::text) from pg_class as c where c.relnamespace = 'ledger'::regnamespace and c.relforcerowsecurity");
        var rows = tables.Select(table => $"select '{table} ' || to_jsonb(t)::text as row from ledger.\"{table}\" as t where t.tenant_id = '{tenant}'");
        return await ScalarAsync<string>($"select coalesce(string_agg(r.row, e'\\n' order by r.row), '') from ({string.Join(" union all ", rows)}) as r");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var ledgers in _ledgers)
        {
            await ledgers.DisposeAsync();
        }

        if (Map is not null)
        {
            await Map.DisposeAsync();
        }

        if (_ownServer is not null)
        {
            await _database.DisposeAsync();
            await _ownServer.DisposeAsync();
            return;
        }

        NpgsqlConnection.ClearAllPools();
        await using (var connection = new NpgsqlConnection(SuperuserString + ";Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"drop owned by {_role} cascade; drop role {_role}", connection);
            await command.ExecuteNonQueryAsync();
        }

        await _database.DisposeAsync();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    private async Task MakeAsync()
    {
        _database = await (_ownServer ?? await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        _role = $"app_{Guid.NewGuid():N}"[..16];
        await using var connection = new NpgsqlConnection(SuperuserString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"create role {_role} login password 'secret'; grant create on database \"{_database.Name}\" to {_role}", connection);
        await command.ExecuteNonQueryAsync();
        ConnectionString = new NpgsqlConnectionStringBuilder(SuperuserString) { Username = _role, Password = "secret" }.ConnectionString;
    }
}
