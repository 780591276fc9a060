using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>Two servers with a migrated database of one name: one can be written to, the other stands by until it is promoted.</summary>
/// <remarks>Nothing is replicated: what matters here is which of them lets whom connect and write.</remarks>
internal sealed class ServerPair : IAsyncDisposable
{
    private const string Database = "pair";

    private ServerPair(TestPostgres primary, TestPostgres standby) => (Primary, Standby) = (primary, standby);

    public TestPostgres Primary { get; }

    public TestPostgres Standby { get; }

    /// <summary>Both servers, the standby first.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(StringOf(Primary))
    {
        Host = $"{HostOf(Standby)},{HostOf(Primary)}",
        Pooling = true,
        HostRecheckSeconds = 1,
    }.ConnectionString;

    public string StandbyConnectionString => StringOf(Standby);

    public static async Task<ServerPair> StartAsync()
    {
        var options = new TestPostgresOptions
        {
            Server = TestServer.Own,
            Settings = new Dictionary<string, string> { ["wal_level"] = "replica", ["hot_standby"] = "on" },
        };
        var pair = new ServerPair(await TestPostgres.StartAsync(options), await TestPostgres.StartAsync(options));
        try
        {
            await CreateAsync(pair.Primary);
            await CreateAsync(pair.Standby);

            // As if it had more of the log than a follower of the primary has seen.
            await ScalarAsync<long>(pair.Standby, "select setval('ledger.mt_events_sequence', 1000)", Database);
            var folder = await ScalarAsync<string>(pair.Standby, "select current_setting('data_directory')");
            await File.WriteAllTextAsync(Path.Combine(folder, "standby.signal"), "");
            await pair.Standby.RestartAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>The primary is gone, and nothing can be written until the standby is promoted.</summary>
    public Task LosePrimaryAsync() => Primary.KillServerAsync();

    public Task PromoteAsync() => ScalarAsync<bool>(Standby, "select pg_promote()");

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        await Standby.DisposeAsync();
    }

    private static async Task CreateAsync(TestPostgres server)
    {
        await ScalarAsync<object>(server, $"create database {Database}");
        await using var dataSource = NpgsqlDataSource.Create(StringOf(server));
        await new LedgerMigrator(dataSource).ApplyAsync();
        await new TenantTable(dataSource).CreateAsync();
        await new TenantPool(dataSource).CreateAsync();
    }

    private static string StringOf(TestPostgres server) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = Database, Pooling = false }.ConnectionString;

    private static string HostOf(TestPostgres server) => new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!;

    private static async Task<T> ScalarAsync<T>(TestPostgres server, string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = database, Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default!;
    }
}
